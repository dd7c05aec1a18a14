"""RevMan 5's export of data and analyses as CSV: comparisons, outcomes, subgroups, studies."""

from collections.abc import Mapping, Sequence

import pandas as pd

from consilience.trials.readers.revman import Row, stored_table, trial_table
from consilience.trials.readers.revman_names import (
    analysis_name,
    measure_code,
    method_code,
    model_code,
)
from consilience.trials.readers.sheet import Sheet

MARKS = frozenset({"Comparison Number", "Outcome Number", "Subgroup Number", "Name", "Data Type"})
"""Columns by which the export is known."""

_NUMBERS: Mapping[str, str] = {
    "Events 1": "events1",
    "Total 1": "n1",
    "Mean 1": "mean1",
    "SD 1": "sd1",
    "Events 2": "events2",
    "Total 2": "n2",
    "Mean 2": "mean2",
    "SD 2": "sd2",
    "O-E": "o_minus_e",
    "Var": "logrank_v",
    "Effect Estimate": "yi",
    "SE": "sei",
}
_RESULTS: Mapping[str, str] = {
    "Effect Estimate": "estimate",
    "CI Start": "lower",
    "CI End": "upper",
    "Q": "chi2",
    "df": "df",
    "I²(Q)": "I2",
    "Tau²": "tau2",
    "P(Z)": "p_value",
}
_ENTERED = {
    "D": ("events1", "n1", "events2", "n2"),
    "C": ("n1", "mean1", "sd1", "n2", "mean2", "sd2"),
    "I": ("yi", "sei"),
    "O": ("o_minus_e", "logrank_v"),
    "P": ("o_minus_e", "logrank_v"),
}
"""The columns that count, by the first letter of the data type; the others hold zeros."""

_SWAP = "Swap event and non-event"


def tidy(cells: pd.DataFrame) -> Sheet:
    """Tell the trials of a RevMan 5 export from the headings and the results between them.

    A line with a comparison number alone is a heading; with an outcome number and a data type it
    is an analysis and holds its pooled result; the lines below it are subgroups (they have a data
    type) and studies (they have none).

    Parameters
    ----------
    cells : DataFrame
        With the columns of `MARKS`, and any of those of the export.
    """
    trials: list[Row] = []
    stored: list[Row] = []
    state: dict[str, Row] = {"comparison": {}, "analysis": {}, "subgroup": {}}
    for line in cells.to_dict("records"):
        row = {str(key): str(value).strip() for key, value in line.items()}
        level = _level(row, state)
        if level == "study":
            trials.append(_trial(row, state))
            continue
        state[level] = row
        if level == "analysis":
            state["subgroup"] = {}
        if level != "comparison":
            stored.append(_result(row, state))
    return Sheet(trial_table(trials), (), stored_table(stored))


def _level(row: Row, state: Mapping[str, Row]) -> str:
    """Say what a row speaks of: comparison, analysis, subgroup or study."""
    numbers = [_whole(row.get(name, "")) for name in ("Comparison Number", "Outcome Number")]
    if numbers[1] == 0:
        return "comparison"
    current = state["analysis"]
    known = [_whole(current.get(name, "")) for name in ("Comparison Number", "Outcome Number")]
    if numbers != known:
        return "analysis"
    return "subgroup" if row.get("Data Type", "") else "study"


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _heading(state: Mapping[str, Row]) -> Row:
    """Give what an analysis's trials and results share."""
    one = state["analysis"]
    method = method_code(one.get("Statistical Method", "IV"))
    numbers = (one.get("Comparison Number", ""), one.get("Outcome Number", ""))
    return {
        "analysis": analysis_name(*numbers),
        "outcome": one.get("Name", ""),
        "measure": measure_code(one.get("Effect Measure", ""), method=method),
        "subgroup": state["subgroup"].get("Name", ""),
    }


def _trial(row: Row, state: Mapping[str, Row]) -> Row:
    """Give one trial under our column names, with the numbers that were entered."""
    one = state["analysis"]
    entered = _entered(one)
    numbers = {name: row.get(theirs, "") for theirs, name in _NUMBERS.items() if name in entered}
    return _heading(state) | {
        "study": row.get("Name", ""),
        "year": row.get("Year of study", ""),
        "comparison": state["comparison"].get("Name", ""),
        "intervention": one.get("Group Label 1", ""),
        "comparator": one.get("Group Label 2", ""),
        **numbers,
    }


def _entered(analysis: Row) -> Sequence[str]:
    return _ENTERED.get(analysis.get("Data Type", "")[:1].upper(), ())


def _result(row: Row, state: Mapping[str, Row]) -> Row:
    """Give one printed result under our column names."""
    one = state["analysis"]
    return _heading(state) | {
        "method": method_code(one.get("Statistical Method", "IV")),
        "model": model_code(one.get("Analysis Model", "")),
        "swap_events": one.get(_SWAP, "no").lower(),
        "level": "0.95",
        **{name: row.get(theirs, "") for theirs, name in _RESULTS.items()},
    }
