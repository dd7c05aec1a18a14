"""Maps in bands: filled contours over two dimensions, with a ladder that says what each band is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, final, override

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from consilience.gaussian import Array
from consilience.plots.chart import Look, put
from consilience.plots.marks import Mark
from consilience.plots.style import FAINT, INK, SMALL

_WIDE, _GAP = 0.14, 0.1
_COLOURS, _PALE, _DARK = "YlGnBu", 0.04, 0.96  # ever darker, and so told apart in grey as well


@dataclass(frozen=True, slots=True)
class Bands:
    """Values in bands, from pale to dark.

    Parameters
    ----------
    edges : array (n + 1,)
        Where the bands begin and end, increasing.
    texts : tuple of str
        How the n − 1 inner edges are written.
    """

    edges: Array
    texts: tuple[str, ...]

    @property
    def inks(self) -> list[str]:
        """A colour for each band."""
        places = np.linspace(_PALE, _DARK, max(len(self.edges) - 1, 2))[: len(self.edges) - 1]
        return [to_hex(mpl.colormaps[_COLOURS](place)) for place in places]

    def paint(self, axes: Axes, x: Array, y: Array, *, values: Array) -> None:
        """Fill axes with values (x, y) in bands."""
        axes.contourf(x, y, values.T, levels=self.edges, colors=self.inks, extend="both")

    def boundary(self, axes: Axes, x: Array, y: Array, *, values: Array, edge: float) -> None:
        """Draw the line at which values (x, y) reach an edge, so that it is seen on any band."""
        for ink, thick in (("white", 3.2), (INK, 1.5)):
            axes.contour(x, y, values.T, levels=[edge], colors=[ink], linewidths=thick)

    def ladder(self, page: Axes, *, left: float, top: float, height: float) -> None:
        """Draw the bands one above the other, with the values between them, in inches."""
        step = height / len(self.inks)
        for place, ink in enumerate(self.inks):
            corner = (left + _GAP, top + height - (place + 1) * step)
            look: dict[str, Any] = {"fc": ink, "ec": FAINT, "lw": 0.4, "label": "band"}
            page.add_patch(Rectangle(corner, _WIDE, step, **look))
        for place, text in enumerate(self.texts, 1):
            at = (left + _GAP + _WIDE + 0.05, top + height - place * step)
            put(page, at, text, look=Look(SMALL))


def bands_between(
    values: Array, edges: Array, write: Callable[[float], str], *, ends: tuple[float, float]
) -> Bands:
    """Choose those of the edges between which there are values.

    Parameters
    ----------
    values : array
        What is shown.
    edges : array
        The inner edges to choose from, increasing.
    write : callable
        How an edge is written.
    ends : tuple of float
        Below and above everything.
    """
    low, high = float(np.min(values)), float(np.max(values))
    kept = edges[(edges > low) & (edges < high)]
    return Bands(np.array([ends[0], *kept, ends[1]]), tuple(write(float(edge)) for edge in kept))


@final
@dataclass(frozen=True, slots=True)
class Stroke(Mark):
    """A line: a boundary between two regions."""

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw a stroke from end to end."""
        axes.plot(self.ends, (y, y), c=self.ink, lw=1.5, label="boundary")


@final
@dataclass(frozen=True, slots=True)
class Spot(Mark):
    """A place on a map: a circle, or a diamond where it is filled.

    Parameters
    ----------
    filled : bool
    """

    filled: bool = field(default=False, kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw the spot of the map itself, so that the key shows what is seen."""
        spot(axes, (self.value[0], y), filled=self.filled)


def spot(axes: Axes, place: tuple[float, float], *, filled: bool) -> None:
    """Mark a place so that it can be seen on any colour."""
    look: dict[str, Any] = {"ls": "none", "zorder": 6, "clip_on": False}
    marker, size = ("D", 6.0) if filled else ("o", 7.0)
    faces = (INK, "white") if filled else ("white", INK)
    look |= {"marker": marker, "ms": size, "mfc": faces[0], "mec": faces[1], "mew": 1.2}
    axes.plot([place[0]], [place[1]], label="tipping" if filled else "held", **look)
