"""The answer of a location–scale model, as labelled tables."""

import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from consilience.classical.diagnostics.fit_statistics import criteria_row
from consilience.classical.inference import Inference
from consilience.classical.linear import Linear
from consilience.classical.location_scale.model import LocationScale
from consilience.classical.regressed import Tested, foreseen
from consilience.classical.wls import Floats, StandardForm, Weighted
from consilience.design import Design
from consilience.effects import Effects

_LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScalePart:
    """The coefficients of tau², which `hypothesis`, `wald_test` and `marginal_means` take.

    Parameters
    ----------
    linear : Linear
        On the scale of the link.
    design : Design
        The moderators of tau².
    table : DataFrame, k rows
        The trials with their moderators.
    """

    linear: Linear
    design: Design
    table: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """Tabulate the coefficients.

        Returns
        -------
        DataFrame
            Index ``coef``; columns ``estimate, se, statistic, df, p_value, lower, upper, level,
            interval``; nan beside the estimates where a tau² is held at zero.
        """
        return self.linear.contrast(np.eye(len(self.linear.beta)), labels=self.linear.names)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PooledScale(Tested):
    """A meta-regression whose between-trial variance has moderators of its own.

    Parameters
    ----------
    effects : Effects
        What was pooled.
    design : Design
        The moderators of the location.
    model : LocationScale
    inference : Inference
        Of tests and intervals.
    level : float
        Of every interval.
    beta : ndarray, shape (p,)
        Coefficients of the location.
    cov : ndarray, shape (p, p)
        Their covariance, with the factor of the method of inference.
    tau2 : ndarray, shape (k,)
        Between-trial variance at each trial's moderators.
    scale : ScalePart
        The coefficients of tau².
    problem : StandardForm
        The regression behind it.
    touching : tuple of str
        Trials whose tau² the identity link holds at zero.
    """

    effects: Effects
    design: Design
    model: LocationScale
    inference: Inference
    level: float
    beta: Floats
    cov: Floats
    tau2: Floats
    scale: ScalePart
    problem: StandardForm
    touching: tuple[str, ...]

    def __repr__(self) -> str:
        """Say the answer in one line."""
        mean = self.average()
        return (
            f"<Location–scale, k = {self.effects.k}: {mean['estimate']:.3f} [{mean['lower']:.3f}, "
            f"{mean['upper']:.3f}], tau² from {self.tau2.min():.4f} to {self.tau2.max():.4f}>"
        )

    def variances(self) -> pd.DataFrame:
        """Tabulate each trial's tau² and what share of its variance it is.

        Returns
        -------
        DataFrame
            By estimate: ``tau2, tau, I2`` (percent, by the typical sampling variance), ``weight``
            (percent).
        """
        typical = self._fixed.df / self._fixed.trace
        weights = 1 / (self.effects.v + self.tau2)
        columns = {
            "tau2": self.tau2, "tau": np.sqrt(self.tau2),
            "I2": 100 * self.tau2 / (self.tau2 + typical),
            "weight": 100 * weights / weights.sum(),
        }  # fmt: skip
        table = pd.DataFrame(columns, index=pd.Index(self.effects.labels, name="estimate"))
        table.attrs = self.attrs
        return table

    def heterogeneity(self) -> pd.Series:
        """Measure the scatter of true effects at the mean row of the scale's design.

        Returns
        -------
        Series
            ``tau2, tau2_se`` (by the delta method), ``tau, tau2_lower, tau2_upper`` (from the
            interval of the linear predictor), ``I2`` (percent), ``H2``, ``Q, Q_df, Q_p``.
        """
        row = self.scale.design.full.mean(axis=0, keepdims=True)
        at = self.scale.linear.contrast(row, labels=("eta",)).iloc[0]
        link = self.model.chosen_link()
        ends = np.array([float(at[name]) for name in ("estimate", "lower", "upper")])
        tau2, lower, upper = (float(link.tau2(np.array([x]))[0]) for x in ends)
        slope = float(link.slopes(ends[:1])[0][0])
        fixed = self._fixed
        typical = fixed.df / fixed.trace
        values = {
            "tau2": tau2, "tau2_se": slope * float(at["se"]), "tau": math.sqrt(tau2),
            "tau2_lower": lower, "tau2_upper": upper, "I2": 100 * tau2 / (tau2 + typical),
            "H2": 1 + tau2 / typical, "Q": fixed.Q, "Q_df": float(fixed.df),
            "Q_p": float(chdtrc(fixed.df, fixed.Q)),
        }  # fmt: skip
        series = pd.Series(values, dtype=float)
        series.attrs = self.attrs | {"level": self.level, "at": "the mean of the moderators"}
        return series

    def prediction_interval(self) -> pd.Series:
        """Foresee the true effect of a new trial, at the mean rows of both designs.

        Returns
        -------
        Series
            ``estimate, lower, upper, level, interval``.
        """
        mean, tau2 = self.average(), float(self.heterogeneity()["tau2"])
        half = self.inference.critical(self.level, self.linear.residual)
        half *= math.sqrt(tau2 + float(mean["se"]) ** 2)
        estimate = float(mean["estimate"])
        series = foreseen(estimate, (estimate - half, estimate + half), level=self.level)
        said = "estimate ± quantile × √(tau² + se²) at the mean of the moderators, quantile: "
        series.attrs = self.attrs | {"convention": said + self.inference.label}
        return series

    def fit_statistics(self) -> pd.DataFrame:
        """Tabulate the log likelihood and the information criteria.

        Returns
        -------
        DataFrame
            Rows ``ML`` and ``REML``; columns ``log_likelihood, deviance, AIC, BIC, AICc,
            parameters``. The deviance of ML is against a model that fits each estimate perfectly.
        """
        k, p = self.design.full.shape
        count = p + len(self.scale.linear.beta)
        y, v, X = self.problem.data
        fit = Weighted(y, v + self.tau2, X)
        logs = float(np.log(fit.weights).sum())
        full = 0.5 * (logs - fit.Q - k * _LOG_2PI)
        information = float(np.linalg.slogdet(fit.cov)[1])
        restricted = 0.5 * (logs + information - fit.Q - (k - p) * _LOG_2PI)
        saturated = -0.5 * (k * _LOG_2PI + float(np.log(v).sum()))
        rows = {
            "ML": criteria_row(full, 2 * (saturated - full), n=k, parameters=count),
            "REML": criteria_row(restricted, -2 * restricted, n=k - p, parameters=count),
        }
        table = pd.DataFrame.from_dict(rows, orient="index")
        table.attrs = self.attrs
        return table

    @property
    def attrs(self) -> dict[Hashable | None, object]:
        """What every table says of itself: direction, measure, estimator, link, inference, k."""
        return {
            "direction": self.effects.direction,
            "measure": self.effects.measure.code,
            "estimator": f"{self.model.chosen_criterion().code}, location–scale",
            "link": self.model.chosen_link().label,
            "inference": self.inference.label,
            "k": self.effects.k,
            "held_at_zero": self.touching,
        }

    @property
    def _fixed(self) -> Weighted:
        return Weighted(*self.problem.data)
