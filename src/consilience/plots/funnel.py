"""The funnel plot: whether small trials say something else than large ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtri

from consilience.classical.pool import checked
from consilience.classical.pooled import Pooled
from consilience.classical.small_study.trim_fill import TrimFill
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.plots import precision
from consilience.plots.frame import along, drawn
from consilience.plots.funnelled import POINTS, Z95, Result, View, line_of
from consilience.plots.marks import Dot, Stroke, Strokes, Swatch
from consilience.plots.page import Entry, Notes
from consilience.plots.precision import Precision
from consilience.plots.style import BAND, BAYES, CLASSICAL, FAINT, INK, PALE, style
from consilience.plots.text import p_equals
from consilience.plots.words import counted

_SMALL = (0.0, -0.12, 0.12)
_FEW = 10
_DASHES = (6.0, 2.0, 1.0, 2.0)
_BANDS = ((0.1, 0.05, "#C4C4C4"), (0.05, 0.01, BAND), (0.01, 0.0, PALE))
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


_NO_FUNNEL = (
    "Standard errors do not follow from numbers of participants, so there are no bands and limits."
)

_SHOWN = (Fit, Pooled, TrimFill, pd.DataFrame)
_NOT_SHOWN = (
    "A funnel plot shows fits and what cs.pool, trim_fill and regression_test give, not a {}. Draw "
    "funnel(effects, cs.pool(effects)); forest() shows the mean of every analysis."
)


@style()
def funnel(effects: Effects, *results: Result, axis: str | Precision = "sei") -> Figure:
    """Draw a funnel plot.

    Parameters
    ----------
    effects : Effects
        The trials: each estimate stands at its standard error, precise ones at the top.
    *results : Fit, Pooled, TrimFill or DataFrame
        The first fit or pooled analysis gives the middle of the funnel: within mean ± 1.96·se 95 %
        of the estimates would lie if all trials had one true effect. What `trim_fill` gives adds
        the filled trials as hollow points, and the mean with them; what `regression_test` gives,
        on ``"sei"`` or ``"vi"``, adds its line.
    axis : str or Precision
        ``"sei"`` (standard error), ``"vi"`` (variance), ``"seinv"`` (1 / standard error) or
        ``"ni"`` (participants).

    Returns
    -------
    Figure
        With bands where an estimate differs from no effect at p < 0.1, 0.05 and 0.01, and a note on
        what such a picture cannot show.

    Raises
    ------
    ModelError
        For what a funnel cannot show, such as a multilevel model, whose estimates do not scatter
        about one mean by their standard errors alone; for an unknown axis, sizes that are missing,
        a trim and fill of other trials, a table that is no regression test on ``"sei"`` or
        ``"vi"``.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Sterne et al. (2011), doi:10.1136/bmj.d4002. Peters et al. (2008),
    doi:10.1016/j.jclinepi.2007.11.010, for the bands. Duval & Tweedie (2000),
    doi:10.1111/j.0006-341X.2000.00455.x, for the filled trials.
    """
    checked(effects)
    if unknown := [each for each in results if not isinstance(each, _SHOWN)]:
        raise ModelError(_NOT_SHOWN.format(type(unknown[0]).__name__))
    view = View(effects, results, precision.get(axis) if isinstance(axis, str) else axis)
    frame = view.frame
    notes = Notes(tuple(_key(view)), tuple(_texts(view)))

    def paint(plot: Axes, page: Axes) -> None:
        _bands(plot, view)
        _limits(plot, view)
        _points(plot, view)
        points = frame.places(effects.y, view.at)
        frame.name(page, points, names=effects.labels, avoided=along(frame, *view.lines))

    return drawn(frame, notes, paint, watermark=view.evidence.watermark, alt=_alt(view))


def _bands(plot: Axes, view: View) -> None:
    """Shade where a trial of this error would have which p against no effect."""
    null, (y, se) = view.effects.measure.null, view.curve
    if np.isnan(null):
        return
    plot.axvline(null, color=FAINT, lw=0.9, zorder=1, label="null")
    if not view.funnelled:
        return
    reach = view.frame.x.upper - view.frame.x.lower
    for sign, edge in ((-1.0, view.frame.x.lower), (1.0, view.frame.x.upper)):
        for outer, inner, ink in _BANDS:
            first = null + sign * _critical(outer) * se
            far = np.full(POINTS, edge + sign * reach)
            second = null + sign * _critical(inner) * se if inner else far
            look: dict[str, Any] = {"color": ink, "lw": 0.0, "zorder": 0, "label": f"p < {outer}"}
            plot.fill_betweenx(y, first, second, **look)


def _limits(plot: Axes, view: View) -> None:
    """Draw means with their 95 % limits, means with filled trials, and Egger's line."""
    y, se = view.curve
    ends = [view.frame.y.lower, view.frame.y.upper]
    for middle in view.evidence.means:
        plot.plot([middle, middle], ends, color=BAYES, lw=1.1, zorder=2, label="mean")
        for sign in (-1.0, 1.0) if view.funnelled else ():
            limit = middle + sign * Z95 * se
            plot.plot(limit, y, color=BAYES, lw=1.0, ls=(0, (4, 2)), label="limit")
    for each in view.filled:
        mean = float(each.pooled.average()["estimate"])
        plot.plot([mean, mean], ends, color=CLASSICAL, lw=1.2, ls=(0, (1, 1)), label="filled mean")
    for test in view.tests if view.funnelled else ():
        plot.plot(line_of(test, se), y, color=INK, lw=1.2, ls=(0, _DASHES), label="egger")


def _points(plot: Axes, view: View) -> None:
    """Draw the trials; one beyond the axis becomes an arrow at its edge, so that none is lost."""
    y, at = view.effects.y, view.at
    left, right = plot.get_xlim()
    inside = (y >= left) & (y <= right)
    look: dict[str, Any] = {"ls": "none", "c": INK, "mec": "white", "mew": 0.6, "zorder": 4}
    plot.plot(y[inside], at[inside], marker="o", ms=6.0, label="trials", **look)
    for marker, beyond, edge in (("<", y < left, left), (">", y > right, right)):
        there = np.full(int(beyond.sum()), edge)
        plot.plot(there, at[beyond], marker=marker, ms=6.5, label="beyond", clip_on=False, **look)
    hollow = look | {"c": CLASSICAL, "mfc": "white", "mec": CLASSICAL, "mew": 1.2, "zorder": 4.5}
    plot.plot(*view.added, marker="o", ms=6.0, label="filled", **hollow)


def _key(view: View) -> Iterator[Entry]:
    """Explain only what is drawn; without a funnel there are neither limits nor bands."""
    if np.isfinite(view.effects.measure.null) and view.funnelled:
        for outer, inner, ink in _BANDS:
            said = f"{inner} < p < {outer}" if inner else f"p < {outer} against no effect"
            yield Entry(Swatch(_SMALL, ink=ink), said)
    for name in view.evidence.names:
        if view.funnelled:
            yield Entry(Strokes(_SMALL, ink=BAYES), f"mean ± 1.96 standard errors ({name})")
        else:
            yield Entry(Stroke(_SMALL, ink=BAYES), f"mean ({name})")
    for each in view.filled:
        filled = f"{each.missing} filled by trim and fill, dotted line: mean with them"
        yield Entry(Dot((0.0, np.nan, np.nan), ink=CLASSICAL, filled=False), filled)
    for test in view.tests:
        p = p_equals(float(test["p_value"]["slope"]))
        yield Entry(Stroke(_SMALL, dashes=_DASHES), f"regression test, {p}")


def _texts(view: View) -> Iterator[str]:
    if not view.funnelled:
        yield _NO_FUNNEL
    yield _TOO_FEW if view.effects.k < _FEW else _CAUSES
    if view.effects.measure.scale == "standardised":
        yield _TIED


def _alt(view: View) -> str:
    """Count the trials on either side of the mean, which is what the eye would compare."""
    effects, (mean, *_) = view.effects, (*view.evidence.means, np.nan)
    either = (int((effects.y < mean).sum()), int((effects.y > mean).sum()))
    about = f" Estimates below the mean: {either[0]}; above: {either[1]}."
    about = about if np.isfinite(mean) else ""
    filled = "".join(f" Filled on the {each.side}: {each.missing}." for each in view.filled)
    what = f"Funnel plot, {effects.measure.label} against {view.axis.label.lower()}."
    return f"{what} {counted(effects)}{about}{filled}"


def _critical(p: float) -> float:
    return float(ndtri(1.0 - p / 2.0))
