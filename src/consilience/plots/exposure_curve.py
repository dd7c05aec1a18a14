"""The expected effect along an exposure, the trials, and where a threshold may lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from consilience.design.columns import column_of
from consilience.errors import ModelError
from consilience.exposure import CAVEAT, ExposureComparison, curve_of
from consilience.exposure.facts import MADE
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.plots.frame import Frame, along, drawn
from consilience.plots.labels import outlines
from consilience.plots.marks import Point, Square, Stroke, Swatch
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import Scale, between, spanning
from consilience.plots.style import BAND, BAYES, FAINT, INK, style
from consilience.plots.text import clean, mass, number
from consilience.plots.words import counted, refuse_others

_LARGEST, _SMALLEST, _POINTS = 18.0, 4.0, 61
_SMALL = (0.0, -0.12, 0.12)
_TALL = 0.2
"""Height of the hill over the axis, as a share of the plot."""


@style()
def exposure_curve(
    result: Fit | ExposureComparison, column: str = "", *, error: str = "", level: float = 0.95
) -> Figure:
    """Draw the expected effect along an exposure.

    Parameters
    ----------
    result : Fit or ExposureComparison
        A fit with a term that reads the column, or what `compare_exposure` gives: then the curve
        is averaged over the curves it compared.
    column : str
        The exposure; that of the comparison if empty.
    error : str
        Column of the exposure's own standard error, drawn as a bar of one of them to each side;
        empty for none.
    level : float
        Mass of the band.

    Returns
    -------
    Figure
        The curve with its band, each trial with an area that stands for its precision, and along
        the axis the posterior density of the threshold (or hinge, or ED50), where there is one. The
        ecological caveat stands beneath.

    Raises
    ------
    ModelError
        If there is no such column, or nothing that reads it.
    ConvergenceError
        If a fit did not converge and was not forced.
    """
    call = "plots.exposure_curve(compare_exposure(effects, column))"
    refuse_others((result,), "exposure_curve", kinds=(Fit, ExposureComparison), call=call)
    view = _View(result, column or getattr(result, "column", ""), error, level)
    frame = view.frame

    def paint(plot: Axes, page: Axes) -> None:
        """Draw the location's posterior, the curve and the trials, and name them."""
        _hill(plot, view)
        _curve(plot, view)
        _trials(plot, view)
        points = frame.places(view.x, view.effects.y)
        mean = view.curve["mean"].to_numpy(dtype=float)
        null = np.full_like(mean, view.effects.measure.null)
        lines = [(view.grid, mean), (view.grid, null), *view.bars]
        avoided = np.vstack([along(frame, *lines), outlines(points, view.sides)])
        frame.name(page, points, names=view.effects.labels, avoided=avoided)

    first, last = (float(view.curve["mean"].iloc[place]) for place in (0, -1))
    ends = frame.y.shown(first, last)
    alt = (
        f"{view.effects.measure.label} against {clean(view.column)}. {counted(view.effects)} The "
        f"expected effect goes from {ends[0]} to {ends[1]}. {' '.join(view.words)}"
    )
    watermark = str(view.curve.attrs.get("watermark", ""))
    return drawn(frame, Notes(tuple(_key(view)), view.texts), paint, watermark=watermark, alt=alt)


@dataclass(frozen=True, eq=False)
class _View:
    """What is shown, and where."""

    result: Fit | ExposureComparison
    column: str
    error: str
    level: float

    def __post_init__(self) -> None:
        """Refuse an absent column, and a fit whose effect does not depend on the exposure."""
        table = self.effects.table
        for name in (self.column, *([self.error] if self.error else [])):
            column_of(table, name)
        terms = self.one.model.terms
        if not self.averaged and not any(term.reads(self.column) for term in terms):
            raise ModelError(
                f"This fit has no term that reads {self.column!r}. Draw one that does: "
                f"terms.Threshold({self.column!r})."
            )

    @property
    def averaged(self) -> bool:
        """Whether several curves are averaged."""
        return isinstance(self.result, ExposureComparison)

    @property
    def one(self) -> Fit:
        """The fit that has the threshold."""
        return self.result if isinstance(self.result, Fit) else self.result.fits["threshold"]

    @property
    def effects(self) -> Any:  # noqa: ANN401 - of either
        return self.result.effects

    @cached_property
    def x(self) -> Array:
        values = pd.to_numeric(self.effects.table[self.column], errors="coerce")
        return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))

    @cached_property
    def half(self) -> Array:
        """Standard errors of the exposures; 0 where there are none."""
        if not self.error:
            return np.zeros(len(self.x))
        values = pd.to_numeric(self.effects.table[self.error], errors="coerce")
        return np.nan_to_num(values.to_numpy(dtype=float, na_value=np.nan))

    @property
    def bars(self) -> list[tuple[Array, Array]]:
        """Places along the bars of the exposures' errors."""
        every = zip(self.x, self.half, self.effects.y, strict=True)
        return [
            (np.linspace(x - half, x + half, 25), np.full(25, y)) for x, half, y in every if half
        ]

    @cached_property
    def grid(self) -> Array:
        lower, upper = float(np.nanmin(self.x)), float(np.nanmax(self.x))
        steps = np.linspace(lower, upper, _POINTS)
        return np.unique(np.concatenate([steps, self.x[np.isfinite(self.x)]]))

    @cached_property
    def curve(self) -> pd.DataFrame:
        if isinstance(self.result, Fit):
            return curve_of(self.result, self.column, self.grid, level=self.level)
        return self.result.curve(self.grid, level=self.level)

    @cached_property
    def sides(self) -> Array:
        """Diameters of the bubbles, in points."""
        precise = 1.0 / self.effects.v
        return np.maximum(_SMALLEST, _LARGEST * np.sqrt(precise / precise.max()))

    @cached_property
    def density(self) -> tuple[Array, Array]:
        """Posterior density of the location; nothing where the fit has none."""
        marginals = self.one.draws["marginals"].to_dataset()
        name = f"{self.column}_location"
        if name not in marginals["parameter"].to_numpy():
            return np.empty(0), np.empty(0)
        own = marginals.sel(parameter=name)
        return own["x"].to_numpy(), own["density"].to_numpy()

    @cached_property
    def frame(self) -> Frame:
        """The frame: all trials, what is known of their exposure, and the band."""
        effects, half = self.effects, np.sqrt(self.effects.v)
        rows = zip(effects.y, effects.y - half, effects.y + half, strict=True)
        marks = [Square((float(a), float(b), float(c))) for a, b, c in rows]
        band = [float(self.curve[end].min()) for end in ("lower", "mean")]
        marks.append(Square((band[1], band[0], float(self.curve["upper"].max()))))
        found = spanning(marks, np.nan, effects.measure.display)
        room = (found.upper - found.lower) * _TALL * bool(self.density[0].size)
        up = Scale(found.lower - room, found.upper, np.nan, found.digits, found.display)
        ends = np.concatenate([self.x - self.half, self.x + self.half])
        across = between(ends[np.isfinite(ends)])
        unit = ", % of what was offered" if self.column in MADE else ""
        label = f"{clean(self.column).replace('_', ' ').capitalize()}{unit}"
        return Frame(x=across, y=up, titles=(label, effects.measure.label))

    @property
    def words(self) -> tuple[str, ...]:
        """What is said of the curve."""
        if isinstance(self.result, ExposureComparison):
            return self.result.words(self.level)[:-1]
        table = self.result.scales(self.level).to_dict(orient="index")
        name = f"{self.column}_location"
        if name not in table:
            return ()
        low, mid, high = (float(table[name][key]) for key in ("lower", "median", "upper"))
        return (
            f"{clean(name).replace('_', ' ').capitalize()}: {number(mid, 0)} "
            f"({mass(self.level)} interval {number(low, 0)} to {number(high, 0)}).",
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands under the figure."""
        told = f"{counted(self.effects)} {self.effects.direction}"
        return (CAVEAT, *self.words[:1], told)


def _hill(plot: Axes, view: _View) -> None:
    """Draw the density of the location along the lower edge."""
    x, density = view.density
    if not x.size:
        return
    frame = view.frame
    inside = (x >= frame.x.lower) & (x <= frame.x.upper)
    tall = _TALL * (frame.y.upper - frame.y.lower)
    top = density[inside].max(initial=0.0)
    if top > 0.0:
        heights = frame.y.lower + 0.9 * tall * density[inside] / top
        plot.fill_between(x[inside], frame.y.lower, heights, color=BAYES, alpha=0.35, lw=0.0,
                          zorder=0.6, label="location")  # fmt: skip


def _curve(plot: Axes, view: _View) -> None:
    """Draw the posterior mean along the exposure with its band, and the null within reach."""
    lower, upper, mean = (
        view.curve[name].to_numpy(dtype=float) for name in ("lower", "upper", "mean")
    )
    plot.fill_between(view.grid, lower, upper, color=BAND, lw=0.0, zorder=0.8, label="band")
    plot.plot(view.grid, mean, c=INK, lw=1.4, zorder=2, label="curve")
    null = view.effects.measure.null
    if view.frame.y.lower <= null <= view.frame.y.upper:
        plot.axhline(null, c=FAINT, lw=0.8, zorder=1, label="null")


def _trials(plot: Axes, view: _View) -> None:
    """Draw trials of known exposure: their area the precision, a bar the exposure's error."""
    # The large ones first, so that none hides a small one.
    for place in np.argsort(-view.sides, kind="stable"):
        x, y, half = view.x[place], float(view.effects.y[place]), view.half[place]
        if not np.isfinite(x):
            continue
        if half > 0.0:
            plot.plot([x - half, x + half], [y, y], c=FAINT, lw=0.8, zorder=2.5, label="error")
        plot.plot([x], [y], ls="none", marker="o", ms=float(view.sides[place]), mew=0.9,
                  mec=INK, mfc=(0.1, 0.1, 0.1, 0.28), zorder=3, label="trial")  # fmt: skip


def _key(view: _View) -> Iterator[Entry]:
    """Explain the signs that are drawn; averaged curves say that their threshold is conditional."""
    yield Entry(Point((0.0, np.nan, np.nan), face="#BABABA"), "a trial (area: precision)")
    if np.any(view.half > 0.0):
        yield Entry(Stroke(_SMALL, ink=FAINT), "standard error of its exposure")
    kind = "averaged over the curves" if view.averaged else "expected effect"
    yield Entry(Stroke(_SMALL), f"expected effect, {kind}" if view.averaged else kind)
    yield Entry(Swatch(_SMALL, ink=BAND), f"{mass(view.level)} credible band")
    if view.density[0].size:
        given = ", given that there is one" if view.averaged else ""
        yield Entry(Swatch(_SMALL, ink="#A6CBE2"), f"where the threshold lies{given}")
