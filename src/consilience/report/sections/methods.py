"""The methods, written from what was done."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section
from consilience.review.conversions import SPREAD, rules_of

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Methods(Section["Analysis"]):
    """The methods, written from what was done."""

    name: ClassVar[str] = "methods"
    title: ClassVar[str] = "Methods"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give the engine, the intervals and the conventions that were used."""
        pooled = analysis.pooled.values()
        return {
            "exact": analysis.primary.fit.posterior.accuracy >= 0,
            "inferences": list(dict.fromkeys(one.inference.label for one in pooled)),
            "conventions": _conventions(analysis),
            **_conversions(analysis),
        }


def _conversions(analysis: "Analysis") -> dict[str, int | bool]:
    """Count the effects that were converted, and those whose variance holds an assumption."""
    review = analysis.review
    used = review.ledger[review.ledger["status"] == "used"]
    steps = review.converted.steps
    spread = set(steps.loc[steps["rule"] == SPREAD, "row"]) & set(used["row"])
    assumed = any(rule.limits for rule in rules_of(review.conversions))
    return {
        "converted": int((used["converted"] != "").sum()),
        "spread": len(spread),
        "assumed": assumed,
    }


def _conventions(analysis: "Analysis") -> list[str]:
    scattering = [one for one in analysis.pooled.values() if one.estimator.scatters]
    intervals = [one.prediction_interval() for one in scattering]
    return list(dict.fromkeys(str(one.attrs["convention"]) for one in intervals))
