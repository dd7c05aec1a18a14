"""Profile likelihoods of the parameters of heterogeneity."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import chdtri

from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.plots.frame import Frame, Painter, all_drawn
from consilience.plots.marks import Point, Stroke, Swatch
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import Scale, between
from consilience.plots.style import BAND, CLASSICAL, FAINT, INK, MARGIN, style
from consilience.plots.tables import table_of
from consilience.plots.text import clean, decimals, interval, mass, number

_HEIGHT, _APART, _DROP = 1.9, 0.12, 2.5
_SMALL = (0.0, -0.12, 0.12)
_COLUMNS = ("parameter", "value", "log_likelihood")
_SHOWN = {"tau2": "τ²", "tau": "τ", "rho": "ρ", "sigma2": "σ²"}


@style()
def profile(table: pd.DataFrame, *more: pd.DataFrame) -> Figure:
    """Draw the profile likelihood of each parameter.

    Parameters
    ----------
    table : DataFrame
        Columns ``parameter``, ``value``, ``log_likelihood``, as
        `classical.diagnostics.profile_likelihood` and, for a component of a multilevel model,
        `profile_likelihood` give them; ``attrs["level"]`` is that of the intervals, 0.95 if it is
        missing, ``attrs["lower"]`` and ``attrs["upper"]`` are the interval of a single parameter.
    *more : DataFrame
        Others, such as those of the other components.

    Returns
    -------
    Figure
        One panel per parameter: the curve, its highest point, and where it falls by half the
        quantile of chi-square with one degree of freedom, the ends of the interval. Values far
        below that are cut off.

    Raises
    ------
    ModelError
        If this is no table, a column is missing, or a parameter has fewer than three values; for
        tables of different levels.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619–629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A
    """
    made_by = "diagnostics.profile_likelihood(pooled)"
    curves = [
        curve for each in (table, *more)
        for curve in _curves(table_of(each, "profile", made_by=made_by))
    ]  # fmt: skip
    if len({curve.level for curve in curves}) > 1:
        raise ModelError("The intervals of these profiles have different levels; give one level.")
    panels, top = [], MARGIN
    for curve in curves:
        frame = curve.frame(top)
        panels.append((frame, _painter(curve)))
        top = frame.bottom + _APART
    level = mass(curves[0].level)
    said = [f"{each.name}: {each.words}." for each in curves]
    notes = Notes(tuple(_key(level)), (f"Where the likelihood is highest, and {level} interval by "
                                       f"profile likelihood. {' '.join(said)}",))  # fmt: skip
    return all_drawn(panels, notes, alt=f"Profile likelihood. {' '.join(said)}")


@dataclass(frozen=True, eq=False)
class Curve:
    """A profile likelihood.

    Parameters
    ----------
    name : str
        Of the parameter.
    x, y : array (n,)
        Its values, increasing, and the log likelihood there.
    level : float
        Of the interval.
    given : tuple of float
        Ends of the interval, if they are known; nan where they are to be read off the curve.
    """

    name: str
    x: Array
    y: Array
    level: float
    given: tuple[float, float] = (np.nan, np.nan)

    @property
    def best(self) -> int:
        """Place of the highest point."""
        return int(np.argmax(self.y))

    @property
    def drop(self) -> float:
        """How far the log likelihood falls to the ends of the interval."""
        return 0.5 * float(chdtri(1, 1.0 - self.level))

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Ends of the interval, else between the points on straight lines; nan if not reached."""
        if not np.isnan(self.given).any():
            return self.given
        cut = float(self.y[self.best]) - self.drop
        above = np.flatnonzero(self.y >= cut)
        first, last = int(above[0]), int(above[-1])
        # At the edge of the range of values the interval ends there, if the range does.
        lower = self._crossing(first, first - 1, cut) if first else self._edge()
        upper = self._crossing(last, last + 1, cut) if last < len(self.x) - 1 else np.nan
        return lower, upper

    @property
    def words(self) -> str:
        """The estimate and the interval."""
        ends = [end for end in self.ends if np.isfinite(end)] or [float(self.x[-1])]
        digits = decimals(float(np.abs(np.array(ends) - self.x[self.best]).max()))
        within = interval(*self.ends, digits=digits)
        return f"{number(float(self.x[self.best]), digits)} ({within})"

    def frame(self, top: float) -> Frame:
        """Lay out a panel that begins at `top`."""
        shown = np.maximum(self.y, self.y[self.best] - _DROP * self.drop)
        kept = self.x[self.y > self.y[self.best] - 1.2 * _DROP * self.drop]
        titles = (self.name, "Log likelihood")
        return Frame(x=_across(kept), y=between(shown), titles=titles, top=top, height=_HEIGHT)

    def _edge(self) -> float:
        return float(self.x[0]) if self.x[0] in (0.0, -1.0) else np.nan

    def _crossing(self, inside: int, outside: int, cut: float) -> float:
        a, b = float(self.y[inside]), float(self.y[outside])
        if not np.isfinite(b):
            return float(self.x[inside])
        part = (a - cut) / (a - b)
        return float(self.x[inside] + part * (self.x[outside] - self.x[inside]))


def _curves(table: pd.DataFrame) -> list[Curve]:
    """Read a curve for each parameter; the interval that the table gives belongs to a lone one."""
    absent = [name for name in _COLUMNS if name not in table]
    if absent:
        raise ModelError(
            f"A profile likelihood needs the columns {', '.join(_COLUMNS)}; this table lacks "
            f"{', '.join(absent)}. Use classical.diagnostics.profile_likelihood(pooled)."
        )
    level = float(table.attrs.get("level", 0.95))
    found = []
    for name, part in table.groupby("parameter", sort=False):
        known = part[np.isfinite(part["log_likelihood"].to_numpy(dtype=float))]
        if len(known) < 3:
            raise ModelError(f"{name!r} has {len(known)} values with a finite log likelihood; a "
                             "curve needs three.")  # fmt: skip
        ordered = known.sort_values("value", kind="stable")
        x, y = (ordered[each].to_numpy(dtype=float) for each in ("value", "log_likelihood"))
        found.append(Curve(_named(str(name), part), x, y, level))
    if not found:
        raise ModelError("This table has no rows, so there is nothing to draw.")
    ends = table.attrs.get("lower", np.nan), table.attrs.get("upper", np.nan)
    return [replace(found[0], given=ends)] if len(found) == 1 else found


def _named(name: str, part: pd.DataFrame) -> str:
    """Write a parameter: its symbol, and what it is of."""
    kind = str(part["kind"].iloc[0]) if "kind" in part else name
    if kind not in _SHOWN:
        return clean(name)
    of, _, own = name.rpartition(": ")
    level = own.partition("[")[2].rstrip("]")
    what = ", ".join(each for each in (level, of) if each) or name
    return _SHOWN[kind] if name in _SHOWN else f"{_SHOWN[kind]} of {clean(what)}"


def _across(values: Array) -> Scale:
    found = between(values, pad=0.03)
    return Scale(found.lower, found.upper, np.nan, found.digits)


def _painter(curve: Curve) -> Painter:
    """Bind a curve to what draws it, as a frame knows its painter without the data."""

    def paint(plot: Axes, page: Axes) -> None:
        """Draw the profile, its highest point, the cut and the interval below it."""
        del page
        best = curve.best
        height, at = float(curve.y[best]), float(curve.x[best])
        low, high = np.clip(np.nan_to_num(curve.ends, nan=curve.x[-1]), curve.x[0], curve.x[-1])
        if not np.isfinite(curve.ends[0]):
            low = curve.x[0]
        plot.axvspan(float(low), float(high), color=BAND, lw=0.0, zorder=0.5, label="interval")
        plot.axhline(height - curve.drop, c=FAINT, lw=0.8, ls=(0, (1, 2)), label="cut")
        plot.plot(curve.x, curve.y, c=INK, lw=1.4, zorder=2, label="profile")
        look: dict[str, Any] = {
            "marker": "o",
            "ms": 6.0,
            "c": CLASSICAL,
            "mec": "white",
            "mew": 0.6,
        }
        plot.plot([at], [height], ls="none", zorder=4, label="estimate", **look)

    return paint


def _key(level: str) -> Iterator[Entry]:
    yield Entry(Stroke(_SMALL, thick=1.4), "profile log likelihood")
    yield Entry(Point((0.0, np.nan, np.nan), ink=CLASSICAL), "highest")
    yield Entry(Swatch(_SMALL, ink=BAND), f"{level} interval")
