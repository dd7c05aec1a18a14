"""The PRISMA 2020 flow diagram on a telephone: one box below the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import final

from consilience.flow import Filled, Part
from consilience.plots.flow_layout import (
    SEARCHED,
    Layout,
    Place,
    Plate,
    broken,
    mains,
    tall,
    target,
)
from consilience.plots.page import room
from consilience.plots.style import MARGIN

_RAILS, _TRUNK, _INDENT, _DOWN = 0.2, 0.42, 0.66, 0.16


def narrow(boxes: Sequence[Filled]) -> Layout:
    """Lay the boxes out one below the other; what was taken off is set in."""
    return _Narrow(tuple(boxes)).layout()


@final
@dataclass(frozen=True)
class _Narrow:
    """A column of boxes: along its trunk one follows the other, along rails parts lead on."""

    boxes: tuple[Filled, ...]

    @cached_property
    def placed(self) -> dict[str, Plate]:
        """The places of titles and boxes by their names."""
        found: dict[str, Plate] = {}
        y = MARGIN
        for part in (*SEARCHED, Part.INCLUDED):
            here = [one for one in self.boxes if one.box.part is part]
            if here and part is not Part.INCLUDED:
                lines = broken((part.value,), room() - _RAILS, bold=True)
                left = MARGIN + _RAILS
                found[part.value] = Plate(left, y, room() - _RAILS, tall(lines), lines, title=True)
                y = found[part.value].bottom + _DOWN / 2.0
            for one in here:
                found[one.box.name] = self._plate(one, y)
                y = found[one.box.name].bottom + _DOWN
        return found

    def layout(self) -> Layout:
        """Put everything in its place."""
        plates = tuple(self.placed.values())
        return Layout(plates, tuple(self._arrows()), max(one.bottom for one in plates) - MARGIN)

    def _plate(self, one: Filled, y: float) -> Plate:
        indent = _INDENT if one.box.side else _RAILS
        lines = broken(one.lines, room() - indent)
        return Plate(MARGIN + indent, y, room() - indent, tall(lines), lines)

    def _arrows(self) -> Iterator[tuple[Place, ...]]:
        """Run one trunk down the left edge, with a branch to every box of exclusions."""
        trunk = MARGIN + _TRUNK
        for part in (*SEARCHED, Part.INCLUDED):
            chain = mains(self.boxes, part)
            for one, after in pairwise(chain):
                start, end = self.placed[one.box.name], self.placed[after.box.name]
                yield (trunk, start.bottom), (trunk, end.top)
            for off in self.boxes:
                if off.box.part is part and off.box.side and self._above(off):
                    plate = self.placed[off.box.name]
                    y = plate.middle[1]
                    yield (trunk, self._above(off)[0].bottom), (trunk, y), (plate.left, y)
        yield from self._rails()

    def _above(self, off: Filled) -> tuple[Plate, ...]:
        """Give the box of which something was taken off."""
        chain = mains(self.boxes, off.box.part)
        return tuple(self.placed[one.box.name] for one in chain if one.box.row == off.box.row)

    def _rails(self) -> Iterator[tuple[Place, ...]]:
        """Lead from the end of each part to what is included, past the parts between."""
        for lane, part in enumerate(SEARCHED):
            ends = zip(mains(self.boxes, part)[-1:], target(self.boxes, part), strict=False)
            for one, after in ends:
                start, end = self.placed[one.box.name], self.placed[after.box.name]
                x = MARGIN + 0.02 + 0.055 * lane
                shift = 0.06 * (lane - 1)
                y = end.middle[1] + shift
                yield (start.left, start.middle[1]), (x, start.middle[1]), (x, y), (end.left, y)
