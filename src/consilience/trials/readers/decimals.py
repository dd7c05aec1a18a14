"""Decimal commas and thousands separators, read where the file leaves no doubt of them."""

import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from consilience.trials.columns import ALIASES, LABELS
from consilience.trials.table import Conversion

_SPACE = (
    "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}'\N{RIGHT SINGLE QUOTATION MARK}]"
)
_SIGN = "[+\N{MINUS SIGN}-]?"
_POINT = re.compile(
    rf"{_SIGN}[0-9]{{1,3}}(?:(?:,[0-9]{{3}})+|(?:{_SPACE}[0-9]{{3}})+)(?:\.[0-9]+)?"
)
_COMMA = re.compile(
    rf"{_SIGN}(?:[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?"
    rf"|[0-9]{{1,3}}(?:(?:\.[0-9]{{3}})+|(?:{_SPACE}[0-9]{{3}})+)(?:,[0-9]+)?)"
)
_SURE_COMMA = re.compile(
    rf"{_SIGN}(?:0?,[0-9]+|[0-9]+,(?:[0-9]{{1,2}}|[0-9]{{4,}})|[0-9.]+\.[0-9]{{3}},[0-9]+)"
)
_SURE_POINT = re.compile(
    rf"{_SIGN}(?:0?\.[0-9]+|[0-9]+\.(?:[0-9]{{1,2}}|[0-9]{{4,}})|[0-9,]+,[0-9]{{3}}\.[0-9]+)"
)
_MARK = re.compile(rf"[0-9](?:,|{_SPACE})[0-9]|,[0-9]")

COMMAS = "decimal comma made a point"
THOUSANDS = "thousands separator removed"


def plain_numbers(
    cells: pd.DataFrame, *, commas: bool
) -> tuple[pd.DataFrame, tuple[Conversion, ...]]:
    """Write the numbers of a table with a decimal point and without thousands separators.

    A file has one decimal mark. It is the comma where some cell can only be read so (``3,5``,
    ``1.234,5``) and none can only be read with a point; a cell that could be both (``1,234``) then
    follows the others, and is left as it is (and refused later) where no other cell tells.

    Parameters
    ----------
    cells : DataFrame
        Texts.
    commas : bool
        Whether the file may have decimal commas: not where commas separate its cells.

    Returns
    -------
    DataFrame
        A new one; the given stays as it is.
    tuple of Conversion
        One for each changed cell.
    """
    names = [str(n) for n in cells if ALIASES.get(str(n), n) not in LABELS]
    texts = {name: cells[name].tolist() for name in names}
    suspects = [name for name in names if _MARK.search("\n".join(texts[name]))]
    mark = _decimal_mark(texts, suspects) if suspects else ""
    if mark == "" or (mark == "," and not commas):
        return cells, ()
    changed: dict[str, list[str]] = {}
    log: list[Conversion] = []
    for name in names if mark == "," else suspects:
        was = texts[name]
        now = [_plain(cell, mark) for cell in was]
        if now != was:
            changed[name] = now
            log.extend(_entries(name, was, now))
    return cells.assign(**changed), tuple(log)


def _decimal_mark(texts: Mapping[str, list[str]], suspects: Sequence[str]) -> str:
    """Return the file's decimal mark, or nothing where the cells do not tell or contradict."""
    comma = any(_SURE_COMMA.fullmatch(c.strip()) for name in suspects for c in texts[name])
    point = any(_SURE_POINT.fullmatch(c.strip()) for cells in texts.values() for c in cells)
    if comma == point:
        return "" if comma else _by_spaces(texts, suspects)
    return "," if comma else "."


def _by_spaces(texts: Mapping[str, list[str]], suspects: Sequence[str]) -> str:
    """Spaces between thousands are sure even where no decimal mark is."""
    ambiguous = any("," in c and _POINT.fullmatch(c.strip()) for n in suspects for c in texts[n])
    return "" if ambiguous else "."


def _plain(cell: str, mark: str) -> str:
    """Write a number with a point and no separators; other cells stay as they are."""
    text = cell.strip()
    pattern, thousands = (_COMMA, ".") if mark == "," else (_POINT, ",")
    if not pattern.fullmatch(text):
        return cell
    digits = re.sub(_SPACE, "", text.replace(thousands, ""))
    return digits.replace(",", ".") if mark == "," else digits


def _entries(name: str, was: Sequence[str], now: Sequence[str]) -> Iterator[Conversion]:
    for row, (before, after) in enumerate(zip(was, now, strict=True), 1):
        if before != after:
            rule = COMMAS if "," in before and "." in after else THOUSANDS
            yield Conversion(f"row {row}", name, before, after, rule)
