"""A chart of lines: labels on the left, marks on one common scale, columns of numbers on the right.

Forest plots and their relatives are such charts; they differ only in what stands on the lines.
"""

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes

from consilience.plots.marks import Mark, Value
from consilience.plots.scale import Scale
from consilience.plots.style import BODY, FAINT, INK, MARGIN, RULE, SMALL, WIDTH, Sheet
from consilience.plots.text import fitted, shortened, width

ROW = 0.2
"""Height of an ordinary line, in inches."""
_HEAD, _FOOT, _SIDES, _GAP, _PIECE, _INDENT = 0.3, 0.48, 0.15, 0.22, 0.05, 0.12
_NARROWEST, _LEADING, _SPACE = 0.34, 0.13, 0.08
_CAPITALS = 0.36 / 72.0

type Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How a line of text is printed.

    Parameters
    ----------
    size : float
        In points.
    bold : bool
    side : str
        Which end of the text stands at its place: ``left``, ``right`` or ``center``.
    ink : str
        Colour.
    """

    size: float = BODY
    bold: bool = False
    side: str = "left"
    ink: str = INK


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a chart.

    Parameters
    ----------
    label : str
        Shortened with an ellipsis where it is too long.
    marks : tuple of Mark
        What stands on the scale.
    value : Value
        Estimate and interval for the first column of numbers; empty for none.
    cells : tuple of str
        What stands in the other columns.
    bold : bool
        Whether label and cells are printed bold.
    level : int
        How far the label is indented.
    height : float
        In inches.
    ruled : bool
        Whether a rule separates it from the line above.
    """

    label: str = ""
    marks: tuple[Mark, ...] = ()
    value: Value | tuple[()] = ()
    cells: tuple[str, ...] = ()
    bold: bool = False
    level: int = 0
    height: float = ROW
    ruled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Lines on a common scale.

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
    """

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    scale: Scale
    label: str
    sides: tuple[str, str] = ("", "")
    guide: float = np.nan

    @property
    def height(self) -> float:
        """Height in inches, with heading and axis."""
        return _HEAD + self._body + _FOOT + _SIDES * any(self.sides)

    def cells(self, line: Line) -> tuple[Cell, ...]:
        """Give all cells of a line, in the pieces that are lined up from line to line."""
        first = self.scale.cell(line.value) if line.value else ()
        return (first, *((text,) for text in line.cells))

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
        grid = _grid(self, left, room)
        start = top + _HEAD
        self._paint_head(page, grid, top + 0.45 * _HEAD)
        _rule(page, (left, left + room), start, ink=INK)
        plot = sheet.window(grid.start, start, width=grid.end - grid.start, height=self._body)
        self._paint_axis(plot)
        y = 0.0
        for line in self.lines:
            if line.ruled:
                _rule(page, (left, left + room), start + y, ink=RULE)
            middle = y + line.height / 2.0
            self._paint_line(page, grid, line=line, y=start + middle)
            for mark in line.marks:
                mark.paint(plot, middle)
            y += line.height
        self._paint_foot(page, grid, start + y)

    @property
    def _body(self) -> float:
        return sum(line.height for line in self.lines)

    def _paint_head(self, page: Axes, grid: "_Grid", y: float) -> None:
        put(page, (grid.left, y), self.headings[0], look=Look(bold=True))
        for heading, edges in zip(self.headings[1:], grid.edges, strict=True):
            put(page, (edges[-1], y), heading, look=Look(bold=True, side="right"))

    def _paint_line(self, page: Axes, grid: "_Grid", *, line: Line, y: float) -> None:
        look = Look(bold=line.bold)
        x = grid.left + line.level * _INDENT
        # A line without marks may run on over the empty plot.
        end = grid.start - _GAP if line.marks else grid.end
        label = fitted(line.label, end - x, lines=int(line.height / _LEADING), bold=line.bold)
        for place, text in enumerate(label):
            put(page, (x, y + (place - (len(label) - 1) / 2.0) * _LEADING), text, look=look)
        for cell, edges in zip(self.cells(line), grid.edges, strict=False):
            for text, edge in zip(cell, edges, strict=False):
                put(page, (edge, y), text, look=replace(look, side="right"))

    def _paint_axis(self, plot: Axes) -> None:
        self.scale.apply(plot)
        plot.set_ylim(self._body, 0.0)
        plot.set_yticks([])
        plot.spines["left"].set_visible(False)
        if np.isfinite(self.scale.null):
            plot.axvline(self.scale.null, color=FAINT, lw=0.9, zorder=1, label="null")
        if np.isfinite(self.guide):
            plot.axvline(self.guide, color=FAINT, lw=0.8, ls=(0, (1, 2)), zorder=1, label="guide")

    def _paint_foot(self, page: Axes, grid: "_Grid", y: float) -> None:
        across = grid.end - grid.start
        null = grid.start + self.scale.share(self.scale.null) * across
        if any(self.sides):
            put_sides(page, (null, y + 0.31), self.sides)
        place = (grid.start + across / 2.0, y + 0.33 + _SIDES * any(self.sides))
        put(page, place, shortened(self.label, across + 0.4), look=Look(side="center"))


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the columns of a chart stand, in inches from the left edge of the sheet."""

    left: float
    start: float
    end: float
    edges: tuple[tuple[float, ...], ...]


def put(page: Axes, place: tuple[float, float], text: str, *, look: Look) -> None:
    """Write a line of text on a page in inches, its capitals centred at its place."""
    if text:
        x, y = place[0], place[1] + _CAPITALS * look.size
        weight = "bold" if look.bold else "normal"
        page.text(x, y, text, size=look.size, weight=weight, ha=look.side, color=look.ink)


def put_sides(page: Axes, place: tuple[float, float], sides: tuple[str, str]) -> None:
    """Write what lies on either side of a place, within the sheet."""
    x, y = place
    left, right = (width(text, SMALL) for text in sides)
    x = min(max(x, MARGIN + left + _SPACE), WIDTH - MARGIN - right - _SPACE)
    put(page, (x - _SPACE, y), sides[0], look=Look(SMALL, side="right"))
    put(page, (x + _SPACE, y), sides[1], look=Look(SMALL))


def _rule(page: Axes, ends: tuple[float, float], y: float, *, ink: str) -> None:
    page.plot(ends, (y, y), color=ink, lw=0.7, label="rule")


def _grid(chart: Chart, left: float, room: float) -> _Grid:
    x = left + room
    edges: list[tuple[float, ...]] = []
    for place in reversed(range(len(chart.headings) - 1)):
        pieces = _pieces(chart, place)
        edges.insert(0, tuple(x - sum(pieces[n + 1 :]) for n in range(len(pieces))))
        x -= max(sum(pieces), width(chart.headings[place + 1], bold=True)) + _GAP
    most = x - left - _NARROWEST * room - _GAP
    return _Grid(left, left + min(_label_width(chart), most) + _GAP, x, tuple(edges))


def _pieces(chart: Chart, place: int) -> list[float]:
    """Measure the pieces of a column's cells."""
    rows = [(chart.cells(line), line.bold) for line in chart.lines]
    cells = [(row[place], bold) for row, bold in rows if len(row) > place]
    count = max((len(cell) for cell, _ in cells), default=0)
    columns = [
        max(width(cell[n], bold=bold) for cell, bold in cells if len(cell) > n)
        for n in range(count)
    ]
    return [each + _PIECE * (place > 0) for place, each in enumerate(columns)] or [0.0]


def _label_width(chart: Chart) -> float:
    labels = [
        width(line.label, bold=line.bold) + line.level * _INDENT
        for line in chart.lines
        if line.marks
    ]
    return max([width(chart.headings[0], bold=True), *labels])
