"""The ranks of the truth, and what they say."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from consilience.errors import ModelError
from consilience.gaussian import Array

type Counts = NDArray[np.int_]

LEVELS = (0.5, 0.8, 0.95)
BINS = 20
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ranks of the truth in the posteriors of simulated reviews.

    Parameters
    ----------
    ranks : DataFrame
        One row for each replication: P(parameter ≤ truth | data) by parameter; nan where the
        engine refused.
    directions : DataFrame
        In the same shape, which way the estimates alone point (see `Simulator.directions`).
    faulty : int
        Replications that the engine refused or did not stand by.
    seed : int
        Seed of the simulation.
    """

    ranks: pd.DataFrame
    directions: pd.DataFrame
    faulty: int
    seed: int

    @property
    def replications(self) -> int:
        """Number of simulated reviews."""
        return len(self.ranks)

    @property
    def turned(self) -> pd.DataFrame:
        """Ranks counted from the side to which the estimates point.

        They are uniform as well. An answer that leaves the data out (the prior itself passes every
        check of plain ranks) shows here: the truth tends to lie where the data point.
        """
        return self.ranks.where(self.directions, 1.0 - self.ranks)

    def table(self) -> pd.DataFrame:
        """Summarise: by parameter the uniformity of ranks and the coverage of intervals.

        Returns
        -------
        DataFrame
            By parameter ``replications``; ``p_uniform`` and ``p_turned``, p values of a χ² test
            over 20 bins of the ranks and of the turned ranks; ``coverage_50, coverage_80,
            coverage_95`` of equal-tailed intervals, and the Monte Carlo standard error of the
            last, ``se_95``.
        """
        turned = self.turned
        rows = {
            str(name): {
                "replications": int(column.notna().sum()),
                "p_uniform": p_uniform(histogram(column.to_numpy())),
                "p_turned": p_uniform(histogram(turned[name].to_numpy())),
                **_coverage(column.to_numpy()),
            }
            for name, column in self.ranks.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    def histograms(self) -> dict[str, list[int]]:
        """Count the ranks of each parameter in 20 equal bins from 0 to 1."""
        return {str(name): histogram(self.ranks[name].to_numpy()).tolist() for name in self.ranks}

    def joined(self, more: "Calibration") -> "Calibration":
        """Put further replications of the same simulation behind these.

        Raises
        ------
        ModelError
            If they are of another seed or other parameters.
        """
        if self.seed != more.seed or list(self.ranks) != list(more.ranks):
            raise ModelError(
                "Only calibrations of one model with one seed can be joined; these differ in "
                "their parameters or their seed."
            )
        return Calibration(
            pd.concat([self.ranks, more.ranks], ignore_index=True),
            pd.concat([self.directions, more.directions], ignore_index=True),
            self.faulty + more.faulty,
            self.seed,
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the seed and the ranks to nine digits."""
        rows = self.ranks.round(_DIGITS).to_numpy().tolist()
        content = json.dumps([self.seed, list(map(str, self.ranks)), rows])
        return hashlib.sha256(content.encode()).hexdigest()


def histogram(ranks: Array) -> Counts:
    """Count ranks in 20 equal bins; what is nan counts nowhere."""
    return np.histogram(ranks[np.isfinite(ranks)], bins=BINS, range=(0.0, 1.0))[0]


def p_uniform(counts: Counts) -> float:
    """P value of the χ² test that counts come from equally likely bins; nan without counts."""
    expected = np.sum(counts) / len(counts)
    if expected == 0.0:
        return float("nan")
    return float(chdtrc(len(counts) - 1, np.sum((counts - expected) ** 2) / expected))


def _coverage(ranks: Array) -> dict[str, float]:
    known = ranks[np.isfinite(ranks)]
    if not len(known):
        return dict.fromkeys((*map(_named, LEVELS), "se_95"), float("nan"))
    inside = {_named(level): float(np.mean(np.abs(known - 0.5) <= level / 2)) for level in LEVELS}
    return inside | {"se_95": float(np.sqrt(0.95 * 0.05 / len(known)))}


def _named(level: float) -> str:
    return f"coverage_{level * 100:.0f}"
