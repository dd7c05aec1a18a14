"""The methods, written from what was done."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Methods(Section):
    """The methods, written from what was done."""

    name: ClassVar[str] = "methods"
    title: ClassVar[str] = "Methods"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        return True

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        pooled = analysis.pooled.values()
        return {
            "exact": analysis.primary.fit.posterior.accuracy >= 0,
            "inferences": list(dict.fromkeys(one.inference.label for one in pooled)),
            "conventions": _conventions(analysis),
        }


def _conventions(analysis: "Analysis") -> list[str]:
    scattering = [one for one in analysis.pooled.values() if one.estimator.scatters]
    intervals = [one.prediction_interval() for one in scattering]
    return list(dict.fromkeys(str(one.attrs["convention"]) for one in intervals))
