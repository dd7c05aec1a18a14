"""The radial plot: trials by their precision, effects as slopes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtri

from consilience.classical.pooled import Pooled
from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.plots.frame import Frame, along, drawn
from consilience.plots.marks import Point, Strokes, Swatch
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import Scale, round_ticks
from consilience.plots.style import BAND, BAYES, FAINT, INK, PALE, SMALL, style
from consilience.plots.text import decimals, interval, mass, number, shortened
from consilience.plots.words import refuse_others
from consilience.plots.writing import Look, put

_ROOM, _EDGE, _TICK = 1.08, 0.62, 0.05
_SMALL = (0.0, -0.12, 0.12)


@style()
def radial(pooled: Pooled) -> Figure:
    """Draw a radial (Galbraith) plot.

    Each trial stands at ``1 / √(v + τ²)`` and ``y / √(v + τ²)``, so that its effect is the slope of
    the line to it from the origin; the axis at the right reads slopes as effects.

    Parameters
    ----------
    pooled : Pooled
        Without moderators; its τ² and level are used.

    Returns
    -------
    Figure
        With the line of the mean, a band of ± the normal quantile about it, in which that share of
        the trials is expected, and the interval of the mean at the right.

    Raises
    ------
    ModelError
        With moderators.

    References
    ----------
    Galbraith RF (1988). Technometrics 30:271–281. doi:10.1080/00401706.1988.10488400
    """
    refuse_others((pooled,), "radial", kinds=(Pooled,))
    if pooled.design.names:
        raise ModelError("A radial plot has one line: pool without moderators first.")
    view = _View(pooled)
    frame = view.frame

    def paint(plot: Axes, page: Axes) -> None:
        """Draw the band, the trials and the slopes, and name the trials."""
        _band(plot, view)
        look: dict[str, Any] = {"marker": "o", "ms": 6.0, "c": INK, "mec": "white", "mew": 0.6}
        plot.plot(view.x, view.y, ls="none", zorder=4, label="trials", **look)
        _slopes(plot, page, view)
        line = np.linspace(0.0, frame.x.upper, 80)
        lines = [(line, view.mean * line + z) for z in (-view.z, 0.0, view.z)]
        points = frame.places(view.x, view.y)
        frame.name(page, points, names=pooled.effects.labels, avoided=along(frame, *lines))

    said = f"{view.outside} of {pooled.effects.k} trials lie outside the band."
    note = f"{said} At the right the effect is read where the line to a trial meets the axis."
    return drawn(frame, Notes(tuple(_key(view)), (note,)), paint, alt=f"Radial plot. {said}")


@dataclass(frozen=True, eq=False)
class _View:
    """Where everything stands."""

    pooled: Pooled

    @cached_property
    def x(self) -> Array:
        return 1.0 / np.sqrt(self.pooled.effects.v + self.pooled.tau2)

    @cached_property
    def y(self) -> Array:
        return self.pooled.effects.y * self.x

    @cached_property
    def ends(self) -> tuple[float, float]:
        row = self.pooled.average()
        return float(row["lower"]), float(row["upper"])

    @property
    def mean(self) -> float:
        return float(self.pooled.average()["estimate"])

    @property
    def z(self) -> float:
        return float(ndtri(0.5 + self.pooled.level / 2.0))

    @property
    def outside(self) -> int:
        return int((np.abs(self.y - self.mean * self.x) > self.z).sum())

    @cached_property
    def frame(self) -> Frame:
        """The frame, from precision zero to beyond the most precise trial."""
        far = _ROOM * float(self.x.max())
        edges = np.array([self.mean * far + self.z, self.mean * far - self.z, self.z, -self.z])
        lower = min(float(self.y.min()), float(edges.min()))
        upper = max(float(self.y.max()), float(edges.max()))
        pad = 0.04 * (upper - lower)
        over = "√(variance + τ²)" if self.pooled.tau2 else "standard error"
        across = Scale(0.0, far, np.nan, decimals(far))
        up = Scale(lower - pad, upper + pad, np.nan, decimals(upper - lower))
        return Frame(x=across, y=up, titles=(f"1 / {over}", f"Effect / {over}"), edge=_EDGE)


def _band(plot: Axes, view: _View) -> None:
    """Draw the mean as a slope with its interval and the band of ±z; no effect is level."""
    x = np.array([0.0, view.frame.x.upper])
    middle = view.mean * x
    plot.fill_between(x, middle - view.z, middle + view.z, color=PALE, lw=0.0, label="band")
    low, high = (end * x for end in view.ends)
    plot.fill_between(x, low, high, color=BAND, lw=0.0, zorder=1.1, label="interval")
    plot.plot(x, middle, c=BAYES, lw=1.2, zorder=2, label="mean")
    for sign in (-1.0, 1.0):
        edge = middle + sign * view.z
        plot.plot(x, edge, c=BAYES, lw=1.0, ls=(0, (4, 2)), zorder=2, label="limit")
    plot.axhline(0.0, c=FAINT, lw=0.7, zorder=1.2, label="null")


def _slopes(plot: Axes, page: Axes, view: _View) -> None:
    """Draw the axis of effects at the right edge."""
    frame, far = view.frame, view.frame.x.upper
    display = view.pooled.effects.measure.display
    ends = (frame.y.lower / far, frame.y.upper / far)
    ticks, texts = round_ticks(*ends, display=display)
    plot.axvline(far, c=FAINT, lw=0.7, label="slopes")
    last, places = np.inf, frame.places(np.full(len(ticks), far), ticks * far)
    for (x, y), text in zip(places, texts, strict=True):
        page.plot([x, x + _TICK], [y, y], c=FAINT, lw=0.7, label="slope")
        if abs(last - y) > 0.14:
            put(page, (x + 2.0 * _TICK, y), text, look=Look(SMALL))
            last = y
    right = frame.box.right + _EDGE
    label = shortened(view.pooled.effects.measure.label, 1.5)
    put(page, (right, frame.box.top - 0.14), label, look=Look(side="right"))


def _key(view: _View) -> Iterator[Entry]:
    """Explain the signs, with the mean and its interval on the display scale."""
    measure = view.pooled.effects.measure
    shown = measure.display(np.array([view.mean, *view.ends]))
    digits = decimals(float(shown[2] - shown[1]) / 2.0)
    said = f"{number(float(shown[0]), digits)} ({interval(*map(float, shown[1:]), digits=digits)})"
    yield Entry(Point((0.0, np.nan, np.nan)), "a trial")
    yield Entry(Strokes(_SMALL, ink=BAYES), f"mean {said} ± {number(view.z, 2)}")
    yield Entry(Swatch(_SMALL, ink=BAND), f"{mass(view.pooled.level)} interval of the mean")
    yield Entry(Swatch(_SMALL, ink=PALE), f"where {mass(view.pooled.level)} of trials are expected")
