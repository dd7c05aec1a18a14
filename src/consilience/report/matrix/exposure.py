"""The effect over how much of the intervention people received."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.exposure.power import SURE, power, power_table
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class Exposure(Section["GridAnalysis"]):
    """The effect over how much of the intervention people received."""

    name: ClassVar[str] = "exposure"
    title: ClassVar[str] = "Does the effect depend on the exposure?"
    folder: ClassVar[str] = "matrix"

    @override
    def applies(self, analysis: "GridAnalysis") -> bool:
        """Apply where the review asks for the effect over an exposure."""
        return bool(analysis.exposed.cell)

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give the comparison of the curves, or why there is none."""
        found = analysis.exposed
        comparison = found.comparison
        return {
            "found": found,
            "code": "" if comparison is None else comparison.effects.measure.code,
            "reason": analysis.review.grid.exposure.reason,
            "table": None if comparison is None else comparison.table(analysis.level),
            "words": () if comparison is None else comparison.words(analysis.level),
            "power": () if comparison is None else _power(comparison.effects.k),
        }


def _power(k: int) -> list[dict[str, object]]:
    """Say how often simulated reviews of so many trials, and of more, told a threshold."""
    table = power_table()
    nearest = int(power(k)["k"].iloc[0])
    held = table[table["k"] >= nearest]
    rows = []
    for (truth, tau, spread, effect), own in held.groupby(
        ["truth", "tau", "exposure_sd", "effect"], sort=False
    ):
        found = {int(n): share for n, share in zip(own["k"], own[SURE], strict=True)}
        rows.append(
            {"truth": truth, "tau": tau, "spread": spread, "effect": effect, "found": found}
        )
    return rows
