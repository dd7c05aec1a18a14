"""The effect at each level of a factor, Bayesian and classical."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import pandas as pd

from consilience.report.results import Subgroup
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Subgroups(Section["Analysis"]):
    """The effect at each level of a factor, Bayesian and classical."""

    name: ClassVar[str] = "subgroups"
    title: ClassVar[str] = "Subgroups, both ways"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        """Apply where the plan compares subgroups."""
        return bool(analysis.subgroups)

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give each factor's levels, side by side."""
        return {"groups": [_shown(one) for one in analysis.subgroups]}


def _shown(found: Subgroup) -> dict[str, object]:
    """Put the levels of both sides in one table."""
    sides = {
        name: table[["estimate", "lower", "upper", "k"]]
        for name, table in (("bayes", found.bayes), ("classical", found.separate))
        if len(table)
    }
    joined = pd.concat(sides, axis=1) if sides else pd.DataFrame()
    joined.columns = pd.Index(["_".join(map(str, pair)) for pair in joined.columns])
    chances = found.bayes["p_gt_0"] if len(found.bayes) else pd.Series(dtype=float)
    return {
        "by": found.by,
        "table": joined.assign(p_gt_0=chances),
        "words": found.bayes.attrs.get("words", ""),
        "differences": found.bayes.attrs.get("differences", []),
        "separate": found.separate.attrs,
        "common": found.common.attrs,
        "notes": found.notes,
        "single": [str(name) for name, k in _counts(joined).items() if k == 1],
    }


def _counts(joined: pd.DataFrame) -> pd.Series:
    """Count the trials of each level, on whichever side knows them."""
    sides = [joined[name] for name in ("bayes_k", "classical_k") if name in joined]
    return sides[0] if sides else pd.Series(dtype=float)
