"""From bytes to text: UTF-8, UTF-16 with its mark, and Windows-1252 as Excel writes it."""

import codecs
from pathlib import Path

from consilience.errors import DataError
from consilience.trials.table import Conversion

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(content: bytes, path: Path) -> tuple[str, tuple[Conversion, ...]]:
    """Turn bytes into text, and say so where they were not UTF-8.

    Raises
    ------
    DataError
        For NUL bytes, and for bytes that are text in none of these encodings.
    """
    if content.startswith(_UTF16):
        return _read(content, "utf-16", path), (_note("UTF-16"),)
    if b"\0" in content:
        raise DataError(f"{path} holds NUL bytes: it is no text. Save the table as CSV (UTF-8).")
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return _read(content, "cp1252", path), (_note("Windows-1252"),)


def _read(content: bytes, encoding: str, path: Path) -> str:
    """Decode, naming the line where it fails; NUL characters are no text."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = (
            f"{path} is neither UTF-8 nor {encoding} text (line {line}). "
            "Save the table as CSV (UTF-8)."
        )
        raise DataError(message) from error
    if "\0" in text:
        raise DataError(f"{path} holds NUL characters: it is no text. Save it as CSV (UTF-8).")
    return text


def _note(encoding: str) -> Conversion:
    return Conversion("", "", encoding, "UTF-8", "the file's encoding; look at names with accents")
