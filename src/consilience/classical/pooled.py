"""The classical answer: coefficients, heterogeneity, prediction interval, as labelled tables."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr

from consilience.classical import intervals
from consilience.classical import prediction as predictions
from consilience.classical.base import Estimator
from consilience.classical.independent import row_sums
from consilience.classical.inference import Inference
from consilience.classical.intervals import Tau2Interval
from consilience.classical.notes import noted
from consilience.classical.prediction import Outlook, Prediction
from consilience.classical.regressed import Tested, foreseen
from consilience.classical.scatter import heterogeneity, tau2_table
from consilience.classical.solution import regression
from consilience.classical.wls import Floats, StandardForm
from consilience.design import Design
from consilience.effects import Effects
from consilience.errors import ModelError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pooled(Tested):
    """A classical meta-analysis or meta-regression.

    Every table names the direction of the effects and how it was made in its ``attrs``.

    Parameters
    ----------
    effects : Effects
        What was pooled.
    design : Design
        The moderators, uncentred; without columns where there are none.
    estimator : Estimator
        Of tau².
    inference : Inference
        Of tests and intervals.
    level : float
        Of every interval.
    beta : ndarray, shape (p,)
        Coefficients, intercept first where there is one.
    cov : ndarray, shape (p, p)
        Their covariance, with the factor of the method of inference.
    tau2 : float
        Between-trial variance.
    """

    effects: Effects
    design: Design
    estimator: Estimator
    inference: Inference
    level: float
    beta: Floats
    cov: Floats
    tau2: float

    def __repr__(self) -> str:
        """Say the answer in one line."""
        mean = self.average()
        return (
            f"<Pooled by {self.estimator.label}, k = {self.effects.k}: {mean['estimate']:.3f} "
            f"[{mean['lower']:.3f}, {mean['upper']:.3f}], tau² = {self.tau2:.4f}>"
        )

    def heterogeneity(self) -> pd.Series:
        """Measure the scatter of true effects.

        Returns
        -------
        Series
            ``tau2, tau2_se, tau, tau2_lower, tau2_upper`` (Q-profile interval at the level of the
            analysis), ``I2`` (percent), ``H2``, ``Q, Q_df, Q_p``.

        Raises
        ------
        ConvergenceError
            If an end of the interval of tau² is not found.
        """
        values = heterogeneity(self._problem, self.estimator, tau2=self.tau2, level=self.level)
        series = pd.Series(values, dtype=float)
        series.attrs = self.attrs | {"level": self.level, "tau2_interval": "Q-profile"}
        return series

    def confint(self, method: str | Tau2Interval = "QP") -> pd.DataFrame:
        """Tabulate intervals of the heterogeneity.

        Parameters
        ----------
        method : str or Tau2Interval
            ``"QP"`` (Q-profile), ``"PL"`` (profile likelihood, for ML and REML) or ``"GENQ"``.

        Returns
        -------
        DataFrame
            Rows ``tau2, tau, I2, H2``; columns ``estimate, lower, upper, level, interval``.

        Raises
        ------
        RefusalError
            If the interval does not go with the estimator of tau².
        ModelError
            Under a common effect, for one estimate, for an unknown name.
        """
        if not self.estimator.scatters or not self._residual:
            raise ModelError(f"There is no interval of tau²: {self._nothing_known()}.")
        chosen = intervals.get(method) if isinstance(method, str) else method
        table = tau2_table(
            self._problem, self.estimator, interval=chosen, tau2=self.tau2, level=self.level
        )
        table.attrs = self.attrs | {"tau2_interval": chosen.label}
        return table

    def prediction_interval(self, convention: str | Prediction = "inference") -> pd.Series:
        """Foresee the true effect of a new trial, at the mean row of the design.

        Conventions differ, so ``attrs["convention"]`` names the one used. The ends are nan where
        nothing is known of the scatter: under a common effect and for one estimate.

        Parameters
        ----------
        convention : str or Prediction
            ``"inference"`` (``mu ± q √(tau² + se²)``, q the quantile of the method of inference, as
            metafor's ``predict`` does), ``"k-1"``, ``"k-2"`` (Student's t) or ``"nagashima"``.

        Returns
        -------
        Series
            ``estimate, lower, upper, level, interval``.
        """
        chosen = predictions.get(convention) if isinstance(convention, str) else convention
        outlook = self._outlook()
        known = self.estimator.scatters and self._residual > 0
        lower, upper = chosen.ends(outlook, level=self.level) if known else (math.nan, math.nan)
        where = " at the mean of the moderators" if self.design.names else ""
        said = chosen.label(outlook) + where if known else f"none: {self._nothing_known()}"
        series = foreseen(outlook.estimate, (lower, upper), level=self.level)
        series.attrs = self.attrs | {"convention": said}
        return series

    def predictions(
        self, rows: Floats, *, labels: Sequence[str], convention: str | Prediction = "inference"
    ) -> pd.DataFrame:
        """Foresee the expected and the true effects of new trials at given moderators.

        Parameters
        ----------
        rows : ndarray, shape (r, p)
            Rows of the design, intercept first where there is one.
        labels : sequence of str
            r names.
        convention : str or Prediction
            As of `prediction_interval`.

        Returns
        -------
        DataFrame
            As of `contrast`, with ``prediction_lower`` and ``prediction_upper`` for the true effect
            of a new trial; nan where nothing is known of the scatter.
        """
        chosen = predictions.get(convention) if isinstance(convention, str) else convention
        table = self.contrast(rows, labels=labels)
        ends = np.full((len(table), 2), math.nan)
        said = f"none: {self._nothing_known()}"
        if self.estimator.scatters and self._residual > 0:
            pairs = table[["estimate", "se"]].to_numpy(dtype=float)
            outlooks = [self._outlook_at(float(mean), float(se)) for mean, se in pairs]
            ends = np.array([chosen.ends(each, level=self.level) for each in outlooks])
            said = chosen.label(outlooks[0])
        found = table.assign(prediction_lower=ends[:, 0], prediction_upper=ends[:, 1])
        found.attrs = table.attrs | {"convention": said}
        return found

    def probability_beyond(self, threshold: float, *, above: bool = True) -> float:
        """Give the probability that the true effect of a new trial passes a threshold.

        The new effect is referred to the distribution of the prediction interval:
        ``(theta - mu) / √(tau² + se²)`` to the quantiles of the method of inference.

        Parameters
        ----------
        threshold : float
            On the analysed scale.
        above : bool
            Whether to pass it upwards.

        Returns
        -------
        float
            nan where nothing is known of the scatter.

        References
        ----------
        Mathur MB, VanderWeele TJ (2019). Statistics in Medicine 38:1336–1342. doi:10.1002/sim.8057
        """
        if not self.estimator.scatters or not self._residual:
            return math.nan
        outlook = self._outlook()
        distance = (outlook.estimate - threshold) / math.sqrt(outlook.tau2 + outlook.se**2)
        df = self.inference.df(self._residual)
        return float(stdtr(df, distance if above else -distance))

    def weights(self) -> pd.Series:
        """Weight of each estimate, ``1 / (vi + tau²)``, in percent of their sum.

        Where estimates share participants, ``(V + tau² I)⁻¹ 1``: what each adds to the pooled
        effect, which can be below zero for an estimate that strong correlations make redundant.
        """
        weights = row_sums(self.effects.shared, self.effects.v, self.tau2)
        return self._labelled(100 * weights / weights.sum(), "weight")

    def fitted(self) -> pd.Series:
        """Fit each estimate: its expected effect, ``X beta``."""
        return self._labelled(self.design.full @ self.beta, "fitted")

    @property
    def attrs(self) -> dict[Hashable | None, object]:
        """What every table says of itself: direction, measure, estimator, inference, k."""
        return {
            "direction": self.effects.direction,
            "measure": self.effects.measure.code,
            "estimator": self.estimator.label,
            "inference": self.inference.label,
            "k": self.effects.k,
            **noted(self.effects, self.cov),
        }

    @property
    def _residual(self) -> int:
        return self.effects.k - len(self.beta)

    @property
    def _problem(self) -> StandardForm:
        return regression(self.effects, self.design.full)

    def _outlook(self) -> Outlook:
        mean = self.average()
        return self._outlook_at(float(mean["estimate"]), float(mean["se"]))

    def _outlook_at(self, estimate: float, se: float) -> Outlook:
        return Outlook(estimate, se, self.tau2, self.inference, self._problem)

    def _nothing_known(self) -> str:
        if not self.estimator.scatters:
            return "under a common effect all trials share one true effect"
        return "one estimate says nothing about the scatter of true effects"

    def _labelled(self, values: Floats, name: str) -> pd.Series:
        index = pd.Index(self.effects.labels, name="estimate")
        series = pd.Series(values, index=index, name=name)
        series.attrs = self.attrs
        return series
