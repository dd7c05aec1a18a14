"""Sidik and Jonkman's estimator, which is never zero where trials differ at all."""

import math
from typing import ClassVar, final

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.batch import Batch
from consilience.classical.forms import QuadraticForm
from consilience.classical.wls import Floats


@final
class SidikJonkman(Estimator):
    """``tau² = t0 y'P y / (k - p)`` with the weights ``1 / (v + t0)``.

    The crude start ``t0 = Σ(y - ȳ)² / k`` is that of the estimates before any moderator.

    References
    ----------
    Sidik K, Jonkman JN (2005). Journal of the Royal Statistical Society C 54:367–384.
    doi:10.1111/j.1467-9876.2005.00489.x
    Sidik K, Jonkman JN (2005). Journal of Biopharmaceutical Statistics 15:823–838, for
    moderators. doi:10.1081/BIP-200067915
    """

    code: ClassVar[str] = "SJ"
    label: ClassVar[str] = "Sidik–Jonkman"
    reads_fitted: ClassVar[bool] = True

    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Scale the crude start by the mean square that it leaves."""
        start = float(y.var())
        form = QuadraticForm(y, X, 1.0 / (v + start))
        return start * form.value / form.df

    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """``t0 √(2 tr PSPS) / (k - p)``, ``S = V + tau²``: the spread of the mean square."""
        start = float(y.var())
        form = QuadraticForm(y, X, 1.0 / (v + start))
        return start * math.sqrt(form.variance(v + tau2)) / form.df

    def tau2_many(self, batch: Batch) -> Floats:
        """As for one set, many at once."""
        start = np.einsum("nm,nm->n", batch.y, batch.y) / batch.k
        return start * batch.at(start).Q / batch.df
