"""The signs of a chart: each knows its place on the effect's scale and how to draw itself.

They are drawn on axes whose horizontal unit is the effect's and whose vertical unit is the inch,
counted downwards. An interval that reaches beyond the axes ends in an arrow.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, final, override

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Polygon, Rectangle

from consilience.plots.style import FAINT, INK

type Value = tuple[float, float, float]
"""An estimate and the ends of its interval; nan for what there is not."""


@dataclass(frozen=True, slots=True)
class Mark(ABC):
    """A sign for an estimate with its interval.

    Parameters
    ----------
    value : tuple of float
        The estimate, the lower and the upper end; nan for what there is not.
    ink : str
        Colour.
    shift : float
        Inches below the middle of the line.
    """

    vital: ClassVar[bool] = False
    """Whether its estimate must be seen, however far out it lies."""

    value: Value
    ink: str = field(default=INK, kw_only=True)
    shift: float = field(default=0.0, kw_only=True)

    @abstractmethod
    def paint(self, axes: Axes, y: float) -> None:
        """Draw the sign on a line `y` inches below the top of the axes."""

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the interval."""
        return self.value[1:]


@final
@dataclass(frozen=True, slots=True)
class Square(Mark):
    """An estimate as reported: a square on its interval.

    Parameters
    ----------
    side : float
        In inches; the area may stand for a weight.
    """

    side: float = field(default=0.09, kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a square, `side` inches wide, on a thin line."""
        _stroke(axes, self.ends, y + self.shift, ink=self.ink, thick=1.0)
        look = {"marker": "s", "ms": 72.0 * self.side, "c": self.ink, "mec": "white", "mew": 0.4}
        _point(axes, self.value[0], y + self.shift, look={"label": "square", **look})


@final
@dataclass(frozen=True, slots=True)
class Dot(Mark):
    """An estimate of an analysis: a round point on its interval.

    Parameters
    ----------
    filled : bool
        Solid for a Bayesian answer, hollow for a classical one.
    """

    filled: bool = field(default=True, kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a round point on a line, hollow unless `filled`."""
        _stroke(axes, self.ends, y + self.shift, ink=self.ink, thick=1.3)
        inner = self.ink if self.filled else "white"
        look = {"marker": "o", "ms": 4.6, "c": self.ink, "mfc": inner, "mew": 1.1}
        _point(axes, self.value[0], y + self.shift, look={"label": "dot", **look})


@final
@dataclass(frozen=True, slots=True)
class Diamond(Mark):
    """A mean effect: a diamond from one end of its interval to the other.

    Parameters
    ----------
    filled : bool
        Solid for a Bayesian answer, hollow for a classical one.
    tall : float
        In inches.
    """

    vital: ClassVar[bool] = True

    filled: bool = field(default=True, kw_only=True)
    tall: float = field(default=0.14, kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a diamond as wide as its interval, hollow unless `filled`."""
        at, lower, upper = self.value
        line, half = y + self.shift, self.tall / 2.0
        corners = [(lower, line), (at, line - half), (upper, line), (at, line + half)]
        face = self.ink if self.filled else "white"
        look: dict[str, Any] = {"fc": face, "ec": self.ink, "lw": 1.1, "joinstyle": "miter"}
        axes.add_patch(Polygon(corners, closed=True, label="diamond", zorder=3, **look))
        _arrows(axes, self.ends, line, ink=self.ink)


@final
@dataclass(frozen=True, slots=True)
class Bar(Mark):
    """Where a new value is expected: a light bar over the whole interval.

    Parameters
    ----------
    tall : float
        In inches.
    """

    tall: float = field(default=0.07, kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a bar of a lighter colour, without an estimate."""
        lower, upper = self.ends
        corner = (lower, y + self.shift - self.tall / 2.0)
        look: dict[str, Any] = {"fc": _lighter(self.ink), "ec": self.ink, "lw": 0.7}
        axes.add_patch(Rectangle(corner, upper - lower, self.tall, label="bar", zorder=2, **look))
        _arrows(axes, self.ends, y + self.shift, ink=self.ink)


@final
@dataclass(frozen=True, slots=True)
class Nested(Mark):
    """A distribution: its median on two intervals, one inside the other.

    Parameters
    ----------
    inner : tuple of float
        Ends of the inner interval.
    """

    inner: tuple[float, float] = field(kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a hollow point on a thick line on a thin one."""
        _stroke(axes, self.ends, y + self.shift, ink=self.ink, thick=1.2)
        _stroke(axes, self.inner, y + self.shift, ink=self.ink, thick=4.5)
        look = {"marker": "o", "ms": 4.6, "c": self.ink, "mfc": "white", "mew": 1.1}
        _point(axes, self.value[0], y + self.shift, look={"label": "nested", **look})


@final
@dataclass(frozen=True, slots=True)
class Swatch(Mark):
    """A colour that fills an area."""

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a patch of the colour."""
        lower, upper = self.ends
        look: dict[str, Any] = {"fc": self.ink, "ec": FAINT, "lw": 0.4, "label": "swatch"}
        axes.add_patch(Rectangle((lower, y - 0.05), upper - lower, 0.1, **look))


@final
@dataclass(frozen=True, slots=True)
class Strokes(Mark):
    """A line with a dashed one beside it: a mean and its limits."""

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a full line, and a dashed one below it."""
        axes.plot(self.ends, (y - 0.03, y - 0.03), c=self.ink, lw=1.1)
        axes.plot(self.ends, (y + 0.03, y + 0.03), c=self.ink, lw=1.0, ls=(0, (4, 2)))


@final
@dataclass(frozen=True, slots=True)
class Stroke(Mark):
    """A single line.

    Parameters
    ----------
    dashes : tuple of float
        Lengths of dashes and gaps, in units of its thickness; empty for a solid line.
    thick : float
        In points.
    """

    dashes: tuple[float, ...] = field(default=(), kw_only=True)
    thick: float = field(default=1.3, kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw one line, dashed as the curve that it explains."""
        style = (0, self.dashes) if self.dashes else "-"
        axes.plot(self.ends, (y, y), c=self.ink, lw=self.thick, ls=style, label="stroke")


@final
@dataclass(frozen=True, slots=True)
class Point(Mark):
    """A point without an interval.

    Parameters
    ----------
    marker : str
        Its form, as matplotlib names it.
    face : str
        Colour of its inside; empty for that of its outline.
    """

    marker: str = field(default="o", kw_only=True)
    face: str = field(default="", kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a sign of the given shape."""
        look = {"marker": self.marker, "ms": 5.5, "mec": self.ink, "mew": 1.1}
        inner = {"mfc": self.face or self.ink}
        _point(axes, self.value[0], y + self.shift, look={"label": "point", **look, **inner})


def _stroke(axes: Axes, ends: tuple[float, float], y: float, *, ink: str, thick: float) -> None:
    if not np.isfinite(ends).all():
        return
    look: dict[str, Any] = {"c": ink, "lw": thick, "solid_capstyle": "butt", "zorder": 2.5}
    axes.plot(ends, (y, y), label="interval", **look)
    _arrows(axes, ends, y, ink=ink)


def _arrows(axes: Axes, ends: tuple[float, float], y: float, *, ink: str) -> None:
    """Show at the edges of the axis that an interval runs on beyond them."""
    left, right = axes.get_xlim()
    look: dict[str, Any] = {"ms": 4.5, "c": ink, "mew": 0.0, "clip_on": False, "zorder": 3.5}
    if ends[0] < left:
        axes.plot([left], [y], ls="none", marker="<", label="beyond", **look)
    if ends[1] > right:
        axes.plot([right], [y], ls="none", marker=">", label="beyond", **look)


def _point(axes: Axes, x: float, y: float, *, look: dict[str, Any]) -> None:
    left, right = axes.get_xlim()
    if left <= x <= right:
        axes.plot([x], [y], ls="none", zorder=4, **look)


def _lighter(ink: str) -> tuple[float, ...]:
    return tuple(0.75 + 0.25 * part for part in to_rgb(ink))
