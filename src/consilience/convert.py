"""Sheets as reviewers extract them, turned into what a measure needs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience import measures
from consilience.errors import DataError, ModelError, Problem
from consilience.measures import Measure
from consilience.trials import Trials, conversions, examine
from consilience.trials.aliases import respelled
from consilience.trials.checks import RULES, wrong_values
from consilience.trials.columns import POSITIVE, SIZES
from consilience.trials.conversions import Rule
from consilience.trials.conversions.given import gathered, hinted, lacks, problems_left
from consilience.trials.directions import COLUMN, direction_problems, signs
from consilience.trials.labels import label_problems


def convert(
    trials: Trials | pd.DataFrame,
    measure: str | Measure,
    *,
    rules: str | Rule | Sequence[Rule | str] = conversions.DEFAULT,
) -> Trials:
    """Fill what a measure needs, row by row from what each row has.

    Parameters
    ----------
    trials : Trials or DataFrame
    measure : str or Measure
        What is to be computed afterwards; rows that already have it are left alone.
    rules : sequence of Rule or str
        In the order in which they are tried. ``"DEFAULT"`` stands for ``conversions.DEFAULT``,
        those that assume nothing that is not printed; others are added to it, such as
        ``("EqualArms", "DEFAULT")`` or ``("DEFAULT", BorrowSD())``.

    Returns
    -------
    Trials
        Its `log` says of each cell what it was and is, from what, by which rule of which source.
        Where a rule was given a distribution, `effect_sizes` adds to the variances what that
        assumption contributes.

    Raises
    ------
    DataError
        For a table that cannot be read, for sizes, standard deviations and standard errors that
        are impossible, and for rows that a rule names and cannot work on.
    ModelError
        For an unknown measure or rule.
    """
    chosen = measures.get(measure) if isinstance(measure, str) else measure
    read, unreadable = taken(trials)
    if faults := (*unreadable, *_impossible(chosen.complete(read.frame), chosen)):
        raise DataError(faults)
    return conversions.run(read, chosen, rules=conversions.named(rules))


def prepared(
    trials: Trials | pd.DataFrame,
    measure: Measure,
    *,
    rules: str | Rule | Sequence[Rule | str] = (),
) -> Trials:
    """Read, convert and check a table as far as the effects of all its rows can be computed.

    Parameters
    ----------
    trials : Trials or DataFrame
    measure : Measure
    rules : sequence of Rule or str
        Conversions to be made first; none by default.

    Raises
    ------
    DataError
        With every problem of the table at once. Where nothing was to be converted, a remedy names
        the rules that would help; where it was, each row that still has no effect is listed once
        with what it prints and what it lacks.
    """
    named = conversions.named(rules)
    given, unreadable = taken(trials)
    start = measure.complete(given.frame)
    whole = replace(given, frame=start)
    if named:
        whole = conversions.run(whole, measure, rules=named)
    table = whole.frame
    impossible = _impossible(start, measure) if named or _converted(given) else ()
    known = (*unreadable, *impossible)
    cells = {(problem.study, problem.column) for problem in known}
    found = (
        *problems_left(lacks(table, measure), table, target=measure),
        *_directions(table),
        *label_problems(table),
    )
    new = [problem for problem in found if (problem.study, problem.column) not in cells]
    if known or new:
        told = gathered(new, whole, target=measure) if named else new
        helped = hinted(told, whole, target=measure, rules=conversions.DEFAULT)
        raise DataError((*known, *(respelled(each, table.columns) for each in helped)))
    return whole


def _impossible(table: pd.DataFrame, measure: Measure) -> tuple[Problem, ...]:
    """Find what no conversion may read, in columns that the measure itself may not need."""
    read = {name: RULES[name] for name in POSITIVE}
    if set(SIZES) <= set(measure.needs):
        read |= {name: RULES[name] for name in (*SIZES, "n_total")}
    rules = {name: measure.rules.get(name, rule) for name, rule in read.items()}
    return wrong_values(table.select_dtypes("number").assign(study=table["study"]), rules)


def _converted(trials: Trials) -> bool:
    return any(line.source for line in trials.log)


def _directions(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the rows without a direction, looking at every row only if some word is none."""
    if COLUMN not in table:
        return ()
    distinct = table[["study", COLUMN]].drop_duplicates(COLUMN)
    return direction_problems(table) if direction_problems(distinct) else ()


def turns(table: pd.DataFrame, measure: Measure) -> NDArray[np.float64]:
    """Return the sign by which each effect is turned so that positive favours the intervention."""
    if COLUMN not in table or not measure.directional:
        return np.ones(len(table))
    codes, words = pd.factorize(table[COLUMN])
    return signs(pd.DataFrame({COLUMN: words}))[codes]


def informative(trials: Trials, measure: Measure) -> Trials:
    """Leave out the rows that say nothing about the effect, where the measure was told to.

    Raises
    ------
    DataError
        If nothing is left.
    """
    raw = ~conversions.ready(trials.frame, measure.code)
    dropped = np.zeros(len(raw), dtype=bool)
    if raw.any():
        dropped[raw] = measure.dropped(trials.frame[raw])
    if dropped.all():
        raise DataError("No estimate is left: drop00 leaves out every row. Set drop00=False.")
    return trials.keep(~dropped) if dropped.any() else trials


def taken(trials: Trials | pd.DataFrame) -> tuple[Trials, tuple[Problem, ...]]:
    """Take a table as it comes: its rows, and what could not be read in them.

    Raises
    ------
    DataError
        For what is no table, or has no rows.
    """
    if not isinstance(trials, Trials | pd.DataFrame):
        kind = type(trials).__name__
        raise DataError(f"Give what read_trials() gives or a DataFrame, not {kind}.")
    read, unreadable = (trials, ()) if isinstance(trials, Trials) else examine(trials)
    if read.frame.empty:
        raise DataError("The table has no rows. Give at least one trial.")
    return read, unreadable


def refuse_divided(trials: Trials) -> None:
    """Refuse to take a control arm for shared that was divided among its rows before.

    Raises
    ------
    ModelError
    """
    title = conversions.SplitControl.title
    if any(line.rule.startswith(title) for line in trials.log):
        raise ModelError(
            "The control arm was divided among its rows (SplitControl), so that they count nobody "
            "twice. Either divide it, or give the covariance in `shared`."
        )


def notes(trials: Trials, measure: Measure) -> tuple[str, ...]:
    """Say in words what was converted, and what the measure's settings do to the rows."""
    made = Counter([line.rule for line in trials.log if line.source])
    rules = ", ".join(f"{rule.split(':')[0]} ({count} cells)" for rule, count in made.items())
    line = f"Converted: {rules}; cell by cell in `conversions`."
    raw = trials.frame[~conversions.ready(trials.frame, measure.code)]
    return (*(line,) * bool(made), *(measure.notes(raw) if len(raw) else ()))


def told(table: pd.DataFrame, measure: Measure, *, turned: NDArray[np.bool_]) -> tuple[str, ...]:
    """Say in words how the rows of a labelled table became effects."""
    lines = [f"{len(table)} estimates computed; measure: {measure.label}."]
    if (given := conversions.ready(table, measure.code)).any():
        lines.append(f"Taken as ready-made effects: {', '.join(table.index[given])}.")
    if turned.any():
        names = ", ".join(table.index[turned])
        lines.append(f"Turned round, because lower values are better on their scales: {names}.")
    return tuple(lines)
