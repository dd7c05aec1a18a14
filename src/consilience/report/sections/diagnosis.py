"""What each computation reached."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.calibration import published
from consilience.errors import DataError
from consilience.report.results import Fitted
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Diagnosed(Section["Analysis"]):
    """What each computation reached."""

    name: ClassVar[str] = "diagnosis"
    title: ClassVar[str] = "May the computation be trusted?"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give each fit's diagnosis, and the published calibration of its model."""
        return {
            "found": [(one, one.fit.diagnosis) for one in analysis.fitted],
            "calibrated": [(one.label, _calibrated(one)) for one in analysis.fitted],
        }


def _calibrated(one: Fitted) -> str:
    """Cite the published calibration of the model as its file declares it, or say there is none."""
    try:
        return published(one.declared.model).sentence
    except DataError as none:
        return str(none)
