"""Standardised differences in points and people; differences that have units of their own."""

from dataclasses import dataclass
from typing import final, override

import numpy as np

from consilience.errors import ModelError
from consilience.findings.actions import Probit
from consilience.findings.checks import inside, said
from consilience.findings.reading import Turned
from consilience.findings.translation import (
    PER,
    THOUSAND,
    Basis,
    Translation,
    linear,
    moved,
)


@final
@dataclass(frozen=True, slots=True)
class FamiliarScale(Basis):
    """A scale that people know, in whose points a standardised difference is told.

    The points are the standardised difference times the standard deviation of the scale.

    Parameters
    ----------
    scale : str
    sd : float
        Among people such as these, in points, above 0.
    source : str
        Where the standard deviation stands.
    higher_is_better : bool

    Raises
    ------
    ModelError
        For a standard deviation of 0 or less, or without a source.

    References
    ----------
    Guyatt, Thorlund, Oxman, et al. (2013), J. Clin. Epidemiol. 66, 173-183,
    doi:10.1016/j.jclinepi.2012.08.001
    """

    scale: str
    sd: float
    source: str
    higher_is_better: bool = True

    def __post_init__(self) -> None:
        """Refuse what is no standard deviation, and one from nowhere."""
        inside(self.sd, "The standard deviation of a familiar scale", most=np.inf)
        said(self.scale, "A familiar scale", "what it is called")
        said(self.source, "The standard deviation of a familiar scale", "where it stands")

    @override
    def translate(self, turned: Turned) -> Translation:
        """Say how many points the difference is."""
        _standardised(turned, "A familiar scale")
        points = (self.sd if self.higher_is_better else -self.sd) * turned.good
        source = f"{self.scale}, SD {self.sd:g} ({self.source})"
        return linear(points, unit=f"points on {self.scale}", source=source)


@final
@dataclass(frozen=True, slots=True)
class Responders(Basis):
    r"""The proportion improved with the comparator, by which a standardised difference is told.

    With a normal outcome of one standard deviation in both arms the proportion improved is
    :math:`\Phi(\Phi^{-1}(p_0) + d)` where d favours the intervention.

    Parameters
    ----------
    value : float
        Proportion of the comparator's people who improved by at least the minimal important
        difference, between 0 and 1, both excluded.
    source : str
    name : str
        What counts as improved.

    Raises
    ------
    ModelError
        For a proportion outside (0, 1), or without a source.

    References
    ----------
    Furukawa & Leucht (2011), PLoS ONE 6, e19070, doi:10.1371/journal.pone.0019070; Thorlund,
    Walter, Johnston, Furukawa & Guyatt (2011), Res. Synth. Methods 2, 188-203,
    doi:10.1002/jrsm.46
    """

    value: float
    source: str
    name: str = "improved by the minimal important difference"

    def __post_init__(self) -> None:
        """Refuse what is no proportion, and one from nowhere."""
        inside(self.value, "The proportion improved with the comparator", most=1.0)
        said(self.source, "The proportion improved with the comparator", "where it stands")

    @override
    def translate(self, turned: Turned) -> Translation:
        """Say how many of 1 000 people improve."""
        _standardised(turned, "A proportion improved")
        unit, told = f"per {THOUSAND} {self.name}", (self.source, "")
        found = moved(Probit(), self.value, unit=unit, told=told)
        if turned.good > 0:
            return found
        return Translation(
            found.unit,
            found.control,
            lambda x: found.difference(-x),
            lambda gap: -found.needed(gap),
            found.beyond,
            found.source,
        )


@final
@dataclass(frozen=True, slots=True)
class OwnUnits(Basis):
    """The measure's own units: points of a mean difference, a risk difference per 1 000.

    Parameters
    ----------
    unit : str
        Such as "points on the PSP"; for a risk difference it is not asked.
    """

    unit: str = ""

    @override
    def translate(self, turned: Turned) -> Translation:
        """Say the difference as it stands."""
        scale = turned.effects.measure.scale
        if scale == "probability":
            return linear(PER, unit=f"per {THOUSAND}", source="")
        if scale != "raw":
            raise ModelError(
                f"{turned.effects.measure.label} has no units of its own. Give findings."
                "BaselineRisk, BaselineRate, FamiliarScale or Responders."
            )
        return linear(1.0, unit=self.unit or "units of the instrument", source="")


def _standardised(turned: Turned, basis: str) -> None:
    measure = turned.effects.measure
    if measure.scale != "standardised":
        raise ModelError(
            f"{basis} goes with standardised mean differences, not with {measure.label}. Give "
            "findings.BaselineRisk(...) for risks, findings.OwnUnits(...) for mean differences."
        )
