"""Tables that other programs lay out in their own way, told by the names of their columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from consilience.trials.readers import cochrane, metafor, metapsy, revman_csv
from consilience.trials.readers.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Form:
    """A layout that is known.

    Parameters
    ----------
    fits : callable
        From the names of a table's columns to whether it has this layout.
    tidy : callable
        From such a table to one with the names used here.
    """

    fits: Callable[[frozenset[str]], bool]
    tidy: Callable[[pd.DataFrame], Sheet]


REGISTRY: Mapping[str, Form] = {
    "RevMan 5": Form(revman_csv.MARKS.issubset, revman_csv.tidy),
    "Cochrane data rows": Form(cochrane.MARKS.issubset, cochrane.tidy),
    "Metapsy": Form(metapsy.MARKS.issubset, metapsy.tidy),
    "metafor": Form(metafor.recognised, metafor.tidy),
}
"""Layouts by name; the first that fits is taken."""


def in_form(read: Callable[[Path], Sheet]) -> Callable[[Path], Sheet]:
    """Let a reader of tables recognise the layouts of other programs."""

    def reader(path: Path) -> Sheet:
        return recognise(read(path))

    return reader


def recognise(sheet: Sheet) -> Sheet:
    """Give a table in a known layout the names used here; leave any other as it is."""
    columns = frozenset(map(str, sheet.cells.columns))
    texts = all(pd.api.types.is_string_dtype(sheet.cells[name]) for name in sheet.cells)
    form = next((form for form in REGISTRY.values() if form.fits(columns)), None) if texts else None
    if form is None:
        return sheet
    tidied = form.tidy(sheet.cells)
    return Sheet(tidied.cells, (*sheet.log, *tidied.log), tidied.stored)
