"""Lights: coloured circles, with a sign in them that says the same, in columns side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, final, override

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from consilience.plots.marks import Mark, Value
from consilience.plots.style import BODY, FAINT, INK, SMALL
from consilience.plots.text import width
from consilience.plots.writing import Look, put

PITCH, RADIUS = 0.22, 0.08
"""From light to light, and of a light, in inches."""

_DROP, _APART = 0.36 / 72.0, 0.07


@final
@dataclass(frozen=True, slots=True)
class Light(Mark):
    """A circle with a sign in it.

    Parameters
    ----------
    sign : str
        One to three letters; empty for none.
    face : str
        Colour of the circle.
    dotted : bool
        Whether its outline is broken: nothing is stated.
    radius : float
        In inches.
    """

    value: Value = (0.0, np.nan, np.nan)
    sign: str = field(default="", kw_only=True)
    face: str = field(default="white", kw_only=True)
    dotted: bool = field(default=False, kw_only=True)
    radius: float = field(default=RADIUS, kw_only=True)

    @override
    def paint(self, axes: Axes, y: float) -> None:
        """Draw on axes whose units are inches both ways, downwards."""
        x, down = self.value[0], y + self.shift
        look: dict[str, Any] = {"ec": FAINT, "ls": ":"} if self.dotted else {"ec": INK}
        look |= {"fc": self.face, "lw": 0.8, "label": "light"}
        # Not `add_patch`, which reckons the limits of the axes anew for each of many lights.
        axes.add_artist(Circle((x, down), self.radius, **look))
        if self.sign:
            size = BODY if len(self.sign) == 1 else SMALL
            letters: dict[str, Any] = {
                "size": size,
                "color": self.ink,
                "ha": "center",
                "weight": "bold",
            }
            axes.text(x, down + _DROP * size, self.sign, **letters)


def columns(heads: Sequence[str]) -> list[float]:
    """Give the widths of columns of lights under their headings, in inches."""
    return [max(PITCH, width(head, SMALL, bold=True) + _APART) for head in heads]


def paint_heads(page: Axes, heads: Sequence[str], *, left: float, y: float) -> None:
    """Write the headings of columns of lights that begin `left` inches from the left edge."""
    for head, x in zip(heads, _middles(heads, left), strict=True):
        put(page, (x, y), head, look=Look(SMALL, bold=True, side="center"))


def paint_row(
    page: Axes, shown: Sequence[Mark], *, heads: Sequence[str], left: float, y: float
) -> None:
    """Draw lights under the headings of their columns, on a page in inches."""
    for each, x in zip(shown, _middles(heads, left), strict=True):
        replace(each, value=(x, np.nan, np.nan)).paint(page, y)


def _middles(heads: Sequence[str], left: float) -> list[float]:
    wide = np.array(columns(heads))
    return (left + np.cumsum(wide) - wide / 2.0).tolist()
