"""Separated values as programs write them: commas, semicolons or tabs; quoted as in RFC 4180."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from consilience.errors import DataError, Problem
from consilience.trials.readers.decimals import plain_numbers
from consilience.trials.readers.encodings import decode
from consilience.trials.readers.limits import check_cells, check_columns, check_size, contents
from consilience.trials.readers.sheet import Sheet
from consilience.trials.table import Conversion

if TYPE_CHECKING:
    import _csv

SEPARATORS = (",", ";", "\t")
_NAMED = {",": "comma", ";": "semicolon", "\t": "tab"}
_COUNTED = "left out: R's row names, or the index of pandas"


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """A separated file before its numbers are read.

    Parameters
    ----------
    cells : DataFrame
        Texts as they stand.
    separator : str
    log : tuple of Conversion
    """

    cells: pd.DataFrame
    separator: str
    log: tuple[Conversion, ...]


def read_csv(path: Path) -> pd.DataFrame:
    """Read a separated file as text, cell by cell.

    Parameters
    ----------
    path : Path
        UTF-8 (else UTF-16 with its mark, else Windows-1252). Lines that begin with ``#`` before
        the header are comments; the first other line names the columns.

    Returns
    -------
    DataFrame
        Strings only; an empty cell is an empty string, and ``NA`` is the text ``NA``.

    Raises
    ------
    DataError
        For a file that is too large, no text or no table: with every line at fault.
    """
    return parse(contents(path), path).cells


def is_unfilled(path: Path) -> bool:
    """Say whether a table is still as `consilience init` wrote it: comments, names, no row.

    Raises
    ------
    DataError
        For a file that is too large.
    """
    lines = contents(path).splitlines()
    commented = any(line.startswith(b"#") for line in lines)
    filled = [line for line in lines if line.strip() and not line.startswith(b"#")]
    return commented and len(filled) == 1


def read_csv_sheet(path: Path) -> Sheet:
    """Read a separated file, its decimal commas and its thousands separators.

    Raises
    ------
    DataError
        As `read_csv`.
    """
    return sheet_of(parse(contents(path), path))


def sheet_of(raw: Raw) -> Sheet:
    """Write the numbers of a file with decimal points."""
    cells, log = plain_numbers(raw.cells, commas=raw.separator != ",")
    return Sheet(cells, (*raw.log, *log))


def parse(content: bytes, path: Path) -> Raw:
    """Read the bytes of a separated file; `path` is what messages call it.

    Raises
    ------
    DataError
        As `read_csv`.
    """
    text, log = decode(content, path)
    body = _without_comments(text)
    separator = _separator(body)
    header, lines = _header_and_lines(body, path, separator=separator)
    numbered = _numbered(header, lines)
    check_columns(header[numbered:], path)
    if any(len(cells) != len(header) for cells in lines):
        raise DataError(_uneven(body, header, path=path, separator=separator))
    check_size(len(lines), len(header), path=path)
    columns = ([cells[place] for cells in lines] for place in range(len(header)))
    read = (pd.Series(each, dtype="str") for each in columns)
    cells = pd.DataFrame(dict(list(zip(header, read, strict=True))[numbered:]))
    check_cells(cells, path)
    if numbered:
        log = (*log, Conversion("", "", "a first column that counts the rows", "", _COUNTED))
    if separator != ",":
        log = (*log, Conversion("", "", _NAMED[separator], "comma", "the file's separator"))
    return Raw(cells, separator, log)


def _numbered(header: list[str], lines: list[list[str]]) -> bool:
    """Say whether the first column has no name and counts the rows from 1, or from 0."""
    if len(header) < 2 or header[0]:
        return False
    told = [cells[0].strip() for cells in lines]
    return any(told == [str(start + row) for row in range(len(told))] for start in (0, 1))


def _without_comments(text: str) -> str:
    """Blank the lines before the header that begin with ``#``, so that line numbers stay."""
    blank = ""
    while text.startswith("#") or (blank and text[:1] in {"\n", "\r"}):
        _, end, text = text.partition("\n")
        blank += end
    return blank + text


def _separator(text: str) -> str:
    """Return the mark that the first filled line has most of outside quotation marks."""
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    counts = [bare.count(mark) for mark in SEPARATORS]
    return SEPARATORS[counts.index(max(counts))]


def _uneven(text: str, header: list[str], *, path: Path, separator: str) -> list[Problem]:
    """Name the lines that are longer or shorter than the header, by their place in the file."""
    reader = _reader(text, separator)
    numbered = [(reader.line_num, cells) for cells in reader if _is_filled(cells)]
    return [
        Problem(
            f"Line {number} of {path} has {len(cells)} cells where the header has {len(header)}",
            "Quote cells that hold a comma, and fill up short lines.",
        )
        for number, cells in numbered
        if len(cells) != len(header)
    ]


def _header_and_lines(
    text: str, path: Path, *, separator: str
) -> tuple[list[str], list[list[str]]]:
    """Give the trimmed names and the lines below them; refuse a table without either."""
    lines = _filled_lines(text, path, separator=separator)
    if not lines:
        raise DataError(f"{path} is empty. Give a table with a header and at least one trial.")
    header, *rest = lines
    if not rest:
        raise DataError(f"{path} has a header but no rows. Add at least one trial.")
    return [name.strip() for name in header], rest


def _filled_lines(text: str, path: Path, *, separator: str) -> list[list[str]]:
    """Give the lines that hold anything; a fault is named by its line."""
    reader = _reader(text, separator)
    try:
        return [cells for cells in reader if _is_filled(cells)]
    except csv.Error as error:
        message = f"{path}, line {reader.line_num}: {error}. Check the quotation marks there."
        raise DataError(message) from error


def _reader(text: str, separator: str) -> "_csv.Reader":
    return csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)


def _is_filled(cells: list[str]) -> bool:
    """Say whether a line has more than spaces; most have in their first cell."""
    return bool(cells) and (bool(cells[0].strip()) or any(map(str.strip, cells)))
