"""Excel workbooks (.xlsx, .xlsm): the values of one sheet; no formula, macro, link is followed."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from consilience.errors import DataError
from consilience.trials.readers.archive import open_archive
from consilience.trials.readers.decimals import plain_numbers
from consilience.trials.readers.excel_cells import Row, read_rows
from consilience.trials.readers.excel_parts import read_book
from consilience.trials.readers.limits import check_cells, check_columns, check_size
from consilience.trials.readers.sheet import Sheet
from consilience.trials.table import Conversion

SHEETS = ("trials", "data")
"""Names of sheets that are taken before the first visible one that holds anything."""


def read_excel(path: Path) -> Sheet:
    """Read the sheet `trials` or `data` of a workbook, or else its first visible filled sheet.

    Parameters
    ----------
    path : Path
        The first filled row names the columns; rows that begin with ``#`` before it are comments.

    Returns
    -------
    Sheet
        Texts; which sheet was read is in the log where there are several.

    Raises
    ------
    DataError
        For a damaged or hostile file, and for a sheet that is no table.
    """
    sheets = read_sheets(path)
    wanted = [name for name in sheets if name.strip().lower() in SHEETS]
    name = (wanted or list(sheets))[0]
    header, *rows = _table_rows(sheets[name], path)
    cells, log = plain_numbers(frame_of(header, rows, path=path), commas=True)
    return Sheet(cells, (*_which(name, sheets), *log))


def read_sheets(path: Path) -> dict[str, list[Row]]:
    """Read the filled rows of every visible sheet that has any.

    Raises
    ------
    DataError
        For a damaged or hostile file, and if no sheet holds anything.
    """
    archive = open_archive(path)
    book = read_book(archive)
    sheets = {
        name: read_rows(archive.read(part), book, path=path) for name, part in book.sheets.items()
    }
    filled = {name: rows for name, rows in sheets.items() if rows}
    if not filled:
        raise DataError(f"{path} is empty. Give a table with a header and at least one trial.")
    return filled


def frame_of(header: Row, rows: Sequence[Row], *, path: Path) -> pd.DataFrame:
    """Make a table of a header and the rows below it; an absent cell is an empty text.

    Raises
    ------
    DataError
        For a column without a name and other faults of a header, and without any row.
    """
    width = max(column for row in (header, *rows) for column in row) + 1
    names = [header.get(column, "").strip() for column in range(width)]
    filled = [c for c in range(width) if names[c] or any(row.get(c, "").strip() for row in rows)]
    check_columns([names[c] for c in filled], path)
    if not rows:
        raise DataError(f"{path} has a header but no rows. Add at least one trial.")
    check_size(len(rows), len(filled), path=path)
    columns = {names[c]: [row.get(c, "") for row in rows] for c in filled}
    cells = pd.DataFrame(columns, dtype="str")
    check_cells(cells, path)
    return cells


def _table_rows(rows: Sequence[Row], path: Path) -> list[Row]:
    """Leave out empty rows, and comments above the header."""
    filled = [row for row in rows if any(text.strip() for text in row.values())]
    while filled and filled[0][min(filled[0])].startswith("#"):
        filled = filled[1:]
    if not filled:
        raise DataError(f"{path} is empty. Give a table with a header and at least one trial.")
    return filled


def _which(name: str, sheets: dict[str, list[Row]]) -> tuple[Conversion, ...]:
    if len(sheets) == 1:
        return ()
    others = ", ".join(other for other in sheets if other != name)
    return (Conversion("", "", f"sheet {name!r}", "", f"the sheet that was read; not {others}"),)
