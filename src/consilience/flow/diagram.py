"""What stands in each box of a PRISMA 2020 flow diagram, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import pandas as pd

from consilience.flow.boxes import BOXES, NOT_STATED, ONLY, TEXTS, Box, Part
from consilience.flow.counts import Counts

_PART = "\N{EN DASH} "
_UNKNOWN = NOT_STATED.replace(" ", "\N{NO-BREAK SPACE}")
_LISTED = ("database_specific_results", "register_specific_results")


@final
@dataclass(frozen=True, slots=True)
class Filled:
    """A box with what stands in it.

    Parameters
    ----------
    box : Box
    lines : tuple of str
        Its heading and its numbers, such as "Records screened (n = 80)"; what is part of the line
        above begins with "– ".
    """

    box: Box
    lines: tuple[str, ...]


def filled(flow: pd.DataFrame) -> tuple[Filled, ...]:
    """Write out the boxes of a flow diagram, without those of which the flow says nothing.

    Parameters
    ----------
    flow : DataFrame
        As of `read_prisma`.

    Returns
    -------
    tuple of Filled
        In the order in which the diagram is read. A box that says "not stated" says so. Without an
        earlier version of the review, or other methods, their part is left out, also where the file
        holds zeros there, and so are the sums with earlier studies.
    """
    counts = Counts(flow)
    texts = dict(TEXTS) if counts.shows(Part.PREVIOUS) else {**TEXTS, **ONLY}
    found = []
    for box in _drawn(counts):
        lines = [line for key in box.keys for line in _lines(counts, key, text=texts[key])]
        if lines:
            found.append(Filled(box, (*filter(None, (box.heading,)), *lines)))
    return tuple(found)


def in_words(flow: pd.DataFrame) -> str:
    """Say a whole flow in one paragraph, for those who cannot see the diagram.

    Parameters
    ----------
    flow : DataFrame
        As of `read_prisma`.
    """
    told = ("; ".join(line.removeprefix(_PART) for line in each.lines) for each in filled(flow))
    return " ".join(f"{one.replace(':;', ':')}." for one in told)


def _drawn(counts: Counts) -> Iterator[Box]:
    updated = counts.shows(Part.PREVIOUS)
    new = bool({"new_studies", "new_reports"} & counts.stated.keys())
    for box in BOXES:
        doubled = box.name == "box16" and new and not updated
        if not doubled and (box.part not in (Part.PREVIOUS, Part.OTHER) or counts.shows(box.part)):
            yield box


def _lines(counts: Counts, key: str, *, text: str) -> Iterator[str]:
    """Write the lines of one number: the number itself, and what a list says of it."""
    if not counts.tells(key):
        return
    rows = counts.flow[counts.flow["data"] == key]
    own = "".join(str(each).strip() for each in rows["text"].iloc[:1])
    if key not in _LISTED:
        yield f"{text if own in ('', TEXTS[key]) else own} ({_number(*counts.bounds(key))})"
    for part, n in zip(rows["part"], rows["n"], strict=True):
        if part not in ("", NOT_STATED):
            yield f"{_PART}{part} ({_number(n, n)})"


def _number(least: float, most: float) -> str:
    return f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{least:,.0f}" if least == most else _UNKNOWN
