"""Comma-separated values, UTF-8 with or without a byte-order mark, quoted as in RFC 4180."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from consilience.errors import DataError, Problem

LARGEST = 64 * 2**20
"""Bytes beyond which a file is taken for something else than a trial table."""


def read_csv(path: Path) -> pd.DataFrame:
    """Read a file of comma-separated values as text, cell by cell.

    Parameters
    ----------
    path : Path
        UTF-8; the first line names the columns.

    Returns
    -------
    DataFrame
        Strings only; an empty cell is an empty string, and ``NA`` is the text ``NA``.

    Raises
    ------
    DataError
        For a file that is too large, no UTF-8 text or no table: with every line at fault.
    """
    header, lines = _header_and_lines(_text(path), path)
    _check_header(header, path)
    faults = [
        Problem(
            f"Line {number} of {path} has {len(cells)} cells where the header has {len(header)}",
            "Quote cells that hold a comma, and fill up short lines.",
        )
        for number, cells in lines
        if len(cells) != len(header)
    ]
    if faults:
        raise DataError(faults)
    return pd.DataFrame([cells for _, cells in lines], columns=header, dtype="str")


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise DataError(
            f"{path} is larger than {LARGEST // 2**20} MB. Give a table of trials, not of patients."
        )
    content = path.read_bytes()
    if b"\0" in content:
        raise DataError(f"{path} holds NUL bytes: it is no text. Save the table as CSV (UTF-8).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"{path} is not UTF-8 (line {line}). Save the table as CSV (UTF-8)."
        raise DataError(message) from error


def _header_and_lines(text: str, path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    lines = list(_filled_lines(text, path))
    if not lines:
        raise DataError(f"{path} is empty. Give a table with a header and at least one trial.")
    (_, header), *rest = lines
    if not rest:
        raise DataError(f"{path} has a header but no rows. Add at least one trial.")
    return [name.strip() for name in header], rest


def _filled_lines(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from ((reader.line_num, cells) for cells in reader if any(map(str.strip, cells)))
    except csv.Error as error:
        message = f"{path}, line {reader.line_num}: {error}. Check the quotation marks there."
        raise DataError(message) from error


def _check_header(header: list[str], path: Path) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        raise DataError(
            f"{path} seems to be separated by semicolons or tabs. Save it with commas as separator "
            "and points as decimal marks."
        )
    nameless = [place for place, name in enumerate(header, 1) if not name]
    twice = [name for name in dict.fromkeys(header) if name and header.count(name) > 1]
    faults = [
        *(Problem(f"Column {place} of {path} has no name", "Name it.") for place in nameless),
        *(Problem("Several columns have this name", "Keep one.", column=name) for name in twice),
    ]
    if faults:
        raise DataError(faults)
