"""What is known of each trial's conduct, as moderators of its rows."""

from collections.abc import Iterator

import pandas as pd

from consilience.errors import Problem

_TOLD = ("trial", "label", "stated_in_the_source")
"""Columns of risk_of_bias.csv that name a trial or tell of it in sentences."""


def judgement_problems(table: pd.DataFrame, risk_of_bias: pd.DataFrame) -> Iterator[Problem]:
    """Find what keeps the columns of risk_of_bias.csv from standing beside the trials.

    Parameters
    ----------
    table : DataFrame
        The trial table.
    risk_of_bias : DataFrame
        `risk_of_bias.csv` as text; nothing is asked of it where it does not name its trials.
    """
    if "trial" not in risk_of_bias:
        return
    remedy = "Name it as in trials.csv."
    for name in risk_of_bias["trial"]:
        if name not in set(table["trial"]):
            yield Problem("risk_of_bias.csv has a trial of no such name", remedy, name)
    for column in _columns(risk_of_bias):
        if column in table:
            what = "risk_of_bias.csv has a column that trials.csv has as well"
            yield Problem(what, "Give one of the two another name.", column=column)
        held = risk_of_bias.groupby("trial")[column].nunique()
        for name in held.index[held > 1]:
            what = "risk_of_bias.csv says several things of this trial"
            yield Problem(what, "Keep one row for each trial.", str(name), column)


def with_judgements(table: pd.DataFrame, risk_of_bias: pd.DataFrame) -> pd.DataFrame:
    """Put the columns of risk_of_bias.csv beside the trials: each row gets those of its trial.

    A trial of which nothing is recorded has missing values.
    """
    if "trial" not in risk_of_bias:
        return table
    known = risk_of_bias.drop_duplicates("trial").set_index("trial")[_columns(risk_of_bias)]
    rows = known.mask(known == "").reindex(table["trial"]).set_axis(table.index)
    return table.join(rows)


def _columns(risk_of_bias: pd.DataFrame) -> list[str]:
    return [str(name) for name in risk_of_bias if name not in _TOLD]
