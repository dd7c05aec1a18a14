"""What can go wrong, by stage: the data, the model, the computation.

Every message says what is wrong, where (study, column, value), and what to do about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class ConsilienceError(Exception):
    """The root of all errors that this package raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a table: what is wrong, where it stands, and the remedy.

    Parameters
    ----------
    what : str
        The fault, in words.
    remedy : str
        What to do about it.
    study, column, value : str
        Where it stands; empty where a fault belongs to no single place.
    """

    what: str
    remedy: str
    study: str = ""
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        """Say the fault in one line: place, fault, remedy."""
        named = (("study", self.study), ("column", self.column), ("value", self.value))
        place = ", ".join(f"{name} {text!r}" for name, text in named if text)
        return f"{place + ': ' if place else ''}{self.what}. {self.remedy}"


class DataError(ConsilienceError):
    """The data cannot be used as they stand.

    Parameters
    ----------
    problems : str or sequence of Problem
        One message, or every problem of a table at once.
    """

    def __init__(self, problems: str | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = () if isinstance(problems, str) else tuple(problems)
        super().__init__(problems if isinstance(problems, str) else _listed(self.problems))


class ModelError(ConsilienceError):
    """The model cannot be built, or an engine or method cannot do what was asked of it."""


class RefusalError(ModelError):
    """A component or an engine has no way to do this, though another may."""


class ConvergenceError(ConsilienceError):
    """The computation did not reach the accuracy that is owed."""


def _listed(problems: tuple[Problem, ...]) -> str:
    if len(problems) == 1:
        return str(problems[0])
    lines = (f"  {number}. {problem}" for number, problem in enumerate(problems, 1))
    return "\n".join((f"{len(problems)} problems:", *lines))
