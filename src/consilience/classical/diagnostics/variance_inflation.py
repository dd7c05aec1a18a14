"""How much the moderators' standing in for one another inflates their standard errors."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from consilience.classical.linear import Linear, Regression, linear_of
from consilience.classical.wls import Floats
from consilience.errors import ModelError


def variance_inflation(result: Regression, together: Sequence[str] = ()) -> pd.DataFrame:
    """Tabulate the variance inflation factors of the moderators.

    With the correlations R of the coefficients but the intercept, those of a set a and of the rest
    b: ``|R_a| |R_b| / |R|``. Of a single coefficient it is the factor by which its variance exceeds
    that beside moderators it is uncorrelated with; a factor of a moderator with several columns
    does not depend on its coding (Fox and Monette 1992).

    Parameters
    ----------
    result : Regression
        What `pool` or one of its kin answered, with moderators.
    together : sequence of str
        Names of coefficients to be looked at as one set, besides each by itself and the columns of
        each factor.

    Returns
    -------
    DataFrame
        Index ``coef``: each coefficient, then each factor with several columns by its name, then
        the set; columns ``columns`` (m), ``vif`` and ``sif``, the inflation of a standard error,
        ``vif^(1 / 2m)``.

    Raises
    ------
    ModelError
        Without moderators, for unknown names, and where standard errors are unknown.

    References
    ----------
    Fox J, Monette G (1992). Journal of the American Statistical Association 87:178–183.
    doi:10.1080/01621459.1992.10475190
    """
    linear = linear_of(result)
    skipped = int(result.design.intercept)
    names = linear.names[skipped:]
    correlations = _correlations(linear, skipped)
    sets = {name: [at] for at, name in enumerate(names)}
    for factor in result.design.factors:
        own = [at for at, name in enumerate(names) if name.startswith(f"{factor}[")
               and ":" not in name]  # fmt: skip
        sets |= {factor: own} if len(own) > 1 else {}
    if together:
        sets[" + ".join(together)] = _places(names, together)
    rows = {name: _inflation(correlations, at) for name, at in sets.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["columns", "vif", "sif"])
    table.index.name = "coef"
    table.attrs = dict(linear.attrs)
    return table.astype({"columns": int})


def _correlations(linear: Linear, skipped: int) -> Floats:
    """Give the correlations of the coefficients behind the skipped ones."""
    cov = linear.cov[skipped:, skipped:]
    if not len(cov):
        raise ModelError("Without moderators nothing is inflated; give moderators to the analysis.")
    if not np.isfinite(cov).all():
        raise ModelError(
            "The standard errors are unknown, for the estimates agree exactly with what was "
            'fitted. Use inference="z".'
        )
    se = np.sqrt(np.diag(cov))
    return np.asarray(cov / np.outer(se, se))


def _places(names: tuple[str, ...], wanted: Sequence[str]) -> list[int]:
    """Say where the coefficients stand that are taken together."""
    unknown = [name for name in wanted if name not in names]
    if unknown or isinstance(wanted, str):
        raise ModelError(
            f"together = {wanted!r} names no list of coefficients. Known: {', '.join(names)}."
        )
    return sorted({names.index(name) for name in wanted})


def _inflation(correlations: Floats, at: list[int]) -> tuple[int, float, float]:
    """Give df, |R₁₁||R₂₂|/|R| and its 2df-th root for the coefficients at these places."""
    rest = np.setdiff1d(np.arange(len(correlations)), at)
    logs = [float(np.linalg.slogdet(part)[1]) for part in (
        correlations[np.ix_(at, at)], correlations[np.ix_(rest, rest)], correlations
    )]  # fmt: skip
    vif = float(np.exp(logs[0] + logs[1] - logs[2]))
    return len(at), vif, vif ** (1 / (2 * len(at)))
