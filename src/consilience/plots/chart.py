"""A chart of lines: labels on the left, marks on one common scale, columns of numbers on the right.

Forest plots and their relatives are such charts; they differ only in what stands on the lines.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.axes import Axes

from consilience.plots.grid import GAP, INDENT, ROW, Cell, Grid, Line, crowded, laid
from consilience.plots.lights import columns, paint_heads, paint_row
from consilience.plots.scale import Scale
from consilience.plots.style import FAINT, INK, MARGIN, RULE, SMALL, Sheet, across
from consilience.plots.text import fitted, shortened, width, wrapped
from consilience.plots.writing import Look, put, put_sides

__all__ = ["ROW", "Chart", "Line", "Look", "put", "put_sides"]

_HEAD, _FOOT, _SIDES = 0.3, 0.48, 0.15
_LEADING, _SPACE, _DOUBLE = 0.13, 0.08, 0.3
_STACKED, _ABOVE, _BELOW = 5.0, 0.19, 0.14


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Lines on a common scale.

    Where the page is too narrow for the columns, each label stands above its line, and the columns
    other than the estimates stand beneath it in small type, with their headings.

    Parameters
    ----------
    headings : tuple of str
        Of the labels, the estimates with their intervals, and each other column.
    lines : tuple of Line
        From top to bottom.
    scale : Scale
        The common scale.
    label : str
        What the scale measures.
    sides : tuple of str
        What lies on either side of the null; empty texts for nothing.
    guide : float
        Where a faint dotted line runs from top to bottom; nan for none.
    before : tuple of str
        Headings of the columns between labels and scale.
    whole : tuple of Line
        The lines of all charts that share the places of their columns; empty for these alone.
    lights : tuple of str
        Headings of the lights at the right end; on a narrow page they stand beside the labels.
    """

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    scale: Scale
    label: str
    sides: tuple[str, str] = ("", "")
    guide: float = np.nan
    before: tuple[str, ...] = ()
    whole: tuple[Line, ...] = ()
    lights: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        """Height in inches, with heading and axis."""
        return self.margins + self._body

    @property
    def margins(self) -> float:
        """Height of heading and axis alone."""
        return self.head + _FOOT + _SIDES * any(self.sides)

    @property
    def head(self) -> float:
        """Height of the heading, in inches."""
        return _HEAD + _ABOVE * (bool(self.lights) and self.stacked)

    @cached_property
    def wide(self) -> float:
        """Width of all columns of lights with the gap in front of them, in inches."""
        return sum(columns(self.lights)) + GAP * bool(self.lights)

    @cached_property
    def stacked(self) -> bool:
        """Whether labels stand above their lines, because the page is too narrow for columns."""
        full = bool(self.before or self.lights) and crowded(self)
        return across() < _STACKED or full

    @cached_property
    def ample(self) -> float:
        """Room for labels in front of further columns, in inches; endless without such columns."""
        full = across() - 2.0 * MARGIN - self.wide
        return laid(self, MARGIN, full).label - MARGIN if self.before else np.inf

    def tall(self, line: Line) -> float:
        """Give the height of a line, in inches."""
        if self.stacked:
            return line.height + _ABOVE * bool(line.marks) + _BELOW * len(self.beneath(line))
        wide = line.level * INDENT + width(line.label, bold=line.bold)
        return max(line.height, _DOUBLE if line.before and wide > self.ample else 0.0)

    def beneath(self, line: Line) -> tuple[str, ...]:
        """Give the lines of small type under a line of a stacked chart."""
        pairs = (*zip(self.before, line.before), *zip(self.headings[2:], line.cells))  # noqa: B905
        whole = (
            f"{heading}: {said}".replace(" ", "\N{NO-BREAK SPACE}")
            for heading, said in pairs
            if said
        )
        text = " · ".join(whole)
        room = across() - 2.0 * MARGIN - line.level * INDENT
        return wrapped(text, room, size=SMALL) if self.stacked else ()

    def measured(self) -> tuple[Line, ...]:
        """Give the lines by which columns are measured."""
        return self.whole or self.lines

    def cells(self, line: Line) -> tuple[Cell, ...]:
        """Give the cells behind the scale, in the pieces that are lined up from line to line."""
        first = self.scale.cell(line.value) if line.value else ()
        return (first, *((text,) for text in line.cells if not self.stacked))

    def paint(self, sheet: Sheet, page: Axes, *, left: float, top: float, room: float) -> None:
        """Draw the chart on a sheet.

        Parameters
        ----------
        sheet : Sheet
            The figure.
        page : Axes
            Its axes in inches, which carry all texts.
        left, top : float
            The chart's top left corner, in inches.
        room : float
            Its width in inches.
        """
        grid = laid(self, left, room - self.wide * (not self.stacked))
        start = top + self.head
        self._paint_head(page, grid, top + 0.45 * _HEAD)
        self._paint_lights(page, left + room, y=start - 0.55 * _HEAD)
        _rule(page, (left, left + room), start, ink=INK)
        plot = sheet.window(grid.start, start, width=grid.end - grid.start, height=self._body)
        self._paint_axis(plot)
        y = 0.0
        for line in self.lines:
            if line.ruled:
                _rule(page, (left, left + room), start + y, ink=RULE)
            tall = line.height if self.stacked else self.tall(line)
            middle = y + tall / 2.0 + _ABOVE * (self.stacked and bool(line.marks))
            self._paint_line(page, grid, line=line, y=start + middle)
            self._paint_lights(page, left + room, line, y=start + y + self._level(line))
            for mark in line.marks:
                mark.paint(plot, middle)
            y += self.tall(line)
        self._paint_foot(page, grid, start + y)

    @property
    def _body(self) -> float:
        return sum(self.tall(line) for line in self.lines)

    def _paint_head(self, page: Axes, grid: Grid, y: float) -> None:
        """Write the headings over their columns, shortening the first to the room it has."""
        right = Look(bold=True, side="right")
        room = (grid.label if grid.befores else grid.end) - grid.left - _SPACE
        put(
            page, (grid.left, y), shortened(self.headings[0], room, bold=True), look=Look(bold=True)
        )
        for heading, edge in zip(self.before, grid.befores, strict=False):
            put(page, (edge, y), heading, look=right)
        for heading, edges in zip(self.headings[1:], grid.edges, strict=False):
            put(page, (edges[-1], y), heading, look=right)

    def _paint_line(self, page: Axes, grid: Grid, *, line: Line, y: float) -> None:
        """Write label and numbers of a line; on narrow sheets they stand below each other."""
        if self.stacked:
            self._paint_stacked(page, grid, line=line, y=y)
        else:
            self._paint_label(page, grid, line=line, y=y)
        look = Look(bold=line.bold, side="right")
        for text, edge in zip(line.before, grid.befores, strict=False):
            put(page, (edge, y), text, look=look)
        for cell, edges in zip(self.cells(line), grid.edges, strict=False):
            for text, edge in zip(cell, edges, strict=False):
                put(page, (edge, y), text, look=look)

    def _level(self, line: Line) -> float:
        """Say how far below the top of a line its lights stand, in inches."""
        return 0.55 * _ABOVE + 0.01 if self.stacked else self.tall(line) / 2.0

    def _paint_lights(self, page: Axes, right: float, *lines: Line, y: float) -> None:
        """Draw the lights of a line; the headings of the lights without one."""
        left = right - self.wide + GAP
        for line in lines:
            if line.lights:
                paint_row(page, line.lights, heads=self.lights, left=left, y=y)
        if not lines:
            paint_heads(page, self.lights, left=left, y=y)

    def _paint_label(self, page: Axes, grid: Grid, *, line: Line, y: float) -> None:
        """Write a label over as many lines as its row is high, centred on the row."""
        x = grid.left + line.level * INDENT
        # A line without marks may run on over the empty plot.
        end = grid.label if line.before else grid.start - GAP if line.marks else grid.end
        count = int(self.tall(line) / _LEADING)
        label = fitted(line.label, end - x, lines=count, bold=line.bold)
        for place, text in enumerate(label):
            up = (place - (len(label) - 1) / 2.0) * _LEADING
            put(page, (x, y + up), text, look=Look(bold=line.bold))

    def _paint_stacked(self, page: Axes, grid: Grid, *, line: Line, y: float) -> None:
        """Write label above and numbers below the marks, for sheets without room for columns."""
        x, up = grid.left + line.level * INDENT, line.height / 2.0 + 0.4 * _ABOVE
        room = across() - MARGIN - x - self.wide * bool(line.lights)
        label = shortened(line.label, room, bold=line.bold)
        bare = Look(bold=line.bold, bare=False)
        put(page, (x, y - up * bool(line.marks)), label, look=bare)
        for place, text in enumerate(self.beneath(line)):
            down = line.height / 2.0 + (place + 0.3) * _BELOW
            put(page, (x, y + down), text, look=Look(SMALL, ink=FAINT, bare=False))

    def _paint_axis(self, plot: Axes) -> None:
        """Draw the effect's axis, the line of no effect, and the dotted one through the mean."""
        self.scale.apply(plot)
        plot.set_ylim(self._body, 0.0)
        plot.set_yticks([])
        plot.spines["left"].set_visible(False)
        if np.isfinite(self.scale.null):
            plot.axvline(self.scale.null, color=FAINT, lw=0.9, zorder=1, label="null")
        if np.isfinite(self.guide):
            plot.axvline(self.guide, color=FAINT, lw=0.8, ls=(0, (1, 2)), zorder=1, label="guide")

    def _paint_foot(self, page: Axes, grid: Grid, y: float) -> None:
        """Write under the axis what it measures, and over that which side favours whom."""
        span = grid.end - grid.start
        null = grid.start + self.scale.share(self.scale.null) * span
        if any(self.sides) and np.isfinite(null):
            put_sides(page, (null, y + 0.31), self.sides)
        room = 2.0 * min(
            grid.start + span / 2.0 - MARGIN, across() - MARGIN - grid.end + span / 2.0
        )
        place = (grid.start + span / 2.0, y + 0.33 + _SIDES * any(self.sides))
        put(page, place, shortened(self.label, min(room, span + 0.8)), look=Look(side="center"))


def _rule(page: Axes, ends: tuple[float, float], y: float, *, ink: str) -> None:
    page.plot(ends, (y, y), color=ink, lw=0.7, label="rule")
