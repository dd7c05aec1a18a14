"""Several readings, of which every fault is told at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from consilience.errors import ConsilienceError, DataError, Problem


@dataclass(frozen=True, slots=True)
class Attempts:
    """What several readings found wrong, each fault once though several readers met it."""

    faults: dict[str, Problem | str] = field(default_factory=dict)

    def add(self, problems: Iterable[Problem]) -> None:
        """Take faults that somebody found.

        Parameters
        ----------
        problems : iterable of Problem
        """
        self.faults.update({str(one): one for one in problems})

    def attempt[T](self, reading: Callable[[], T], otherwise: T) -> T:
        """Try to read something; where it is refused, keep the faults and go on with another.

        Parameters
        ----------
        reading : callable
        otherwise : object
            With what the next readings make do.
        """
        try:
            return reading()
        except DataError as error:
            if error.problems:
                self.add(error.problems)
            else:
                self.faults[str(error)] = str(error)
            return otherwise

    def cells(self) -> set[tuple[str, str]]:
        """Give the cells of a table of which something was found, by study and column."""
        found = (one for one in self.faults.values() if isinstance(one, Problem))
        return {(one.study, one.column) for one in found}

    def end(self) -> None:
        """Raise what was found.

        Raises
        ------
        DataError
            With the faults of all.
        """
        found = list(self.faults.values())
        problems = [one for one in found if isinstance(one, Problem)]
        if found and len(problems) == len(found):
            raise DataError(problems)
        if found:
            raise DataError("\n".join(self.faults))


def faults_of(error: ConsilienceError, where: str) -> Iterator[Problem]:
    """Give the faults that a refusal names, or the refusal itself as one.

    Parameters
    ----------
    error : ConsilienceError
    where : str
        The place in the declaration, before each of them.
    """
    named = getattr(error, "problems", ())
    yield from (replace(one, what=f"{where}: {one.what}") for one in named)
    if not named:
        what, _, remedy = str(error).removesuffix(".").rpartition(". ")
        told = (what, remedy) if what else (remedy, "Correct it")
        yield Problem(f"{where}: {told[0]}", f"{told[1]}.")


def all_at_once(attempts: Sequence[Callable[[], object]]) -> list[object]:
    """Try everything, then raise what failed: each fault once, though several readers met it.

    Parameters
    ----------
    attempts : sequence of callable

    Returns
    -------
    list
        What each of them gave.

    Raises
    ------
    DataError
        With the faults of all.
    """
    tried = Attempts()
    found = [tried.attempt(one, None) for one in attempts]
    tried.end()
    return found
