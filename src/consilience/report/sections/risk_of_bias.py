"""What the sources say about randomisation, blinding and dropout."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class RiskOfBias(Section):
    """What the sources say about randomisation, blinding and dropout."""

    name: ClassVar[str] = "risk_of_bias"
    title: ClassVar[str] = "Risk of bias, as the sources state it"

    @override
    def applies(self, analysis: "Analysis") -> bool:
        return len(analysis.review.risk_of_bias) > 0

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        told = analysis.review.risk_of_bias.set_index("label")["stated_in_the_source"]
        labels = analysis.review.effects.labels
        said = {label: " ".join(told.loc[[label]]) for label in labels if label in told.index}
        return {"said": said, "silent": [label for label in labels if not said.get(label)]}
