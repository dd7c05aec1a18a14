"""Trials in which people were treated or randomised in groups, in one arm or in both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.trials.conversions.assumption import Assumption, Floats, expectation
from consilience.trials.conversions.base import Rule
from consilience.trials.conversions.sheet import Mask, Sheet, written


@final
@dataclass(frozen=True, slots=True)
class ClusterArms(Rule):
    r"""The design effect of a trial whose arms are clustered differently, or only one of them.

    Groups led by a therapist against people treated one by one: only the intervention has clusters.
    Each arm's variance is multiplied by its own :math:`D_j = 1 + ((1 + c_j^2) m_j - 1) \rho`, 1
    where `cluster_size1` or `cluster_size2` is empty; that of the effect by
    :math:`D = w D_1 + (1 - w) D_2` with the share :math:`w = se_1^2 / (se_1^2 + se_2^2)` of the
    first arm, se² = sd²/n, or 1/n where an SD is not known. It goes into the column
    `design_effect`, by which `effect_sizes` multiplies the variance.

    Parameters
    ----------
    icc : float or distribution
        Correlation within clusters, between 0 and 1, where the row prints none in `icc`.
    """

    icc: Assumption

    title: ClassVar[str] = "Clusters in the arms"
    needs: ClassVar[tuple[str, ...]] = ("n1", "n2")
    uses: ClassVar[tuple[str, ...]] = (
        *("cluster_size1", "cluster_cv1", "cluster_size2", "cluster_cv2", "icc", "sd1", "sd2"),
    )
    gives: ClassVar[tuple[str, ...]] = ("design_effect",)
    equation: ClassVar[str] = (
        "design effect = w D1 + (1 − w) D2, D = 1 + ((1 + cv²) m − 1) icc, w = se1²/(se1² + se2²)"
    )
    source: ClassVar[str] = (
        "Roberts & Roberts (2005), Clin. Trials 2, 152-162, doi:10.1191/1740774505cn076oa; "
        "Hedges & Citkowicz (2015), Behav. Res. Methods 47, 1295-1308, "
        "doi:10.3758/s13428-014-0538-z"
    )
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"icc": (0.0, 1.0)}

    @override
    def apply(self, table: pd.DataFrame, *, lacking: Mask) -> pd.DataFrame:
        """Weigh both arms' design effects by their share of the variance."""
        sheet = Sheet(table)
        icc = sheet.numbers("icc")
        icc = np.where(np.isnan(icc), expectation(self.icc), icc)
        share = _share(sheet)
        effect = share * _of_arm(sheet, "1", icc) + (1 - share) * _of_arm(sheet, "2", icc)
        clustered = ~(sheet.empty("cluster_size1") & sheet.empty("cluster_size2"))
        good = clustered & (effect >= 1) & sheet.empty("design_effect")
        return written(table, {"design_effect": effect}, where=good)


def _share(sheet: Sheet) -> Floats:
    n1, n2, sd1, sd2 = sheet.columns("n1", "n2", "sd1", "sd2")
    known = (sd1 > 0) & (sd2 > 0)
    one, two = np.where(known, sd1, 1.0) ** 2 / n1, np.where(known, sd2, 1.0) ** 2 / n2
    return one / (one + two)


def _of_arm(sheet: Sheet, arm: str, icc: Floats) -> Floats:
    size, cv = sheet.columns(f"cluster_size{arm}", f"cluster_cv{arm}")
    people = (1 + np.where(np.isnan(cv), 0.0, cv) ** 2) * np.where(size >= 1, size, np.nan)
    return np.where(np.isnan(size), 1.0, 1 + (people - 1) * icc)
