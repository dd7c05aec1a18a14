"""The answer of a model of counts, as labelled tables."""

import math
from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd
from scipy.special import chdtrc

from consilience.classical.glmm.base import Glmm
from consilience.classical.glmm.solution import CountsSolution
from consilience.classical.inference import Inference
from consilience.classical.regressed import Tested, foreseen
from consilience.classical.wls import Floats, Weighted
from consilience.design import Design
from consilience.effects import Effects


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PooledCounts(Tested):
    """A generalised linear mixed model of events.

    Parameters
    ----------
    effects : Effects
        The trials that tell something, with the effects that two-step methods would pool; these
        serve I² and the labels only.
    design : Design
        The moderators, uncentred; without columns where there are none.
    model : Glmm
    inference : Inference
        Of tests and intervals.
    level : float
        Of every interval.
    solution : CountsSolution
    left_out : tuple of str
        Trials without events, or with nothing else, which tell nothing of the effect.
    known : ndarray, shape (k,)
        Offsets: what was known of each effect beforehand; zeros without any.
    """

    effects: Effects
    design: Design
    model: Glmm
    inference: Inference
    level: float
    solution: CountsSolution
    left_out: tuple[str, ...]
    known: Floats

    def __repr__(self) -> str:
        """Say the answer in one line."""
        mean = self.average()
        return (
            f"<{self.model.code}, {self.model.label}, k = {self.effects.k}: "
            f"{mean['estimate']:.3f} [{mean['lower']:.3f}, {mean['upper']:.3f}], "
            f"tau² = {self.tau2:.4f}>"
        )

    @property
    def beta(self) -> Floats:
        """Coefficients, intercept first where there is one, shape (p,)."""
        return self.solution.beta

    @property
    def cov(self) -> Floats:
        """Their covariance, shape (p, p)."""
        return self.solution.cov

    @property
    def tau2(self) -> float:
        """Between-trial variance."""
        return self.solution.tau2

    def heterogeneity(self) -> pd.Series:
        """Measure and test the scatter of true effects.

        Returns
        -------
        Series
            ``tau2, tau2_se, tau``; ``tau2_lower, tau2_upper`` (nan: see `confint`), ``I2``
            (percent) and ``H2`` by the typical sampling variance of two-step estimates; ``Q, Q_df,
            Q_p``: the likelihood ratio test of one effect for all trials (or of the moderators'
            fit) against one for each; ``Q_wald, Q_wald_p``: Wald's, to which trials with an
            infinite effect add nothing, though they count in its degrees of freedom.
        """
        found, df = self.solution, self.effects.k - len(self.beta)
        typical = self._typical()
        statistic = max(0.0, 2 * (found.saturated - found.common))
        tested = {"Q": statistic, "Q_wald": found.wald} if df else {"Q": 0.0, "Q_wald": 0.0}
        p = {name: float(chdtrc(df, x)) if df else math.nan for name, x in tested.items()}
        values = {
            "tau2": found.tau2, "tau2_se": found.tau2_se, "tau": math.sqrt(found.tau2),
            "tau2_lower": math.nan, "tau2_upper": math.nan,
            "I2": 100 * found.tau2 / (found.tau2 + typical) if df else math.nan,
            "H2": 1 + found.tau2 / typical if df else math.nan,
            "Q": tested["Q"], "Q_df": float(df), "Q_p": p["Q"],
            "Q_wald": tested["Q_wald"], "Q_wald_p": p["Q_wald"],
        }  # fmt: skip
        series = pd.Series(values, dtype=float)
        series.attrs = self.attrs | {"level": self.level}
        return series

    def confint(self) -> pd.DataFrame:
        """Tabulate the profile likelihood interval of tau².

        Returns
        -------
        DataFrame
            Rows ``tau2, tau``; columns ``estimate, lower, upper, level, interval``.

        Raises
        ------
        ModelError
            Under a common effect and for one trial.
        ConvergenceError
            If the trials do not bound tau² from above.
        """
        from consilience.classical.glmm.interval import tau2_interval

        return tau2_interval(self)

    def prediction_interval(self) -> pd.Series:
        """Foresee the true effect of a new trial, at the mean row of the design.

        ``mu ± q √(tau² + se²)``, q the quantile of the method of inference; nan under a common
        effect and for one trial.

        Returns
        -------
        Series
            ``estimate, lower, upper, level, interval``.
        """
        mean, linear = self.average(), self.linear
        known = linear.residual > 0 and not self.model.common
        quantile = self.inference.critical(self.level, linear.residual) if known else math.nan
        half = quantile * math.sqrt(self.tau2 + float(mean["se"]) ** 2)
        estimate = float(mean["estimate"])
        series = foreseen(estimate, (estimate - half, estimate + half), level=self.level)
        said = "estimate ± quantile × √(tau² + se²), quantile: " + self.inference.label
        series.attrs = self.attrs | {"convention": said if known else "none: nothing is known"}
        return series

    def nuisance(self) -> pd.Series:
        """Give the other common parameters.

        Returns
        -------
        Series
            For random intercepts ``level``, the mean of the second arm's predictor, and ``sigma2``,
            the variance of the intercepts; empty for other models.
        """
        series = pd.Series(self.solution.nuisance, index=self.model.nuisance, dtype=float)
        series.attrs = self.attrs
        return series

    def fit_statistics(self) -> pd.Series:
        """Give the likelihood and the information criteria.

        Returns
        -------
        Series
            ``log_likelihood, deviance`` (against one free effect for each trial), ``AIC, BIC, AICc,
            parameters, observations``.
        """
        k, top = self.effects.k, self.solution.log_likelihood
        count = len(self.beta) + int(not self.model.common) + self._others()
        n = self.model.observations(k)
        enough = max(n, count + 2)
        values = {
            "log_likelihood": top, "deviance": 2 * (self.solution.saturated - top),
            "AIC": 2 * count - 2 * top, "BIC": count * math.log(n) - 2 * top,
            "AICc": 2 * count * enough / (enough - count - 1) - 2 * top,
            "parameters": count, "observations": n,
        }  # fmt: skip
        series = pd.Series(values, dtype=float)
        series.attrs = self.attrs
        return series

    @property
    def attrs(self) -> dict[Hashable | None, object]:
        """What every table says of itself: direction, measure, model, inference, k."""
        return {
            "direction": self.effects.direction,
            "measure": self.effects.measure.code,
            "estimator": f"ML, {self.model.label}",
            "inference": self.inference.label,
            "k": self.effects.k,
            "left_out": self.left_out,
        }

    def _others(self) -> int:
        return self.model.extra(self.effects.k)

    def _typical(self) -> float:
        fixed = Weighted(self.effects.y, self.effects.v, self.design.full)
        return fixed.df / fixed.trace if fixed.df else math.nan
