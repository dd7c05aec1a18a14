"""The methods, written from what was done."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

from consilience.grid.declared import titles
from consilience.report.choices import Choice, choices
from consilience.report.sections.base import Section
from consilience.spec import Declared

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis


@dataclass(frozen=True, slots=True)
class Methods(Section["GridAnalysis"]):
    """The methods, written from what was done."""

    name: ClassVar[str] = "methods"
    title: ClassVar[str] = "Methods"
    folder: ClassVar[str] = "matrix"

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give the models and estimators that were used, in any cell."""
        fits = [one for cell in analysis.cells for one in cell.answered.fits.values()]
        pooled = [one for cell in analysis.cells for one in cell.answered.pooled.values()]
        names = [name for cell in analysis.cells for name in cell.answered.pooled]
        names_of: dict[str, list[str]] = {}
        for outcome in analysis.review.grid.outcomes:
            names_of.setdefault(outcome.measure, []).append(outcome.name)
        measured = analysis.review.measured
        return {
            "models": analysis.declared,
            "priors": list(_priors(analysis)),
            "named": names_of,
            "independent": all(one.shared.independent for one in measured),
            "answers": analysis.primary if len(analysis.answering) > 1 else "",
            "estimators": list(dict.fromkeys(names)),
            "inferences": list(dict.fromkeys(one.inference.label for one in pooled)),
            "exact": all(one.posterior.accuracy >= 0 for one in fits),
        }


def _priors(analysis: "GridAnalysis") -> Iterator[tuple[Declared, str, tuple[Choice, ...]]]:
    """Give the priors of each model, once for each measure whose scale makes them other ones."""
    for title, one in zip(titles(analysis.declared), analysis.declared, strict=True):
        cells = [cell for cell in analysis.cells if title in cell.answered.fits]
        first = {cell.scale().measure.label: cell.answered.effects for cell in reversed(cells)}
        seen: dict[tuple[Choice, ...], list[str]] = {}
        for label, effects in (first or {"": analysis.review.effects}).items():
            seen.setdefault(choices(one, effects), []).append(label)
        for chosen, labels in seen.items():
            yield one, " and ".join(labels) if len(seen) > 1 else "", chosen
