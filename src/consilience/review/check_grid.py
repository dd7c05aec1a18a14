"""Does the declaration of a grid fit its trial table? Every name in it that does not."""

from collections.abc import Iterable, Iterator

import pandas as pd

from consilience.errors import Problem
from consilience.review.cells import left_out
from consilience.review.declared import Declaration
from consilience.review.declared_findings import DeclaredFinding
from consilience.review.declared_grid import (
    AXES,
    NO_EXPOSURE,
    NO_GRID,
    DeclaredGrid,
    DeclaredJoint,
    GridLevel,
    Leave,
)
from consilience.review.varied import variant_problems


def grid_problems(declared: Declaration, table: pd.DataFrame) -> Iterator[Problem]:
    """Find what cannot be meant: names without a row, names twice, keys that clash.

    Parameters
    ----------
    declared : Declaration
    table : DataFrame
        The trial table.
    """
    grid = declared.grid
    if grid == NO_GRID:
        yield from _missing(declared)
        return
    yield from _clashing(declared)
    for axis, levels in grid.axes.items():
        yield from _axis(axis, levels, table)
    for place, one in enumerate(grid.leave, 1):
        yield from _leave(one, grid, f"grid.leave[{place}]")
    yield from _twice("grid.variants", [one.name for one in grid.variants])
    yield from variant_problems(grid.variants, table)
    for joint in grid.joint:
        yield from _joint(joint, declared)
    parts = [f"{x.model} {x.time} {x.population} {x.measure}" for x in grid.joint]
    yield from _twice("grid.joint", [" ".join(part.split()) for part in parts])
    for finding in declared.findings:
        yield from _unanalysed(finding, grid)
    if grid.exposure != NO_EXPOSURE:
        yield from _exposure(declared)


def _exposure(declared: Declaration) -> Iterator[Problem]:
    """Find the names of the exposure's cell that no level bears."""
    asked = declared.grid.exposure
    for axis, known in known_levels(declared).items():
        yield from unknown_names(f"grid.exposure.{axis}", (getattr(asked, axis),), known=known)
    if why := left_out((asked.outcome, asked.time, asked.population), declared.grid.leave):
        what = "review.toml, key `grid.exposure`: this cell is left out of the grid"
        cell = f"{asked.outcome}, {asked.time}, {asked.population}"
        yield Problem(what, f"Name another one; its reason: {why}", value=cell)


def _joint(asked: DeclaredJoint, declared: Declaration) -> Iterator[Problem]:
    """Find the names of a joint model's part that no level bears, and what is no correlation."""
    known = known_levels(declared)
    for axis in ("time", "population"):
        named = tuple(filter(None, (getattr(asked, axis),)))
        yield from unknown_names(f"grid.joint.{axis}", named, known=known[axis])
    codes = tuple(one.measure for one in declared.by_measure)
    wanted = asked.measure or declared.measure
    told = "no outcome has this measure, and a joint model reads outcomes of one measure"
    yield from unknown("grid.joint.measure", [wanted], known=codes, told=told)
    for rho in asked.rho:
        if not -1.0 < rho < 1.0:
            what = "review.toml, key `grid.joint.rho`: this is no correlation of estimates"
            yield Problem(what, "Give values between −1 and 1, such as 0.5.", value=f"{rho:g}")


def _clashing(declared: Declaration) -> Iterator[Problem]:
    """Find the keys that only a review of one question has."""
    if declared.selection.outcomes or declared.selection.timepoint:
        what = "review.toml, key `selection`: the grid says which outcomes and times are read"
        yield Problem(what, "Drop selection.outcomes and selection.timepoint, or the grid.")
    if declared.sensitivity:
        what = "review.toml, key `sensitivity`: a grid is varied as a whole"
        yield Problem(what, "Declare [[grid.variants]] instead.")
    if declared.plan.subgroups:
        what = "review.toml, key `plan.subgroups`: the cells of a grid are not divided further"
        yield Problem(what, "Leave it empty: subgroups = [].")


def _axis(axis: str, levels: tuple[GridLevel, ...], table: pd.DataFrame) -> Iterator[Problem]:
    key = f"grid.{_plural(axis)}"
    yield from _empty_axis(key, levels)
    yield from _twice(key, [level.name for level in levels])
    if axis != AXES[0]:
        yield from _of_outcomes(key, levels)
    if axis not in table:
        yield Problem("trials.csv has no such column", "Add it.", column=axis)
        return
    for level in levels:
        told = f"no row of trials.csv has this {axis}"
        yield from unknown(f"{key} ({level.name})", level.read, known=table[axis], told=told)


def _of_outcomes(key: str, levels: tuple[GridLevel, ...]) -> Iterator[Problem]:
    """Find the keys that only outcomes have."""
    for level in levels:
        for name in ("better", "measure", "models"):
            if given := getattr(level, name):
                what = f"review.toml, key `{key} ({level.name}).{name}`: only outcomes have it"
                yield Problem(what, "Declare it under [[grid.outcomes]].", value=str(given))


def known_levels(declared: Declaration) -> dict[str, tuple[str, ...]]:
    """Name the outcomes, times and populations of which findings may be summarised.

    Parameters
    ----------
    declared : Declaration
    """
    grid = declared.grid
    named = {
        "outcome": grid.outcomes,
        "time": grid.times,
        "population": grid.populations,
    }
    known = {axis: tuple(level.name for level in levels) for axis, levels in named.items()}
    return known | {"outcome": known["outcome"] or declared.selection.outcomes}


def unknown_names(key: str, names: tuple[str, ...], *, known: Iterable[str]) -> Iterator[Problem]:
    """Find the names that are not among the known ones.

    Parameters
    ----------
    key : str
        Where they stand in review.toml.
    names : tuple of str
    known : iterable of str
    """
    yield from unknown(key, names, known=pd.Series(list(known), dtype="str"))


def _missing(declared: Declaration) -> Iterator[Problem]:
    held = {"outcomes": declared.selection.outcomes, "timepoint": declared.selection.timepoint}
    for name, value in held.items():
        if not value:
            what = f"review.toml, key `selection.{name}`: The key is missing"
            yield Problem(what, "Declare it, or a [grid] of outcomes, times and populations.")


def _empty_axis(key: str, levels: tuple[GridLevel, ...]) -> Iterator[Problem]:
    if not levels:
        yield Problem(f"review.toml, key `{key}`: the axis has no level", "Name one or more.")


def _leave(one: Leave, grid: DeclaredGrid, key: str) -> Iterator[Problem]:
    axes = {"outcomes": grid.outcomes, "times": grid.times, "populations": grid.populations}
    for name, levels in axes.items():
        known = tuple(level.name for level in levels)
        yield from unknown_names(f"{key}.{name}", getattr(one, name), known=known)


def _unanalysed(one: DeclaredFinding, grid: DeclaredGrid) -> Iterator[Problem]:
    """Find a row of the summary of findings whose cell is not analysed."""
    if one.measured == "no" or not (grid.times and grid.populations):
        return
    key = (one.outcome, one.time or grid.times[0].name, one.population or grid.populations[0].name)
    if why := left_out(key, grid.leave):
        what = "review.toml, key `findings`: this cell is left out of the grid"
        yield Problem(what, f"Name another one; its reason: {why}", value=", ".join(key))


def _twice(key: str, names: list[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield Problem(f"review.toml, key `{key}`: declared several times", "Declare it once.",
                      value=name)  # fmt: skip


def unknown(
    key: str, names: Iterable[str], *, known: Iterable[str], told: str = "no such name"
) -> Iterator[Problem]:
    """Name what is not among the names that a key of review.toml may have."""
    choices = list(dict.fromkeys(known))
    remedy = f"Choose from: {', '.join(map(str, choices))}."
    for name in names:
        if name not in choices:
            yield Problem(f"review.toml, key `{key}`: {told}", remedy, value=name)


def _plural(axis: str) -> str:
    return {"outcome": "outcomes", "timepoint": "times", "population": "populations"}[axis]
