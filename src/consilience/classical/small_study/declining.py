"""Selection that declines smoothly as the p value grows."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from scipy.special import expit

from consilience.classical.small_study.weights import Results, Weights
from consilience.classical.wls import Floats
from consilience.errors import ModelError

type Rates = tuple[Floats, ...]

_FAINTEST = -1e4


@dataclass(frozen=True, slots=True)
class Declining(Weights):
    """One up to the p value ``beyond``, then falling from one; no selection where delta is zero.

    Parameters
    ----------
    beyond : float
        From 0, where decline starts at once, to below 1.
    precision : float
        The power of the standard error, relative to the largest, that multiplies the rate of the
        decline: 0 for the same selection of all trials; 1, or 2, for less selection of precise
        ones.

    Raises
    ------
    ModelError
        For a p value outside [0, 1), and a power below zero.

    References
    ----------
    Preston C, Ashby D, Smyth R (2004). Journal of Evaluation in Clinical Practice 10:313–322.
    doi:10.1111/j.1365-2753.2003.00457.x
    """

    null: ClassVar[float] = 0.0
    beyond: float = 0.0
    precision: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no p value."""
        if not 0 <= self.beyond < 1:
            raise ModelError(f"beyond = {self.beyond!r} is no p value below 1; give 0.025, say.")
        if not 0 <= self.precision < np.inf:
            raise ModelError(
                f"precision = {self.precision!r} is no power of the standard error; give 1."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The rate of the decline."""
        return ("delta",)

    def cuts(self) -> tuple[float, ...]:
        """Where the decline starts."""
        return (self.beyond,) if self.beyond else ()

    def log_weight(self, results: Results, delta: Floats) -> Floats:
        """Log of the decline since ``beyond``."""
        rates = self._rates(results, delta)
        fallen = self.log_decline(results.log_p, results.log_q, rates)
        return self._since(results, fallen - self.log_decline(*self._start(), rates))

    def slopes(self, results: Results, delta: Floats) -> list[Floats]:
        """Its derivatives."""
        rates = self._rates(results, delta)
        now = self.declines(results.log_p, results.log_q, rates)
        start = self.declines(*self._start(), rates)
        found = [self._since(results, one - other) for one, other in zip(now, start, strict=True)]
        return [found[0] * self._factor(results), *found[1:]]

    @abstractmethod
    def log_decline(self, log_p: Floats, log_q: Floats, delta: Rates) -> Floats:
        """Log of a function that falls with p."""

    @abstractmethod
    def declines(self, log_p: Floats, log_q: Floats, delta: Rates) -> list[Floats]:
        """Its derivatives by the parameters."""

    def _rates(self, results: Results, delta: Floats) -> tuple[Floats, ...]:
        return (delta[0] * self._factor(results), *delta[1:])

    def _factor(self, results: Results) -> Floats:
        if not self.precision:
            return np.ones(1)
        return np.asarray((results.sei / results.sei.max()) ** self.precision)

    def _start(self) -> tuple[Floats, Floats]:
        with np.errstate(divide="ignore"):
            return np.log(np.array(self.beyond)), np.log1p(-np.array(self.beyond))

    def _since(self, results: Results, values: Floats) -> Floats:
        if not self.beyond:
            return values
        return np.where(results.log_p <= np.log(self.beyond), 0.0, values)


@final
@dataclass(frozen=True, slots=True)
class HalfNormal(Declining):
    """``exp(-delta p²)``."""

    label: ClassVar[str] = "half-normal"

    def log_decline(self, log_p: Floats, log_q: Floats, delta: Rates) -> Floats:  # noqa: ARG002
        """``-delta p²``."""
        return np.asarray(-delta[0] * np.exp(2 * log_p))

    def declines(self, log_p: Floats, log_q: Floats, delta: Rates) -> list[Floats]:  # noqa: ARG002
        """``-p²``."""
        return [-np.exp(2 * log_p)]


@final
@dataclass(frozen=True, slots=True)
class NegativeExponential(Declining):
    """``exp(-delta p)``."""

    label: ClassVar[str] = "negative exponential"

    def log_decline(self, log_p: Floats, log_q: Floats, delta: Rates) -> Floats:  # noqa: ARG002
        """``-delta p``."""
        return np.asarray(-delta[0] * np.exp(log_p))

    def declines(self, log_p: Floats, log_q: Floats, delta: Rates) -> list[Floats]:  # noqa: ARG002
        """``-p``."""
        return [-np.exp(log_p)]


@final
@dataclass(frozen=True, slots=True)
class Logistic(Declining):
    """``2 exp(-delta p) / (1 + exp(-delta p))``."""

    label: ClassVar[str] = "logistic"

    def log_decline(self, log_p: Floats, log_q: Floats, delta: Rates) -> Floats:  # noqa: ARG002
        """``log 2 - log(1 + exp(delta p))``."""
        return np.asarray(np.log(2.0) - np.logaddexp(0.0, delta[0] * np.exp(log_p)))

    def declines(self, log_p: Floats, log_q: Floats, delta: Rates) -> list[Floats]:  # noqa: ARG002
        """``-p / (1 + exp(-delta p))``."""
        p = np.exp(log_p)
        return [-p * expit(delta[0] * p)]


@final
@dataclass(frozen=True, slots=True)
class Power(Declining):
    """``(1 - p)^delta``."""

    label: ClassVar[str] = "power"

    def log_decline(self, log_p: Floats, log_q: Floats, delta: Rates) -> Floats:  # noqa: ARG002
        """``delta log(1 - p)``."""
        return np.asarray(delta[0] * np.maximum(log_q, _FAINTEST))

    def declines(self, log_p: Floats, log_q: Floats, delta: Rates) -> list[Floats]:  # noqa: ARG002
        """``log(1 - p)``."""
        return [np.maximum(log_q, _FAINTEST)]


@final
@dataclass(frozen=True, slots=True)
class NegativeExponentialPower(Declining):
    """``exp(-delta1 p^(1 / delta2))``.

    References
    ----------
    Begg CB, Mazumdar M (1994). Biometrics 50:1088–1101. doi:10.2307/2533446
    """

    label: ClassVar[str] = "negative exponential power"

    @property
    def names(self) -> tuple[str, ...]:
        """The rate and the shape."""
        return ("delta[1]", "delta[2]")

    def log_decline(self, log_p: Floats, log_q: Floats, delta: Rates) -> Floats:  # noqa: ARG002
        """``-delta1 p^(1 / delta2)``."""
        with np.errstate(divide="ignore"):
            return np.asarray(-delta[0] * np.exp(log_p / delta[1]))

    def declines(self, log_p: Floats, log_q: Floats, delta: Rates) -> list[Floats]:  # noqa: ARG002
        """By the rate and by the shape."""
        with np.errstate(divide="ignore", invalid="ignore"):
            raised = np.exp(log_p / delta[1])
            turn = np.where(raised > 0, delta[0] * raised * log_p / delta[1] ** 2, 0.0)
        return [-raised, turn]
