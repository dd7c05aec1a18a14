"""Reading XML that may be hostile: no document type, so no entities; bounded size and depth."""

from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from consilience.errors import DataError

ELEMENTS = 5_000_000
DEPTH = 100

type Started = Callable[[str, dict[str, str]], object]
type Ended = Callable[[str], object]
type Heard = Callable[[str], object]


class _Refused(Exception):  # noqa: N818
    """Says why a document is not read further."""


def parse_xml(content: bytes, path: Path) -> Element:
    """Read a whole document as a tree; names come without their namespaces.

    Raises
    ------
    DataError
        For what is no XML, and for a document type declaration: entities live there.
    """
    builder = TreeBuilder()
    walk_xml(content, path, started=builder.start, ended=builder.end, heard=builder.data)
    return builder.close()


def walk_xml(content: bytes, path: Path, *, started: Started, ended: Ended, heard: Heard) -> None:
    """Read a document piece by piece, without holding it as a tree.

    Raises
    ------
    DataError
        As `parse_xml`.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    limits = _Limits()

    def start(name: str, attributes: dict[str, str]) -> None:
        limits.enter()
        started(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        limits.leave()
        ended(_local(name))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = heard
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(content, True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise DataError(f"{path} is no valid XML: {error}. Save it again.") from error
    except (_Refused, ValueError, LookupError) as error:
        raise DataError(f"{path}: {error}. Save it again with the program that made it.") from error


class _Limits:
    """Counts the elements of a document and how deep they lie."""

    __slots__ = ("count", "depth")

    def __init__(self) -> None:
        self.count = 0
        self.depth = 0

    def enter(self) -> None:
        self.count += 1
        self.depth += 1
        if self.depth > DEPTH or self.count > ELEMENTS:
            raise _Refused("this XML is nested too deeply or has too many elements")

    def leave(self) -> None:
        self.depth -= 1


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _no_doctype(*_: object) -> None:
    raise _Refused("this XML declares a document type, which is not read (it could hide entities)")
