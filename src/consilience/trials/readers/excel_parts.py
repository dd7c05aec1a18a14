"""The parts of an Excel workbook beside its cells: which sheets, which texts, which dates."""

import posixpath
import re
from dataclasses import dataclass

from consilience.errors import DataError
from consilience.trials.readers.archive import Archive
from consilience.trials.readers.xml import parse_xml, walk_xml

_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')


@dataclass(frozen=True, slots=True)
class Book:
    """What the cells of a workbook refer to.

    Parameters
    ----------
    sheets : mapping of str to str
        From a visible sheet's name to its part in the archive, in the workbook's order.
    strings : tuple of str
        Shared texts.
    dates : frozenset of int
        Cell styles that show a number as a date.
    since_1904 : bool
        Whether days are counted from 1904 (old Macintosh files) instead of 1900.
    """

    sheets: dict[str, str]
    strings: tuple[str, ...]
    dates: frozenset[int]
    since_1904: bool


def read_book(archive: Archive) -> Book:
    """Read the parts of a workbook that its cells need.

    Raises
    ------
    DataError
        For an archive that is no workbook, or one without a visible sheet.
    """
    if "xl/workbook.xml" not in archive:
        message = f"{archive.path} is no Excel workbook (.xlsx). Save it as .xlsx or CSV (UTF-8)."
        raise DataError(message)
    root = parse_xml(archive.read("xl/workbook.xml"), archive.path)
    targets = _targets(archive)
    sheets = {
        sheet.get("name", ""): targets[sheet.get("id", "")]
        for sheet in root.iter("sheet")
        if sheet.get("state", "visible") == "visible" and sheet.get("id") in targets
    }
    if not sheets:
        raise DataError(f"{archive.path} has no visible sheet. Show the one with the trials.")
    since_1904 = any(one.get("date1904") in {"1", "true"} for one in root.iter("workbookPr"))
    return Book(sheets, _strings(archive), _dates(archive), since_1904)


def _targets(archive: Archive) -> dict[str, str]:
    """Return the parts by their relation; a link that leads outside the file is left out."""
    name = "xl/_rels/workbook.xml.rels"
    if name not in archive:
        return {}
    root = parse_xml(archive.read(name), archive.path)
    found = {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", "")))[1:]
        for one in root.iter("Relationship")
        if one.get("TargetMode") != "External"
    }
    return {relation: part for relation, part in found.items() if part in archive}


def _strings(archive: Archive) -> tuple[str, ...]:
    """Give the shared texts, in order, without phonetic readings."""
    name = "xl/sharedStrings.xml"
    if name not in archive:
        return ()
    texts: list[str] = []
    state = {"in": False, "skip": False}

    def started(tag: str, attributes: dict[str, str]) -> None:
        """Begin a text, or a phonetic reading that is skipped."""
        del attributes
        if tag == "si":
            texts.append("")
        state["skip"] = state["skip"] or tag == "rPh"
        state["in"] = tag == "t"

    def ended(tag: str) -> None:
        state["skip"] = state["skip"] and tag != "rPh"
        state["in"] = False

    def heard(text: str) -> None:
        if state["in"] and not state["skip"] and texts:
            texts[-1] += text

    walk_xml(archive.read(name), archive.path, started=started, ended=ended, heard=heard)
    return tuple(map(unescape, texts))


def unescape(text: str) -> str:
    """Read ``_x000D_``, as Excel writes characters that XML cannot hold."""
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text


def _dates(archive: Archive) -> frozenset[int]:
    """Say which cell styles show a number as a date."""
    name = "xl/styles.xml"
    if name not in archive:
        return frozenset()
    root = parse_xml(archive.read(name), archive.path)
    own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iter("numFmt")}
    styles = [
        one.get("numFmtId", "0") for cells in root.iter("cellXfs") for one in cells.iter("xf")
    ]
    return frozenset(place for place, code in enumerate(styles) if _is_date(code, own))


def _is_date(code: str, own: dict[str, str]) -> bool:
    if code in own:
        bare = _QUOTED.sub("", own[code].split(";")[0])
        return bool(re.search(r"[dmyhs]", bare, re.IGNORECASE)) and bare.lower() != "general"
    return code.isdecimal() and int(code) in _BUILT_IN_DATES
