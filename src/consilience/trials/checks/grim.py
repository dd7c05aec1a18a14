"""GRIM: a mean of whole numbers that n participants cannot have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.integers import counts_in_whole_points, possible_mean
from consilience.trials.checks.view import Floats, Mask, View
from consilience.trials.rounding import decimals

PAIRS = (("mean1", "n1"), ("mean2", "n2"), ("baseline_mean1", "n1"), ("baseline_mean2", "n2"))
LARGEST_N = 10_000


@dataclass(frozen=True, slots=True)
class Grim(Check):
    """A mean of a scale in whole points that its n cannot have, at the decimals printed.

    Asked where the means of n whole numbers are coarser than the decimals (``10^decimals > n``).

    References
    ----------
    Brown NJL, Heathers JAJ (2017). Social Psychological and Personality Science 8:363–369.
    doi:10.1177/1948550616673876
    """

    name: ClassVar[str] = "grim"
    asks: ClassVar[str] = "Can n participants have this mean on a scale of whole points?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt means of whole points that no sum over n gives at this rounding."""
        whole = counts_in_whole_points(view)
        if not any(whole):
            return
        for column, size in PAIRS:
            means, sizes = view.numbers(column), view.numbers(size)
            for row in np.flatnonzero(np.array(whole) & testable(means, sizes)).tolist():
                n = int(sizes[row])
                if not possible_mean(float(means[row]), n):
                    why = f"no {n} whole numbers have this mean{_which(float(means[row]), n)}"
                    remedy = f"Look up how many were analysed ({size}), and the mean."
                    yield self.doubt(view, row, column=column, why=why, remedy=remedy)


def testable(means: Floats, sizes: Floats) -> Mask:
    """Say where a mean has decimals enough for its n to matter, (k,)."""
    known = ~np.isnan(means + sizes) & (sizes >= 2) & (sizes <= LARGEST_N) & (sizes % 1 == 0)
    return known & (10.0 ** decimals(means) > np.where(known, sizes, np.inf))


def _which(mean: float, n: int) -> str:
    """Name the numbers nearby that fit, where there are few."""
    fits = [m for m in range(max(2, n - 5), n + 6) if m != n and possible_mean(mean, m)]
    return f" (n = {', '.join(map(str, fits))} would fit)" if 0 < len(fits) <= 4 else ""
