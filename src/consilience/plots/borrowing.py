"""What each trial says by itself, and what is believed of it once the others are heard."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.special import ndtri

from consilience.plots.chart import ROW, Chart, Line
from consilience.plots.marks import Dot, Square
from consilience.plots.page import Entry, Notes, sheet_of
from consilience.plots.scale import spanning
from consilience.plots.style import BAYES, FAINT, style
from consilience.plots.text import clean, mass, number
from consilience.questions import Borrowing

_SHIFT, _LEAST, _MOST = 0.055, 0.04, 0.13


@style()
def borrowing(found: Borrowing) -> Figure:
    """Draw each trial's own estimate over what the model believes of its true effect.

    Parameters
    ----------
    found : Borrowing
        What `consilience.borrowing` gives.

    Returns
    -------
    Figure
        For each trial its own estimate as a square, with an area like its weight in the mean, on
        its confidence interval, and below it the true effect on its credible interval. The columns
        hold the true effect, the share of its precision that is borrowed, and the weight.
    """
    trials = found.trials
    level = float(trials["level"].iloc[0])
    lines = tuple(_line(str(name), row, trials) for name, row in trials.iterrows())
    heading = f"True effect [{mass(level)} interval]"
    chart = Chart(
        headings=("Trial", heading, "Borrowed", "Weight"),
        lines=lines,
        scale=spanning([mark for line in lines for mark in line.marks], 0.0),
        label="Effect",
    )
    small = (0.0, -0.12, 0.12)
    key = (
        Entry(Square(small, ink=FAINT), "the trial by itself, confidence interval"),
        Entry(Dot(small, ink=BAYES), "its true effect in the model, credible interval"),
    )
    words = (
        "Borrowed: share of the precision of the true effect that comes from the other trials and "
        "the prior. Weight: share of the trial in the mean effect.",
        str(trials.attrs.get("direction", "")),
    )
    return sheet_of(chart, Notes(key, words), str(trials.attrs.get("watermark", "")))


def _line(name: str, row: pd.Series, trials: pd.DataFrame) -> Line:
    """Put a trial's own interval above its posterior one, the square as large as its weight."""
    level, own = float(row["level"]), float(row["yi"])
    half = float(ndtri((1.0 + level) / 2.0)) * float(row["sei"])
    value = (float(row["mean"]), float(row["lower"]), float(row["upper"]))
    side = _side(float(row["weight"]), trials["weight"].to_numpy(dtype=float))
    marks = (
        Square((own, own - half, own + half), ink=FAINT, shift=-_SHIFT, side=side),
        Dot(value, ink=BAYES, shift=_SHIFT),
    )
    cells = tuple(_percent(float(row[column])) for column in ("borrowed", "weight"))
    return Line(label=clean(name), marks=marks, value=value, cells=cells, height=1.4 * ROW)


def _side(weight: float, weights: np.ndarray) -> float:
    """Side of a square whose area is like the weight; the same for all where there are none."""
    if not np.isfinite(weight):
        return _LEAST + 0.04
    return max(_LEAST, _MOST * float(np.sqrt(max(weight, 0.0) / np.abs(weights).max())))


def _percent(share: float) -> str:
    text = number(100.0 * share, 0)
    return f"{text}\N{NO-BREAK SPACE}%" if np.isfinite(share) else text
