"""How the probability of publication may depend on the result."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.classical.wls import Floats

_FAINTEST = -1e4


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Results as a selection sees them, all of one shape that ``sei`` broadcasts to.

    Parameters
    ----------
    z : ndarray
        Turned estimates over their standard errors.
    sei : ndarray
        Standard errors, in units of the analysis.
    log_p, log_q : ndarray
        Logarithms of p and of ``1 - p``.
    """

    z: Floats
    sei: Floats
    log_p: Floats
    log_q: Floats

    @property
    def p(self) -> Floats:
        """The p values."""
        return np.asarray(np.exp(self.log_p))


class Weights(ABC):
    """A relative probability of publication with positive parameters ``delta``."""

    label: ClassVar[str]
    """Its name in tables."""
    null: ClassVar[float] = 1.0
    """Value of each of its parameters under no selection, where the test asks for it."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Names of its parameters."""

    @abstractmethod
    def log_weight(self, results: Results, delta: Floats) -> Floats:
        """Give logs of the weights, of the shape of ``results.z``."""

    @abstractmethod
    def slopes(self, results: Results, delta: Floats) -> list[Floats]:
        """Give derivatives of the log weights by each parameter."""

    def cuts(self) -> tuple[float, ...]:
        """Tell the p values at which the function is not smooth."""
        return ()

    def points(self, sei: Floats) -> Floats:
        """Tell the z values, shape (k, m), at which it is not smooth for other reasons."""
        return np.empty((len(sei), 0))

    def check(self, results: Results) -> None:  # noqa: B027
        """Refuse data that say nothing of a parameter; by default none are refused."""

    def growth(self, delta: Floats, *, ends: int) -> float:  # noqa: ARG002
        """Tell the power of ``1 / p`` or ``1 / (1 - p)`` with which the weight grows, if any.

        Parameters
        ----------
        delta : ndarray
        ends : int
            2 if far estimates have p near 0 or near 1, 1 if only near 0.
        """
        return 0.0

    def turned(self, factor: float) -> "Weights":  # noqa: ARG002
        """Express it in other units: every estimate is multiplied by ``factor``."""
        return self


@final
@dataclass(frozen=True, slots=True)
class Unselected(Weights):
    """Every trial is published."""

    label: ClassVar[str] = "no selection"

    @property
    def names(self) -> tuple[str, ...]:
        """None."""
        return ()

    def log_weight(self, results: Results, delta: Floats) -> Floats:  # noqa: ARG002
        """Zeros."""
        return np.zeros_like(results.z)

    def slopes(self, results: Results, delta: Floats) -> list[Floats]:  # noqa: ARG002
        """None."""
        return []


@final
@dataclass(frozen=True, slots=True)
class Beta(Weights):
    """``p^(delta1 - 1) (1 - p)^(delta2 - 1)``.

    References
    ----------
    Citkowicz M, Vevea JL (2017). Psychological Methods 22:28–41. doi:10.1037/met0000119
    """

    label: ClassVar[str] = "beta"

    @property
    def names(self) -> tuple[str, ...]:
        """The two shape parameters."""
        return ("delta[1]", "delta[2]")

    def log_weight(self, results: Results, delta: Floats) -> Floats:
        """Log of the beta density without its constant."""
        log_p, log_q = self.slopes(results, delta)
        return np.asarray((delta[0] - 1) * log_p + (delta[1] - 1) * log_q)

    def slopes(self, results: Results, delta: Floats) -> list[Floats]:  # noqa: ARG002
        """``log p`` and ``log (1 - p)``."""
        return [np.maximum(results.log_p, _FAINTEST), np.maximum(results.log_q, _FAINTEST)]

    def growth(self, delta: Floats, *, ends: int) -> float:
        """``1 - delta`` where that is positive."""
        return max(0.0, 1 - float(np.min(delta[:ends])))
