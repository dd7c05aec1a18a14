"""What an assumption about missing participants is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import ClassVar, NamedTuple

import numpy as np

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array


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
    """

    columns: ClassVar[tuple[str, ...]] = ("missing1", "missing2")

    @property
    @abstractmethod
    def departure(self) -> Departure:
        """How those who are missing depart from those who were seen."""

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


def departure(mean: tuple[float, float], sd: tuple[float, float], correlation: float) -> Departure:
    """Put means, standard deviations and a correlation together."""
    cross = correlation * sd[0] * sd[1]
    covariance = np.array([[sd[0] ** 2, cross], [cross, sd[1] ** 2]])
    return Departure(np.array(mean, dtype=float), covariance)


def settle(component: object, *, means: tuple[str, ...], spreads: tuple[str, ...]) -> None:
    """Coerce a component's settings to floats, and refuse what they cannot be.

    Raises
    ------
    ModelError
        For no finite number, a standard deviation below 0, a correlation beyond ±1.
    """
    for name in (*means, *spreads, "correlation"):
        value = getattr(component, name)
        number = isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
        least = {**dict.fromkeys(spreads, 0.0), "correlation": -1.0}.get(name, -np.inf)
        most = 1.0 if name == "correlation" else np.inf
        if not number or not least <= float(value) <= most:
            raise ModelError(
                f"{type(component).__name__}: {name} must be a finite number from {least:g} to "
                f"{most:g}, got {value!r}."
            )
        object.__setattr__(component, name, float(value))
