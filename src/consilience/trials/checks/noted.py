"""Doubts that whoever extracted the data wrote down."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.view import View


@dataclass(frozen=True, slots=True)
class Noted(Check):
    """A doubt in the column `doubt`, passed on: the first row of each study that bears it."""

    name: ClassVar[str] = "noted"
    asks: ClassVar[str] = "What did the extractor note as doubtful?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Repeat what was noted on extraction, once a study."""
        told: set[tuple[str, str]] = set()
        for row, (study, text) in enumerate(
            zip(view.texts("study"), view.texts("doubt"), strict=True)
        ):
            if text and (study, text) not in told:
                told.add((study, text))
                why = f"noted on extraction: {text}"
                yield Doubt(self.name, row + 1, view.names[row], "doubt", "", why, _REMEDY)


_REMEDY = "Read it before using the row."
