"""How the answer grew as trials came in."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from consilience.design.columns import as_labels
from consilience.errors import ModelError
from consilience.plots.chart import ROW, Chart, Line
from consilience.plots.marks import Dot
from consilience.plots.page import Entry, Notes, sheet_of
from consilience.plots.scale import spanning
from consilience.plots.style import BAYES, style
from consilience.plots.text import clean, mass, number

_CELLS: dict[str, tuple[str, Callable[[float], str]]] = {
    "k": ("k", lambda k: number(k, 0)),
    "p_gt_0": ("P(> 0)", lambda p: number(p, 3)),
    "tau": ("τ", lambda tau: number(tau, 2)),
}


@style()
def cumulative(table: pd.DataFrame) -> Figure:
    """Draw the mean effect after each trial.

    Parameters
    ----------
    table : DataFrame
        What `consilience.cumulative` gives.

    Returns
    -------
    Figure
        From top to bottom the trials as they came in, each with the mean effect of all trials so
        far on its credible interval; a dotted line marks the last mean.

    Raises
    ------
    ModelError
        If no row holds an estimate.
    """
    if not table["mean"].notna().any():
        raise ModelError("No row of this table holds an estimate, so there is nothing to draw.")
    by = str(table.attrs.get("by", table.columns[0]))
    level = mass(float(table["level"].iloc[0]))
    times = as_labels(table.assign(study=table.index), by)
    pairs = zip(times, table.iterrows(), strict=True)
    lines = tuple(_line(time, str(name), row) for time, (name, row) in pairs)
    chart = Chart(
        headings=(
            f"Added in the order of {by}",
            f"Mean [{level} interval]",
            *(h for h, _ in _CELLS.values()),
        ),
        lines=lines,
        scale=spanning([mark for line in lines for mark in line.marks], 0.0),
        label="Mean effect of all trials so far",
        guide=float(table["mean"].iloc[-1]),
    )
    key = (Entry(Dot((0.0, -0.12, 0.12), ink=BAYES), "posterior mean, credible interval"),)
    words = (str(table.attrs.get("direction", "")),)
    return sheet_of(chart, Notes(key, words), str(table.attrs.get("watermark", "")))


def _line(time: str, name: str, row: pd.Series) -> Line:
    value = (float(row["mean"]), float(row["lower"]), float(row["upper"]))
    known = bool(np.isfinite(value[0]))
    cells = tuple(write(float(row[column])) for column, (_, write) in _CELLS.items())
    marks = (Dot(value, ink=BAYES),) if known else ()
    label = clean(name if time in name else f"{name} ({time})")
    return Line(label=label, marks=marks, value=value, cells=cells, height=1.2 * ROW)
