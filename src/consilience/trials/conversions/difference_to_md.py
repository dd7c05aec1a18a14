"""A printed mean difference with its standard error, as an effect."""

from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Ready
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class DifferenceToMD(Ready):
    """The printed difference as it stands, with the square of its standard error."""

    title: ClassVar[str] = "Difference and SE to mean difference"
    needs: ClassVar[tuple[str, ...]] = ("md", "md_se")
    equation: ClassVar[str] = "y = md, v = se²"
    source: ClassVar[str] = "Cochrane Handbook 6.5, § 6.3.1, doi:10.1002/9781119536604.ch6"
    measure: ClassVar[str] = "MD"

    @override
    def effect(self, sheet: Sheet) -> tuple[Floats, Floats]:
        md, se = sheet.columns("md", "md_se")
        return md, se**2
