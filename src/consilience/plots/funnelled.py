"""What a funnel plot shows: the trials, the middle of the funnel, and what is added to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
import pandas as pd
from scipy.special import ndtri

from consilience.classical.pooled import Pooled
from consilience.classical.small_study.trim_fill import TrimFill
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.plots.evidence import Evidence
from consilience.plots.frame import Frame
from consilience.plots.marks import Square
from consilience.plots.precision import Precision
from consilience.plots.scale import Scale, spanning
from consilience.plots.words import sides

Z95 = float(ndtri(0.975))
"""The limits of a funnel hold 95 % of the estimates of one true effect."""

POINTS = 200
"""Points along each curve of a funnel."""

_POWERS = {"sei": 1, "vi": 2}

type Result = Fit | Pooled | TrimFill | pd.DataFrame


@final
@dataclass(frozen=True, eq=False)
class View:
    """What a funnel plot shows, sorted by what it is.

    Parameters
    ----------
    effects : Effects
        The trials.
    results : sequence of Fit, Pooled, TrimFill or DataFrame
        As `funnel` takes them.
    axis : Precision
        Of the trials, upwards.
    """

    effects: Effects
    results: Sequence[Result]
    axis: Precision

    @cached_property
    def evidence(self) -> Evidence:
        """The analysis in the middle of the funnel: none or the first."""
        middle = tuple(each for each in self.results if isinstance(each, Fit | Pooled))
        return Evidence(self.effects, middle[:1])

    @cached_property
    def filled(self) -> tuple[TrimFill, ...]:
        """The trim and fill among the results: none or one, of the same trials.

        Raises
        ------
        ModelError
            If it is of other trials than the funnel.
        """
        found = tuple(each for each in self.results if isinstance(each, TrimFill))
        for each in found:
            k = each.pooled.effects.k - each.missing
            if not np.array_equal(each.pooled.effects.y[:k], self.effects.y):
                raise ModelError(
                    f"This trim and fill is of {k} other trials than the {self.effects.k} of the "
                    "funnel plot. Give trim_fill(pooled) of the same effects."
                )
        return found[:1]

    @cached_property
    def tests(self) -> tuple[pd.DataFrame, ...]:
        """The regression test among the results: none or one, with a line to draw.

        Raises
        ------
        ModelError
            If it is no regression test on the standard error or the variance.
        """
        found = tuple(each for each in self.results if isinstance(each, pd.DataFrame))
        for each in found:
            if each.attrs.get("predictor") not in _POWERS or "limit" not in each.index:
                raise ModelError(
                    'A funnel plot shows the line of regression_test(effects) by "sei" or '
                    '"vi"; this table is none.'
                )
        return found[:1]

    @cached_property
    def added(self) -> tuple[Array, Array]:
        """The filled trials: effects, and places on the axis."""
        for each in self.filled:
            kept = np.arange(each.pooled.effects.k) >= self.effects.k
            if kept.any():
                new = each.pooled.effects.keep(kept)
                return new.y, self.axis.of(new)
        return np.empty(0), np.empty(0)

    @cached_property
    def at(self) -> Array:
        """Places of the trials on the axis of precision, shape (k,)."""
        return self.axis.of(self.effects)

    @cached_property
    def frame(self) -> Frame:
        """The axes, and where they stand on the sheet."""
        up = self.axis.scale(self.at)
        titles = (self.effects.measure.label, self.axis.label)
        return Frame(x=self._across(up), y=up, titles=titles, sides=sides(self.effects), height=3.9)

    @cached_property
    def curve(self) -> tuple[Array, Array]:
        """Places on the axis from top to bottom, and the standard errors there."""
        ends = self.axis.scale(self.at)
        places = np.linspace(ends.upper, ends.lower, POINTS)
        return places, self.axis.errors(places)

    @property
    def funnelled(self) -> bool:
        """Whether standard errors follow from the places on the axis, so that there is a funnel."""
        return bool(np.isfinite(self.curve[1]).all())

    @cached_property
    def lines(self) -> list[tuple[Array, Array]]:
        """What names should not cover."""
        y, se = self.curve
        null = self.effects.measure.null
        means = [*self.evidence.means, *([] if np.isnan(null) else [null])]
        found = [(np.full(POINTS, mean), y) for mean in means]
        for mean in self.evidence.means if self.funnelled else ():
            found += [(mean + sign * Z95 * se, y) for sign in (-1.0, 1.0)]
        tests = [(line_of(each, se), y) for each in self.tests if self.funnelled]
        return [*found, *tests, self.added]

    def _across(self, up: Scale) -> Scale:
        """Span the axis over trials, filled trials, and the funnel at its widest."""
        half, widest = Z95 * np.sqrt(self.effects.v), float(np.nan_to_num(self._widest(up)))
        middle = self.effects.y
        values = zip(middle, middle - half, middle + half, strict=True)
        marks = [Square((float(a), float(b), float(c))) for a, b, c in values]
        marks += [Square((at, at - widest, at + widest)) for at in self.evidence.means]
        marks += [Square((float(at), np.nan, np.nan)) for at in self.added[0]]
        return spanning(marks, self.effects.measure.null, self.effects.measure.display)

    def _widest(self, up: Scale) -> float:
        return Z95 * float(self.axis.errors(np.array([up.lower]))[0])


def line_of(test: pd.DataFrame, se: Array) -> Array:
    """Give the line of a regression test along standard errors: limit + slope · se, or se².

    Parameters
    ----------
    test : DataFrame
        As `regression_test` gives it, on ``"sei"`` or ``"vi"``.
    se : array of shape (n,)
        Standard errors.
    """
    slope, limit = (float(test["estimate"][name]) for name in ("slope", "limit"))
    return np.asarray(limit + slope * se ** _POWERS[str(test.attrs["predictor"])])
