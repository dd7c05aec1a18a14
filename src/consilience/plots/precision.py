"""What the vertical axis of a funnel plot measures: how precise a trial is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, final, override

import numpy as np

from consilience.classical.small_study.predictors import sample_size
from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.plots.scale import Scale
from consilience.plots.text import decimals
from consilience.registry import lookup

_ROOM = 1.06


@dataclass(frozen=True, slots=True)
class Precision(ABC):
    """A measure of precision; precise trials stand at the top.

    Attributes
    ----------
    label : str
        What the axis is called.
    """

    label: ClassVar[str]

    @abstractmethod
    def of(self, effects: Effects) -> Array:
        """Give the place of each estimate on the axis, (k,)."""

    @abstractmethod
    def scale(self, values: Array) -> Scale:
        """Find the range of the axis, from its bottom to its top."""

    @abstractmethod
    def errors(self, places: Array) -> Array:
        """Give the standard error at places on the axis; nan where it does not follow from them."""


@final
@dataclass(frozen=True, slots=True)
class StandardError(Precision):
    """The standard error, zero at the top: the limits of the funnel are straight."""

    label: ClassVar[str] = "Standard error"

    @override
    def of(self, effects: Effects) -> Array:
        """Give √v."""
        return np.sqrt(effects.v)

    @override
    def scale(self, values: Array) -> Scale:
        """Reach from beyond the least precise trial up to zero."""
        return _down_from_zero(values)

    @override
    def errors(self, places: Array) -> Array:
        """Give the places themselves."""
        return places


@final
@dataclass(frozen=True, slots=True)
class Variance(Precision):
    """The sampling variance, zero at the top."""

    label: ClassVar[str] = "Sampling variance"

    @override
    def of(self, effects: Effects) -> Array:
        """Give v."""
        return effects.v

    @override
    def scale(self, values: Array) -> Scale:
        """Reach from beyond the least precise trial up to zero."""
        return _down_from_zero(values)

    @override
    def errors(self, places: Array) -> Array:
        """Give their roots; zero above the axis."""
        return np.sqrt(np.maximum(places, 0.0))


@final
@dataclass(frozen=True, slots=True)
class InverseError(Precision):
    """One over the standard error."""

    label: ClassVar[str] = "1 / standard error"

    @override
    def of(self, effects: Effects) -> Array:
        """Give 1 / √v."""
        return 1.0 / np.sqrt(effects.v)

    @override
    def scale(self, values: Array) -> Scale:
        """End no lower than half of the least precise trial: at zero the error has no end."""
        found = _upwards(values)
        return replace(found, lower=max(found.lower, 0.5 * float(values.min())))

    @override
    def errors(self, places: Array) -> Array:
        """Give one over each place; infinite at zero."""
        with np.errstate(divide="ignore"):
            return 1.0 / places


@final
@dataclass(frozen=True, slots=True)
class SampleSize(Precision):
    """The number of participants; standard errors do not follow from it, so there is no funnel."""

    label: ClassVar[str] = "Participants"

    @override
    def of(self, effects: Effects) -> Array:
        """Give the number of participants of each trial."""
        return sample_size(effects)

    @override
    def scale(self, values: Array) -> Scale:
        """Reach from few to many."""
        return _upwards(values)

    @override
    def errors(self, places: Array) -> Array:
        """Give nan: none is known."""
        return np.full(len(places), np.nan)


REGISTRY: dict[str, type[Precision]] = {
    "ni": SampleSize,
    "sei": StandardError,
    "seinv": InverseError,
    "vi": Variance,
}


def get(name: str, **settings: object) -> Precision:
    """Build the measure of precision of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "axis of a funnel plot", name=name, settings=settings)


def _down_from_zero(values: Array) -> Scale:
    deepest = _ROOM * float(values.max())
    return Scale(deepest, 0.0, np.nan, decimals(deepest))


def _upwards(values: Array) -> Scale:
    low, high = float(values.min()), float(values.max())
    room = (_ROOM - 1.0) * (high - low) or 0.2 * high
    return Scale(low - room, high + room, np.nan, decimals(high))
