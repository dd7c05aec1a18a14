"""GRIMMER: a standard deviation of whole numbers that n participants cannot have."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.grim import LARGEST_N
from consilience.trials.checks.integers import (
    counts_in_whole_points,
    possible_mean,
    possible_sd,
)
from consilience.trials.checks.view import View
from consilience.trials.rounding import decimals

TRIPLES = (
    ("sd1", "mean1", "n1"),
    ("sd2", "mean2", "n2"),
    ("baseline_sd1", "baseline_mean1", "n1"),
    ("baseline_sd2", "baseline_mean2", "n2"),
)


@dataclass(frozen=True, slots=True)
class Grimmer(Check):
    """An SD of a scale in whole points that no n answers with the printed mean can have.

    Asked where the mean itself is possible: otherwise `grim` has said so.

    References
    ----------
    Anaya J (2016). PeerJ Preprints 4:e2400v1. doi:10.7287/peerj.preprints.2400v1
    """

    name: ClassVar[str] = "grimmer"
    asks: ClassVar[str] = "Can n participants have this SD on a scale of whole points?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        """Doubt SDs of whole points that no sum of squares gives at this rounding."""
        whole = np.array(counts_in_whole_points(view), dtype=bool)
        if not whole.any():
            return
        for column, mean, size in TRIPLES:
            sds, means, sizes = (view.numbers(name) for name in (column, mean, size))
            known = ~np.isnan(sds + means + sizes) & (sizes >= 2) & (sizes <= LARGEST_N)
            fine = 10.0 ** np.maximum(decimals(means), decimals(sds)) > np.where(known, sizes, 0)
            asked = whole & known & fine & (sizes % 1 == 0) & (sds >= 0)
            for row in np.flatnonzero(asked).tolist():
                if _impossible(float(sds[row]), float(means[row]), n=int(sizes[row])):
                    why = f"no {int(sizes[row])} whole numbers with mean {means[row]:g} have it"
                    remedy = f"Look up {size} and the SD; it may be of another sample."
                    yield self.doubt(view, row, column=column, why=why, remedy=remedy)


def _impossible(sd: float, mean: float, *, n: int) -> bool:
    return possible_mean(mean, n) and not possible_sd(sd, mean, n=n)
