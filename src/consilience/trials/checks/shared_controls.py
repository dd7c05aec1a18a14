"""One control arm compared with several interventions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.view import View

OCCASION = ("study", "outcome", "scale", "timepoint", "population", "subgroup", "analysis")
ARM = ("n2", "mean2", "sd2", "se2", "events2")
INTERVENTION = ("n1", "mean1", "sd1", "se1", "events1")
CONTRAST = ("md", "d", "yi")


@dataclass(frozen=True, slots=True)
class SharedControls(Check):
    """A control arm that is used twice: the same numbers beside another intervention arm.

    Where a table holds contrasts without arms, the sign is several contrasts of one study, scale
    and time against the same comparator.
    """

    name: ClassVar[str] = "shared_controls"
    asks: ClassVar[str] = "Is one control arm compared with several interventions?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        for rows in view.groups(*OCCASION, least=2):
            if view.texts("study")[rows[0]]:
                yield from self._within(view, rows)

    def _within(self, view: View, rows: list[int]) -> Iterator[Doubt]:
        """Doubt rows of a trial with a control arm that an earlier row has, against another arm."""
        seen: dict[tuple[str, ...], int] = {}
        for row in rows:
            key = _control(view, row)
            if not key:
                continue
            first = seen.setdefault(key, row)
            if first != row and _treated(view, first) != _treated(view, row):
                why = f"row {first + 1} has the same control arm, with another intervention arm"
                remedy = (
                    "Use one of the comparisons, combine the intervention arms, split the control, "
                    "or give the covariance that the shared arm brings."
                )
                column = "mean2" if view.shown(row, "mean2") else "comparator"
                yield self.doubt(view, row, column=column, why=why, remedy=remedy)


def _control(view: View, row: int) -> tuple[str, ...]:
    """Give what tells a control arm apart: its numbers, or its name at a time, or nothing."""
    arm = tuple(view.shown(row, name) for name in ARM)
    if sum(map(bool, arm)) >= 2:
        return arm
    comparator = view.shown(row, "comparator")
    contrast = any(view.shown(row, name) for name in CONTRAST)
    return (comparator, view.shown(row, "weeks")) if comparator and contrast else ()


def _treated(view: View, row: int) -> tuple[str, ...]:
    return tuple(view.shown(row, name) for name in (*INTERVENTION, *CONTRAST))
