"""The range of an effect's axis: wide enough for what matters, blind to what would squeeze it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from consilience.gaussian import Array
from consilience.plots.marks import Mark, Value
from consilience.plots.style import SMALL
from consilience.plots.text import decimals, number, width

_FAR, _WIDE, _AWAY, _PAD = 12.0, 4.0, 5.0, 0.03
_MOST, _BETWEEN, _HALVINGS = 6, 0.08, 60


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
        """Give axes this range from left to right, with round ticks on it."""
        axes.set_xlim(self.lower, self.upper)
        sheet = axes.get_figure(root=True)
        room = axes.get_position().width * (sheet.get_figwidth() if sheet else 1.0)
        axes.set_xticks(*ticks_within(self, room))

    def apply_upwards(self, axes: Axes) -> None:
        """Give axes this range from bottom to top, with round ticks on it."""
        axes.set_ylim(self.lower, self.upper)
        axes.set_yticks(*self.ticks())

    def ticks(self) -> tuple[Array, list[str]]:
        """Choose some round ticks: where they stand, and what they say."""
        ends = sorted((self.lower, self.upper))
        return round_ticks(ends[0], ends[1], display=self.display)


def spanning(
    marks: Iterable[Mark], null: float, display: Callable[[Array], Array] = np.asarray
) -> Scale:
    """Find the range for these marks.

    It holds the means, all points that are not very far from the others, and intervals up to a few
    times their usual width; what reaches further is cut off with an arrow. It holds the null, where
    there is one, unless that is so far away that the intervals would shrink to dots: then the scale
    has no null.
    """
    given = list(marks)
    values = np.array([mark.value for mark in given]).reshape(-1, 3)
    half = _usual_half(values)
    vital = [mark.value[0] for mark in given if mark.vital]
    core = np.array([*_near(values[:, 0], half), *vital])
    ends = values[np.isfinite(values)]
    if not core.size:
        core, ends = (np.append(each, null if np.isfinite(null) else 0.0) for each in (core, ends))
    lower = max(ends.min(), core.min() - _WIDE * half)
    upper = min(ends.max(), core.max() + _WIDE * half)
    reach = _AWAY * max(upper - lower, half)
    shown = null if lower - reach <= null <= upper + reach else np.nan
    # What spreads around the null, too, is shown as far as around the estimates.
    around = np.append(core, shown)
    lower = max(np.fmin(ends.min(), shown), np.nanmin(around) - _WIDE * half)
    upper = min(np.fmax(ends.max(), shown), np.nanmax(around) + _WIDE * half)
    pad = _PAD * (upper - lower) or half
    return Scale(float(lower - pad), float(upper + pad), shown, decimals(half), display)


def between(values: Array, *fixed: float, pad: float = 0.06) -> Scale:
    """Find the range that holds all finite values, and these, with some room at the ends."""
    given = np.append(values[np.isfinite(values)], fixed)
    lower, upper = (float(given.min()), float(given.max())) if given.size else (0.0, 1.0)
    room = pad * (upper - lower) or max(abs(upper), 1e-300) * 0.5
    return Scale(lower - room, upper + room, np.nan, decimals(upper - lower))


def ticks_within(scale: Scale, room: float) -> tuple[Array, list[str]]:
    """Choose as many round ticks as so many inches hold without their labels meeting."""
    for count in range(_MOST, 1, -1):
        ticks, texts = round_ticks(scale.lower, scale.upper, count=count, display=scale.display)
        half = np.array([width(text, SMALL) for text in texts]) / 2.0
        gaps = np.diff(scale.share(ticks)) * room - half[1:] - half[:-1]
        if (gaps >= _BETWEEN).all():
            return ticks, texts
    return ticks[:1], texts[:1]


def round_ticks(
    lower: float,
    upper: float,
    *,
    count: int = 6,
    display: Callable[[Array], Array] = np.asarray,
) -> tuple[Array, list[str]]:
    """Choose about so many ticks whose labels are round numbers, with the same decimals.

    Parameters
    ----------
    lower, upper : float
        Ends of the axis, on the analysed scale.
    count : int
        Intervals between ticks, at most.
    display : callable
        Turns analysed values into shown ones; increasing.

    Returns
    -------
    ticks : array (n,)
        On the analysed scale.
    texts : list of str
        Their labels on the shown scale.
    """
    ends = np.asarray(display(np.array([lower, (lower + upper) / 2.0, upper])), dtype=float)
    if np.allclose(ends, (lower, (lower + upper) / 2.0, upper), rtol=1e-12, atol=0.0):
        shown = _even(lower, upper, count)
        return shown, _written(shown)
    first, middle, last = (float(end) for end in ends)
    # A logarithm in its looks: the middle of the axis is shown as the geometric mean of its ends.
    grows = first > 0.0 and np.isclose(middle, np.sqrt(first * last)) and last > 4.0 * first
    shown = _steps(first, last, count) if grows else _even(first, last, count)
    return _undone(display, shown, (lower, upper)), _plainly(shown) if grows else _written(shown)


def _even(lower: float, upper: float, count: int) -> Array:
    locator = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10])
    found = np.asarray(locator.tick_values(lower, upper), dtype=float)
    return found[(found >= lower) & (found <= upper)]


def _steps(lower: float, upper: float, count: int) -> Array:
    """Find round numbers that grow by about the same factor, one of them 1 if it lies between."""
    low, high = int(np.floor(np.log10(lower))), int(np.ceil(np.log10(upper)))
    for digits in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        found = np.outer(10.0 ** np.arange(low, high + 1), digits).ravel()
        kept = found[(found >= lower) & (found <= upper)]
        if len(kept) <= count + 1:
            return kept
    powers = np.arange(low, high + 1)
    wide = powers[powers % -(-len(powers) // count) == 0]
    found = 10.0**wide
    return found[(found >= lower) & (found <= upper)]


def _undone(display: Callable[[Array], Array], shown: Array, ends: tuple[float, float]) -> Array:
    """Find by bisection where an axis shows these values."""
    low, high = np.full(len(shown), ends[0]), np.full(len(shown), ends[1])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        below = np.asarray(display(middle)) < shown
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2.0


def _plainly(shown: Array) -> list[str]:
    """Write each number with the decimals that it needs."""
    return [number(float(tick), -1) for tick in shown]


def _written(shown: Array) -> list[str]:
    """Write ticks alike, in as few digits as keep each apart from the next."""
    plain = [f"{tick:.6g}" for tick in shown]
    if len(set(plain)) < len(plain):  # far from zero their steps are what must be told apart
        return [number(float(tick), decimals(float(np.diff(shown).min()))) for tick in shown]
    digits = max((len(text.partition(".")[2]) for text in plain), default=0)
    powers = any("e" in text for text in plain)
    return [number(float(tick), -1 if powers else digits) for tick in shown]


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
