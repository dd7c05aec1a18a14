"""A pooled effect by weights of the user's own."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import final

import numpy as np
import pandas as pd

from consilience.classical.inference import Inference
from consilience.classical.pooled import Pooled
from consilience.classical.regressed import Tested, foreseen
from consilience.classical.univariate import refuse_others
from consilience.classical.weighting import Weighting
from consilience.classical.weighting import refuse_others as refuse_no_weighting
from consilience.classical.wls import Floats, standard_form
from consilience.design import Design
from consilience.effects import Effects
from consilience.errors import RefusalError


@final
@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reweighted(Tested):
    """A meta-analysis or meta-regression whose estimates bear given weights.

    Parameters
    ----------
    pooled : Pooled
        The analysis by inverse variances; its tau², tests and level are kept.
    weighting : Weighting
    beta : ndarray, shape (p,)
        Coefficients, intercept first where there is one.
    cov : ndarray, shape (p, p)
        Their covariance.
    """

    pooled: Pooled
    weighting: Weighting
    beta: Floats
    cov: Floats

    @property
    def effects(self) -> Effects:
        """What was pooled."""
        return self.pooled.effects

    @property
    def design(self) -> Design:
        """The moderators."""
        return self.pooled.design

    @property
    def inference(self) -> Inference:
        """Of tests and intervals."""
        return self.pooled.inference

    @property
    def level(self) -> float:
        """Of every interval."""
        return self.pooled.level

    @property
    def attrs(self) -> dict[Hashable | None, object]:
        """What every table says of itself."""
        return self.pooled.attrs | {"weights": type(self.weighting).__name__}

    def heterogeneity(self) -> pd.Series:
        """Measure the scatter of true effects, which these weights do not concern."""
        return self.pooled.heterogeneity()

    def prediction_interval(self) -> pd.Series:
        """Foresee the true effect of a new trial, ``mu ± q √(tau² + se²)``.

        Returns
        -------
        Series
            ``estimate, lower, upper, level, interval``; nan where nothing is known of the scatter.
        """
        mean, residual = self.average(), self.linear.residual
        known = self.pooled.estimator.scatters and residual > 0
        critical = self.inference.critical(self.level, residual) if known else math.nan
        half = critical * math.sqrt(self.pooled.tau2 + float(mean["se"]) ** 2)
        estimate = float(mean["estimate"])
        series = foreseen(estimate, (estimate - half, estimate + half), level=self.level)
        series.attrs = self.attrs
        return series

    def weights(self) -> pd.Series:
        """Weight of each estimate, in percent of their sum."""
        found = self.weighting.weights(self.effects.v)
        index = pd.Index(self.effects.labels, name="estimate")
        series = pd.Series(100 * found / found.sum(), index=index, name="weight")
        series.attrs = self.attrs
        return series


def reweighted(pooled: Pooled, weighting: Weighting) -> Reweighted:
    """Pool with given weights in place of inverse variances.

    ``beta = (X'AX)⁻¹ X'Ay`` with the weights on the diagonal of A, and honestly for any weights
    ``cov = (X'AX)⁻¹ X'A (V + tau² I) A X (X'AX)⁻¹``; tau² is that of the analysis.

    Parameters
    ----------
    pooled : Pooled
        What `pool` answers, by inference ``"z"`` or ``"t"``.
    weighting : Weighting
        ``GivenWeights([…])``, a number for each estimate, or ``PowerOfVariance(0)``: equal weights.

    Raises
    ------
    ModelError
        For the results of other verbs, for what is no weighting, and for more or fewer weights
        than estimates.
    RefusalError
        For Knapp and Hartung's inference, which rescales by residuals weighted by inverse
        variances.

    References
    ----------
    Henmi M, Copas JB (2010). Statistics in Medicine 29:2969–2983. doi:10.1002/sim.4029
    """
    refuse_others(pooled, "reweighted()")
    refuse_no_weighting(weighting)
    if pooled.inference.factor(2.0) != 1.0:
        raise RefusalError(
            f"Inference {pooled.inference.code!r} rescales by residuals under inverse variance "
            'weights, not under these. Pool by inference="z" or "t" first.'
        )
    effects = pooled.effects
    form = standard_form(effects.y, effects.v, pooled.design.full)
    rest, v, basis = form.data
    weights = weighting.weights(v)
    left = basis * (weights / weights.mean())[:, None]
    bread = form.back @ np.linalg.inv(basis.T @ left)
    meat = left.T @ (left * (v + pooled.tau2)[:, None])
    for at, block in zip(effects.shared.members, effects.shared.blocks, strict=True):
        meat += left[at].T @ (block - np.diag(np.diag(block))) @ left[at]
    beta = form.offset + bread @ (left.T @ rest)
    cov = bread @ meat @ bread.T
    return Reweighted(pooled=pooled, weighting=weighting, beta=beta, cov=cov)
