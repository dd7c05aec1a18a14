"""The answer of a multilevel model, as labelled tables."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import pandas as pd

from consilience.classical.linear import Linear
from consilience.classical.multilevel.coefficients import (
    contrasts,
    default_rows,
    joint_test,
    linear,
)
from consilience.classical.multilevel.components_table import components_table, totals
from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.fit_table import fit_table
from consilience.classical.multilevel.freedom import Freedom
from consilience.classical.multilevel.guesses import random_effects
from consilience.classical.multilevel.scatter import ends_foreseen, heterogeneity, members
from consilience.classical.multilevel.solve import Solution
from consilience.classical.multilevel.term import Term
from consilience.classical.multilevel.total import total_interval
from consilience.classical.multilevel.typical import Typical
from consilience.classical.notes import noted
from consilience.classical.regressed import Regressed, expected, foreseen
from consilience.classical.scatter import scatter_rows
from consilience.design import Design
from consilience.effects import Effects


@final
@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PooledMultilevel(Regressed):
    """A multilevel or multivariate meta-analysis or meta-regression.

    Every table names the direction of the effects and how it was made in its ``attrs``.

    Parameters
    ----------
    effects : Effects
        What was pooled.
    design : Design
        The moderators, uncentred; without columns where there are none.
    terms : tuple of Term
        The random effects as laid on the estimates.
    inference : Freedom
        Degrees of freedom of tests and intervals.
    level : float
        Of every interval.
    solution : Solution
        The bare numbers.
    """

    effects: Effects
    design: Design
    terms: tuple[Term, ...]
    inference: Freedom
    level: float
    solution: Solution

    def __repr__(self) -> str:
        """Say the answer in one line."""
        mean = self.average()
        random = ", ".join(term.label for term in self.terms) or "no random effects"
        return (
            f"<PooledMultilevel by {self.solution.objective.criterion.label}, "
            f"k = {self.effects.k}, {random}: {mean['estimate']:.3f} "
            f"[{mean['lower']:.3f}, {mean['upper']:.3f}]>"
        )

    @property
    def beta(self) -> Floats:
        """Coefficients, intercept first where there is one, shape (p,)."""
        return self.solution.beta

    @property
    def cov(self) -> Floats:
        """Covariance of the coefficients, shape (p, p)."""
        return self.solution.cov

    @property
    def linear(self) -> Linear:
        """Coefficients as tests of hypotheses take them, with the fewest degrees of freedom."""
        return linear(self, float(self._df.min()))

    @property
    def log_likelihood(self) -> float:
        """What was maximised, with all its constants."""
        objective = self.solution.objective
        return objective.heights(self.solution.point, objective.criterion)

    def contrast(self, rows: Floats, *, labels: Sequence[str]) -> pd.DataFrame:
        """Tabulate linear combinations ``L beta`` of the coefficients.

        A combination has the fewest degrees of freedom of the coefficients in it.

        Parameters
        ----------
        rows : ndarray, shape (r, p)
            L: one combination per row, intercept first where there is one.
        labels : sequence of str
            r names.

        Returns
        -------
        DataFrame
            As of `summary`.
        """
        return contrasts(self, rows, labels=labels, freedom=self._freedom(rows))

    def test(self, rows: Floats | None = None) -> pd.Series:
        """Test ``L beta = 0`` by Wald's statistic; without L, all coefficients but the intercept.

        ``QM = (L beta)' (L cov L')⁻¹ L beta``: chi-square, or where inference is by t, ``QM / m``
        by F with the fewest degrees of freedom of the coefficients concerned.

        Parameters
        ----------
        rows : ndarray, shape (m, p), optional
            L, of full rank, intercept first where there is one.

        Returns
        -------
        Series
            ``statistic`` (QM or F), ``df``, ``df_residual`` (infinite for chi-square), ``p_value``.

        Raises
        ------
        ModelError
            For rows of the wrong length or that depend on each other.
        """
        matrix = default_rows(self) if rows is None else np.atleast_2d(rows)
        return joint_test(self, matrix, freedom=float(self._freedom(matrix).min(initial=np.inf)))

    def heterogeneity(self) -> pd.Series:
        """Measure the scatter of true effects, all components together.

        ``I² = 100 Σtau² / (Σtau² + s²)``, ``H² = 1 + Σtau² / s²`` with the typical sampling
        variance ``s² = (k - p) / tr P``. Where true effects of different levels vary differently,
        ``tau2`` and what follows from it are nan; `variance_components` has them one by one.

        Returns
        -------
        Series
            ``tau2, tau2_se, tau, tau2_lower, tau2_upper, I2`` (percent), ``H2``, ``Q, Q_df, Q_p``.
            The error of the sum is from the curvature of the log likelihood, variances at zero
            being taken as known. Its interval is not given here (nan), for it takes long where
            there are many estimates: see `confint`, and `profile_likelihood` for each component.
        """
        return self._series(heterogeneity(self.solution, self._typical, tau2=self._tau2()))

    def confint(self, level_of: str = "") -> pd.DataFrame:
        """Tabulate profile likelihood intervals of all scatter together, ``Σtau²``.

        Parameters
        ----------
        level_of : str
            An inner level, such as an outcome, where levels have variances of their own.

        Returns
        -------
        DataFrame
            Rows ``tau2, tau, I2, H2``; columns ``estimate, lower, upper, level, interval``.

        Raises
        ------
        ModelError
            Without random effects, for an unknown level, where one has to be named, and where all
            variances are held.
        ConvergenceError
            If the likelihood does not bound the scatter from above.
        """
        among = members(self.terms, level_of) if level_of else slice(None)
        found = total_interval(self.solution, among, level=self.level)
        table = scatter_rows(np.array(found), self._typical.variance(), level=self.level)
        table.attrs = self.attrs | {"tau2_interval": "profile likelihood"}
        return table

    def variance_components(self, *, errors: bool = False) -> pd.DataFrame:
        """Tabulate variances, correlations and ranges of the random effects.

        Parameters
        ----------
        errors : bool
            Whether to add standard errors from the curvature of the log likelihood.

        Returns
        -------
        DataFrame
            Index ``component``; columns ``parameter`` (``tau2`` or ``rho``), ``estimate``, ``sd``
            (root of a variance), ``se`` if asked for, ``levels``, ``I2`` (percent of all variance),
            ``estimates``, ``held``, ``at_limit`` (a variance of zero, a correlation of one).
        """
        table = components_table(self.solution, self._typical, errors=errors)
        table.attrs = self.attrs
        return table

    def random_effects(self) -> pd.DataFrame:
        """Guess the random effects given the estimates: best linear unbiased predictions.

        Returns
        -------
        DataFrame
            Index ``component, cluster, inner``; columns ``estimate, se, lower, upper, level,
            interval``; the standard error is that of the guess, beta being estimated too.
        """
        df = [self.inference.of_effects(self.design.full, term) for term in self.terms]
        table = random_effects(self.solution, level=self.level, df=df)
        table.attrs = self.attrs
        return table

    def fit_statistics(self) -> pd.DataFrame:
        """Tabulate the log likelihood and the information criteria.

        Returns
        -------
        DataFrame
            Rows ``ML`` and ``REML``; columns ``log_likelihood, deviance, AIC, BIC, AICc,
            parameters``, as of the analyses without levels.
        """
        table = fit_table(self.solution)
        table.attrs = self.attrs
        return table

    def prediction_interval(self, level_of: str = "") -> pd.Series:
        """Foresee the true effect of a new estimate in a new cluster, at the mean of the design.

        ``mu ± q √(Σtau² + se²)``, q the quantile of the method of inference.

        Parameters
        ----------
        level_of : str
            An inner level, such as an outcome: the interval is then at the mean of its rows, with
            its variance. Needed where levels have variances of their own; else the ends are nan.

        Returns
        -------
        Series
            ``estimate, lower, upper, level, interval``.

        Raises
        ------
        ModelError
            For an unknown level; the known ones are listed.
        """
        among = members(self.terms, level_of) if level_of else slice(None)
        mean, tau2 = expected(self, among), self._tau2(among)
        ends, said = ends_foreseen(mean, tau2, level=self.level, scatters=bool(self.terms))
        series = foreseen(float(mean["estimate"]), ends, level=self.level)
        series.attrs = self.attrs | {"convention": said.format(self.inference.label)}
        return series

    def fitted(self) -> pd.Series:
        """Fit each estimate: its expected effect, ``X beta``."""
        index = pd.Index(self.effects.labels, name="estimate")
        return pd.Series(self.design.full @ self.beta, index=index, name="fitted")

    @property
    def attrs(self) -> dict[Hashable | None, object]:
        """What every table says of itself: direction, measure, estimator, random effects, k."""
        return {
            "direction": self.effects.direction,
            "measure": self.effects.measure.code,
            "estimator": self.solution.objective.criterion.label,
            "inference": self.inference.label,
            "random": tuple(term.label for term in self.terms),
            "k": self.effects.k,
            **noted(self.effects, self.cov),
        }

    @property
    def _df(self) -> Floats:
        return self.inference.df(self.design.full, self.terms)

    def _freedom(self, rows: Floats) -> Floats:
        """Give each combination the fewest degrees of freedom of the coefficients in it."""
        if rows.shape[1:] != self._df.shape:
            return np.full(len(rows), np.inf)
        return np.where(rows != 0, self._df, np.inf).min(axis=1)

    @property
    def _typical(self) -> Typical:
        data = self.effects.y, self.effects.v, self.design.full
        return Typical(data, self.effects.shared)

    def _tau2(self, among: np.ndarray | slice = slice(None)) -> float:
        found = totals(self.solution)[among]
        return float(found[0]) if np.ptp(found) <= 1e-12 * found.max() else math.nan

    def _series(self, values: dict[str, float]) -> pd.Series:
        series = pd.Series(values, dtype=float)
        series.attrs = self.attrs
        return series
