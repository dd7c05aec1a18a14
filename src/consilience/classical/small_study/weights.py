"""How the probability of publication may depend on the p value."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, final

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from consilience.classical.wls import Floats
from consilience.errors import ModelError

_NODES, _REACH = 201, 10.0
_LOWEST_LOG = -1e4


class Weights(ABC):
    """A relative probability of publication as a function of the one-sided p value."""

    label: ClassVar[str]
    """Its name in tables."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Names of its parameters, all positive and one under no selection."""

    @abstractmethod
    def log_weight(self, log_p: Floats, log_q: Floats, *, delta: Floats) -> Floats:
        """Log weights, from ``log p`` and ``log (1 - p)``, any shape."""

    def check(self, p: Floats) -> None:  # noqa: B027
        """Refuse data that say nothing of a parameter; by default none are refused."""

    def log_mean(self, sei: Floats, *, mean: Floats, sd: Floats, delta: Floats) -> Floats:
        """Log of the expected weight of ``y ~ N(mean, sd²)``, by the trapezoidal rule, (k,)."""
        x = np.linspace(-_REACH, _REACH, _NODES)
        z = (mean[:, None] + sd[:, None] * x) / sei[:, None]
        logs = self.log_weight(log_ndtr(-z), log_ndtr(z), delta=delta) - x**2 / 2
        top = logs.max(axis=1, keepdims=True)
        total = np.exp(logs - top).sum(axis=1) * (x[1] - x[0]) / math.sqrt(2 * math.pi)
        return np.asarray(top[:, 0] + np.log(total))


@final
@dataclass(frozen=True, slots=True)
class Steps(Weights):
    """Constant between cut points of p; one below the first.

    Parameters
    ----------
    cuts : tuple of float
        Ascending, between 0 and 1; ``(0.025,)`` is the three-parameter model.

    References
    ----------
    Hedges LV (1992). Statistical Science 7:246–255. doi:10.1214/ss/1177011364
    Vevea JL, Hedges LV (1995). Psychometrika 60:419–435. doi:10.1007/BF02294384
    """

    label: ClassVar[str] = "step function"
    cuts: tuple[float, ...] = (0.025,)

    def __post_init__(self) -> None:
        """Refuse cut points that are none."""
        inside = all(0 < cut < 1 for cut in self.cuts)
        if not inside or not self.cuts or list(self.cuts) != sorted(set(self.cuts)):
            raise ModelError(f"The cuts {self.cuts!r} do not ascend between 0 and 1; try (0.025,).")

    @property
    def names(self) -> tuple[str, ...]:
        """One for each interval but the first."""
        ends = (*self.cuts, 1.0)
        return tuple(f"delta[{low:g}–{high:g}]" for low, high in pairwise(ends))

    def log_weight(self, log_p: Floats, log_q: Floats, *, delta: Floats) -> Floats:  # noqa: ARG002
        """Look the interval up."""
        place = np.searchsorted(np.log(self.cuts), log_p, side="left")
        return np.asarray(np.log(np.append(1.0, delta))[place])

    def check(self, p: Floats) -> None:
        """Every interval must hold a p value."""
        held = np.bincount(np.searchsorted(self.cuts, p, side="left"), minlength=len(self.cuts) + 1)
        if not held.all():
            ends = (0.0, *self.cuts, 1.0)
            place = int(np.argmin(held))
            message = (
                f"No estimate has a one-sided p value between {ends[place]:g} and "
                f"{ends[place + 1]:g}, so nothing is known of its weight. Use fewer cuts."
            )
            raise ModelError(message)

    def log_mean(self, sei: Floats, *, mean: Floats, sd: Floats, delta: Floats) -> Floats:
        """Sum over the intervals, exactly."""
        ends = np.append(-ndtri(np.array(self.cuts)), -np.inf)
        above = ndtr((mean[:, None] - sei[:, None] * ends) / sd[:, None])
        shares = np.diff(above, axis=1, prepend=0.0)
        return np.asarray(np.log(shares @ np.append(1.0, delta)))


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

    def log_weight(self, log_p: Floats, log_q: Floats, *, delta: Floats) -> Floats:
        """Log of the beta density without its constant."""
        return (delta[0] - 1) * np.maximum(log_p, _LOWEST_LOG) + (delta[1] - 1) * np.maximum(
            log_q, _LOWEST_LOG
        )


@final
@dataclass(frozen=True, slots=True)
class Unselected(Weights):
    """Every trial is published."""

    label: ClassVar[str] = "no selection"

    @property
    def names(self) -> tuple[str, ...]:
        """None."""
        return ()

    def log_weight(self, log_p: Floats, log_q: Floats, *, delta: Floats) -> Floats:  # noqa: ARG002
        """Zeros."""
        return np.zeros_like(log_p)

    def log_mean(
        self,
        sei: Floats,
        *,
        mean: Floats,  # noqa: ARG002
        sd: Floats,  # noqa: ARG002
        delta: Floats,  # noqa: ARG002
    ) -> Floats:
        """Zeros."""
        return np.zeros_like(sei)
