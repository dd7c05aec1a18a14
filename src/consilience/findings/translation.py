"""An effect in absolute terms: a value that rises or falls with it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from consilience.findings.actions import Action
from consilience.findings.reading import Turned

THOUSAND = "1\N{NO-BREAK SPACE}000"
"""People among whom risks are counted, as it is written."""

PER = 1000.0
"""The same as a number."""


@dataclass(frozen=True, slots=True, eq=False)
class Translation:
    """An effect in absolute terms.

    Parameters
    ----------
    unit : str
        Of the values, such as ``"per 1 000"``.
    control : float
        The value with the comparator; NaN where only the difference is known.
    difference : callable
        From effects on the measure's analysed scale, as it stands, to differences.
    needed : callable
        From a difference to the effect that makes it; ±inf where none does.
    beyond : callable
        Whether an effect would lead where nothing can be, so that the difference was cut there.
    source : str
        Where the baseline stands, in a sentence.
    name : str
        Of whom it speaks, where there are several baselines.
    """

    unit: str
    control: float
    difference: Callable[[float], float]
    needed: Callable[[float], float]
    beyond: Callable[[float], bool]
    source: str
    name: str = ""


class Basis(ABC):
    """What an effect is measured against to be said in absolute terms."""

    __slots__ = ()

    @abstractmethod
    def translate(self, turned: Turned) -> Translation:
        """Say what effects mean in absolute terms.

        Parameters
        ----------
        turned : Turned
            The effects, and which way is better.

        Raises
        ------
        ModelError
            For a measure of which this cannot be said.
        DataError
            For trials that do not print what is needed.
        """

    def risk(self, turned: Turned) -> float:
        """Return the risk with the comparator, or NaN where the basis is none."""
        del turned
        return float("nan")


def linear(slope: float, *, unit: str, source: str) -> Translation:
    """Translate by a factor.

    Parameters
    ----------
    slope : float
    unit, source : str
    """
    return Translation(
        unit,
        float("nan"),
        lambda x: slope * x,
        lambda gap: gap / slope,
        lambda _: False,
        source,
    )


def moved(action: Action, baseline: float, *, unit: str, told: tuple[str, str]) -> Translation:
    """Translate by an action on a baseline, counted among 1 000.

    Parameters
    ----------
    action : Action
    baseline : float
    unit : str
    told : tuple of str
        The source of the baseline, and of whom it speaks.
    """

    def needed(gap: float) -> float:
        target = baseline + gap / PER
        if target <= 0.0:
            return -np.inf
        return np.inf if target >= action.most else action.needed(baseline, target)

    return Translation(
        unit,
        PER * baseline,
        lambda x: PER * (float(action.moved(baseline, x)) - baseline),
        needed,
        lambda x: action.beyond(baseline, x),
        *told,
    )
