"""A missing standard deviation is borrowed from the trials that used the same scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.trials.conversions.assumption import (
    Assumption,
    Floats,
    StandardNormal,
    expectation,
)
from consilience.trials.conversions.base import Filling
from consilience.trials.conversions.sheet import Sheet


@final
@dataclass(frozen=True, slots=True)
class BorrowSD(Filling):
    r"""The SD of an arm as that of its peers, and as uncertain as they differ.

    Peers are the arms with an SD in rows that agree in all of the columns `by`. Their pooled SD is
    borrowed, times :math:`\exp(z\,\lambda\sqrt{1 + 1/k})`: λ is the standard deviation of the
    logarithms of the k peers' SDs, z is standard normal. With ``noise=0.0`` the pooled SD is taken
    as if it were known.

    Parameters
    ----------
    by : tuple of str
        Columns in which peers agree.
    least : int
        Peers that are needed, at least 2 unless ``noise=0.0``.
    noise : float or distribution
        z.
    """

    by: tuple[str, ...] = ("scale",)
    least: int = 2
    noise: Assumption = field(default_factory=StandardNormal)

    title: ClassVar[str] = "SD borrowed from peers"
    needs: ClassVar[tuple[str, ...]] = ()
    uses: ClassVar[tuple[str, ...]] = ()
    gives: ClassVar[tuple[str, ...]] = ("sd1", "sd2")
    equation: ClassVar[str] = "sd = pooled sd of the peers × exp(z λ √(1 + 1/k))"
    source: ClassVar[str] = (
        "Furukawa et al. (2006), J. Clin. Epidemiol. 59, 7-10, doi:10.1016/j.jclinepi.2005.06.006"
    )
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"noise": (-float("inf"), float("inf"))}
    alone: ClassVar[bool] = False

    @override
    def values(self, sheet: Sheet) -> Sequence[Mapping[str, Floats]]:
        borrowed = self._borrowed(sheet)
        return [{"sd1": borrowed}, {"sd2": borrowed}]

    def _borrowed(self, sheet: Sheet) -> Floats:
        """Pool the SDs of each group over their degrees of freedom; NaN where these are too few."""
        key = _key(sheet, self.by)
        sizes = np.concatenate(sheet.columns("n1", "n2"))
        sds = np.concatenate(sheet.columns("sd1", "sd2"))
        known = np.isfinite(sds) & (np.concatenate([key, key]) >= 0) & (sds > 0)
        df = np.where(sizes > 1, sizes - 1, 1.0)
        peers = pd.DataFrame({
            "key": np.concatenate([key, key])[known], "df": df[known],
            "ss": (df * sds**2)[known], "log": np.log(sds[known]),
        }).groupby("key")  # fmt: skip
        k, spread = peers.size().reindex(key), peers["log"].std().reindex(key)
        pooled = np.sqrt((peers["ss"].sum() / peers["df"].sum()).reindex(key).to_numpy())
        z = expectation(self.noise)
        scatter = spread.to_numpy() * np.sqrt(1 + 1 / k.to_numpy(dtype=float))
        factor = np.exp(z * scatter) if z else np.ones(len(sheet))
        return np.where(k.to_numpy(dtype=float) >= self.least, pooled * factor, np.nan)

    @override
    def origins(self, column: str) -> tuple[str, ...]:
        """Return the columns in which peers agree."""
        del column
        return self.by


def _key(sheet: Sheet, by: tuple[str, ...]) -> Floats:
    """Return the number of the group of rows that agree, −1 where a column is empty."""
    shown = pd.DataFrame({name: sheet.texts(name).astype(str) for name in by})
    groups = shown.groupby(list(by), sort=False).ngroup().to_numpy()
    return np.where((shown == "").any(axis="columns").to_numpy(), -1, groups).astype(float)
