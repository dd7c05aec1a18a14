"""Hedges' g: the difference of two means in units of their pooled standard deviation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd

from consilience.measures.base import Floats
from consilience.measures.standardised import CORRECTIONS, VARIANCES, Standardised
from consilience.measures.two_means import Arms, TwoMeans


@final
@dataclass(frozen=True, slots=True)
class SMD(TwoMeans):
    r"""The standardised mean difference, corrected for its bias in small trials.

    With the pooled standard deviation :math:`s`, :math:`m = n_1 + n_2 - 2` and Hedges' correction
    :math:`J`,

    .. math::
        g = J(m)\,d, \qquad d = \frac{\bar x_1 - \bar x_2}{s}, \qquad
        v = \frac1{n_1} + \frac1{n_2} + \frac{g^2}{2 (n_1 + n_2)}.

    The scale has no unit. The same as metafor's ``escalc(measure="SMD")``.

    Parameters
    ----------
    vtype : str
        ``"LS"``, the large-sample variance above; ``"LS2"``, :math:`J^2` times the variance of
        :math:`d`; ``"UB"``, the unbiased one; ``"AV"``, as LS at the average g of all rows.
    correct : bool
        Whether to correct; False gives Cohen's d.

    References
    ----------
    Hedges (1981), J. Educ. Stat. 6, 107-128. doi:10.3102/10769986006002107 Hedges (1982), Psychol.
    Bull. 92, 490-499, eq. 8. doi:10.1037/0033-2909.92.2.490 Hedges (1983), Psychol. Bull. 93,
    388-395, eq. 9. doi:10.1037/0033-2909.93.2.388 Borenstein (2009), in: The Handbook of Research
    Synthesis and Meta-Analysis, 2nd ed., eq. 12.17, for LS2.
    """

    vtype: str = "LS"
    correct: bool = True

    code: ClassVar[str] = "SMD"
    label: ClassVar[str] = "Standardised mean difference (Hedges' g)"
    scale: ClassVar[str] = "standardised"
    choices: ClassVar[Mapping[str, tuple[object, ...]]] = {
        "vtype": tuple(VARIANCES),
        "correct": (True, False),
    }

    @override
    def estimate(self, arms: Arms) -> tuple[Floats, Floats]:
        """Give g, and the variance chosen by `vtype`."""
        given = Standardised(
            arms.difference / arms.pooled,
            CORRECTIONS[self.correct](arms.m),
            arms.m,
            arms.n,
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
        return 1 / n1 + 1 / n2 + np.asarray(theta, dtype=float) ** 2 / (2 * (n1 + n2))
