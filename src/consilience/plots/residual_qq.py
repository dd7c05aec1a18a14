"""Whether residuals are normal: a quantile–quantile plot with an envelope."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from consilience.errors import ModelError
from consilience.plots.frame import Frame, along, drawn
from consilience.plots.marks import Point, Stroke, Swatch
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import between
from consilience.plots.style import BAND, FAINT, INK, style
from consilience.plots.tables import table_of
from consilience.plots.text import mass

_COLUMNS = ("quantile", "residual", "lower", "upper")
_SMALL = (0.0, -0.12, 0.12)
_NOTE = (
    "Points outside the envelope speak against normal true effects, or for trials that differ; one "
    "in twenty lies outside by chance."
)


@style()
def residual_qq(table: pd.DataFrame) -> Figure:
    """Draw standardised residuals against the quantiles of the normal distribution.

    Parameters
    ----------
    table : DataFrame
        What `classical.diagnostics.residual_quantiles` gives: by estimate ``quantile``,
        ``residual``, and ``lower`` and ``upper``, the envelope.

    Returns
    -------
    Figure
        With the line on which they would be equal; trials outside the envelope are named.

    Raises
    ------
    ModelError
        If this is no table, a column is missing, or there is no row.

    References
    ----------
    Wang MC, Bushman BJ (1998). Psychological Methods 3:46–54. doi:10.1037/1082-989X.3.1.46
    """
    table = table_of(table, "residual_qq", made_by="diagnostics.residual_quantiles(pooled)")
    absent = [name for name in _COLUMNS if name not in table]
    if absent or table.empty:
        raise ModelError(
            f"A quantile–quantile plot needs the columns {', '.join(_COLUMNS)} and a row for each "
            "estimate, as classical.diagnostics.residual_quantiles(pooled) gives them."
        )
    x, y, low, high = (table[name].to_numpy(dtype=float) for name in _COLUMNS)
    outside = (y < low) | (y > high)
    titles = ("Quantile of the standard normal", "Standardised residual")
    frame = Frame(x=between(x), y=between(np.concatenate([y, low, high])), titles=titles)

    def paint(plot: Axes, page: Axes) -> None:
        """Draw the envelope, the line of equality and the residuals; name those outside."""
        plot.fill_between(x, low, high, color=BAND, lw=0.0, zorder=0.5, label="envelope")
        ends = np.array([frame.x.lower, frame.x.upper])
        plot.plot(ends, ends, c=FAINT, lw=1.0, scalex=False, scaley=False, label="equal")
        look: dict[str, Any] = {"marker": "o", "ms": 5.5, "c": INK, "mec": "white", "mew": 0.6}
        plot.plot(x, y, ls="none", zorder=4, label="trials", **look)
        names = [str(name) for name in table.index[outside]]
        points = frame.places(x[outside], y[outside])
        frame.name(page, points, names=names, avoided=along(frame, (x, low), (x, high), (x, y)))

    said = f"{int(outside.sum())} of {len(table)} residuals lie outside the envelope."
    level = mass(float(table.attrs.get("level", 0.95)))
    notes = Notes(tuple(_key(level)), (f"{said} {_NOTE}",))
    return drawn(frame, notes, paint, alt=f"Quantile–quantile plot of residuals. {said}")


def _key(level: str) -> Iterator[Entry]:
    yield Entry(Point((0.0, np.nan, np.nan)), "a trial")
    yield Entry(Stroke(_SMALL, ink=FAINT, thick=1.0), "equal quantiles")
    yield Entry(Swatch(_SMALL, ink=BAND), f"{level} envelope, simulated")
