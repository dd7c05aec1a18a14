"""Effects by subgroup, and whether the subgroups differ."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from consilience.classical.independent import refuse_shared
from consilience.classical.inference.z import Normal
from consilience.classical.pool import pool
from consilience.classical.pooled import Pooled
from consilience.design import Factor, factor
from consilience.effects import Effects
from consilience.errors import ModelError

_COLUMNS = ["estimate", "se", "lower", "upper", "level", "interval", "k", "tau2"]


def subgroups(pooled: Pooled, by: str, *, common_tau2: bool = False) -> pd.DataFrame:
    """Pool each level of a column as the whole was pooled, and test their differences.

    With separate tau², ``Q_between = Σ (m_j - m̄)² / se_j²`` over the levels, chi-square with their
    number less one. With a common tau², the Wald test of the regression on the column:
    chi-square, or F with k - p where the inference is by t.

    Parameters
    ----------
    pooled : Pooled
        Without moderators; its estimator, inference and level are used.
    by : str
        A column of the trial table.
    common_tau2 : bool
        One tau² for all levels, which steadies it where levels hold few trials.

    Returns
    -------
    DataFrame
        A row per level: ``estimate, se, lower, upper, level, interval, k, tau2``. In ``attrs``:
        ``Q_between, Q_df, Q_p``, ``test`` (which), ``words`` (the answer in a sentence) and
        ``notes`` (levels of one trial: there tau² is unknown, nan, and the interval shows
        sampling error only).

    Raises
    ------
    ModelError
        For an unknown column, a single level, a pooled result with moderators.
    DataError
        For rows without a label, by name.

    References
    ----------
    Borenstein M, Hedges LV, Higgins JPT, Rothstein HR (2009). Introduction to Meta-Analysis,
    chapter 19.
    """
    if pooled.design.names:
        message = (
            f"Subgroups of a regression on {pooled.design.formula!r} would ignore its moderators. "
            f"Pool without moderators first, or pool(effects, moderators={by!r})."
        )
        raise ModelError(message)
    groups = factor(pooled.effects.frame, by)
    split = _common if common_tau2 else _separate
    table, test = split(pooled, groups)
    table.index = pd.Index(groups.levels, name=by)
    notes = _notes(table)
    words = " ".join((test.words(by, level=pooled.level), *notes))
    figures = {"Q_between": test.Q, "Q_df": test.df, "Q_p": test.p, "test": test.kind}
    table.attrs = pooled.attrs | figures | {"words": words, "notes": notes}
    return table


@dataclass(frozen=True, slots=True)
class _Test:
    """The test of the differences between the levels."""

    Q: float
    df: int
    p: float
    kind: str

    def words(self, by: str, *, level: float) -> str:
        """Say whether the levels differ, and by which figures."""
        figures = f"Q_between = {self.Q:.2f}, df = {self.df}, p = {self.p:.3g}"
        if np.isnan(self.p):
            return f"Whether the levels of {by!r} differ cannot be told: one has no standard error."
        if self.p < 1 - level:
            return f"The levels of {by!r} differ by more than chance explains ({figures})."
        return (
            f"The differences between the levels of {by!r} are within what chance explains "
            f"({figures}), which does not show that they are alike."
        )


def _separate(pooled: Pooled, groups: Factor) -> tuple[pd.DataFrame, _Test]:
    """Pool each level with a tau² of its own, and test with Q between them."""
    codes = groups.read(pooled.effects.frame).codes
    if any(len(set(codes[at])) > 1 for at in pooled.effects.shared.members):
        refuse_shared(pooled.effects, "A comparison of levels with a tau² of their own")
    parts = [
        _pool_like(pooled, pooled.effects.keep(codes == place))
        for place in range(len(groups.levels))
    ]
    table = pd.DataFrame([_row(part) for part in parts])[_COLUMNS]
    estimate, weight = table["estimate"].to_numpy(), table["se"].to_numpy() ** -2.0
    mean = np.average(estimate, weights=weight)
    Q, df = float(weight @ (estimate - mean) ** 2), len(parts) - 1
    return table, _Test(Q, df, float(chdtrc(df, Q)), "chi-square, tau² separate in each level")


def _pool_like(pooled: Pooled, effects: Effects) -> Pooled:
    # One estimate leaves no degrees of freedom for t.
    inference = pooled.inference if effects.k > 1 else Normal()
    return pool(effects, pooled.estimator, inference=inference, level=pooled.level)


def _row(part: Pooled) -> dict[Hashable, object]:
    known = part.effects.k > 1 or not part.estimator.scatters
    return part.average().to_dict() | {
        "k": part.effects.k,
        "tau2": part.tau2 if known else np.nan,
    }


def _common(pooled: Pooled, groups: Factor) -> tuple[pd.DataFrame, _Test]:
    """Pool all levels with one tau² as a regression, and test their differences by Wald."""
    regression = pool(
        pooled.effects,
        pooled.estimator,
        moderators=f"C(`{groups.name}`)",
        inference=pooled.inference,
        level=pooled.level,
    )
    rows = np.eye(len(groups.levels))
    rows[:, 0] = 1.0
    table = regression.contrast(rows, labels=groups.levels)
    codes = groups.read(pooled.effects.frame).codes
    counts = np.bincount(codes, minlength=len(groups.levels))
    table = table.assign(k=counts, tau2=regression.tau2)[_COLUMNS]
    return table, _wald(regression)


def _wald(regression: Pooled) -> _Test:
    """Test all coefficients but the intercept."""
    beta, cov = regression.beta[1:], regression.cov[1:, 1:]
    Q, df = float(beta @ np.linalg.solve(cov, beta)), len(beta)
    residual = regression.inference.df(regression.effects.k - df - 1)
    normal = np.isinf(residual)
    p = chdtrc(df, Q) if normal else fdtrc(df, residual, Q / df)
    kind = "chi-square" if normal else f"F({df}, {residual:.0f}) of Q_between / {df}"
    return _Test(Q, df, float(p), f"{kind}, one tau² for all levels")


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    """Say what a level with a single estimate can and cannot show."""
    alone = table.index[table["k"] == 1]
    if alone.empty:
        return ()
    reason = (
        "tau² is unknown there and the interval shows sampling error only"
        if table["tau2"].isna().any()
        else "the interval rests on the tau² assumed for all levels"
    )
    return (f"One estimate only: {', '.join(map(str, alone))}; {reason}.",)
