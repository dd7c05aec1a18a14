"""Rows that give their effect, beside rows that give what it is computed from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.conversions.assumption import Floats
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.run import run
from consilience.trials.conversions.sheet import Sheet
from consilience.trials.conversions.target import Target, lacking, paired, ready
from consilience.trials.rows import row_names
from consilience.trials.table import Trials

type Compute = Callable[[pd.DataFrame], tuple[Floats, Floats]]


def computing(table: pd.DataFrame, code: str, *, compute: Compute) -> Compute:
    """Return the function from a table to effects that takes ready-made ones as they are.

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
    given = ready(table, code)

    def computed(version: pd.DataFrame) -> tuple[Floats, Floats]:
        sheet = Sheet(version)
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
    whole = computing(table, code, compute=compute)
    with np.errstate(all="ignore"):
        y, v = (np.array(values) for values in whole(table))
        alone = v.copy()
        if assumed.rows.size:
            y[assumed.rows], v[assumed.rows] = assumed.spread(table, whole)
    bad = ~(np.isfinite(y) & np.isfinite(v) & (v > 0))
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


def unready(table: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return the rows that are not ready-made, their `study` being how messages name the row."""
    names = row_names(table["study"])
    return table.assign(study=names)[~ready(table, code)]


def problems_left(
    found: Sequence[Problem], table: pd.DataFrame, *, target: Target
) -> Iterator[Problem]:
    """Yield the problems that keep rows from having an effect, ready-made ones spared."""
    given = ready(table, target.code)
    names = row_names(table["study"])
    yield from found if not given.all() else ()
    sheet = Sheet(table)
    for study in names[given & ~(sheet.numbers("vi") > 0)]:
        yield Problem("This must be above zero", "Give the variance.", study, "vi")
    sizes = sheet.numbers("design_effect")
    for study, size in zip(names[sizes < 1], sizes[sizes < 1], strict=True):
        remedy = "Give 1 or more: clusters make a trial less precise."
        yield Problem("This is no design effect", remedy, study, "design_effect", f"{size:g}")
    for study in names[paired(table, target)]:
        what = "This is a crossover trial, and the measure would read its pairs as separate people"
        remedy = f"convert() it with the rule CrossoverTo{target.code}, or empty `n_pairs`."
        yield Problem(what, remedy, study, "n_pairs")
    yield from _mixed(sheet, names, target=target)


def _mixed(sheet: Sheet, names: pd.Series, *, target: Target) -> Iterator[Problem]:
    codes = sheet.texts("measure")
    several = len({code for code in codes if code}) > 1
    if several and "yi" in target.needs:
        for study, code in zip(names, codes, strict=True):
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
    if not any(_is_gap(problem) for problem in found):
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


def _is_gap(problem: Problem) -> bool:
    return problem.what in ("The cell is empty", "The table has no such column")


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
