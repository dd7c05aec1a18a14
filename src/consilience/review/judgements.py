"""What is known of each trial's conduct, as moderators of its rows."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from consilience.errors import Problem
from consilience.trials.readers import is_unfilled, read_csv, read_risk_of_bias
from consilience.trials.readers.risk_of_bias import JUDGED

_TOLD = ("trial", "label", "study", "study id", "stated_in_the_source")
"""Columns of risk_of_bias.csv that name a trial or tell of it in sentences."""


def read_judgements(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Read `risk_of_bias.csv`: judgements in one set of words, everything else as it stands.

    Parameters
    ----------
    path : Path
    table : DataFrame
        The trial table. Where the file does not name the trial of a row, its `Study` does: by the
        trial's code, its study, or study and year.

    Returns
    -------
    DataFrame
        Text, with the column `trial`; no rows where there is no such file or nothing in it.

    Raises
    ------
    DataError
        For a file that cannot be read, and with every word that is no judgement.
    """
    if not path.is_file() or is_unfilled(path):
        return pd.DataFrame()
    told = read_csv(path)
    if any(_is_judged(str(name)) for name in told):
        told = _in_words(told, read_risk_of_bias(path))
    return named(told, table)


def judgement_problems(table: pd.DataFrame, risk_of_bias: pd.DataFrame) -> Iterator[Problem]:
    """Find what keeps the columns of risk_of_bias.csv from standing beside the trials.

    Parameters
    ----------
    table : DataFrame
        The trial table.
    risk_of_bias : DataFrame
        As of `read_judgements`.
    """
    if risk_of_bias.empty:
        return
    if "trial" not in risk_of_bias:
        what, remedy = "risk_of_bias.csv names no trials", "Add the column `trial`, or `Study`."
        yield Problem(what, remedy, column="trial")
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
    if risk_of_bias.empty:
        return table
    known = risk_of_bias.drop_duplicates("trial").set_index("trial")[_columns(risk_of_bias)]
    rows = known.mask(known == "").reindex(table["trial"]).set_axis(table.index)
    return table.join(rows)


def labelled(risk_of_bias: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Add the trials' labels to what is known of their risk of bias."""
    if risk_of_bias.empty:
        return risk_of_bias
    return risk_of_bias.assign(label=risk_of_bias["trial"].map(dict(labels)))


def _is_judged(name: str) -> bool:
    return re.fullmatch(r"d(omain)?\s*\.?\s*1\b.*|overall.*", name.strip().lower()) is not None


def _in_words(told: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Put the judgements as they were understood in the place of those that were written."""
    columns = [str(name) for name in judged if JUDGED.fullmatch(str(name))]
    titles = {str(title): short for short, title in judged.attrs.get("domains", {}).items()}
    overall = [name for name in told if str(name).strip().lower().startswith("overall")]
    written = {name for name in told if str(name) in titles} | set(overall[:1])
    others = told.drop(columns=[name for name in written if name not in columns])
    return others.assign(**{name: judged[name].to_numpy() for name in columns})


def named(told: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Add the column `trial` where it is missing, by the column `study`.

    Parameters
    ----------
    told : DataFrame
        What is said of the trials.
    table : DataFrame
        The trial table; a study is known by the trial's code, its study, or study and year.
    """
    if "trial" in told:
        return told
    column = next((name for name in told if str(name).strip().lower() in _TOLD[2:4]), None)
    if column is None or not {"trial", "study"} <= set(table):
        return told
    years = table["year"] if "year" in table else pd.Series(float("nan"), table.index)
    known: dict[str, str] = {}
    for trial, study, year in zip(table["trial"], table["study"], years, strict=True):
        dated = study if year != year else f"{study} {year:.0f}"  # noqa: PLR0124
        known |= {name: trial for name in (study, dated, trial) if isinstance(name, str)}
    return told.assign(trial=[known.get(name.strip(), name) for name in told[column]])


def _columns(risk_of_bias: pd.DataFrame) -> list[str]:
    return [str(name) for name in risk_of_bias if str(name).strip().lower() not in _TOLD]
