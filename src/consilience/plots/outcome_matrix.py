"""A matrix of outcomes, times and populations: the mean effect in each cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.plots.chart import Look, put
from consilience.plots.page import Notes, room
from consilience.plots.style import BAYES, CLASSICAL, FAINT, MARGIN, RULE, SMALL, Sheet, style
from consilience.plots.text import clean, decimals, number, shortened, width, wrapped

_NEEDED = ("outcome", "time", "population", "k", "estimate", "lower", "upper", "p_gt_0")
_LINE, _PAD, _GAP, _HEAD, _LABEL = 0.155, 0.07, 0.05, 0.2, 1.15
_FULL, _DEEPEST = 1.0, 0.55  # at this effect, in unit SDs or logs, the colour is deepest
_SURE = 0.975

type Place = tuple[str, str]


@style()
def outcome_matrix(table: pd.DataFrame, effects: Effects) -> Figure:
    """Draw the answers of a grid as a matrix.

    Parameters
    ----------
    table : DataFrame
        As of `Grid.table`: one row for each cell with ``outcome, time, population, k, estimate,
        lower, upper, p_gt_0``; nan where there is no estimate.
    effects : Effects
        Whose measure and direction are shown, such as ``review.effects``.

    Returns
    -------
    Figure
        In each cell the mean effect, its interval, the number of estimates and P(> 0). The deeper
        the colour, the further the mean lies from no effect, blue above it and orange below; bold
        where P(> 0) is above 0.975 or below 0.025. Nothing is told by colour alone.

    Raises
    ------
    ModelError
        If a column is missing or there is no cell.
    """
    missing = [name for name in _NEEDED if name not in table]
    if missing or not len(table):
        what = f"has no column {', '.join(missing)}" if missing else "has no row"
        raise ModelError(f"The table {what}. Give what Grid.table() gives.")
    view = _View(table, effects)
    notes = Notes(texts=tuple(_texts(view)))
    layout = _layout(view)
    sheet = Sheet(layout.height + notes.height + 2.0 * MARGIN, alt=_words(view))
    page = sheet.inches()
    layout.paint(page, view)
    notes.paint(sheet, page, MARGIN + layout.height)
    return sheet


@dataclass(frozen=True, slots=True)
class _View:
    """The cells, and how their numbers are written."""

    table: pd.DataFrame
    effects: Effects

    @property
    def cells(self) -> Mapping[tuple[str, str, str], Mapping[str, Any]]:
        rows: list[dict[str, Any]] = self.table.to_dict(orient="records")  # type: ignore[assignment]
        return {(row["outcome"], row["time"], row["population"]): row for row in rows}

    def levels(self, column: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(str, self.table[column])))

    @property
    def digits(self) -> int:
        spread = (self.table["upper"] - self.table["lower"]) / 4.0
        return max(1, min(2, decimals(float(spread.median())))) if spread.notna().any() else 2

    def shown(self, value: float) -> str:
        display = self.effects.measure.display(np.array([value], dtype=float))
        return number(float(np.asarray(display)[0]), self.digits)

    def lines(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """Write a cell."""
        if not row["k"]:
            return ("k = 0",)
        if not np.isfinite(row["estimate"]):
            return ("no fit", f"k = {row['k']:.0f}")
        ends = f"{self.shown(row['lower'])} to {self.shown(row['upper'])}"
        chance = number(row["p_gt_0"], 2) if 0.005 < row["p_gt_0"] < 0.995 else _edge(row["p_gt_0"])
        return (self.shown(row["estimate"]), ends, f"k {row['k']:.0f}, P {chance}")


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

    rows: tuple[Place, ...]
    columns: tuple[Place, ...]
    keys: Mapping[tuple[int, int], tuple[str, str, str]]
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

    def paint(self, page: Axes, view: _View) -> None:
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


def _layout(view: _View) -> _Layout:
    """Lay times side by side where there is room, otherwise below one another."""
    wide = max(width(line, SMALL, bold=True) for row in view.cells.values()
               for line in view.lines(row)) + 2.0 * _PAD  # fmt: skip
    label = min(_LABEL, 0.3 * room())
    for laid in (_side_by_side, _below, _listed):
        rows, columns, keys = laid(view)
        if label + len(columns) * (wide + _GAP) <= room() or laid is _listed:
            break
    spare = (room() - label) / len(columns) - _GAP
    return _Layout(rows, columns, keys, label, min(spare, 1.5 * wide))


type _Laid = tuple[
    tuple[Place, ...], tuple[Place, ...], Mapping[tuple[int, int], tuple[str, str, str]]
]


def _side_by_side(view: _View) -> _Laid:
    outcomes, held = view.levels("outcome"), view.cells
    pairs = [
        (time, population)
        for time in view.levels("time")
        for population in view.levels("population")
        if any((outcome, time, population) in held for outcome in outcomes)
    ]
    keys = {
        (row, column): (outcome, *pair)
        for row, outcome in enumerate(outcomes)
        for column, pair in enumerate(pairs)
    }
    columns = tuple((clean(time), clean(population)) for time, population in pairs)
    return tuple(("", clean(name)) for name in outcomes), columns, keys


def _below(view: _View) -> _Laid:
    held, populations = view.cells, view.levels("population")
    pairs = [
        (outcome, time)
        for outcome in view.levels("outcome")
        for time in view.levels("time")
        if any((outcome, time, population) in held for population in populations)
    ]
    keys = {
        (row, column): (*pair, population)
        for row, pair in enumerate(pairs)
        for column, population in enumerate(populations)
    }
    rows = tuple((clean(outcome), clean(time)) for outcome, time in pairs)
    return rows, tuple(("", clean(name)) for name in populations), keys


def _listed(view: _View) -> _Laid:
    keys = {(row, 0): key for row, key in enumerate(view.cells)}
    rows = tuple((clean(key[0]), clean(f"{key[1]}, {key[2]}")) for key in view.cells)
    return rows, (("", ""),), keys


def _cell(
    page: Axes, view: _View, *, row: Mapping[str, Any], corner: Place | tuple[float, float],
    size: tuple[float, float],
) -> None:  # fmt: skip
    left, top = float(corner[0]), float(corner[1])
    wide, tall = size
    lone = row["k"] == 1
    look: dict[str, Any] = {"fc": tint(float(row["estimate"])), "ec": FAINT if lone else RULE}
    look |= {"lw": 0.8, "ls": (0, (3, 2)) if lone else "-", "label": "cell"}
    page.add_patch(Rectangle((left, top), wide, tall, **look))
    sure = max(row["p_gt_0"], 1.0 - row["p_gt_0"]) > _SURE
    lines = view.lines(row)
    y = top + (tall - len(lines) * _LINE) / 2.0 + _LINE / 2.0
    for place, line in enumerate(lines):
        said = shortened(line, wide - _PAD / 2.0, size=SMALL, bold=bool(sure and not place))
        put(
            page,
            (left + _PAD, y + place * _LINE),
            said,
            look=Look(SMALL, bold=bool(sure and not place)),
        )


def tint(estimate: float) -> str:
    """Give the colour of a mean effect: the deeper, the further it lies from no effect.

    Parameters
    ----------
    estimate : float
        On the analysed scale; white where it is no number.
    """
    if not np.isfinite(estimate):
        return "#ffffff"
    depth = _DEEPEST * min(1.0, abs(estimate) / _FULL)
    ink = np.array(to_rgb(BAYES if estimate > 0 else CLASSICAL))
    red, green, blue = (1.0 - depth * (1.0 - ink)).tolist()
    return to_hex((red, green, blue))


def _block(page: Axes, lines: tuple[str, ...], middle: tuple[float, float]) -> None:
    left, y = middle
    start = y - (len(lines) - 1) * _LINE / 2.0
    for place, line in enumerate(lines):
        put(page, (left, start + place * _LINE), line, look=Look())


def _edge(p: float) -> str:
    return ">\N{NO-BREAK SPACE}0.99" if p > 0.5 else "<\N{NO-BREAK SPACE}0.01"


def _texts(view: _View) -> Iterator[str]:
    yield (
        f"In each cell: mean effect ({view.effects.measure.label}), its interval, the number of "
        "estimates k, and P, the probability that the mean effect is above "
        f"{view.effects.measure.null:g}. {view.effects.direction}"
    )
    yield (
        "Blue: above no effect; orange: below it; the deeper, the further. Bold: P above 0.975 or "
        "below 0.025. Dashed: one estimate, so that the interval rests on the prior of τ."
    )


def _words(view: _View) -> str:
    told = (f"{', '.join(key)}: {'; '.join(view.lines(row))}" for key, row in view.cells.items())
    return f"Matrix of mean effects. {'. '.join(told)}."
