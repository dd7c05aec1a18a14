"""Tables made for R's metafor: the study named by author and year, ``NA`` for missing numbers."""

import pandas as pd

from consilience.trials.readers.metapsy import MISSING
from consilience.trials.readers.sheet import Sheet
from consilience.trials.table import Conversion

ARGUMENTS = frozenset(
    {
        *("ai", "bi", "ci", "di", "n1i", "n2i", "x1i", "x2i", "t1i", "t2i"),
        *("m1i", "m2i", "sd1i", "sd2i", "xi", "mi", "ri", "ti", "sdi", "ni", "yi", "vi", "sei"),
        *("r2i", "fi", "pi", "di"),
    }
)
"""Names of escalc's arguments, by which such a table is known (two of them suffice)."""


def recognised(columns: frozenset[str]) -> bool:
    """Say whether a table has metafor's columns."""
    return len(ARGUMENTS & columns) >= 2


def tidy(cells: pd.DataFrame) -> Sheet:
    """Name the study of each row, and read R's ``NA`` as missing in escalc's columns.

    A table without `study` and `slab` gets its study from `author` and `year`, else from `trial`.
    The columns themselves keep metafor's names, which every measure knows.
    """
    numeric = [name for name in cells if name in ARGUMENTS | {"year"}]
    cleared = {n: cells[n].mask(cells[n].str.strip().isin(MISSING), "") for n in numeric}
    table = cells.assign(**cleared)
    if {"study", "slab"} & set(table):
        return Sheet(table)
    if "author" in table:
        dated = table["year"].str.strip() if "year" in table else ""
        made, source = (table["author"].str.strip() + " " + dated).str.strip(), "author and year"
    elif "trial" in table:
        made, source = table["trial"], "trial"
    else:
        return Sheet(table)
    log = (Conversion("", "study", source, "study", "the study of each row"),)
    return Sheet(table.assign(study=made), log)
