"""What an assumption about missing participants is."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from numbers import Real
from typing import ClassVar, NamedTuple

import numpy as np

from consilience.effects import Effects
from consilience.errors import ModelError, RefusalError
from consilience.gaussian import Array

_NODES = 32


class Departure(NamedTuple):
    """Bivariate normal parameters of informative missingness, the intervention's arm first."""

    mean: Array
    """(2,)."""
    covariance: Array
    """(2, 2)."""

    @property
    def root(self) -> Array:
        """A square root R of the covariance RR', (2, 2), that may be singular."""
        s1, s2 = np.sqrt(np.diagonal(self.covariance))
        rho = self.covariance[0, 1] / (s1 * s2) if s1 * s2 > 0.0 else 0.0
        return np.array([[s1, 0.0], [rho * s2, s2 * np.sqrt(max(0.0, 1.0 - rho**2))]])


@dataclass(frozen=True, slots=True)
class Missing(ABC):
    """What participants without an outcome may have had.

    Attributes
    ----------
    columns : tuple of str
        The counts of missing participants that it reads; empty where it reads none.
    within : tuple of str
        Of what it can stand inside a likelihood: ``"events"``, ``"means"``.
    """

    columns: ClassVar[tuple[str, ...]] = ("missing1", "missing2")
    within: ClassVar[tuple[str, ...]] = ()

    @property
    def departure(self) -> Departure:
        """How those who are missing depart from those who were seen.

        Raises
        ------
        RefusalError
            In the base version: nothing in it has a distribution.
        """
        raise RefusalError(
            f"missing.{type(self).__name__} adjusts estimates in two stages, by its method "
            "adjusted(effects); inside a likelihood take missing.IMOR of events, or missing.IMDoM "
            "of means."
        )

    @abstractmethod
    def adjusted(self, effects: Effects) -> Effects:
        """Adjust computed estimates and their variances, for analyses in two stages.

        Parameters
        ----------
        effects : Effects
            Computed from the participants who were seen, with the counts of those who were not.

        Returns
        -------
        Effects
            The same trials; what was done to each stands in its log and its conversions.
        """


def refuse_outside(given: Missing, kind: str, *, fit: str) -> None:
    """Say nothing if an assumption can stand inside a likelihood of events, or of means.

    Parameters
    ----------
    given : Missing
        The assumption.
    kind : str
        ``"events"`` or ``"means"``.
    fit : str
        The assumption that fits, for the message.

    Raises
    ------
    ModelError
        If it cannot.
    """
    if kind not in given.within:
        name = type(given).__name__
        what = f"about {given.within[0]}" if given.within else "a rule for estimates"
        raise ModelError(
            f"missing.{name} is {what}; inside a likelihood of {kind} take missing.{fit}(...), or "
            f"missing.Complete() for available cases. In two stages missing.{name}(...)"
            ".adjusted(effects) gives estimates for likelihoods.Normal()."
        )


def departure(mean: tuple[float, float], sd: tuple[float, float], correlation: float) -> Departure:
    """Put means, standard deviations and a correlation together."""
    cross = correlation * sd[0] * sd[1]
    covariance = np.array([[sd[0] ** 2, cross], [cross, sd[1] ** 2]])
    return Departure(np.array(mean, dtype=float), covariance)


@dataclass(frozen=True, slots=True)
class Informative(Missing):
    """Those who are missing depart from those who were seen, in either arm by as much.

    The departures (δ₁, δ₂) of the arms of a trial are bivariate normal, independent between trials.

    Parameters
    ----------
    mean1, mean2 : float
        Their expectations, in the arms of intervention and comparator.
    sd1, sd2 : float
        Their standard deviations between trials.
    correlation : float
        Between the arms of one trial.

    Raises
    ------
    ModelError
        For no finite number, a standard deviation below 0, a correlation beyond ±1.
    """

    mean1: float = 0.0
    mean2: float = 0.0
    sd1: float = 1.0
    sd2: float = 1.0
    correlation: float = 0.0

    def __post_init__(self) -> None:
        """Take settings as floats, and refuse those that are none."""
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            number = isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
            if not number or not least <= float(value) <= most:
                raise ModelError(
                    f"{type(self).__name__}: {name} must be a finite number from {least:g} to "
                    f"{most:g}, got {value!r}."
                )
            object.__setattr__(self, name, float(value))

    @property
    def departure(self) -> Departure:
        """See `Missing.departure`."""
        return departure((self.mean1, self.mean2), (self.sd1, self.sd2), self.correlation)

    @property
    def words(self) -> str:
        """What is assumed, in figures."""
        return (
            f"mean {self.mean1:g} and {self.mean2:g}, SD {self.sd1:g} and {self.sd2:g}, "
            f"correlation {self.correlation:g}"
        )


def integrated(
    of: Callable[[Array, Array], tuple[Array, Array]], given: Departure
) -> tuple[Array, Array]:
    """Give mean and variance (k,) of estimates, the departures integrated out by Gauss–Hermite.

    E y(δ), and E v(δ) + Var y(δ).

    Parameters
    ----------
    of : callable
        y and v, (nodes, k) each, at the departures (nodes, 1) of either arm.
    given : Departure
        Their distribution.
    """
    z, w = np.polynomial.hermite_e.hermegauss(_NODES)
    w = w / w.sum()
    first, second = (grid.ravel() for grid in np.meshgrid(z, z, indexing="ij"))
    delta = given.mean + np.stack([first, second], axis=1) @ given.root.T
    mass = np.outer(w, w).ravel()
    y, v = of(delta[:, [0]], delta[:, [1]])
    mean = mass @ y
    return mean, mass @ v + mass @ (y - mean) ** 2


_RANGES = {
    "mean1": (-inf, inf),
    "mean2": (-inf, inf),
    "sd1": (0.0, inf),
    "sd2": (0.0, inf),
    "correlation": (-1.0, 1.0),
}
