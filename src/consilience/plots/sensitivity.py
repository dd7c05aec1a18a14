"""Analyses side by side: how far the answer moves with what was chosen."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from consilience.plots.chart import ROW, Chart, Line
from consilience.plots.evidence import values_of
from consilience.plots.marks import Bar, Dot, Mark
from consilience.plots.page import Entry, Notes, sheet_of
from consilience.plots.scale import spanning
from consilience.plots.style import BAYES, CLASSICAL, style
from consilience.plots.text import clean, mass, number

_TALL = 0.1
_EXTRA: dict[str, tuple[str, Callable[[float], str]]] = {
    "p_gt_0": ("P(> 0)", lambda p: number(p, 2)),
    "tau": ("τ", lambda tau: number(tau, 2)),
    "k": ("k", lambda k: number(k, 0)),
}


@style()
def sensitivity(table: pd.DataFrame, title_of_rows: str) -> Figure:
    """Draw one line for each analysis of a table.

    Parameters
    ----------
    table : DataFrame
        In the shape of `compare`, as `sensitivity.over_tau` and its relatives give it too: by
        analysis ``estimate, lower, upper, level, interval, prediction_lower, prediction_upper``,
        and in columns of their own where they are there ``p_gt_0, tau, k``.
    title_of_rows : str
        What the analyses differ in: the heading of their names.

    Returns
    -------
    Figure
        Each analysis as a point on its interval, solid for a credible and hollow for a confidence
        interval, on a light bar over its prediction interval.
    """
    lines = tuple(_line(str(name), row) for name, row in table.iterrows())
    marks = [mark for line in lines for mark in line.marks]
    level = mass(float(table["level"].iloc[0]))
    chart = Chart(
        headings=(clean(title_of_rows), f"Mean [{level} interval]", *_columns(table)),
        lines=lines,
        scale=spanning(marks, 0.0),
        label="Mean effect",
    )
    direction = str(table.attrs.get("direction", ""))
    notes = Notes(tuple(_key(table, marks)), (direction,))
    return sheet_of(chart, notes, str(table.attrs.get("watermark", "")))


def _columns(table: pd.DataFrame) -> list[str]:
    return [heading for name, (heading, _) in _EXTRA.items() if name in table]


def _line(name: str, row: pd.Series) -> Line:
    """Put an analysis on its line, with the prediction interval where that says more."""
    value = values_of(row)
    credible = row["interval"] == "credible"
    ink = BAYES if credible else CLASSICAL
    marks: list[Mark] = [Dot(value, ink=ink, filled=credible)]
    ahead = (np.nan, float(row["prediction_lower"]), float(row["prediction_upper"]))
    if np.isfinite(ahead[1:]).all() and not np.allclose(ahead[1:], value[1:]):
        marks.insert(0, Bar(ahead, ink=ink, tall=_TALL))
    cells = tuple(write(float(row[name])) for name, (_, write) in _EXTRA.items() if name in row)
    return Line(label=clean(name), marks=tuple(marks), value=value, cells=cells, height=1.5 * ROW)


def _key(table: pd.DataFrame, marks: list[Mark]) -> Iterator[Entry]:
    """Explain only the kinds of interval that the table holds."""
    small = (0.0, -0.12, 0.12)
    kinds = set(table["interval"])
    if "credible" in kinds:
        yield Entry(Dot(small, ink=BAYES), "posterior mean, credible interval")
    if "confidence" in kinds:
        yield Entry(Dot(small, ink=CLASSICAL, filled=False), "estimate, confidence interval")
    if any(isinstance(mark, Bar) for mark in marks):
        ink = BAYES if "credible" in kinds else CLASSICAL
        yield Entry(Bar(small, ink=ink, tall=_TALL), "true effect of a new trial")
