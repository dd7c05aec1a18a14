"""The PRISMA 2020 flow, as the R package PRISMA2020 and its web page write it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.readers.csv import read_csv

_PART = re.compile(r"(?P<label>.*?)\s*[,:]\s*(?P<n>[0-9][0-9 ]*)")
_MISSING = ("", "NA", "xxx")
_UNKNOWN = "not stated"
_DRAWN = ("identification", "screening", "included")
"""Rows of the package's template that hold no number but a word of the drawing."""


def read_prisma(path: str | Path) -> pd.DataFrame:
    """Read the boxes of a PRISMA 2020 flow diagram.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns ``data, box, boxtext, n`` (others are not needed); `n` is a
        number, a list such as ``"Embase, 650; PubMed, 497"``, or "not stated". An empty cell, NA
        and xxx leave the number out.

    Returns
    -------
    DataFrame
        One row per number: `data` (the package's name of the box), `box`, `text`, `part` (empty,
        one entry of a list, or "not stated" where the file says that) and `n` (float; NaN where
        the file gives no number).

    Raises
    ------
    DataError
        For a file that is no such table, and with every cell that is neither number nor list.

    References
    ----------
    Haddaway NR, Page MJ, Pritchard CC, McGuinness LA (2022). Campbell Systematic Reviews 18:e1230.
    doi:10.1002/cl2.1230
    """
    place = Path(path)
    if not place.is_file():
        raise DataError(f"There is no file {place}. Give a PRISMA 2020 table (CSV).")
    table = read_csv(place)
    absent = [name for name in ("data", "n") if name not in table]
    if absent:
        remedy = "Use the template of the PRISMA2020 package: data, node, box, …, n."
        raise DataError([Problem("The table has no such column", remedy, column=n) for n in absent])
    boxes = table[~table["data"].str.strip().isin((*_MISSING, *_DRAWN))]
    faults = [fault for _, row in boxes.iterrows() for fault in _faults(row)]
    if faults:
        raise DataError(faults)
    rows = [entry for _, row in boxes.iterrows() for entry in _entries(row)]
    return pd.DataFrame(rows, columns=["data", "box", "text", "part", "n"])


def _entries(row: pd.Series) -> Iterator[tuple[str, str, str, str, float]]:
    """Give a row's counts: one, or one for each label of a list; NaN if missing or not stated."""
    head = (str(row["data"]).strip(), str(row.get("box", "")), str(row.get("boxtext", "")))
    text = str(row["n"]).strip()
    if text in _MISSING:
        yield (*head, "", float("nan"))
    elif text.lower() == _UNKNOWN:
        yield (*head, _UNKNOWN, float("nan"))
    elif _count(text) is not None:
        yield (*head, "", _count(text) or 0.0)
    else:
        for label, count in _parts(text):
            yield (*head, label, count)


def _faults(row: pd.Series) -> Iterator[Problem]:
    """Name a cell that is neither a count, a known word nor a list of counts."""
    text = str(row["n"]).strip()
    if text in _MISSING or text.lower() == _UNKNOWN or _count(text) is not None:
        return
    pieces = [piece for piece in text.split(";") if piece.strip()]
    if len(list(_parts(text))) != len(pieces):
        remedy = 'Write a whole number, "not stated", or a list such as "Embase, 650; PubMed, 497".'
        yield Problem("This is no number of records", remedy, str(row["data"]), "n", text[:80])


def _parts(text: str) -> Iterator[tuple[str, float]]:
    """Give the labels and counts of a list; what is no count is passed over."""
    for piece in text.split(";"):
        found = _PART.fullmatch(piece.strip())
        if found:
            yield found["label"], _count(found["n"]) or 0.0
        elif piece.strip() and piece.rpartition(",")[2].strip() in (*_MISSING, _UNKNOWN):
            yield piece.rpartition(",")[0].strip(), float("nan")


def _count(text: str) -> float | None:
    digits = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    return float(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else None
