"""The labels of estimates: what tells all rows apart, and which rows bear a name."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import DataError, Problem

NAMING = ("estimate", "study", "trial")


def label_problems(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the rows that no column tells apart."""
    return () if any(_naming(table)) else tuple(_repeated(table))


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the labels of its estimates as its index ``estimate``."""
    name = next(_naming(table))
    index = pd.Index(table[name].astype(object), name="estimate")
    rest = table.drop(columns="estimate") if "estimate" in table else table
    return rest.set_index(index)


def named(table: pd.DataFrame, names: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which rows bear one of these names, as a label, as a study or as a trial.

    Parameters
    ----------
    table : DataFrame
        With the labels as its index, as `labelled` gives it.
    names : sequence of str

    Returns
    -------
    array of bool, one a row

    Raises
    ------
    DataError
        For each name that no row bears.
    """
    columns = [table[name].to_numpy() for name in ("study", "trial") if name in table]
    identities = [table.index.to_numpy(), *columns]
    hits = [np.logical_or.reduce([ids == name for ids in identities]) for name in names]
    unknown = [name for name, hit in zip(names, hits, strict=True) if not hit.any()]
    if unknown:
        remedy = f"Choose from: {', '.join(map(str, table.index))}."
        raise DataError([Problem("No such study or estimate", remedy, n) for n in unknown])
    return np.logical_or.reduce(hits) if hits else np.zeros(len(table), dtype=bool)


def _naming(table: pd.DataFrame) -> Iterator[str]:
    for name in NAMING:
        if name in table and table[name].is_unique and table[name].notna().all():
            yield name


def _repeated(table: pd.DataFrame) -> Iterator[Problem]:
    """Name labels that are missing or stand on several rows."""
    name = "estimate" if "estimate" in table else "study"
    remedy = "Keep one row, or give each a label of its own in a column `estimate`."
    for study in table.loc[table[name].isna(), "study"]:
        yield Problem("The estimate has no label", remedy, study, name)
    counts = table[name].value_counts(sort=False)
    study_of = dict(zip(table[name], table["study"], strict=True))
    for label, count in counts[counts > 1].items():
        what = f"{count} rows have the same label"
        yield Problem(what, remedy, str(study_of[label]), name, str(label))
