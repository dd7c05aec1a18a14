"""The label of each estimate: the first of a table's naming columns that tells all rows apart."""

from collections.abc import Iterator

import pandas as pd

from consilience.errors import Problem

NAMING = ("estimate", "study", "trial")


def label_problems(table: pd.DataFrame) -> tuple[Problem, ...]:
    """Find the rows that no column tells apart."""
    return () if _naming(table) else tuple(_repeated(table))


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the labels of its estimates as its index ``estimate``."""
    (name, *_) = _naming(table)
    index = pd.Index(table[name].astype(object), name="estimate")
    return table.drop(columns="estimate", errors="ignore").set_index(index)


def _naming(table: pd.DataFrame) -> list[str]:
    present = [name for name in NAMING if name in table]
    return [name for name in present if table[name].notna().all() and table[name].is_unique]


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
