"""The cells of one Excel sheet, as text: stored values only, no formula is computed."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from pathlib import Path

from consilience.errors import DataError
from consilience.trials.readers.excel_parts import Book, unescape
from consilience.trials.readers.limits import CELLS, COLUMNS
from consilience.trials.readers.xml import walk_xml

_PLACE = re.compile(r"([A-Z]{1,4})([0-9]{1,8})")
_TEXTS = {"s", "str", "inlineStr", "e", "d"}

type Row = dict[int, str]


def read_rows(content: bytes, book: Book, *, path: Path) -> list[Row]:
    """Read the filled cells of a sheet.

    Parameters
    ----------
    content : bytes
        The sheet's part.
    book : Book
    path : Path
        What messages call the file.

    Returns
    -------
    list of dict
        One per filled row, from column (0 is A) to text. Numbers have a decimal point; dates are
        ISO dates; a formula shows the value that was stored with it.

    Raises
    ------
    DataError
        For cells outside every table, and for a formula without a stored value.
    """
    reader = _Reader(book, path)
    walk_xml(content, path, started=reader.started, ended=reader.ended, heard=reader.heard)
    return [row for row in reader.rows if row]


class _Reader:
    """Collects cells while the XML of a sheet goes by."""

    __slots__ = ("attributes", "book", "column", "count", "formula", "into", "path", "rows", "text")

    def __init__(self, book: Book, path: Path) -> None:
        self.book, self.path = book, path
        self.rows: list[Row] = []
        self.attributes: Mapping[str, str] = {}
        self.column, self.count = -1, 0
        self.text, self.into, self.formula = "", False, False

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell, its formula or its text."""
        if tag == "row":
            self.rows.append({})
            self.column = -1
        elif tag == "c":
            self.attributes, self.text, self.formula = attributes, "", False
            self.column = self._column(attributes.get("r", ""))
        elif tag == "f":
            self.formula = True
        self.into = tag in {"v", "t"}

    def heard(self, text: str) -> None:
        if self.into:
            self.text += text

    def ended(self, tag: str) -> None:
        self.into = False
        if tag == "c":
            self._keep()

    def _column(self, place: str) -> int:
        """Give a cell's column by its place, or the next one; refuse a sheet too wide."""
        found = _PLACE.fullmatch(place)
        column = _number_of(found[1]) if found else self.column + 1
        if column >= COLUMNS:
            raise DataError(
                f"{self.path} has a cell in column {column + 1}, {COLUMNS} columns are read at "
                "most. Give one row per estimate."
            )
        return column

    def _keep(self) -> None:
        """Keep a finished cell that holds anything; refuse a formula without its value."""
        if self.formula and not self.text and self.attributes.get("t") != "str":
            raise DataError(
                f"{self.path}, cell {self.attributes.get('r', '?')}: a formula without a stored "
                "value; formulas are not computed here. Open the file in Excel and save it, or "
                "paste the values."
            )
        value = self._value()
        if value and self.rows:
            self.rows[-1][self.column] = value
            self.count += 1
        if self.count > CELLS:
            raise DataError(f"{self.path} has more than {CELLS} cells. Give a table of trials.")

    def _value(self) -> str:
        """Give the cell as text: a shared text, a truth, a date by its style, or a number."""
        kind = self.attributes.get("t", "n")
        if kind == "s":
            return self._shared()
        if kind in _TEXTS or not self.text:
            return unescape(self.text)
        if kind == "b":
            return "true" if self.text.strip() == "1" else "false"
        style = self.attributes.get("s", "")
        is_date = style.isdecimal() and int(style) in self.book.dates
        return _date(self.text, self.book) if is_date else number_text(self.text)

    def _shared(self) -> str:
        index = self.text.strip()
        if not index.isdecimal() or len(index) > 9 or int(index) >= len(self.book.strings):
            where = self.attributes.get("r", "?")
            raise DataError(f"{self.path}, cell {where} names no text. Save the file again.")
        return self.book.strings[int(index)]


def number_text(stored: str) -> str:
    """Write a stored number as it was typed: 12.3, not 12.300000000000001.

    A value that is not within two units in the last place of a number of 15 digits (what Excel
    shows and lets one type) keeps all its digits.
    """
    try:
        value = float(stored)
    except ValueError:
        return stored
    if not math.isfinite(value):
        return stored
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    short = float(f"{value:.15g}")
    return repr(short if abs(short - value) <= 2 * math.ulp(value) else value)


def _date(stored: str, book: Book) -> str:
    """Write Excel's count of days as a date; what is none stays as it is."""
    try:
        days = float(stored)
        start = dt.datetime(1904, 1, 1) if book.since_1904 else dt.datetime(1899, 12, 30)
        moment = start + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return stored
    whole = moment.time() == dt.time(0)
    return moment.date().isoformat() if whole else moment.isoformat(sep=" ", timespec="seconds")


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1
