"""The funnel plot: whether small trials say something else than large ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtri

from consilience.classical.pooled import Pooled
from consilience.effects import Effects
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.plots.chart import Look, put, put_sides
from consilience.plots.evidence import Evidence
from consilience.plots.labels import Box, placed
from consilience.plots.marks import Square, Strokes, Swatch
from consilience.plots.page import ROOM, Entry, Notes
from consilience.plots.scale import Scale, round_ticks, spanning
from consilience.plots.style import BAND, BAYES, FAINT, INK, MARGIN, PALE, SMALL, Sheet, style
from consilience.plots.text import shortened
from consilience.plots.words import sides

_LEFT, _TOP, _HEIGHT, _FOOT = 0.55, 0.05, 3.9, 0.62
_FEW, _LABELLED = 10, 20
_Z95, _Z99 = float(ndtri(0.975)), float(ndtri(0.995))
_TOO_FEW = (
    "With fewer than ten trials the asymmetry of a funnel cannot be judged: chance alone makes "
    "such pictures lopsided (Sterne et al. 2011)."
)
_CAUSES = (
    "Asymmetry has several causes: selective publication, but also true differences between small "
    "and large trials, and chance (Sterne et al. 2011)."
)
_TIED = (
    "The standard error of a standardised mean difference grows with the difference itself, which "
    "makes large effects look less precise."
)


@style()
def funnel(effects: Effects, *results: Fit | Pooled) -> Figure:
    """Draw a funnel plot.

    Parameters
    ----------
    effects : Effects
        The trials: each estimate stands at its standard error, precise ones at the top.
    *results : Fit or Pooled
        The first gives the middle of the funnel: within mean ± 1.96·se 95 % of the estimates would
        lie if all trials had one true effect.

    Returns
    -------
    Figure
        With bands where an estimate differs from no effect at p < 0.05 and p < 0.01, and a note on
        what such a picture cannot show.

    References
    ----------
    Sterne et al. (2011), doi:10.1136/bmj.d4002. Peters et al. (2008),
    doi:10.1016/j.jclinepi.2007.11.010, for the bands.
    """
    evidence = Evidence(effects, results[:1])
    deepest = 1.06 * float(np.sqrt(effects.v.max()))
    scale = _scale(effects, evidence.means, _Z95 * deepest)
    notes = Notes(tuple(_key(evidence)), tuple(_texts(effects)))
    below = MARGIN + _TOP + _HEIGHT
    sheet = Sheet(below + _FOOT + notes.height + MARGIN, evidence.watermark)
    page = sheet.inches()
    plot = sheet.window(_LEFT, MARGIN + _TOP, width=MARGIN + ROOM - _LEFT, height=_HEIGHT)
    _frame(plot, scale, deepest)
    _bands(plot, scale, deepest)
    for middle in evidence.means:
        _limits(plot, middle, deepest)
    _points(plot, effects)
    if effects.k <= _LABELLED:
        _label(page, effects, frame=_Frame(scale, deepest), middles=evidence.means)
    _foot(page, effects, scale=scale, y=below)
    notes.paint(sheet, page, below + _FOOT)
    return sheet


def _scale(effects: Effects, means: list[float], widest: float) -> Scale:
    half = _Z95 * np.sqrt(effects.v)
    values = zip(effects.y, effects.y - half, effects.y + half, strict=True)
    marks = [Square((float(a), float(b), float(c))) for a, b, c in values]
    marks += [Square((middle, middle - widest, middle + widest)) for middle in means]
    return spanning(marks, effects.measure.null, effects.measure.display)


def _frame(plot: Axes, scale: Scale, deepest: float) -> None:
    scale.apply(plot)
    plot.set_ylim(deepest, 0.0)
    plot.set_yticks(*round_ticks(0.0, deepest))
    plot.set_ylabel("Standard error")


def _bands(plot: Axes, scale: Scale, deepest: float) -> None:
    if np.isnan(scale.null):
        return
    se = np.array([0.0, deepest])
    for sign, edge in ((-1.0, scale.lower), (1.0, scale.upper)):
        first, second = (scale.null + sign * z * se for z in (_Z95, _Z99))
        far = np.full(2, edge + sign * (scale.upper - scale.lower))
        plot.fill_betweenx(se, first, second, color=BAND, lw=0.0, zorder=0, label="p < 0.05")
        plot.fill_betweenx(se, second, far, color=PALE, lw=0.0, zorder=0, label="p < 0.01")
    plot.axvline(scale.null, color=FAINT, lw=0.9, zorder=1, label="null")


def _limits(plot: Axes, middle: float, deepest: float) -> None:
    plot.plot([middle, middle], [0.0, deepest], color=BAYES, lw=1.1, zorder=2, label="mean")
    for sign in (-1.0, 1.0):
        ends = [middle, middle + sign * _Z95 * deepest]
        plot.plot(ends, [0.0, deepest], color=BAYES, lw=1.0, ls=(0, (4, 2)), label="limit")


def _points(plot: Axes, effects: Effects) -> None:
    se = np.sqrt(effects.v)
    left, right = plot.get_xlim()
    inside = (effects.y >= left) & (effects.y <= right)
    look: dict[str, Any] = {"ls": "none", "c": INK, "mec": "white", "mew": 0.6, "zorder": 4}
    plot.plot(effects.y[inside], se[inside], marker="o", ms=6.0, label="trials", **look)
    for marker, beyond, edge in (("<", effects.y < left, left), (">", effects.y > right, right)):
        there = np.full(int(beyond.sum()), edge)
        plot.plot(there, se[beyond], marker=marker, ms=6.5, label="beyond", clip_on=False, **look)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values of the plot stand on the sheet, in inches."""

    scale: Scale
    deepest: float

    def places(self, x: Array, se: Array) -> list[tuple[float, float]]:
        """Turn effects and standard errors into inches; beyond the plot, at its edge."""
        seen = np.clip(x, self.scale.lower, self.scale.upper)
        across = _LEFT + (MARGIN + ROOM - _LEFT) * self.scale.share(seen)
        down = MARGIN + _TOP + _HEIGHT * se / self.deepest
        return list(zip(across.tolist(), down.tolist(), strict=True))

    @property
    def box(self) -> Box:
        """The plot."""
        return Box(_LEFT, MARGIN + _TOP, MARGIN + ROOM, MARGIN + _TOP + _HEIGHT)


def _label(page: Axes, effects: Effects, *, frame: _Frame, middles: list[float]) -> None:
    texts = [shortened(label, 1.6, size=SMALL) for label in effects.labels]
    se = np.linspace(0.0, frame.deepest, 60)
    lines = [] if np.isnan(frame.scale.null) else [np.full(60, frame.scale.null)]
    for middle in middles:
        lines += [middle + z * se for z in (-_Z95, 0.0, _Z95)]
    avoided = [place for line in lines for place in frame.places(line, se)]
    points = frame.places(effects.y, np.sqrt(effects.v))
    for label in placed(points, texts, within=frame.box, avoided=avoided):
        put(page, (label.x, label.y), label.text, look=Look(SMALL, side="center"))


def _foot(page: Axes, effects: Effects, *, scale: Scale, y: float) -> None:
    across = ROOM + MARGIN - _LEFT
    null = _LEFT + across * scale.share(scale.null)
    words = sides(effects)
    if any(words):
        put_sides(page, (null, y + 0.31), words)
    middle = (_LEFT + across / 2.0, y + 0.48)
    put(page, middle, effects.measure.label, look=Look(side="center"))


def _key(evidence: Evidence) -> Iterator[Entry]:
    if np.isfinite(evidence.effects.measure.null):
        yield Entry(Swatch((0.0, -0.12, 0.12), ink=BAND), "0.01 < p < 0.05 against no effect")
        yield Entry(Swatch((0.0, -0.12, 0.12), ink=PALE), "p < 0.01")
    for name in evidence.names:
        yield Entry(Strokes((0.0, -0.12, 0.12), ink=BAYES), f"mean ± 1.96 standard errors ({name})")


def _texts(effects: Effects) -> Iterator[str]:
    yield _TOO_FEW if effects.k < _FEW else _CAUSES
    if effects.measure.scale == "standardised":
        yield _TIED
