"""The drapery plot: p-values of all hypotheses, not of one."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtr, stdtr

from consilience.classical.pooled import Pooled
from consilience.gaussian import Array
from consilience.plots.frame import Frame, drawn
from consilience.plots.labbe import Look as Colour
from consilience.plots.marks import Square, Stroke, Swatch
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import Scale, spanning
from consilience.plots.style import BAND, FAINT, RULE, SMALL, style
from consilience.plots.text import mass
from consilience.plots.words import counted, names, refuse_others, same_trials, sides
from consilience.plots.writing import Look, put

_LEVELS = (0.1, 0.05, 0.01)
_POINTS, _EDGE, _REACH = 800, 0.5, 3.3
_SMALL = (0.0, -0.12, 0.12)
_NOTE = (
    "Each curve gives the p-value of every possible effect; it is one at the estimate, and crosses "
    "the dotted lines at the ends of the confidence intervals."
)


@style()
def drapery(*results: Pooled) -> Figure:
    """Draw a drapery plot.

    Parameters
    ----------
    *results : Pooled
        Classical analyses of the same trials.

    Returns
    -------
    Figure
        The two-sided p-value of each hypothesis ``theta = x``: by the normal for each trial, by the
        method of inference for each mean, and, as a shaded area, for the true effect of a new trial
        according to the first analysis.

    Raises
    ------
    ModelError
        If there is no analysis, something else than `pool` gives, or they rest on different trials.

    References
    ----------
    Rücker G, Schwarzer G (2021). Research Synthesis Methods 12:85–104. doi:10.1002/jrsm.1435
    """
    refuse_others(results, "drapery", kinds=(Pooled,))
    effects = same_trials(results, "drapery")
    scale = _scale(results)
    up = Scale(0.0, 1.0, np.nan, 2)
    titles = (effects.measure.label, "p-value")
    frame = Frame(x=scale, y=up, titles=titles, sides=sides(effects), edge=_EDGE)

    def paint(plot: Axes, page: Axes) -> None:
        _trials(plot, results[0], scale=scale)
        _means(plot, results, scale=scale)
        _levels(plot, page, frame)

    pairs = zip(names(results), results, strict=True)
    said = "; ".join(f"{name} p = {_at_null(each)}" for name, each in pairs)
    alt = f"Drapery plot, {effects.measure.label}. {counted(effects)} No effect: {said}."
    notes = Notes(tuple(_key(results)), (_NOTE, f"{counted(effects)} {effects.direction}"))
    return drawn(frame, notes, paint, alt=alt)


def p_values(x: Array, *, estimate: float, se: float, df: float) -> Array:
    """Give the two-sided p-value of each hypothesis: ``2 T(-|x - estimate| / se)``, T Student's."""
    return np.asarray(2.0 * stdtr(df, -np.abs(x - estimate) / se))


def _scale(results: tuple[Pooled, ...]) -> Scale:
    """Span the axis over the trials' intervals and each mean out to where its curve is flat."""
    effects = results[0].effects
    half = 1.96 * np.sqrt(effects.v)
    rows = zip(effects.y, effects.y - half, effects.y + half, strict=True)
    marks = [Square((float(a), float(b), float(c))) for a, b, c in rows]
    for each in results:
        row = each.average()
        at, se = float(row["estimate"]), float(row["se"])
        marks.append(Square((at, at - _REACH * se, at + _REACH * se)))
    return spanning(marks, effects.measure.null, effects.measure.display)


def _grid(scale: Scale, *fixed: float) -> Array:
    """Lay points along the axis, with the peak of a curve among them."""
    return np.unique([*np.linspace(scale.lower, scale.upper, _POINTS), *fixed])


def _trials(plot: Axes, pooled: Pooled, *, scale: Scale) -> None:
    """Draw each trial's two-sided p at every hypothesis, the fainter the more trials there are."""
    effects = pooled.effects
    look: dict[str, Any] = {"c": RULE, "lw": 0.8, "zorder": 1.5, "label": "trial"}
    look["alpha"] = float(np.clip(12.0 / effects.k, 0.25, 1.0))
    for at, v in zip(effects.y, effects.v, strict=True):
        x = _grid(scale, float(at))
        plot.plot(x, 2.0 * ndtr(-np.abs(x - at) / np.sqrt(v)), **look)


def _means(plot: Axes, results: tuple[Pooled, ...], *, scale: Scale) -> None:
    """Draw each analysis' p at every hypothesis, and the first one's for a new true effect."""
    for place, each in enumerate(results):
        row, look = each.average(), Colour.of(place)
        at, se, df = (float(row[name]) for name in ("estimate", "se", "df"))
        x = _grid(scale, at, float(row["lower"]), float(row["upper"]))
        p = p_values(x, estimate=at, se=se, df=df)
        plot.plot(x, p, c=look.ink, lw=2.0, ls=look.style, zorder=4, label="mean")
        if place == 0 and _foreseen(each):
            new = p_values(x, estimate=at, se=float(np.sqrt(se**2 + each.tau2)), df=df)
            plot.fill_between(x, 0.0, new, color=BAND, lw=0.0, zorder=1, label="new trial")
    if np.isfinite(scale.null):
        plot.axvline(scale.null, color=FAINT, lw=0.9, zorder=2, label="null")


def _levels(plot: Axes, page: Axes, frame: Frame) -> None:
    """Draw the usual levels of p, each named by the interval that it cuts off."""
    for level in _LEVELS:
        plot.axhline(level, c=FAINT, lw=0.8, ls=(0, (1, 2)), zorder=3, label="level")
    right = frame.box.right + 0.06
    places = frame.places(np.full(len(_LEVELS), frame.x.upper), np.array(_LEVELS))
    for level, (_, y) in zip(_LEVELS, places, strict=True):
        put(page, (right, y), mass(1.0 - level), look=Look(SMALL))
    put(page, (right, places[0][1] - 0.2), "interval", look=Look(SMALL, ink=FAINT))


def _foreseen(pooled: Pooled) -> bool:
    return bool(np.isfinite(float(pooled.prediction_interval()["lower"])))


def _at_null(pooled: Pooled) -> str:
    row = pooled.average()
    return f"{float(row['p_value']):.3g}"


def _key(results: tuple[Pooled, ...]) -> Iterator[Entry]:
    """Explain the trials, one sign for each analysis, and new true effects if they are drawn."""
    yield Entry(Stroke(_SMALL, ink=RULE, thick=0.8), "a trial")
    for place, name in enumerate(names(results)):
        look = Colour.of(place)
        yield Entry(Stroke(_SMALL, ink=look.ink, dashes=look.dashes, thick=2.0), f"mean, {name}")
    if _foreseen(results[0]):
        yield Entry(Swatch(_SMALL, ink=BAND), "true effect of a new trial")
