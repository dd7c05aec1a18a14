"""Values that no trial can have, in any column of known meaning, whatever is computed from them."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from consilience.errors import Problem
from consilience.trials.checks.required import RULES, Rule, wrong_values
from consilience.trials.columns import POSITIVE
from consilience.trials.rows import row_names

COUNT = Rule(
    lambda x: (x >= 0) & (x == np.floor(x)),
    "This is no count: it must be whole and not negative",
    "Give the number of people or events, not a percentage.",
)
_PEOPLE = Rule(
    lambda x: (x >= 1) & (x == np.floor(x)),
    "This is no number of participants: it must be whole and at least 1",
    "Give the participants analysed in this arm, or leave the row out.",
)
_CORRELATION = Rule(
    lambda x: np.abs(x) <= 1,
    "This is no correlation: it must lie between −1 and 1",
    "Look it up in the source; a percentage is divided by 100.",
)
_SHARE = Rule(
    lambda x: (x >= 0) & (x <= 1),
    "This is no correlation within clusters: it must lie between 0 and 1",
    "Look it up in the source; a percentage is divided by 100.",
)
_VALUES: Mapping[str, Rule] = (
    {name: RULES[name] for name in (*POSITIVE, "n_total")}
    | dict.fromkeys(("n1", "n2", "n", "ni", "n_pairs"), _PEOPLE)
    | dict.fromkeys(("events1", "events2", "nonevents1", "nonevents2", "events"), COUNT)
    | dict.fromkeys(("ai", "ci", "x1i", "x2i", "xi"), COUNT)
    | dict.fromkeys(("r", "ri", "pair_r", "change_r1", "change_r2"), _CORRELATION)
    | {"icc": _SHARE}
)
_PARTS = (
    *((f"events{arm}", f"n{arm}", f"person_time{arm}") for arm in "12"),
    *(("ai", "n1", ""), ("ci", "n2", ""), ("events", "n", "person_time"), ("xi", "ni", "ti")),
)
"""Counts with the people among whom they were counted; over person-time one may count twice."""


def impossible(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the values of a trial table that cannot be right.

    Parameters
    ----------
    table : DataFrame, k rows
        With the column `study`; columns of words are not asked.

    Returns
    -------
    tuple of Problem
        Each with study, column, value and remedy.
    """
    kinds = table.dtypes.items()
    numeric = [str(n) for n, kind in kinds if is_numeric_dtype(kind) and not is_bool_dtype(kind)]
    numbers = table[numeric].assign(study=table["study"])
    # `ai` without `ci` is metafor's name of a reliability.
    asked = numeric if {"ai", "ci"} <= set(numeric) else [n for n in numeric if n != "ai"]
    rules = {name: rule for name, rule in _VALUES.items() if name in asked}
    return (*wrong_values(numbers, rules), *_together(numbers))


def _together(table: pd.DataFrame) -> Iterator[Problem]:
    """Name cells that are impossible beside another: more events than people, an SD of one."""
    for part, whole, time in _PARTS:
        if {part, whole} <= set(table):
            more = table[part] > table[whole]
            counted = more & (table[time].isna() if time in table else True)
            what = f"There are more events than participants ({whole})"
            remedy = f"Check {part} and {whole} in the source: participants are counted once."
            yield from _each(table, counted, column=part, told=(what, remedy))
    for arm in "12":
        if {f"n{arm}", f"sd{arm}"} <= set(table):
            alone = (table[f"n{arm}"] == 1) & table[f"sd{arm}"].notna()
            told = ("One participant has no standard deviation", RULES["n1"].remedy)
            yield from _each(table, alone, column=f"n{arm}", told=told)


def _each(
    table: pd.DataFrame, rows: pd.Series, *, column: str, told: tuple[str, str]
) -> Iterator[Problem]:
    names = row_names(table["study"])[rows] if rows.any() else ()
    for study, value in zip(names, table[column][rows], strict=True):
        yield Problem(*told, study, column, f"{value:.15g}")
