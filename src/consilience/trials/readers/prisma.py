"""The PRISMA 2020 flow, as the R package PRISMA2020 and its web page write it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import final

import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.readers.csv import read_csv

_PART = re.compile(r"(?P<label>.*?)\s*[,:]\s*(?P<n>[0-9][0-9 ]*)")
_MISSING = ("", "NA", "xxx")


@final
@dataclass(frozen=True, slots=True)
class Arrow:
    """A box of the diagram, what is added up to it, and what is taken off."""

    box: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()

    def fails(self, given: pd.Series) -> bool:
        """Say whether the numbers by box do not add up; not where they are not known."""
        known = self.box in given and self.plus[0] in given
        return known and bool(given[self.box] != self.sum(given))

    def sum(self, given: pd.Series) -> float:
        """Return what the box should hold; a box without a number is empty."""
        added = sum(float(given.get(name, 0.0)) for name in self.plus)
        return added - sum(float(given.get(name, 0.0)) for name in self.minus)

    def in_words(self, given: pd.Series) -> str:
        """Say what the box holds, and what it should."""
        told = [f"+ {name} {given[name]:.0f}" for name in self.plus if name in given]
        told += [f"− {name} {given[name]:.0f}" for name in self.minus if name in given]
        return (
            f"prisma.csv: {self.box} is {given[self.box]:.0f}, but "
            f"{' '.join(told).removeprefix('+ ')} gives {self.sum(given):.0f}. Correct one of "
            "them, or fill in the box that is missing."
        )


_ARROWS = (
    Arrow("database_results", ("database_specific_results",)),
    Arrow("register_results", ("register_specific_results",)),
    Arrow(
        "records_screened",
        ("database_results", "register_results"),
        ("duplicates", "excluded_automatic", "excluded_other"),
    ),
    Arrow("dbr_sought_reports", ("records_screened",), ("records_excluded",)),
    Arrow("dbr_assessed", ("dbr_sought_reports",), ("dbr_notretrieved_reports",)),
    Arrow("other_sought_reports", ("website_results", "organisation_results", "citations_results")),
    Arrow("other_assessed", ("other_sought_reports",), ("other_notretrieved_reports",)),
    Arrow("new_reports", ("dbr_assessed", "other_assessed"), ("dbr_excluded", "other_excluded")),
    Arrow("total_studies", ("previous_studies", "new_studies")),
    Arrow("total_reports", ("previous_reports", "new_reports")),
)


def read_prisma(path: str | Path) -> pd.DataFrame:
    """Read the boxes of a PRISMA 2020 flow diagram.

    Parameters
    ----------
    path : str or Path
        A CSV file with the columns ``data, box, boxtext, n`` (others are not needed); `n` is a
        number, or a list such as ``"Embase, 650; PubMed, 497"``.

    Returns
    -------
    DataFrame
        One row per number: `data` (the package's name of the box), `box`, `text`, `part` (empty,
        or one entry of a list) and `n` (float; NaN where the file says nothing).

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
    boxes = table[~table["data"].str.strip().isin(_MISSING)]
    faults = [fault for _, row in boxes.iterrows() for fault in _faults(row)]
    if faults:
        raise DataError(faults)
    rows = [entry for _, row in boxes.iterrows() for entry in _entries(row)]
    return pd.DataFrame(rows, columns=["data", "box", "text", "part", "n"])


def unequal_sums(flow: pd.DataFrame) -> tuple[str, ...]:
    """Say which boxes of a PRISMA 2020 flow do not follow from those before them.

    Boxes without a number are taken to be empty, as the diagram draws them; a sum is asked for only
    where its result and the first of what is added up are given.

    Parameters
    ----------
    flow : DataFrame
        As of `read_prisma`.

    Returns
    -------
    tuple of str
        One sentence for each box that does not hold.

    References
    ----------
    Page MJ et al. (2021). The PRISMA 2020 statement. BMJ 372:n71. doi:10.1136/bmj.n71
    """
    if flow.empty:
        return ()
    given = flow.dropna(subset=["n"]).groupby("data")["n"].sum()
    return tuple(arrow.in_words(given) for arrow in _ARROWS if arrow.fails(given))


def _entries(row: pd.Series) -> Iterator[tuple[str, str, str, str, float]]:
    head = (str(row["data"]).strip(), str(row.get("box", "")), str(row.get("boxtext", "")))
    text = str(row["n"]).strip()
    if text in _MISSING:
        yield (*head, "", float("nan"))
    elif _count(text) is not None:
        yield (*head, "", _count(text) or 0.0)
    else:
        for label, count in _parts(text):
            yield (*head, label, count)


def _faults(row: pd.Series) -> Iterator[Problem]:
    text = str(row["n"]).strip()
    if text in _MISSING or _count(text) is not None:
        return
    pieces = [piece for piece in text.split(";") if piece.strip()]
    if len(list(_parts(text))) != len(pieces):
        remedy = 'Write a whole number, or a list such as "Embase, 650; PubMed, 497".'
        yield Problem("This is no number of records", remedy, str(row["data"]), "n", text[:80])


def _parts(text: str) -> Iterator[tuple[str, float]]:
    for piece in text.split(";"):
        found = _PART.fullmatch(piece.strip())
        if found:
            yield found["label"], _count(found["n"]) or 0.0
        elif piece.strip() and piece.rpartition(",")[2].strip() in _MISSING:
            yield piece.rpartition(",")[0].strip(), float("nan")


def _count(text: str) -> float | None:
    digits = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    return float(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else None
