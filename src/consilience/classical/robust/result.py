"""The answer of a cluster-robust analysis."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from consilience.classical.multilevel.coefficients import (
    contrasts,
    default_rows,
    joint_test,
)
from consilience.classical.multilevel.pooled import PooledMultilevel
from consilience.classical.pooled import Pooled
from consilience.classical.regressed import Regressed
from consilience.classical.robust.adjustments import Adjustment
from consilience.classical.robust.alone import Alone
from consilience.classical.robust.satterthwaite import Floats, Moments
from consilience.design import Design
from consilience.effects import Effects

_INFERRED = ("se", "statistic", "df", "p_value", "lower", "upper")
# Var c'Vc is at most 2 (E c'Vc)², so that all are above one third but for rounding.
_LEAST_DF = 0.25

_AGREED = "no residual is left, so that nothing is known of its error"


@final
@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Robust(Regressed):
    """The coefficients of an analysis with a cluster-robust covariance.

    Parameters
    ----------
    pooled : Pooled or PooledMultilevel
        The analysis; its coefficients and its heterogeneity stay as they are.
    adjustment : Adjustment
    cluster : str
        Column of the clusters.
    n_clusters : int
    cov : ndarray, shape (p, p)
        Robust covariance of the coefficients.
    moments : Moments
        Of that covariance, for Satterthwaite's degrees of freedom; of no cluster where the analysis
        links clusters.
    alone : Alone
        What rests on one cluster alone, so that no residuals tell of its error; looked for where
        the analysis does not link clusters.
    """

    pooled: Pooled | PooledMultilevel
    adjustment: Adjustment
    cluster: str
    n_clusters: int
    cov: Floats
    moments: Moments
    alone: Alone

    def __repr__(self) -> str:
        """Say the answer in one line."""
        mean = self.average()
        return (
            f"<Robust {self.adjustment.label}, {self.n_clusters} clusters by {self.cluster!r}: "
            f"{mean['estimate']:.3f} {self._interval(mean)}>"
        )

    @property
    def beta(self) -> Floats:
        """Coefficients, as of the analysis."""
        return self.pooled.beta

    @property
    def level(self) -> float:
        """Of every interval, as of the analysis."""
        return self.pooled.level

    @property
    def design(self) -> Design:
        """The moderators, as of the analysis."""
        return self.pooled.design

    @property
    def effects(self) -> Effects:
        """What was pooled."""
        return self.pooled.effects

    def summary(self) -> pd.DataFrame:
        """Tabulate the coefficients.

        Returns
        -------
        DataFrame
            Index ``coef``; columns ``estimate, se, statistic, df, p_value, lower, upper, level,
            interval``; ``df`` by Satterthwaite for CR2, else clusters minus coefficients. For CR2
            all but the estimate are nan where a combination rests on one cluster alone, for its
            residuals then tell nothing of its error; other adjustments give standard errors that
            are too small. Both ways ``attrs["notes"]`` names row and cluster.
        """
        return Regressed.summary(self)

    def contrast(self, rows: Floats, *, labels: Sequence[str]) -> pd.DataFrame:
        """Tabulate linear combinations ``L beta`` of the coefficients.

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
        freedom = np.array([self._df(row[None]) for row in rows])
        table = contrasts(self, rows, labels=labels, freedom=freedom)
        table.loc[np.isnan(freedom), list(_INFERRED)] = np.nan
        reasons = ((label, self._note(row[None])) for label, row in zip(labels, rows, strict=True))
        notes = tuple(f"{label}: {reason}" for label, reason in reasons if reason)
        table.attrs |= _added(table.attrs, notes)
        return table

    def test(self, rows: Floats | None = None) -> pd.Series:
        """Test ``L beta = 0``; without L, all coefficients but the intercept.

        For CR2 by the approximate Hotelling test: ``F = (d - m + 1) / (d m) · Q`` with m and
        ``d - m + 1`` degrees of freedom, d those of the robust covariance; else ``F = Q / m`` with
        m and clusters minus coefficients.

        Parameters
        ----------
        rows : ndarray, shape (m, p), optional
            L, of full rank, intercept first where there is one.

        Returns
        -------
        Series
            ``statistic`` (F), ``df``, ``df_residual``, ``p_value``; nan for an F without positive
            degrees of freedom, and for combinations that rest on one cluster alone.

        Raises
        ------
        ModelError
            For rows of the wrong length or that depend on each other.

        References
        ----------
        Tipton E, Pustejovsky JE (2015). Journal of Educational and Behavioral Statistics
        40:604–634. doi:10.3102/1076998615606099
        """
        matrix = default_rows(self) if rows is None else np.atleast_2d(rows)
        # The model's covariance first: it is never singular, and refuses rows that cannot be.
        model = replace(self, cov=self.moments.bread)
        plain = joint_test(model, matrix, freedom=float(self.n_clusters))
        freedom, m = self._df(matrix), len(matrix)
        if np.isfinite(freedom):
            plain = joint_test(self, matrix, freedom=float(self.n_clusters))
        left, share = freedom, 1.0
        if self.adjustment.satterthwaite:
            left = freedom - m + 1
            share = left / freedom
        ratio = plain["statistic"] * share
        plain["statistic"], plain["df_residual"] = ratio, left
        plain["p_value"] = fdtrc(m, left, ratio) if left > 0 else np.nan
        note = self._note(matrix)
        plain.attrs |= _added(plain.attrs, (note,) if note else ())
        return plain

    @property
    def attrs(self) -> dict[Hashable | None, object]:
        """What every table says of itself: that of the analysis, adjustment, clusters."""
        return self.pooled.attrs | {
            "inference": f"cluster-robust, {self.adjustment.label}",
            "cluster": self.cluster,
            "n_clusters": self.n_clusters,
        }

    def _df(self, rows: Floats) -> float:
        """Give the degrees of freedom of these combinations; NaN where they are too few."""
        if not self.adjustment.satterthwaite:
            return float(self.n_clusters - len(self.beta))
        if self.alone.behind(rows):
            return np.nan
        found = self.moments.df(rows)
        return found if found > _LEAST_DF else np.nan

    def _note(self, rows: Floats) -> str:
        satterthwaite = self.adjustment.satterthwaite
        found = self.alone.note(rows) if satterthwaite else self.alone.caution(rows)
        return found or ("" if self.cov.any() else _AGREED)

    def _interval(self, mean: pd.Series) -> str:
        if np.isfinite(mean["lower"]):
            return f"[{mean['lower']:.3f}, {mean['upper']:.3f}]"
        behind = self.alone.behind(self.design.full.mean(axis=0, keepdims=True))
        reason = f": rests on {behind[0]} alone" if len(behind) == 1 else ""
        return f"without interval{reason}"


def _added(
    attrs: dict[Hashable | None, object], notes: tuple[str, ...]
) -> dict[Hashable | None, object]:
    """Put notes beside those of the analysis."""
    known = attrs.get("notes", ())
    return {"notes": (*known, *notes)} if notes and isinstance(known, tuple) else {}
