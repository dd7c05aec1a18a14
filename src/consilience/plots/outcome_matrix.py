"""A matrix of outcomes, times and populations: the mean effect in each cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.plots.arrangements import ARRANGEMENTS, Heading, Key
from consilience.plots.chart import Look, put
from consilience.plots.matrix_cells import View, by_code, in_words, texts
from consilience.plots.page import Notes, room
from consilience.plots.style import FAINT, MARGIN, RULE, SMALL, Sheet, style
from consilience.plots.text import shortened, width, wrapped

_NEEDED = ("outcome", "time", "population", "k", "estimate", "lower", "upper", "p_gt_0")
_LINE, _PAD, _GAP, _HEAD, _LABEL = 0.155, 0.07, 0.05, 0.2, 1.15
_SURE = 0.975


@style()
def outcome_matrix(table: pd.DataFrame, effects: Effects | Sequence[Effects]) -> Figure:
    """Draw the answers of a grid as a matrix.

    Parameters
    ----------
    table : DataFrame
        As of `Grid.table`: one row for each cell with ``outcome, time, population, k, estimate,
        lower, upper, p_gt_0``; nan where there is no estimate.
    effects : Effects or sequence of Effects
        Whose measures and directions are shown, such as ``review.measured``; with several the
        column ``measure`` of the table holds the code of each cell's.

    Returns
    -------
    Figure
        In each cell the mean effect, its interval, the number of estimates and P(> 0). The deeper
        the colour, the further the mean lies from no effect, blue above it and orange below; with
        several measures, the surer its direction. Bold where P(> 0) is above 0.975 or below 0.025.
        Nothing is told by colour alone.

    Raises
    ------
    ModelError
        If a column is missing, there is no cell, or a cell has a measure without effects.
    """
    missing = [name for name in _NEEDED if name not in table]
    if missing or not len(table):
        what = f"has no column {', '.join(missing)}" if missing else "has no row"
        raise ModelError(f"The table {what}. Give what Grid.table() gives.")
    view = View(table, by_code(table, [effects] if isinstance(effects, Effects) else effects))
    notes = Notes(texts=tuple(texts(view)))
    layout = _layout(view)
    sheet = Sheet(layout.height + notes.height + 2.0 * MARGIN, alt=in_words(view))
    page = sheet.inches()
    layout.paint(page, view)
    notes.paint(sheet, page, MARGIN + layout.height)
    return sheet


@dataclass(frozen=True, slots=True)
class _Layout:
    """Rows and columns of places, in inches.

    Parameters
    ----------
    rows : tuple of (heading, label)
        A heading stands above the first row that has it; empty for none.
    columns : tuple of (heading, label)
    keys : mapping of (row, column) to a cell
    label, wide : float
        Of the labels, of a column.
    """

    rows: tuple[Heading, ...]
    columns: tuple[Heading, ...]
    keys: Mapping[tuple[int, int], Key]
    label: float
    wide: float

    @property
    def tall(self) -> float:
        return 3.0 * _LINE + _PAD

    @property
    def above(self) -> float:
        lines = max(len(wrapped(name, self.wide, size=SMALL)) for _, name in self.columns)
        return _HEAD * any(head for head, _ in self.columns) + lines * _LINE + _GAP

    @property
    def tops(self) -> list[float]:
        """Upper edge of each row."""
        tops, y, last = [], MARGIN + self.above, ""
        for head, _ in self.rows:
            y += _HEAD * (head != last and bool(head))
            tops.append(y)
            y, last = y + self.tall + _GAP, head
        return tops

    @property
    def height(self) -> float:
        return self.tops[-1] + self.tall - MARGIN + _GAP

    def paint(self, page: Axes, view: View) -> None:
        """Draw headings, labels and cells."""
        lefts = [MARGIN + self.label + n * (self.wide + _GAP) for n in range(len(self.columns))]
        self._heads(page, lefts)
        last = ""
        for (head, name), top in zip(self.rows, self.tops, strict=True):
            if head and head != last:
                put(page, (MARGIN, top - _HEAD / 2.0), shortened(head, room(), bold=True),
                    look=Look(bold=True))  # fmt: skip
            last = head
            _block(page, wrapped(name, self.label - _PAD), (MARGIN, top + self.tall / 2.0))
        cells, tops = view.cells, self.tops
        for (row, column), key in self.keys.items():
            corner = (lefts[column], tops[row])
            if key in cells:
                _cell(page, view, row=cells[key], corner=corner, size=(self.wide, self.tall))

    def _heads(self, page: Axes, lefts: list[float]) -> None:
        """Write the populations over the columns, and each time once over the columns it spans."""
        last, top = "", MARGIN + _HEAD / 2.0
        several = any(head for head, _ in self.columns)
        for (head, name), left in zip(self.columns, lefts, strict=True):
            if head != last:
                put(page, (left, top), head, look=Look(bold=True))
            last = head
            lines = wrapped(name, self.wide, size=SMALL)
            below = MARGIN + _HEAD * several + _LINE / 2.0
            for place, line in enumerate(lines):
                put(page, (left, below + place * _LINE), line, look=Look(SMALL))


def _layout(view: View) -> _Layout:
    """Lay times side by side where there is room, otherwise below one another."""
    wide = max(width(line, SMALL, bold=True) for row in view.cells.values()
               for line in view.lines(row)) + 2.0 * _PAD  # fmt: skip
    label = min(_LABEL, 0.3 * room())
    for arranged in ARRANGEMENTS:
        rows, columns, keys = arranged(tuple(view.cells))
        if label + len(columns) * (wide + _GAP) <= room():
            break
    spare = (room() - label) / len(columns) - _GAP
    return _Layout(rows, columns, keys, label, min(spare, 1.5 * wide))


def _cell(
    page: Axes, view: View, *, row: Mapping[str, Any], corner: tuple[float, float],
    size: tuple[float, float],
) -> None:  # fmt: skip
    """Fill one cell: coloured by its effect, bold where its sign is sure, dashed where k = 1."""
    (left, top), (wide, tall) = corner, size
    lone = row["k"] == 1
    look: dict[str, Any] = {"fc": view.tint.colour(row), "ec": FAINT if lone else RULE}
    look |= {"lw": 0.8, "ls": (0, (3, 2)) if lone else "-", "label": "cell"}
    page.add_patch(Rectangle((left, top), wide, tall, **look))
    sure = max(row["p_gt_0"], 1.0 - row["p_gt_0"]) > _SURE
    lines = view.lines(row)
    y = top + (tall - len(lines) * _LINE) / 2.0 + _LINE / 2.0
    for place, line in enumerate(lines):
        bold = bool(sure and not place)
        said = shortened(line, wide - _PAD / 2.0, size=SMALL, bold=bold)
        put(page, (left + _PAD, y + place * _LINE), said, look=Look(SMALL, bold=bold))


def _block(page: Axes, lines: tuple[str, ...], middle: tuple[float, float]) -> None:
    left, y = middle
    start = y - (len(lines) - 1) * _LINE / 2.0
    for place, line in enumerate(lines):
        put(page, (left, start + place * _LINE), line, look=Look())
