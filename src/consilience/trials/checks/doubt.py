"""A doubt about a row: nothing that forbids its use, something to look up in the source."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from consilience.trials.checks.view import View


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing about a row that looks wrong.

    Parameters
    ----------
    check : str
        Name of the check that found it.
    row : int
        Place of the row in the table; the first is 1.
    study, column, value : str
        Where it stands.
    why : str
        What is odd, with the figures.
    remedy : str
        What to look up.
    """

    check: str
    row: int
    study: str
    column: str
    value: str
    why: str
    remedy: str

    def __str__(self) -> str:
        """Say the doubt in one line: place, why, remedy."""
        named = (("study", self.study), ("column", self.column), ("value", self.value))
        place = ", ".join(f"{name} {text!r}" for name, text in named if text)
        return f"{place}: {self.why}. {self.remedy}"


class Check(ABC):
    """A check of an extraction: from a table to the doubts about its rows.

    Attributes
    ----------
    name : str
        Its name in the registry.
    asks : str
        What it looks for, in one sentence.
    """

    __slots__ = ()
    name: ClassVar[str]
    asks: ClassVar[str]

    @abstractmethod
    def find(self, view: View) -> Iterator[Doubt]:
        """Find the doubts about a table.

        Parameters
        ----------
        view : View
            The table; columns that it lacks are empty.
        """

    def doubt(self, view: View, row: int, *, column: str, why: str, remedy: str) -> Doubt:
        """Make a doubt about a cell; `row` counts from 0."""
        study, value = view.names[row], view.shown(row, column)
        return Doubt(self.name, row + 1, study, column, value, why, remedy)
