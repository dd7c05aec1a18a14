"""The PRISMA 2020 flow diagram on a page: parts side by side, stages one below the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

from consilience.flow import Filled, Part
from consilience.plots.flow_layout import (
    SEARCHED,
    Layout,
    Place,
    Plate,
    broken,
    mains,
    sides,
    steps,
    tall,
    target,
)
from consilience.plots.page import room
from consilience.plots.style import MARGIN, SMALL
from consilience.plots.text import width

_BAR, _GAP, _DOWN, _LEAST, _MOST = 0.26, 0.18, 0.2, 0.95, 3.5
_STAGES = (("Identification", (0,)), ("Screening", (1, 2, 3)), ("Included", (4, 5)))


def fits(boxes: Sequence[Filled]) -> bool:
    """Tell whether the page is wide enough for all columns side by side."""
    return _Wide(tuple(boxes)).column >= _LEAST


def wide(boxes: Sequence[Filled]) -> Layout:
    """Lay the boxes out side by side."""
    return _Wide(tuple(boxes)).layout()


@final
@dataclass(frozen=True)
class _Wide:
    """A table of columns (each part has one, or two with what was taken off) and rows."""

    boxes: tuple[Filled, ...]

    @cached_property
    def columns(self) -> tuple[tuple[Part, bool], ...]:
        """The columns from left to right: a part, and whether it is that of what was taken off."""
        found = []
        for part in SEARCHED:
            found += [(part, False)] * bool(mains(self.boxes, part) or sides(self.boxes, part))
            found += [(part, True)] * bool(sides(self.boxes, part))
        return tuple(found) or ((Part.DATABASES, False),)

    @cached_property
    def column(self) -> float:
        """Width of each column, in inches."""
        count = len(self.columns)
        free = room() - _BAR - _GAP * count
        return min(free / count, _MOST)

    def left(self, part: Part, *, side: bool) -> float:
        """Say where a column begins; what is included stands below what the databases gave."""
        searched = [column for column in self.columns if column[0] is Part.DATABASES]
        below = (searched or [self.columns[-1]])[0]
        place = self.columns.index(below if part is Part.INCLUDED else (part, side))
        return MARGIN + _BAR + _GAP + place * (self.column + _GAP)

    @cached_property
    def titles(self) -> tuple[Plate, ...]:
        """The headings above the columns of each way of searching that was taken."""
        found = []
        for part in SEARCHED:
            count = sum(column[0] is part for column in self.columns)
            if count and (mains(self.boxes, part) or sides(self.boxes, part)):
                span = count * self.column + (count - 1) * _GAP
                found.append((part, span, broken((part.value,), span, bold=True)))
        high = max((tall(lines) for _, _, lines in found), default=0.0)
        return tuple(
            Plate(self.left(part, side=False), MARGIN, span, high, lines, title=True)
            for part, span, lines in found
        )

    @cached_property
    def heights(self) -> dict[int, float]:
        """Height of each row that is there; a stage's rows hold the stage's name."""
        found: dict[int, float] = {}
        for one in self.boxes:
            high = tall(broken(one.lines, self.column))
            found[one.box.row] = max(high, found.get(one.box.row, 0.0))
        for name, rows in _STAGES:
            here = [row for row in rows if row in found]
            held = sum(found[row] for row in here) + _DOWN * (len(here) - 1)
            if here:
                found[here[-1]] += max(0.0, width(name, SMALL, bold=True) + 0.12 - held)
        return dict(sorted(found.items()))

    @cached_property
    def tops(self) -> dict[int, float]:
        """Where each row begins, in inches from above."""
        y = MARGIN + max((title.height + _DOWN / 2.0 for title in self.titles), default=0.0)
        found = {}
        for row, high in self.heights.items():
            found[row] = y
            y += high + _DOWN
        return found

    def plate(self, one: Filled) -> Plate:
        """Give the place of a box."""
        lines = broken(one.lines, self.column)
        left = self.left(one.box.part, side=one.box.side)
        return Plate(left, self.tops[one.box.row], self.column, tall(lines), lines)

    def layout(self) -> Layout:
        """Put everything in its place."""
        plates = (*self.titles, *self._stages(), *map(self.plate, self.boxes))
        last = max(plate.bottom for plate in plates)
        return Layout(plates, tuple(self._arrows()), last - MARGIN)

    def _stages(self) -> Iterator[Plate]:
        for name, rows in _STAGES:
            here = [row for row in rows if row in self.tops]
            if here:
                top, end = self.tops[here[0]], self.tops[here[-1]] + self.heights[here[-1]]
                yield Plate(MARGIN, top, _BAR, end - top, (name,), upright=True)

    def _arrows(self) -> Iterator[tuple[Place, ...]]:
        """Give the corners of each arrow: down the stages, off to exclusions, on to the next."""
        for part in (*SEARCHED, Part.INCLUDED):
            for one, after in steps(self.boxes, part):
                yield self._down(one, after)
            for off in sides(self.boxes, part):
                yield from self._off(off)
            yield from self._on(part)

    def _down(self, one: Filled, after: Filled) -> tuple[Place, ...]:
        start, end = self.plate(one), self.plate(after)
        return (start.middle[0], start.bottom), (end.middle[0], end.top)

    def _off(self, off: Filled) -> Iterator[tuple[Place, ...]]:
        """Lead from a box to what was taken off beside it."""
        end = self.plate(off)
        for one in mains(self.boxes, off.box.part):
            if one.box.row == off.box.row:
                start = self.plate(one)
                y = start.top + min(start.height, end.height) / 2.0
                yield (start.right, y), (end.left, y)

    def _on(self, part: Part) -> Iterator[tuple[Place, ...]]:
        """Lead from the end of a part to what is included."""
        if part is Part.INCLUDED:
            return
        for one, after in zip(mains(self.boxes, part)[-1:], target(self.boxes, part), strict=False):
            start, end = self.plate(one), self.plate(after)
            x, y = start.middle[0], end.middle[1]
            if abs(x - end.middle[0]) < 0.01:
                yield self._down(one, after)
            else:
                yield (x, start.bottom), (x, y), (end.left if x < end.left else end.right, y)
