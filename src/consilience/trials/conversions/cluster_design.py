"""Trials that randomised clusters of people and were analysed as if they had not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.trials.conversions.assumption import Assumption, expectation
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.sheet import Mask, Sheet, written


@final
@dataclass(frozen=True, slots=True)
class ClusterDesign(Rule):
    r"""The design effect of a cluster-randomised trial, by which its variance is multiplied.

    :math:`D = 1 + ((1 + c^2)\,m - 1)\,\rho` with m people per cluster on average (`cluster_size`),
    the coefficient of variation c of the sizes (`cluster_cv`, 0 where empty) and the intracluster
    correlation ρ as the row prints it (`icc`) or as assumed. It goes into the column
    `design_effect`; `effect_sizes` multiplies the variance of the effect by it. Leave
    `cluster_size` empty where the source has allowed for clustering itself.

    Parameters
    ----------
    icc : float or distribution
        Intracluster correlation, between 0 and 1.
    """

    icc: Assumption

    title: ClassVar[str] = "Cluster trial"
    needs: ClassVar[tuple[str, ...]] = ("cluster_size",)
    uses: ClassVar[tuple[str, ...]] = ("cluster_cv", "icc")
    gives: ClassVar[tuple[str, ...]] = ("design_effect",)
    equation: ClassVar[str] = "design effect = 1 + ((1 + cv²) m − 1) icc, v multiplied by it"
    source: ClassVar[str] = (
        "Eldridge, Ashby & Kerry (2006), Int. J. Epidemiol. 35, 1292-1300, doi:10.1093/ije/dyl129"
    )
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"icc": (0.0, 1.0)}

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Write 1 + ((1 + cv²)m − 1)·icc where clusters have a size."""
        sheet = Sheet(table)
        size, cv, icc = sheet.columns("cluster_size", "cluster_cv", "icc")
        icc = np.where(np.isnan(icc), expectation(self.icc), icc)
        effect = 1 + ((1 + np.where(np.isnan(cv), 0.0, cv) ** 2) * size - 1) * icc
        good = (size >= 1) & np.isfinite(effect) & sheet.empty("design_effect")
        return written(table, {"design_effect": effect}, where=good)
