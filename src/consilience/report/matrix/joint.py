"""The model over the whole grid beside the separate cells: what each of them borrows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.calibration import published
from consilience.errors import DataError
from consilience.report.choices import choices
from consilience.report.joined import Joined
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class JointModel(Section["GridAnalysis"]):
    """The model over the whole grid beside the separate cells: what each of them borrows."""

    name: ClassVar[str] = "joint"
    title: ClassVar[str] = "One model for all outcomes"
    folder: ClassVar[str] = "matrix"

    @override
    def applies(self, analysis: "GridAnalysis") -> bool:
        return bool(analysis.joined)

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        cells = [cell.slug for cell in analysis.cells]
        tables = {
            one.declared.name: one.joint.table.assign(slug=cells).to_dict("records")
            for one in analysis.joined
            if one.joint is not None
        }
        scales = {
            one.declared.name: one.joint.fit.scales(analysis.level)
            for one in analysis.joined
            if one.joint is not None
        }
        return {
            "tables": tables,
            "scales": scales,
            "calibrated": {one.declared.name: _calibrated(one) for one in analysis.joined},
            "choices": {
                one.declared.name: choices(one.declared, analysis.review.effects)
                for one in analysis.joined
            },
        }


def _calibrated(one: Joined) -> str:
    """Cite the published calibration of a model, or say that there is none."""
    try:
        return published(one.declared.model).sentence
    except DataError:
        return "No calibration of this model is published."
