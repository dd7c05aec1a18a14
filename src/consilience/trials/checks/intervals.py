"""An interval that does not hold its estimate, or does not lie around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.view import Floats, Mask, View
from consilience.trials.rounding import half_units, outside

OFF_CENTRE = 0.05
"""How far the centre may lie from the estimate, in widths of the interval, beyond rounding."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate's column with the columns of its interval.

    Parameters
    ----------
    estimate, lower, upper : str
    """

    estimate: str
    lower: str
    upper: str


def intervals(view: View) -> list[Interval]:
    """Find the columns ``x, x_lower, x_upper`` of a table, for any x."""
    found = [
        Interval(name.removesuffix("_lower"), name, f"{name.removesuffix('_lower')}_upper")
        for name in view.numeric
        if name.endswith("_lower")
    ]
    return [one for one in found if {one.estimate, one.upper} <= set(view.numeric)]


def centred(x: Floats, lower: Floats, upper: Floats) -> tuple[Mask, Mask]:
    """Say whether intervals lie around their estimates as they stand, and as logarithms.

    Parameters
    ----------
    x, lower, upper : ndarray (k,)

    Returns
    -------
    raw, log : ndarray (k,) of bool
        Within rounding of the printed decimals and `OFF_CENTRE` of the width; false where an
        interval is incomplete, `log` also where any number is not positive.
    """
    half = [half_units(each) for each in (x, lower, upper)]
    slack = half[0] + (half[1] + half[2]) / 2 + OFF_CENTRE * (upper - lower)
    with np.errstate(all="ignore"):
        raw = np.abs((lower + upper) / 2 - x) <= slack
        logs = [np.log(each) for each in (x, lower, upper)]
        relative = [h / each for h, each in zip(half, (x, lower, upper), strict=True)]
        slack = relative[0] + (relative[1] + relative[2]) / 2 + OFF_CENTRE * (logs[2] - logs[1])
        log = np.abs((logs[1] + logs[2]) / 2 - logs[0]) <= slack
    return raw, log & (lower > 0)


@dataclass(frozen=True, slots=True)
class Intervals(Check):
    """An interval that does not hold its estimate, or is centred on it neither raw nor as a log."""

    name: ClassVar[str] = "intervals"
    asks: ClassVar[str] = "Does each interval hold its estimate, and lie around it?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt intervals without their estimate, or centred on neither scale."""
        for one in intervals(view):
            x, lower, upper = (view.numbers(n) for n in (one.estimate, one.lower, one.upper))
            raw, log = centred(x, lower, upper)
            complete = ~np.isnan(x + lower + upper)
            beyond = complete & (outside(x, lower, upper) | (lower > upper))
            beside = complete & ~beyond & ~raw & ~log
            for row in np.flatnonzero(beyond | beside).tolist():
                shown = f"the interval from {lower[row]:g} to {upper[row]:g}"
                fault = "does not hold it" if beyond[row] else _off(x[row], lower[row], upper[row])
                remedy = "Look up the three numbers: one may have a lost sign or swapped digits."
                yield self.doubt(
                    view, row, column=one.estimate, why=f"{shown} {fault}", remedy=remedy
                )


def _off(x: float, lower: float, upper: float) -> str:
    middle = f"its middle is {(lower + upper) / 2:.4g}"
    if min(x, lower) > 0:
        middle += f", {np.sqrt(lower * upper):.4g} on the log scale"
    return f"is not centred on it: {middle}"
