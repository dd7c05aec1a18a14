"""Baselines: the risk or the rate with the comparator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final, override

import numpy as np

from consilience.errors import ModelError
from consilience.findings.actions import RATES, RISKS, Action
from consilience.findings.checks import inside, said
from consilience.findings.reading import Turned
from consilience.findings.translation import THOUSAND, Basis, Translation, moved


@final
@dataclass(frozen=True, slots=True)
class BaselineRisk(Basis):
    """A risk with the comparator, by which odds ratios and their like become people per 1 000.

    Parameters
    ----------
    value : float
        Between 0 and 1, both excluded.
    source : str
        Whose risk this is and where it stands.
    name : str
        Such as "low risk", where there are several.

    Raises
    ------
    ModelError
        For a risk outside (0, 1), or without a source.
    """

    value: float
    source: str
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no risk, and a risk from nowhere."""
        inside(self.value, "A baseline risk", most=1.0)
        said(self.source, "A baseline risk", "whose risk it is and where it stands")

    @override
    def translate(self, turned: Turned) -> Translation:
        """Say how many of 1 000 people have the event."""
        action = _action(RISKS, turned, basis="A baseline risk", example="RR")
        return moved(action, self.value, unit=f"per {THOUSAND}", told=(self.source, self.name))

    @override
    def risk(self, turned: Turned) -> float:
        """Return the risk."""
        del turned
        return self.value


@final
@dataclass(frozen=True, slots=True)
class BaselineRate(Basis):
    """A rate with the comparator, by which rate ratios become events per 1 000 units of time.

    Parameters
    ----------
    value : float
        Events per unit of time and person, above 0, in the unit in which the trials count.
    source : str
    time : str
        The unit, such as "person-years".
    name : str

    Raises
    ------
    ModelError
        For a rate of 0 or less, or without a source.
    """

    value: float
    source: str
    time: str = "person-years"
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no rate, and a rate from nowhere."""
        inside(self.value, "A baseline rate", most=np.inf)
        said(self.source, "A baseline rate", "whose rate it is and where it stands")

    @override
    def translate(self, turned: Turned) -> Translation:
        """Say how many events there are in 1 000 units of time."""
        action = _action(RATES, turned, basis="A baseline rate", example="IRR")
        unit = f"per {THOUSAND} {self.time}"
        return moved(action, self.value, unit=unit, told=(self.source, self.name))


def _action(known: Mapping[str, Action], turned: Turned, *, basis: str, example: str) -> Action:
    code = turned.effects.measure.code
    if code not in known:
        raise ModelError(
            f"{basis} says nothing about {turned.effects.measure.label}. It goes with "
            f"{', '.join(known)}, such as {example}; {_instead(turned)}"
        )
    turned.refuse_mixed(basis)
    return known[code]


def _instead(turned: Turned) -> str:
    ways = {"standardised": "findings.FamiliarScale(...)", "raw": "findings.OwnUnits(...)"}
    way = ways.get(turned.effects.measure.scale, "absolute=()")
    return f"give {way} here."
