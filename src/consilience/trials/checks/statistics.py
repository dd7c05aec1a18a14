"""What a row says of its contrast in several ways: p, t, F, d, difference, means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, override

import numpy as np
from scipy.special import ndtri, stdtrit

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.effects import difference, pooled_sd, sizes
from consilience.trials.checks.view import Floats, Mask, View
from consilience.trials.rounding import ends, half_units

APART = 0.25
"""How far two values of |t| may differ beyond rounding, as a share of the larger."""

type Range = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Statistics(Check):
    """A p value, t, F, d, difference and means of one row that say different things.

    Each is turned into the range of |t| that its printed decimals allow: ``sqrt(F)`` with one
    numerator degree of freedom; ``|d| / sqrt(1/n1 + 1/n2)``; a difference by its SE or its 95 %
    interval; the quantile of p. Ranges that are more than a quarter apart are in doubt: adjusted
    analyses seldom differ more.
    """

    name: ClassVar[str] = "statistics"
    asks: ClassVar[str] = "Do p, t, F, d, the difference and the means of a row agree?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt any two statements of |t| whose ranges do not meet."""
        ranges = _ranges(view)
        for (first, a), (second, b) in combinations(ranges.items(), 2):
            for row in np.flatnonzero(_disagree(a, b)).tolist():
                column = second if second in view.table else first
                why = (
                    f"{_said(first)} means |t| = {_middle(a, row):.2f}, "
                    f"{_said(second)} {_middle(b, row):.2f}"
                )
                remedy = "Look up which is of this contrast, at this time, with these numbers."
                yield self.doubt(view, row, column=column, why=why, remedy=remedy)


def _ranges(view: View) -> Mapping[str, Range]:
    """Give the ranges of |t| that each statement of a row allows by its rounding."""
    found = {
        "means": _by_means(view),
        "md": _by_difference(view),
        "d": _by_d(view, "d"),
        "g": _by_d(view, "g"),
        "t_stat": _absolute(view.numbers("t_stat")),
        "f_stat": _roots(_absolute(view.numbers("f_stat"))),
        "p_value": _by_p(view),
    }
    return {name: pair for name, pair in found.items() if not np.isnan(pair[0]).all()}


def _absolute(x: Floats) -> Range:
    return ends(np.abs(x))


def _roots(pair: Range) -> Range:
    return np.sqrt(pair[0]), np.sqrt(pair[1])


def _over(x: Range, by: Range) -> Range:
    """Divide one range by another; endless where the divisor may be zero."""
    with np.errstate(all="ignore"):
        low, high = x[0] / by[1], x[1] / by[0]
    return _finite(low), np.where(np.isinf(high), high, _finite(high))


def _finite(x: Floats) -> Floats:
    return np.where(np.isfinite(x), x, np.nan)


def _unit(view: View) -> Floats:
    n1, n2 = sizes(view)
    with np.errstate(all="ignore"):
        return np.sqrt(1 / n1 + 1 / n2)


def _by_d(view: View, column: str) -> Range:
    return _over(_absolute(view.numbers(column)), (_unit(view), _unit(view)))


def _by_means(view: View) -> Range:
    """Give |mean1 − mean2| over its standard error, each within its rounding."""
    mean1, mean2, sd1, sd2 = (view.numbers(name) for name in ("mean1", "mean2", "sd1", "sd2"))
    gap = half_units(mean1) + half_units(mean2)
    spread = np.where(np.isnan(difference(view)), np.nan, np.abs(mean1 - mean2))
    with np.errstate(all="ignore"):
        rough = np.fmax(half_units(sd1) / sd1, half_units(sd2) / sd2)
        se = pooled_sd(view) * _unit(view)
    ends_of_se = se * np.maximum(1 - rough, 0.0), se * (1 + rough)
    return _over((np.maximum(spread - gap, 0.0), spread + gap), ends_of_se)


def _by_difference(view: View) -> Range:
    """Give the printed difference over its standard error, printed or by its 95 % interval."""
    se = view.numbers("md_se")
    lower, upper = view.numbers("md_lower"), view.numbers("md_upper")
    gap, wide = half_units(lower) + half_units(upper), 2 * ndtri(0.975)
    width = np.where(upper > lower, upper - lower, np.nan)
    from_interval = np.maximum(width - gap, 0.0) / wide, (width + gap) / wide
    printed = ends(se)
    low, high = (np.where(np.isnan(se), a, b) for a, b in zip(from_interval, printed, strict=True))
    return _over(_absolute(view.numbers("md")), (low, high))


def _by_p(view: View) -> Range:
    """Give |t| of a two-sided p; nearly normal where the sizes are unknown."""
    p = view.numbers("p_value")
    p = np.where((p > 0) & (p < 1), p, np.nan)
    n1, n2 = sizes(view)
    df = np.where(np.isnan(n1 + n2) | (n1 + n2 < 4), 1e6, n1 + n2 - 2)
    half = half_units(p)
    low, high = np.minimum(p + half, 1.0), np.maximum(p - half, 1e-12)
    # A printed p of one digit, such as .001, is as a rule an upper limit.
    high = np.where(p <= 0.0011, 1e-300, high)
    return np.maximum(-stdtrit(df, low / 2), 0.0), -stdtrit(df, np.maximum(high / 2, 1e-300))


def _disagree(a: Range, b: Range) -> Mask:
    with np.errstate(all="ignore"):
        gap = np.maximum(a[0] - b[1], b[0] - a[1])
        scale = np.maximum((a[0] + a[1]) / 2, (b[0] + b[1]) / 2)
        return (gap > APART * np.where(np.isfinite(scale), scale, gap)) & (gap > 0.5)


def _middle(pair: Range, row: int) -> float:
    return float((pair[0][row] + min(pair[1][row], 10 * pair[0][row] + 10)) / 2)


def _said(name: str) -> str:
    """Name a statement for the reader."""
    words = {
        "means": "the means and SDs",
        "md": "the difference with its SE or interval",
        "f_stat": "F",
        "t_stat": "t",
        "p_value": "p",
    }
    return words.get(name, name)
