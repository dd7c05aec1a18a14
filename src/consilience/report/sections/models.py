"""What each model assumes, and on whose authority."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.effects import Effects
from consilience.report.choices import Choice, choices
from consilience.report.sections.base import Section
from consilience.spec import Declared

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Models(Section["Analysis"]):
    """What each model assumes, and on whose authority."""

    name: ClassVar[str] = "models"
    title: ClassVar[str] = "The models and their priors"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give all choices of the primary model; of each other model those that differ."""
        effects = analysis.review.effects
        fitted = [one.declared for one in analysis.fitted]
        failed = [one.declared for one in analysis.failed]
        own = choices(fitted[0], effects)
        others = [_unlike(own, one, effects) for one in (*fitted[1:], *failed)]
        return {"models": [(fitted[0], own, ()), *others]}


def _unlike(
    own: tuple[Choice, ...], declared: Declared, effects: Effects
) -> tuple[Declared, tuple[Choice, ...], tuple[Choice, ...]]:
    """Part the choices of a model into those of its own and those of the primary model."""
    every = choices(declared, effects)
    shared = tuple(each for each in every if each in own)
    return declared, tuple(each for each in every if each not in own), shared
