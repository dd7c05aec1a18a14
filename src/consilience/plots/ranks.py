"""Which rank each level may have: a table of probabilities in shades."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from consilience.plots.chart import Look, put
from consilience.plots.page import ROOM, Notes
from consilience.plots.style import BAYES, INK, MARGIN, RULE, SMALL, WIDTH, Sheet, paper, style
from consilience.plots.text import clean, number, shortened, width
from consilience.questions import Ranks

_ROW, _HEAD, _GAP, _FIRST = 0.28, 0.5, 0.12, 0.005
_LABELS, _NUMBERS, _WIDEST, _DARK = 0.34, 0.62, 0.62, 0.55
_MOST = 12


@style()
@paper(WIDTH)
def ranks(found: Ranks) -> Figure:
    """Draw the probability of each rank for every level or trial.

    Parameters
    ----------
    found : Ranks
        What `consilience.ranks` gives.

    Returns
    -------
    Figure
        A table: rows are levels with the best mean rank first, columns ranks; the darker a cell,
        the more probable, and what is at least 1 % is printed in it (up to 12 ranks). Beside it
        the mean rank and SUCRA.
    """
    matrix, table = found.matrix, found.table
    count = len(matrix)
    height = _HEAD + count * _ROW
    notes = Notes((), (found.words, str(table.attrs.get("direction", ""))))
    watermark = str(table.attrs.get("watermark", ""))
    sheet = Sheet(height + notes.height + 2.0 * MARGIN, watermark)
    page = sheet.inches()
    labels = min(max(width(clean(name)) for name in matrix.index), _LABELS * ROOM)
    left = MARGIN + labels + _GAP
    cell = min((MARGIN + ROOM - left - 2.0 * _NUMBERS) / count, _WIDEST)
    _head(page, str(table.index.name), (left, cell, count))
    for place, (name, row) in enumerate(matrix.iterrows()):
        y = MARGIN + _HEAD + place * _ROW
        label = shortened(clean(name), labels)
        put(page, (MARGIN, y + _ROW / 2.0), label, look=Look())
        _cells(page, row.to_numpy(dtype=float), (left, y), cell=cell)
        _numbers(page, table.iloc[place], (left + cell * count, y + _ROW / 2.0))
    notes.paint(sheet, page, MARGIN + height)
    return sheet


def _head(page: Axes, title: str, grid: tuple[float, float, int]) -> None:
    """Write the title of the ranks, their numbers, and the headings of mean rank and SUCRA."""
    left, cell, count = grid
    top, bottom = MARGIN + 0.12, MARGIN + _HEAD - 0.12
    bold = Look(bold=True)
    put(page, (MARGIN, bottom), clean(title.replace("_", " ")), look=bold)
    middle = Look(bold=True, side="center")
    put(page, (left + cell * count / 2.0, top), "Rank, with its probability in %", look=middle)
    for place in range(count):
        put(page, (left + cell * (place + 0.5), bottom), str(place + 1), look=Look(side="center"))
    right, end = Look(bold=True, side="right"), left + cell * count
    put(page, (end + _NUMBERS, bottom), "Mean", look=right)
    put(page, (end + 2.0 * _NUMBERS, bottom), "SUCRA", look=right)


def _cells(page: Axes, row: np.ndarray, corner: tuple[float, float], *, cell: float) -> None:
    """Shade each rank by its probability, and write it in percent where there is room."""
    x, y = corner
    for place, p in enumerate(row.tolist()):
        box = Rectangle(
            (x + place * cell, y), cell, _ROW, fc=_shade(p), ec=RULE, lw=0.5, label="cell"
        )
        page.add_patch(box)
        if p >= _FIRST and len(row) <= _MOST:
            look = Look(SMALL, side="center", ink="white" if p > _DARK else INK)
            put(page, (x + (place + 0.5) * cell, y + _ROW / 2.0), number(100.0 * p, 0), look=look)


def _numbers(page: Axes, row: pd.Series, place: tuple[float, float]) -> None:
    x, y = place
    right = Look(side="right")
    put(page, (x + _NUMBERS, y), number(float(row["mean_rank"]), 1), look=right)
    put(page, (x + 2.0 * _NUMBERS, y), number(float(row["sucra"]), 2), look=right)


def _shade(p: float) -> str:
    """Mix white with the colour of Bayesian answers."""
    red, green, blue = (1.0 - p * (1.0 - part) for part in to_rgb(BAYES))
    return to_hex((red, green, blue))
