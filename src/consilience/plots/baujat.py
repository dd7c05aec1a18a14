"""The Baujat plot: where heterogeneity comes from, and what moves the answer."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.plots.frame import Frame, drawn
from consilience.plots.marks import Point
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import Scale
from consilience.plots.style import INK, style
from consilience.plots.tables import table_of
from consilience.plots.text import decimals, number, shortened

_ROOM, _NAME = 1.08, 2.0
_NOTE = (
    "Trials at the right add most to the heterogeneity, trials at the top move the answer most "
    "when they are left out."
)


@style()
def baujat(table: pd.DataFrame) -> Figure:
    """Draw a Baujat plot.

    Parameters
    ----------
    table : DataFrame
        What `classical.diagnostics.baujat` gives: by estimate ``heterogeneity`` and ``influence``.

    Returns
    -------
    Figure
        Each trial at its share of Q and at its influence on the mean. With more than twenty trials
        those that stand out are named.

    Raises
    ------
    ModelError
        If this is no table, the columns are missing, or no row is known.

    References
    ----------
    Baujat B, Mahé C, Pignon JP, Hill C (2002). Statistics in Medicine 21:2641–2652.
    doi:10.1002/sim.1221
    """
    table = table_of(table, "baujat", made_by="diagnostics.baujat(pooled)")
    x, y = (_column(table, name) for name in ("heterogeneity", "influence"))
    if not (np.isfinite(x) & np.isfinite(y)).any():
        raise ModelError("No row of this table is known, so there is nothing to draw.")
    titles = ("Share of the heterogeneity (of Q at the estimated τ²)", "Influence on the mean")
    frame = Frame(x=_upwards(x), y=_upwards(y), titles=titles)
    named = _outstanding(frame.x.share(x) + frame.y.share(y))

    def paint(plot: Axes, page: Axes) -> None:
        """Draw the trials, and name those that stand out."""
        look: dict[str, Any] = {"marker": "o", "ms": 6.0, "c": INK, "mec": "white", "mew": 0.6}
        plot.plot(x, y, ls="none", clip_on=False, zorder=4, label="trials", **look)
        points = frame.places(x[named], y[named])
        names = [str(name) for name in table.index[named]]
        around = np.array(frame.places(x, y))
        frame.name(page, points, names=names, avoided=around)

    return drawn(frame, Notes(tuple(_key()), (_NOTE,)), paint, alt=_alt(table, x, y))


def _key() -> Iterator[Entry]:
    yield Entry(Point((0.0, np.nan, np.nan)), "a trial")


def _column(table: pd.DataFrame, name: str) -> Array:
    """Read one axis of the table; refuse a table that another diagnostic made."""
    if name not in table:
        known = ", ".join(map(str, table.columns))
        raise ModelError(
            f"A Baujat plot needs the column {name!r}, as classical.diagnostics.baujat(pooled) "
            f"gives it. Columns: {known}."
        )
    return table[name].to_numpy(dtype=float)


def _upwards(values: Array) -> Scale:
    most = _ROOM * float(values[np.isfinite(values)].max(initial=0.0)) or 1.0
    return Scale(0.0, most, np.nan, decimals(most))


def _outstanding(height: Array) -> NDArray[np.intp]:
    """Places of the trials that are named: all, or the twenty farthest out."""
    order = np.argsort(-np.nan_to_num(height, nan=-np.inf), kind="stable")
    return np.sort(order[:20])


def _alt(table: pd.DataFrame, x: Array, y: Array) -> str:
    """Name the two trials that matter, with the share of the first in Q, for who cannot see."""
    names = (str(table.index[int(np.nanargmax(each))]) for each in (x, y))
    most, moves = (shortened(name, _NAME) for name in names)
    share = number(100.0 * float(np.nanmax(x) / np.nansum(x)), 0) if np.nansum(x) else "–"
    return (
        f"Baujat plot of {len(table)} estimates. Most heterogeneity: {most} ({share} % of Q). "
        f"Most influence: {moves}."
    )
