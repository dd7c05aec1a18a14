"""The range of an effect's axis: wide enough for what matters, blind to what would squeeze it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from consilience.gaussian import Array
from consilience.plots.marks import Mark, Value
from consilience.plots.text import decimals, number

_FAR, _WIDE, _PAD = 12.0, 4.0, 0.03


@dataclass(frozen=True, slots=True)
class Scale:
    """The horizontal axis of a chart.

    Parameters
    ----------
    lower, upper : float
        Its range on the analysed scale.
    null : float
        The value of no effect.
    digits : int
        Decimals of the numbers that are printed beside it.
    display : callable
        Turns analysed values into shown ones.
    """

    lower: float
    upper: float
    null: float
    digits: int
    display: Callable[[Array], Array] = np.asarray

    def share[T: (float, Array)](self, value: T) -> T:
        """Say how far along the axis values lie: 0 at its left end, 1 at its right end."""
        return (value - self.lower) / (self.upper - self.lower)

    def shown(self, *values: float) -> tuple[str, ...]:
        """Write values of the analysed scale as they are shown."""
        given = self.display(np.array(values, dtype=float))
        return tuple(number(float(each), self.digits) for each in given)

    def cell(self, value: Value) -> tuple[str, ...]:
        """Write an estimate and its interval in three pieces, which a column lines up."""
        middle, left, right = self.shown(*value)
        known = "" if np.isnan(value[0]) else middle
        return (
            (known, f"[{left},", f"{right}]") if np.isfinite(value[1:]).any() else (known, "", "")
        )

    def apply(self, axes: Axes) -> None:
        """Give axes this range, with round ticks on it."""
        axes.set_xlim(self.lower, self.upper)
        axes.set_xticks(*round_ticks(self.lower, self.upper, display=self.display))


def spanning(
    marks: Iterable[Mark], null: float, display: Callable[[Array], Array] = np.asarray
) -> Scale:
    """Find the range for these marks.

    It holds the null (where there is one), the means, all points that are not very far from the
    others, and intervals up to a few times their usual width; what reaches further is cut off with
    an arrow.
    """
    given = list(marks)
    values = np.array([mark.value for mark in given]).reshape(-1, 3)
    half = _usual_half(values)
    vital = [mark.value[0] for mark in given if mark.vital]
    fixed = [null] if np.isfinite(null) else []
    core = np.array([*_near(values[:, 0], half), *vital, *fixed])
    ends = np.append(values[np.isfinite(values)], fixed)
    lower = max(ends.min(), core.min() - _WIDE * half)
    upper = min(ends.max(), core.max() + _WIDE * half)
    pad = _PAD * (upper - lower) or half
    return Scale(lower - pad, upper + pad, null, decimals(half), display)


def round_ticks(
    lower: float,
    upper: float,
    *,
    count: int = 6,
    display: Callable[[Array], Array] = np.asarray,
) -> tuple[Array, list[str]]:
    """Choose about so many round ticks of an axis, and write them with the same decimals."""
    locator = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10])
    found = np.asarray(locator.tick_values(lower, upper), dtype=float)
    ticks = found[(found >= lower) & (found <= upper)]
    shown = display(ticks)
    plain = [f"{tick:.6g}" for tick in shown]
    digits = max((len(text.partition(".")[2]) for text in plain), default=0)
    powers = any("e" in text for text in plain)
    return ticks, [number(float(tick), -1 if powers else digits) for tick in shown]


def _usual_half(values: Array) -> float:
    halves = (values[:, 2] - values[:, 1]) / 2.0
    known = halves[np.isfinite(halves) & (halves > 0.0)]
    return float(np.median(known)) if known.size else 1.0


def _near(points: Array, half: float) -> Array:
    """Leave out points that lie very far from the others."""
    known = points[np.isfinite(points)]
    if not known.size:
        return known
    first, median, third = np.quantile(known, [0.25, 0.5, 0.75])
    return known[np.abs(known - median) <= _FAR * max(half, third - first)]
