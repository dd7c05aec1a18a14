"""The lines of a chart, and where its columns stand on the sheet."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from consilience.plots.marks import Mark, Value
from consilience.plots.style import MARGIN, across
from consilience.plots.text import width

if TYPE_CHECKING:
    from consilience.plots.chart import Chart

ROW = 0.2
"""Height of an ordinary line, in inches."""
GAP, INDENT = 0.22, 0.12
"""Between columns, and in front of the labels of a group, in inches."""
_PIECE, _NARROWEST, _LEAST, _LABEL = 0.05, 0.34, 0.22, 1.0

type Cell = tuple[str, ...]


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
    before : tuple of str
        What stands in the columns between label and scale.
    bold : bool
        Whether label and cells are printed bold.
    level : int
        How far the label is indented.
    height : float
        In inches.
    ruled : bool
        Whether a rule separates it from the line above.
    lights : tuple of Mark
        What stands at the right end, one under each heading of the chart's lights.
    """

    label: str = ""
    marks: tuple[Mark, ...] = ()
    value: Value | tuple[()] = ()
    cells: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    bold: bool = False
    level: int = 0
    height: float = ROW
    ruled: bool = False
    lights: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the columns of a chart stand, in inches from the left edge of the sheet."""

    left: float
    label: float
    start: float
    end: float
    befores: tuple[float, ...]
    edges: tuple[tuple[float, ...], ...]


def laid(chart: "Chart", left: float, room: float) -> Grid:
    """Find places for all columns of a chart that is so many inches wide."""
    x = left + room
    edges: list[tuple[float, ...]] = []
    shown = 1 if chart.stacked else len(chart.headings) - 1
    for place in reversed(range(shown)):
        pieces = _pieces(chart, place)
        edges.insert(0, tuple(x - sum(pieces[n + 1 :]) for n in range(len(pieces))))
        x -= max(sum(pieces), width(chart.headings[place + 1], bold=True)) + GAP
    if chart.stacked:
        return Grid(left, x, left + 0.05, x, (), tuple(edges))
    befores = _befores(chart)
    least = (_LEAST if befores or chart.lights else _NARROWEST) * room
    label = left + min(_label_width(chart), x - left - least - GAP - sum(befores))
    ends = tuple(float(end) for end in label + np.cumsum(befores))
    return Grid(left, label, (ends or (label,))[-1] + GAP, x, ends, tuple(edges))


def _befores(chart: "Chart") -> list[float]:
    """Measure the columns between labels and scale, each with the gap in front of it."""
    rows = [line for line in chart.measured() if line.before]
    return [
        max([width(heading, bold=True), *(width(row.before[n], bold=row.bold) for row in rows)])
        + GAP
        for n, heading in enumerate(chart.before)
    ]


def crowded(chart: "Chart") -> bool:
    """Tell whether the columns leave too little for labels and scale."""
    room = across() - 2.0 * MARGIN - chart.wide
    behind = [
        max([width(heading, bold=True), *(sum(width(text) for text in cell) for cell in cells)])
        for heading, cells in zip(chart.headings[1:], _columns(chart), strict=False)
    ]
    used = sum(behind) + GAP * (len(behind) + 1) + sum(_befores(chart))
    return room - used < _LEAST * room + min(_LABEL, _label_width(chart))


def _columns(chart: "Chart") -> list[list[Cell]]:
    """Give the cells behind the scale, column by column."""
    first = [chart.scale.cell(line.value) for line in chart.measured() if line.value]
    rest: list[list[Cell]] = [
        [(line.cells[n],) for line in chart.measured() if len(line.cells) > n]
        for n in range(len(chart.headings) - 2)
    ]
    return [first, *rest]


def _pieces(chart: "Chart", place: int) -> list[float]:
    """Measure the pieces of a column's cells."""
    rows = [(chart.cells(line), line.bold) for line in chart.measured()]
    cells = [(row[place], bold) for row, bold in rows if len(row) > place]
    count = max((len(cell) for cell, _ in cells), default=0)
    columns = [
        max(width(cell[n], bold=bold) for cell, bold in cells if len(cell) > n)
        for n in range(count)
    ]
    return [each + _PIECE * (place > 0) for place, each in enumerate(columns)] or [0.0]


def _label_width(chart: "Chart") -> float:
    """Measure the longest label that shares its line with the scale; others may run over it."""
    labels = [
        width(line.label, bold=line.bold) + line.level * INDENT
        for line in chart.measured()
        if (line.before if chart.before else line.marks)
    ]
    return max([width(chart.headings[0], bold=True), *labels])
