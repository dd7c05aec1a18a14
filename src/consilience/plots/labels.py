"""Labels of points that stand side by side without touching each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from consilience.gaussian import Array
from consilience.plots.style import SMALL
from consilience.plots.text import width

_POINT, _LINE, _TALL = 0.05, 0.02, 0.115
_NEAR = (0.09, 0.14, 0.2)
_TOWARDS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in inches, counted downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Tell whether two rectangles have a part in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: "Box") -> bool:
        """Tell whether another rectangle lies within this one."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


@dataclass(frozen=True, slots=True)
class Label:
    """A text and the middle of the rectangle that it fills."""

    text: str
    x: float
    y: float


type Place = tuple[float, float]


def placed(
    points: Sequence[Place], texts: Sequence[str], *, within: Box, avoided: Sequence[Place] = ()
) -> tuple[Label, ...]:
    """Find a free place near each point for its label.

    Parameters
    ----------
    points : sequence of tuple of float
        In inches.
    texts : sequence of str
        One for each point.
    within : Box
        Where labels may stand.
    avoided : sequence of tuple of float
        Places on lines, which labels cover only where they must.

    Returns
    -------
    tuple of Label
        Without those for which there is no room; the most crowded points are served last.
    """
    taken = [_around(point, _POINT) for point in points]
    lines = [_around(point, _LINE) for point in avoided]
    found = []
    for place in sorted(range(len(points)), key=lambda n: -_distance(points, n)):
        inside = [box for box in _candidates(points[place], texts[place]) if within.holds(box)]
        free = [box for box in inside if not any(map(box.meets, taken))]
        clear = [box for box in free if not any(map(box.meets, lines))]
        for box in (clear or free)[:1]:
            taken.append(box)
            middle = ((box.left + box.right) / 2.0, (box.top + box.bottom) / 2.0)
            found.append(Label(texts[place], *middle))
    return tuple(found)


def _around(point: Place, reach: float) -> Box:
    x, y = point
    return Box(x - reach, y - reach, x + reach, y + reach)


def _candidates(point: Place, text: str) -> Iterator[Box]:
    """Give the boxes that a label may take, the nearest to its point first."""
    half, tall = width(text, SMALL) / 2.0 + 0.02, _TALL / 2.0
    for gap in _NEAR:
        for right, down in _TOWARDS:
            x = point[0] + right * (gap + half - (0.0 if not down else gap / 2.0))
            y = point[1] + down * (gap + (tall if not right else tall / 2.0))
            yield Box(x - half, y - tall, x + half, y + tall)


def _distance(points: Sequence[Place], place: int) -> float:
    """Give the distance to the nearest other point."""
    x, y = points[place]
    others = [point for n, point in enumerate(points) if n != place]
    return min(((x - a) ** 2 + (y - b) ** 2 for a, b in others), default=0.0)


def outlines(points: list[Place], sides: Array) -> Array:
    """Give places on the outlines of bubbles, in inches: what a label may not cover."""
    turn = np.linspace(0.0, 2.0 * np.pi, 12, endpoint=False)
    ring = np.column_stack([np.cos(turn), np.sin(turn)])
    centres, radii = np.array(points), sides / 144.0
    return np.asarray((centres[:, None, :] + radii[:, None, None] * ring).reshape(-1, 2))
