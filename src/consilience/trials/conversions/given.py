"""Rows that give their effect, beside rows that give what it is computed from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.assumed import Effects, Places
from consilience.trials.conversions.amiss import amiss
from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.run import run
from consilience.trials.conversions.sheet import Mask, Sheet
from consilience.trials.conversions.target import Target, lacking, paired, ready
from consilience.trials.rows import row_names
from consilience.trials.table import Trials


class Computable(Target, Protocol):
    """What the checks must know of an effect measure."""

    def problems(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        """Find everything that keeps the rows of a table from having this effect."""


type Compute = Callable[[pd.DataFrame], tuple[Floats, Floats]]


def computing(table: pd.DataFrame, code: str, *, compute: Compute) -> Effects:
    """Return the function from rows of a table to effects that takes ready-made ones as they are.

    Parameters
    ----------
    table : DataFrame, k rows
        It says which rows are ready-made: `yi` and `vi`, with this code in the column `measure`.
    code : str
    compute : callable
        What the measure does with the other rows.

    Returns
    -------
    callable
        The variance of every row is multiplied by its `design_effect`, where there is one.
    """
    whole = ready(table, code)

    def computed(version: pd.DataFrame, places: Places) -> tuple[Floats, Floats]:
        """Compute effects where none is given, and widen variances by the design effect."""
        sheet, given = Sheet(version), whole[places]
        y, v = sheet.columns("yi", "vi")
        if not given.all():
            y, v = np.where(given, y, np.nan), np.where(given, v, np.nan)
            y[~given], v[~given] = compute(version[~given])
        design = sheet.numbers("design_effect")
        return y, v * np.where(np.isnan(design), 1.0, design)

    return computed


def results(
    trials: Trials, code: str, *, compute: Compute
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return effects and variances, (k,), and in words what was assumed about them.

    Raises
    ------
    DataError
        Naming the rows whose effect is not finite.
    """
    table, assumed = trials.frame, trials.assumed
    effects = computing(table, code, compute=compute)
    with np.errstate(all="ignore"):
        y, v = (np.array(values) for values in effects(table, np.arange(len(table))))
        alone = v.copy()
        if assumed.rows.size:
            spread = assumed.spread(table, effects, settled=(y, v))
            y[assumed.rows], v[assumed.rows] = spread
    bad = ~(np.isfinite(y) & np.isfinite(v) & (v > 0))
    if not (bad.any() or assumed.rows.size):
        return y, v, ()
    names = row_names(table["study"]).to_numpy(dtype=object)
    remedy = "Check the orders of magnitude of its numbers."
    if bad.any():
        raise DataError(
            [
                Problem(f"Its effect cannot be computed (yi {yi:g}, vi {vi:g})", remedy, study)
                for study, yi, vi in zip(names[bad], y[bad], v[bad], strict=True)
            ]
        )
    grown = [f"{names[row]} {100 * (v[row] / alone[row] - 1):+.3g} %" for row in assumed.rows]
    return y, v, (f"Variances changed by what was assumed: {', '.join(grown)}.",) * bool(grown)


def lacks(table: pd.DataFrame, target: Computable) -> tuple[Problem, ...]:
    """Find what keeps rows that are not ready-made from having the effect of a measure."""
    raw = ~ready(table, target.code)
    if not raw.any() or not target.problems(table[raw]):
        return ()
    names = row_names(table["study"])
    return target.problems(table.assign(study=names)[raw])


def problems_left(
    found: Sequence[Problem], table: pd.DataFrame, *, target: Target
) -> Iterator[Problem]:
    """Yield the problems that keep rows from having an effect, ready-made ones spared."""
    given, sheet = ready(table, target.code), Sheet(table)
    yield from found if not given.all() else ()
    for study in _named(table, given & ~(sheet.numbers("vi") > 0)):
        yield Problem("This must be above zero", "Give the variance.", study, "vi")
    sizes = sheet.numbers("design_effect")
    for study, size in zip(_named(table, sizes < 1), sizes[sizes < 1], strict=True):
        remedy = "Give 1 or more: clusters make a trial less precise."
        yield Problem("This is no design effect", remedy, study, "design_effect", f"{size:g}")
    for study in _named(table, paired(table, target)):
        what = "This is a crossover trial, and the measure would read its pairs as separate people"
        remedy = f"convert() it with the rule CrossoverTo{target.code}, or empty `n_pairs`."
        yield Problem(what, remedy, study, "n_pairs")
    if "measure" in table and "yi" in target.needs:
        yield from _mixed(sheet)


def _named(table: pd.DataFrame, mask: Mask) -> list[str]:
    return row_names(table["study"])[mask].tolist() if mask.any() else []


def _mixed(sheet: Sheet) -> Iterator[Problem]:
    """Name all rows where effects of several measures are given."""
    codes = sheet.texts("measure")
    several = len({code for code in codes if code}) > 1
    everyone = np.full(len(sheet), several)
    for study, code in zip(_named(sheet.table, everyone), codes[everyone], strict=True):
        what = "Effects of several measures stand in one column `yi`"
        yield Problem(what, "Analyse one measure at a time.", study, "measure", str(code))


def hinted(
    found: Sequence[Problem], trials: Trials, *, target: Target, rules: Sequence[Rule]
) -> tuple[Problem, ...]:
    """Say with each empty cell which rules would fill it or make it needless.

    Parameters
    ----------
    found : sequence of Problem
    trials : Trials
    target : Target
    rules : sequence of Rule
        Those to be tried.
    """
    if trials.assumed.rows.size or not any(_is_gap(problem) for problem in found):
        return tuple(found)
    after = run(trials, target, rules=rules)
    names = row_names(trials.frame["study"])
    able = names[lacking(trials.frame, target) & ~lacking(after.frame, target)]
    made = dict.fromkeys(able, "")
    for line in after.log[len(trials.log) :]:
        title = line.rule.split(":")[0]
        if line.study in made and title not in made[line.study]:
            made[line.study] += f"{', ' if made[line.study] else ''}{title}"
    told = (_told(problem, made, code=target.code) for problem in found)
    return tuple(told) + _columns(found, made, code=target.code)


def gathered(found: Sequence[Problem], trials: Trials, *, target: Target) -> tuple[Problem, ...]:
    """Say of each row once what it lacks, where rules were tried in vain; then all else.

    Parameters
    ----------
    found : sequence of Problem
    trials : Trials
        After the rules.
    target : Target
    """
    names = row_names(trials.frame["study"]).to_numpy(dtype=object)
    absent = [problem.column for problem in found if problem.what in (_ABSENT, _NONE)]
    raw = names[~ready(trials.frame, target.code)] if absent else ()
    gaps: dict[str, list[str]] = {str(study): list(absent) for study in raw}
    for problem in found:
        if problem.what == _EMPTY and problem.study:
            gaps.setdefault(problem.study, []).append(problem.column)
    wrong = amiss(Sheet(trials.frame))
    place = {str(name): row for row, name in enumerate(names) if name in gaps}
    rows = (
        Problem(
            f"No rule makes an effect of what the row prints ({_printed(trials, place[study])})"
            f"{wrong[place[study]]}",
            "Fill it from the source, name another rule, or leave the row out.",
            study,
            ", ".join(sorted(columns, key=_place(target))),
        )
        for study, columns in gaps.items()
    )
    return (*rows, *(problem for problem in found if problem.study not in gaps
                     or problem.what != _EMPTY))  # fmt: skip


def _printed(trials: Trials, row: int) -> str:
    cells = trials.frame.select_dtypes("number").iloc[row].dropna()
    return ", ".join(f"{name} = {value:.6g}" for name, value in cells.items()) or "no number"


_EMPTY, _ABSENT = "The cell is empty", "The table has no such column"
_NONE = "The table has none of these columns"


def _place(target: Target) -> Callable[[str], int]:
    order = {name: place for place, name in enumerate(target.needs)}
    return lambda name: order.get(name, len(order))


def _is_gap(problem: Problem) -> bool:
    return problem.what in (_EMPTY, _ABSENT)


def _told(problem: Problem, made: dict[str, str], *, code: str) -> Problem:
    way = made.get(problem.study, "")
    if not (way and _is_gap(problem)):
        return problem
    remedy = f"convert(trials, {code!r}) would do it by: {way}."
    return replace(problem, remedy=remedy)


def _columns(found: Sequence[Problem], made: dict[str, str], *, code: str) -> tuple[Problem, ...]:
    """Name the rows that a conversion would save where it is a whole column that is missing."""
    named = {problem.study for problem in found if _is_gap(problem)}
    remedy = f"convert(trials, {code!r}) would do it by: "
    what = "The row has no effect yet, but what it prints can be converted"
    return tuple(
        Problem(what, f"{remedy}{way}.", study) for study, way in made.items() if study not in named
    )
