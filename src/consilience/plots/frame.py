"""A plot of points over two axes: its frame, and where its values stand on the sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from consilience.gaussian import Array
from consilience.plots.labels import Box, Place, placed
from consilience.plots.page import Notes, room
from consilience.plots.scale import Scale
from consilience.plots.style import MARGIN, SMALL, Sheet
from consilience.plots.text import clean, fitted, shortened, width
from consilience.plots.writing import Look, put, put_sides

type Painter = Callable[[Axes, Axes], None]

_FOOT, _SIDES, _TICK, _GAP, _TITLE = 0.46, 0.14, 0.1, 0.06, 0.2
_NAME, _EDGE, _LABELLED = 1.6, 0.12, 20

NOWHERE: Array = np.empty((0, 2))
"""No places to avoid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Two axes, and what they measure.

    Parameters
    ----------
    x, y : Scale
        From left to right; from bottom to top, or from top to bottom where `lower` of `y` is the
        larger end.
    titles : tuple of str
        What they measure.
    sides : tuple of str
        What lies on either side of the null of `x`; empty texts for nothing.
    height : float
        Of the plot, in inches.
    edge : float
        Room for a second axis at the right, in inches.
    widest : float
        Of the plot, in inches.
    top : float
        Where the frame with its titles begins, in inches below the top of the sheet.
    gutter : float
        Least room for the labels of the vertical axis, in inches.
    """

    x: Scale
    y: Scale
    titles: tuple[str, str]
    sides: tuple[str, str] = ("", "")
    height: float = 3.7
    edge: float = 0.0
    widest: float = np.inf
    top: float = MARGIN
    gutter: float = 0.0

    @property
    def box(self) -> Box:
        """The plot on the sheet, in inches."""
        right = min(MARGIN + room() - _EDGE - self.edge, self._left + self.widest)
        return Box(self._left, self._top, right, self._bottom)

    @property
    def bottom(self) -> float:
        """Where the frame with its titles ends, in inches below the top of the sheet."""
        return self._bottom + _FOOT + _SIDES * any(self.sides)

    def places(self, x: Array, y: Array) -> list[Place]:
        """Turn values into inches from the top left corner; beyond the plot, at its edge."""
        box = self.box
        right = np.clip(self.x.share(np.asarray(x, dtype=float)), 0.0, 1.0)
        up = np.clip(self.y.share(np.asarray(y, dtype=float)), 0.0, 1.0)
        across = box.left + (box.right - box.left) * right
        down = box.bottom - (box.bottom - box.top) * up
        return list(zip(across.tolist(), down.tolist(), strict=True))

    def paint(self, sheet: Sheet, page: Axes) -> Axes:
        """Draw the empty frame, and give its axes."""
        box = self.box
        plot = sheet.window(box.left, box.top, width=box.right - box.left, height=self.height)
        self.x.apply(plot)
        self.y.apply_upwards(plot)
        self._paint_titles(page)
        return plot

    def name(
        self, page: Axes, points: Sequence[Place], *, names: Sequence[str], avoided: Array = NOWHERE
    ) -> None:
        """Write names beside points, where there is room; for more than twenty, none.

        Parameters
        ----------
        page : Axes
            Those of the sheet, in inches.
        points : sequence of tuple of float
            In inches.
        names : sequence of str
            One for each.
        avoided : array (n, 2)
            Places of lines that no name should cover, in inches.
        """
        if len(points) > _LABELLED:
            return
        texts = [shortened(clean(each), _NAME, size=SMALL) for each in names]
        lines = [(float(x), float(y)) for x, y in avoided]
        for label in placed(points, texts, within=self.box, avoided=lines):
            put(page, (label.x, label.y), label.text, look=Look(SMALL, side="center"))

    def _paint_titles(self, page: Axes) -> None:
        """Write the axes' titles, and which side favours whom, without leaving the sheet."""
        box, full = self.box, room()
        above = shortened(self.titles[1], full)
        put(page, (MARGIN, box.top - 0.14), above, look=Look())
        null = box.left + (box.right - box.left) * self.x.share(self.x.null)
        if any(self.sides) and np.isfinite(null):
            put_sides(
                page, (float(np.clip(null, box.left, box.right)), box.bottom + 0.3), self.sides
            )
        middle = (box.left + box.right) / 2.0
        below = fitted(self.titles[0], 2.0 * min(middle - MARGIN, MARGIN + full - middle), lines=1)
        y = box.bottom + 0.33 + _SIDES * any(self.sides)
        put(page, (middle, y), "".join(below), look=Look(side="center"))

    @property
    def _top(self) -> float:
        return self.top + _TITLE

    @property
    def _bottom(self) -> float:
        return self._top + self.height

    @property
    def _left(self) -> float:
        labels = max(width(text, SMALL) for text in (*self.y.ticks()[1], "0"))
        return MARGIN + max(labels + _TICK, self.gutter)


def drawn(frame: Frame, notes: Notes, paint: Painter, *, watermark: str = "", alt: str) -> Sheet:
    """Lay out a figure that is one frame with notes under it.

    Parameters
    ----------
    frame : Frame
        Its axes.
    notes : Notes
        Key and notes.
    paint : callable
        Draws on the plot and on the page.
    watermark : str
        Written across the sheet; empty for none.
    alt : str
        What the picture shows, in words.
    """
    return all_drawn(((frame, paint),), notes, watermark=watermark, alt=alt)


def all_drawn(
    panels: Sequence[tuple[Frame, Painter]], notes: Notes, *, watermark: str = "", alt: str
) -> Sheet:
    """Lay out several frames, one below the other, each at its own `top`; else as `drawn`."""
    below = max(frame.bottom for frame, _ in panels)
    sheet = Sheet(below + notes.height + MARGIN, watermark, alt=alt)
    page = sheet.inches()
    for frame, paint in panels:
        paint(frame.paint(sheet, page), page)
    notes.paint(sheet, page, below)
    return sheet


def along(frame: Frame, *lines: tuple[Array, Array]) -> Array:
    """Give places on lines in inches, (n, 2), for names to avoid; what lies outside is left out."""
    found = []
    for x, y in lines:
        shares = np.column_stack([frame.x.share(np.asarray(x)), frame.y.share(np.asarray(y))])
        inside = ((shares >= 0.0) & (shares <= 1.0)).all(axis=1)
        found += frame.places(np.asarray(x)[inside], np.asarray(y)[inside])
    return np.array(found).reshape(-1, 2)
