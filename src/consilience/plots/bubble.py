"""The bubble plot: effects against a moderator, with the regression through them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from pandas.api.types import is_numeric_dtype

from consilience.classical.pooled import Pooled
from consilience.design.columns import as_labels, column_of
from consilience.design.grammar import mentions
from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.plots.frame import Frame, along, drawn
from consilience.plots.labels import outlines
from consilience.plots.marks import Point, Square, Stroke, Swatch
from consilience.plots.page import Entry, Notes
from consilience.plots.scale import Scale, between, spanning
from consilience.plots.style import BAND, FAINT, INK, PALE, style
from consilience.plots.text import clean, mass, number, p_equals
from consilience.plots.words import counted, refuse_others

_INKS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = ("o", "s", "^", "D", "v", "P")
_LINES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (3, 1)), "-")
_LARGEST, _SMALLEST, _POINTS = 20.0, 3.0, 120
_SMALL = (0.0, -0.12, 0.12)


@style()
def bubble(pooled: Pooled, by: str, *, colour: str = "") -> Figure:
    """Draw a bubble plot.

    Parameters
    ----------
    pooled : Pooled
        A regression on `by`, and perhaps on other moderators, which are averaged over the trials.
    by : str
        A numeric column in its formula.
    colour : str
        A column by whose levels the trials are coloured; where the regression knows it, each level
        has its own line. Empty for none.

    Returns
    -------
    Figure
        Each trial with an area that stands for its weight; the expected effect with its confidence
        band, and in a paler band the true effect of a new trial (both for one line only).

    Raises
    ------
    ModelError
        If there is no such column, it is no number, or the regression does not depend on it.

    References
    ----------
    Thompson SG, Higgins JPT (2002). Statistics in Medicine 21:1559–1573. doi:10.1002/sim.1187
    """
    call = "plots.bubble(pool(effects, moderators=by), by)"
    refuse_others((pooled,), "bubble", kinds=(Pooled,), call=call)
    view = _View(pooled, by, colour)
    frame = view.frame

    def paint(plot: Axes, page: Axes) -> None:
        """Draw lines and bubbles, and name the trials where there is room."""
        _lines(plot, view)
        _bubbles(plot, view)
        lines = [(view.grid, line.fit) for line in view.lines]
        points = frame.places(view.x, pooled.effects.y)
        avoided = np.vstack([along(frame, *lines), outlines(points, view.sides)])
        frame.name(page, points, names=pooled.effects.labels, avoided=avoided)

    notes = Notes(tuple(_key(view)), tuple(_texts(view)))
    first = view.lines[0]
    ends = view.frame.y.shown(float(first.fit[0]), float(first.fit[-1]))
    alt = (
        f"Bubble plot, {pooled.effects.measure.label} against {clean(by)}. "
        f"{counted(pooled.effects)} The expected effect goes from {ends[0]} to {ends[1]}."
    )
    return drawn(frame, notes, paint, alt=alt)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """Expected effects along the moderator."""

    fit: Array
    lower: Array
    upper: Array
    new_lower: Array
    new_upper: Array


@dataclass(frozen=True, eq=False)
class _View:
    """What is shown, and where."""

    pooled: Pooled
    by: str
    colour: str

    def __post_init__(self) -> None:
        """Refuse a column that is absent, holds labels, or does not move the regression."""
        table = self.pooled.effects.frame
        for name in filter(None, (self.by, self.colour)):
            column_of(table, name)
        if not is_numeric_dtype(table[self.by]):
            raise ModelError(
                f"{self.by!r} holds labels; a bubble plot needs a number. For the effect of each "
                f"level use forest(…, group={self.by!r})."
            )
        if np.ptp(self._rows(self.ends), axis=0).max(initial=0.0) == 0.0:
            raise ModelError(
                f"This analysis does not depend on {self.by!r}. Draw one that does: "
                f"pool(effects, moderators={self.by!r})."
            )

    @cached_property
    def x(self) -> Array:
        return self.pooled.effects.frame[self.by].to_numpy(dtype=float)

    @property
    def ends(self) -> Array:
        return np.array([np.nanmin(self.x), np.nanmax(self.x)])

    @cached_property
    def grid(self) -> Array:
        return np.linspace(float(self.ends[0]), float(self.ends[1]), _POINTS)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Levels of the colours; one without a name for none."""
        if not self.colour:
            return ("",)
        labels = as_labels(self.pooled.effects.frame, self.colour)
        return tuple(sorted(set(labels), key=lambda name: (name.lower(), name)))

    @cached_property
    def places(self) -> Array:
        """Place of each trial's level among the levels."""
        if not self.colour:
            return np.zeros(self.pooled.effects.k, dtype=int)
        labels = as_labels(self.pooled.effects.frame, self.colour)
        return np.array([self.levels.index(label) for label in labels])

    @property
    def split(self) -> bool:
        """Whether each level has its own line."""
        return self.colour in self.pooled.design.factors and len(self.levels) > 1

    @property
    def others(self) -> list[str]:
        """Moderators over which the lines are averaged."""
        shown, formula = {self.by, *([self.colour] * self.split)}, self.pooled.design.formula
        columns = map(str, self.pooled.effects.frame.columns)
        return [name for name in columns if name not in shown and mentions(formula, name)]

    @cached_property
    def sides(self) -> Array:
        """Diameters of the bubbles, in points."""
        weights = np.maximum(self.pooled.weights().to_numpy(), 0.0)
        return np.maximum(_SMALLEST, _LARGEST * np.sqrt(weights / weights.max()))

    @cached_property
    def lines(self) -> list[_Line]:
        if not self.split:
            return [self._line({})]
        return [self._line({self.colour: level}) for level in self.levels]

    @cached_property
    def frame(self) -> Frame:
        """The frame: trials with a standard error to each side, and all of the bands."""
        effects, half = self.pooled.effects, np.sqrt(self.pooled.effects.v)
        rows = zip(effects.y, effects.y - half, effects.y + half, strict=True)
        marks = [Square((float(a), float(b), float(c))) for a, b, c in rows]
        bands = [(line.lower, line.upper) for line in self.lines]
        marks += [Square((float(a.min()), float(a.min()), float(b.max()))) for a, b in bands]
        up = spanning(marks, np.nan, effects.measure.display)
        up = Scale(up.lower, up.upper, np.nan, up.digits, up.display)
        across = between(self.x)
        label = clean(self.by).replace("_", " ").capitalize()
        return Frame(x=across, y=up, titles=(label, effects.measure.label))

    def _line(self, level: dict[str, str]) -> _Line:
        """Give the regression at one level of the colours, with its band and new true effects."""
        pooled = self.pooled
        found = pooled.contrast(self._rows(self.grid, level), labels=[""] * _POINTS)
        fit, se, lower, upper = (
            found[name].to_numpy(dtype=float) for name in ("estimate", "se", "lower", "upper")
        )
        q = pooled.inference.critical(pooled.level, pooled.effects.k - len(pooled.beta))
        reach = q * np.sqrt(se**2 + pooled.tau2)
        return _Line(fit, lower, upper, fit - reach, fit + reach)

    def _rows(self, values: Array, level: dict[str, str] | None = None) -> Array:
        """Rows of the design at these values, averaged over the trials' other moderators."""
        design, table = self.pooled.design, self.pooled.effects.frame
        many = table.iloc[np.tile(np.arange(len(table)), len(values))]
        known = many.assign(**{self.by: np.repeat(values, len(table))}, **(level or {}))
        rows = design.rows(known).reshape(len(values), len(table), -1).mean(axis=1)
        return np.hstack([np.ones((len(rows), int(design.intercept))), rows])


def _lines(plot: Axes, view: _View) -> None:
    """Draw each regression line with its bands; the null only where the axis reaches it."""
    single = len(view.lines) == 1
    for place, line in enumerate(view.lines):
        ink = INK if single else _INKS[place % len(_INKS)]
        if single and view.pooled.estimator.scatters:
            plot.fill_between(view.grid, line.new_lower, line.new_upper, color=PALE, lw=0.0,
                              zorder=0.5, label="new trial")  # fmt: skip
        shade: Any = BAND if single else to_rgba(ink, 0.18)
        plot.fill_between(view.grid, line.lower, line.upper, color=shade, lw=0.0, zorder=0.8,
                          label="band")  # fmt: skip
        look = {"c": ink, "lw": 1.4, "ls": _LINES[place % len(_LINES)], "zorder": 2}
        plot.plot(view.grid, line.fit, label="fit", **look)
    null = view.pooled.effects.measure.null
    if view.frame.y.lower <= null <= view.frame.y.upper:
        plot.axhline(null, c=FAINT, lw=0.8, zorder=1, label="null")


def _bubbles(plot: Axes, view: _View) -> None:
    """Draw each trial, its area its weight, in the colour and shape of its level."""
    sides = view.sides
    # The large ones first, so that none hides a small one.
    for place in np.argsort(-sides, kind="stable"):
        level = int(view.places[place]) % len(_INKS)
        ink = _INKS[level] if view.colour else INK
        look: dict[str, Any] = {"marker": _MARKERS[level], "mec": ink, "mfc": to_rgba(ink, 0.3)}
        y = float(view.pooled.effects.y[place])
        plot.plot([view.x[place]], [y], ls="none", ms=float(sides[place]), mew=0.9, zorder=3,
                  label="trial", **look)  # fmt: skip


def _key(view: _View) -> Iterator[Entry]:
    """Explain the levels where trials are coloured, the bands where there is one line."""
    small, single = (0.0, np.nan, np.nan), len(view.lines) == 1
    if view.colour:
        for place, level in enumerate(view.levels):
            ink, marker = _INKS[place % len(_INKS)], _MARKERS[place % len(_MARKERS)]
            yield Entry(Point(small, ink=ink, marker=marker), clean(level))
    else:
        yield Entry(Point(small, face="#BABABA"), "a trial (area: weight)")
    level = mass(view.pooled.level)
    if single:
        yield Entry(Stroke(_SMALL), "expected effect")
        yield Entry(Swatch(_SMALL, ink=BAND), f"{level} confidence band")
    if single and view.pooled.estimator.scatters:
        yield Entry(Swatch(_SMALL, ink=PALE), f"true effect of a new trial, {level}")


def _texts(view: _View) -> Iterator[str]:
    """Say the slope with its interval and p, what is averaged over, and which way is better."""
    pooled = view.pooled
    if view.by in pooled.names:
        row = pooled.summary().to_dict(orient="index")[view.by]
        at, low, high, p = (float(row[name]) for name in ("estimate", "lower", "upper", "p_value"))
        yield (
            f"Slope per unit of {clean(view.by)}, on the analysed scale: {number(at, -1)} "
            f"({number(low, -1)} to {number(high, -1)}), {p_equals(p)}."
        )
    if view.others:
        yield f"Averaged over the trials' other moderators: {clean(', '.join(view.others))}."
    yield f"{counted(pooled.effects)} {pooled.effects.direction}"
