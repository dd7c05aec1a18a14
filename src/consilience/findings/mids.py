"""The minimal important difference: which effects matter, for better and for worse."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple, final, override

import numpy as np

from consilience.errors import ModelError
from consilience.findings.checks import inside, said
from consilience.findings.reading import Turned
from consilience.findings.translation import Translation


class Thresholds(NamedTuple):
    """Where harm that matters ends and benefit that matters begins, positive being better.

    Both are 0 where nobody declared what matters; an end that no effect can reach is infinite.
    """

    harm: float
    benefit: float

    @property
    def declared(self) -> bool:
        """Whether somebody declared what matters."""
        return self.benefit > 0.0

    @property
    def distinct(self) -> tuple[float, ...]:
        """The thresholds, each once and only those that can be reached."""
        return tuple(each for each in dict.fromkeys(self) if np.isfinite(each))


class Mid(ABC):
    """How a minimal important difference was declared."""

    __slots__ = ()

    @abstractmethod
    def thresholds(self, turned: Turned, translations: tuple[Translation, ...]) -> Thresholds:
        """Carry the difference over to the analysed scale.

        Raises
        ------
        ModelError
            For a difference that is none on this scale.
        """

    @abstractmethod
    def words(self, translations: tuple[Translation, ...]) -> str:
        """Say the difference and its source; empty where there is none."""


@final
@dataclass(frozen=True, slots=True)
class NoMid(Mid):
    """Nobody declared what matters: the threshold is no effect."""

    @override
    def thresholds(self, turned: Turned, translations: tuple[Translation, ...]) -> Thresholds:
        """Return no effect, twice."""
        del turned, translations
        return Thresholds(0.0, 0.0)

    @override
    def words(self, translations: tuple[Translation, ...]) -> str:
        """Return nothing."""
        del translations
        return ""


NO_MID = NoMid()
"""Nobody declared what matters."""


@dataclass(frozen=True, slots=True)
class Declared(Mid):
    """A difference that somebody declared.

    Parameters
    ----------
    value : float
        Above 0.
    source : str
        Who says so, and on what grounds.

    Raises
    ------
    ModelError
        For a value of 0 or less, or without a source.
    """

    value: float
    source: str

    def __post_init__(self) -> None:
        """Refuse what is no difference, and one from nowhere."""
        inside(self.value, "A minimal important difference", most=np.inf)
        said(self.source, "A minimal important difference", "who declares it and on what grounds")


@final
@dataclass(frozen=True, slots=True)
class MidEffect(Declared):
    """An effect that matters, as the measure shows it: 0.2 of an SMD, an odds ratio of 1.25.

    Its direction does not count: a ratio of 1.25 and one of 0.8 are the same difference, on the log
    scale, once for better and once for worse.

    Parameters
    ----------
    value : float
        Above 0; a ratio other than 1.
    source : str
        Who says so, and on what grounds.

    Raises
    ------
    ModelError
        For a value of 0 or less, or without a source.
    """

    @override
    def thresholds(self, turned: Turned, translations: tuple[Translation, ...]) -> Thresholds:
        """Return the effect on either side of none."""
        del translations
        logarithmic = turned.effects.measure.scale == "log"
        x = abs(float(np.log(self.value))) if logarithmic else self.value
        if x == 0.0:
            raise ModelError(
                "A minimal important difference of a ratio cannot be 1, which is no difference. "
                "Give one such as 1.25."
            )
        return Thresholds(-x, x)

    @override
    def words(self, translations: tuple[Translation, ...]) -> str:
        """Say the effect and its source."""
        del translations
        return f"{self.value:g} ({self.source})"


@final
@dataclass(frozen=True, slots=True)
class MidAbsolute(Declared):
    """A difference that matters, in the unit of the outcome's first absolute effect.

    Parameters
    ----------
    value : float
        Above 0: people per 1 000, or points of the familiar scale.
    source : str
        Who says so, and on what grounds.

    Raises
    ------
    ModelError
        For a value of 0 or less, or without a source.
    """

    @override
    def thresholds(self, turned: Turned, translations: tuple[Translation, ...]) -> Thresholds:
        """Return the effects that make the difference for better and for worse."""
        if not translations:
            raise ModelError(
                "An absolute minimal important difference needs an absolute effect: declare a "
                "baseline risk or a familiar scale, or give the difference as findings.MidEffect."
            )
        first = translations[0]
        ends = sorted(turned.good * first.needed(gap) for gap in (-self.value, self.value))
        if not np.isfinite(ends[1]):
            raise ModelError(
                f"No effect makes a benefit of {self.value:g} {first.unit} where the comparator "
                f"has {first.control:g}. Give a smaller difference or another baseline."
            )
        return Thresholds(*ends)

    @override
    def words(self, translations: tuple[Translation, ...]) -> str:
        """Say the difference, its unit and its source."""
        return f"{self.value:g} {translations[0].unit} ({self.source})"
