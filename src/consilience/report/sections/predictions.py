"""The trials that the plan asks to foresee."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import pandas as pd

from consilience.report.page import records
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


PARTS = ("mu", "theta", "yi")
"""Expectation, true effect, estimate."""
ARMS = ("events", "mean")
"""What the arms of a new trial may have been foreseen to show."""


@dataclass(frozen=True, slots=True)
class Predictions(Section["Analysis"]):
    """The trials that the plan asks to foresee."""

    name: ClassVar[str] = "predictions"
    title: ClassVar[str] = "What a new trial would find"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where the plan foresees trials."""
        return len(analysis.forecast.table) > 0

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give a row for each: mean, true effect and estimate; and the number of draws."""
        table = analysis.forecast.table
        sizes = analysis.review.plan.new_trials
        trials = [str(name) for name in analysis.forecast.chances.index]
        parts = [{part: _row(table, part, trial) for part in PARTS} for trial in trials]
        drawn = analysis.forecast.tree["predictions"].data_vars
        counted = next((kind for kind in ARMS if f"{kind}1" in drawn), "")
        mu = drawn["mu"]
        return {
            "counted": counted,
            "arms": {trial: _arms(table, trial, counted) for trial in trials},
            "ignored": table.attrs.get("ignored", ""),
            "rows": list(zip(trials, sizes, parts, strict=True)),
            "draws": mu.sizes["chain"] * mu.sizes["draw"],
        }


def _arms(table: pd.DataFrame, trial: str, kind: str) -> dict[str, dict[str, object]]:
    """Read what is foreseen of the arms of one trial, and how its own interval would lie."""
    told = (f"{kind}1", f"{kind}2", "lower_gt_0", "upper_lt_0", "no_events1", "no_events2")
    return {part: _row(table, part, trial) for part in told}


def _row(table: pd.DataFrame, part: str, trial: str) -> dict[str, object]:
    """Read what is foreseen of one trial; nothing where it has no size."""
    found = [row for row in records(table) if row["label"] == f"{part}[{trial}]"]
    return found[0] if found else {}
