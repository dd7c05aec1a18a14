"""Where the boxes of a PRISMA 2020 flow diagram stand, and how arrows lead from one to another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import final

from consilience.flow import Filled, Part
from consilience.plots.style import SMALL
from consilience.plots.text import wrapped

type Place = tuple[float, float]

LEADING, PAD = 0.135, 0.07
"""From line to line, and from the text to the edge of its box, in inches."""


@final
@dataclass(frozen=True, slots=True)
class Plate:
    """A rectangle with lines of text, in inches from the top left corner of the sheet.

    Parameters
    ----------
    left, top, width, height : float
    lines : tuple of str
        Already broken.
    title : bool
        Whether it names a part of the diagram.
    upright : bool
        Whether its text runs upwards: a stage beside the rows.
    """

    left: float
    top: float
    width: float
    height: float
    lines: tuple[str, ...]
    title: bool = field(default=False, kw_only=True)
    upright: bool = field(default=False, kw_only=True)

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> Place:
        """Its middle."""
        return self.left + self.width / 2.0, self.top + self.height / 2.0


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """A whole diagram.

    Parameters
    ----------
    plates : tuple of Plate
    arrows : tuple of tuple of Place
        The corners of each arrow, its head at the last.
    height : float
        In inches, without margins.
    """

    plates: tuple[Plate, ...]
    arrows: tuple[tuple[Place, ...], ...]
    height: float


SEARCHED = (Part.PREVIOUS, Part.DATABASES, Part.OTHER)
"""The parts that lead to what is included, from left to right."""


def mains(boxes: Sequence[Filled], part: Part) -> tuple[Filled, ...]:
    """Give the boxes of a part in which the rest stays, from top to bottom."""
    return tuple(one for one in boxes if one.box.part is part and not one.box.side)


def sides(boxes: Sequence[Filled], part: Part) -> tuple[Filled, ...]:
    """Give the boxes of a part that tell what was taken off, from top to bottom."""
    return tuple(one for one in boxes if one.box.part is part and one.box.side)


def steps(boxes: Sequence[Filled], part: Part) -> tuple[tuple[Filled, Filled], ...]:
    """Give the pairs of boxes of a part that follow one another."""
    return tuple(pairwise(mains(boxes, part)))


def target(boxes: Sequence[Filled], part: Part) -> tuple[Filled, ...]:
    """Say where a part leads: earlier studies to the sums, all others to what is new."""
    ends = mains(boxes, Part.INCLUDED)
    if part is Part.PREVIOUS:
        return tuple(one for one in ends if one.box.name == "box16")
    return ends[:1]


def broken(lines: Sequence[str], wide: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break the lines of a box that is so many inches wide."""
    room = wide - 2.0 * PAD
    return tuple(piece for line in lines for piece in wrapped(line, room, size=SMALL, bold=bold))


def tall(lines: Sequence[str]) -> float:
    """Give the height of a box of these lines, in inches."""
    return len(lines) * LEADING + 2.0 * PAD
