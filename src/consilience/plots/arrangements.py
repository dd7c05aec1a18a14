"""How outcomes, times and populations may be laid out on a sheet, the widest way first."""

from collections.abc import Callable, Mapping, Sequence

from consilience.plots.text import clean

type Heading = tuple[str, str]
type Key = tuple[str, str, str]
type Arranged = tuple[tuple[Heading, ...], tuple[Heading, ...], Mapping[tuple[int, int], Key]]


def side_by_side(held: Sequence[Key]) -> Arranged:
    """Lay times beside each other: a row an outcome, a column a time and population in use."""
    outcomes, times, populations = (_levels(held, part) for part in range(3))
    pairs = [
        (time, population)
        for time in times
        for population in populations
        if any((outcome, time, population) in held for outcome in outcomes)
    ]
    keys = {
        (row, column): (outcome, *pair)
        for row, outcome in enumerate(outcomes)
        for column, pair in enumerate(pairs)
    }
    columns = tuple((clean(time), clean(population)) for time, population in pairs)
    return tuple(("", clean(name)) for name in outcomes), columns, keys


def below(held: Sequence[Key]) -> Arranged:
    """Lay times below each other, for narrow sheets: a column is a population alone."""
    outcomes, times, populations = (_levels(held, part) for part in range(3))
    pairs = [
        (outcome, time)
        for outcome in outcomes
        for time in times
        if any((outcome, time, population) in held for population in populations)
    ]
    keys = {
        (row, column): (*pair, population)
        for row, pair in enumerate(pairs)
        for column, population in enumerate(populations)
    }
    rows = tuple((clean(outcome), clean(time)) for outcome, time in pairs)
    return rows, tuple(("", clean(name)) for name in populations), keys


def listed(held: Sequence[Key]) -> Arranged:
    """Lay the cells in one column, which fits every sheet."""
    keys = {(row, 0): key for row, key in enumerate(held)}
    rows = tuple((clean(key[0]), clean(f"{key[1]}, {key[2]}")) for key in held)
    return rows, (("", ""),), keys


def _levels(held: Sequence[Key], part: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(key[part]) for key in held))


ARRANGEMENTS: tuple[Callable[[Sequence[Key]], Arranged], ...] = (side_by_side, below, listed)
"""The ways to lay cells out: each needs less width than the one before."""
