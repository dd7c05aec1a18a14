"""Several readings, of which every fault is told at once."""

from collections.abc import Callable, Sequence

from consilience.errors import DataError, Problem


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
    found: list[object] = []
    faults: dict[str, Problem | str] = {}
    for attempt in attempts:
        try:
            found.append(attempt())
        except DataError as error:
            faults |= {str(one): one for one in (error.problems or (str(error),))}
    if all(isinstance(one, Problem) for one in faults.values()) and faults:
        raise DataError([one for one in faults.values() if isinstance(one, Problem)])
    if faults:
        raise DataError("\n".join(faults))
    return found
