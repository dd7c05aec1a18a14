"""Glass's delta: the difference of two means in units of the comparator's standard deviation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.errors import Problem
from consilience.measures.base import Floats
from consilience.measures.standardised import CORRECTIONS, VARIANCES, Standardised, uncorrectable
from consilience.measures.two_means import Arms, TwoMeans


@final
@dataclass(frozen=True, slots=True)
class SMD1(TwoMeans):
    r"""The mean difference in units of the comparator's standard deviation.

    .. math::
        g = J(n_2 - 1)\,\frac{\bar x_1 - \bar x_2}{s_2}, \qquad
        v = \frac1{n_1} + \frac1{n_2} + \frac{g^2}{2 n_2},

    for arms of the same true variance; `SMD1H` does without. The same as metafor's
    ``escalc(measure="SMD1")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the variance above; ``"LS2"``, :math:`J^2` times the variance of the uncorrected
        difference; ``"UB"``, the unbiased one; ``"AV"``, as LS at the average g of all rows.
    correct : bool
        Whether to correct for bias.

    References
    ----------
    Glass (1976), Educ. Res. 5, 3-8. doi:10.3102/0013189X005010003 Hedges (1981), J. Educ. Stat. 6,
    107-128. doi:10.3102/10769986006002107
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "SMD1"
    label: ClassVar[str] = "Standardised mean difference (Glass's delta)"
    scale: ClassVar[str] = "standardised"
    needs: ClassVar[tuple[str, ...]] = ("n1", "mean1", "n2", "mean2", "sd2")
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(VARIANCES),
        "correct": (True, False),
    }

    @override
    def contradictions(self, table: pd.DataFrame) -> tuple[Problem, ...]:
        return uncorrectable(table, "n2", correct=self.correct)

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        """Give delta in SDs of the comparator, and the variance chosen by `vtype`."""
        m = arms.n2 - 1
        given = Standardised(
            arms.difference / arms.sd2,
            CORRECTIONS[self.correct](m),
            m,
            arms.n2,
            1 / arms.n1 + 1 / arms.n2,
            arms.n,
        )
        return given.g, VARIANCES[self.vtype](given)

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return 2: of n participants in two equal arms, 1/n1 + 1/n2 = 2²/n."""
        return 2.0

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        """Return the variance of g at a true effect of `theta` in arms of `n1` and `n2`."""
        del observed
        return 1 / n1 + 1 / n2 + np.asarray(theta, dtype=float) ** 2 / (2 * n2)
