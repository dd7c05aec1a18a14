"""Egger's regression test and its variants."""

import numpy as np
import pandas as pd

from consilience.classical.base import Estimator
from consilience.classical.given import estimator_of, inference_of, refuse_alpha, refuse_level
from consilience.classical.inference import Inference
from consilience.classical.linear import exact_agreement
from consilience.classical.small_study.predictors import predictor
from consilience.classical.solution import solve
from consilience.effects import Effects


def regression_test(
    effects: Effects,
    by: str = "sei",
    *,
    estimator: str | Estimator = "CE",
    inference: str | Inference = "knha",
    level: float = 0.95,
) -> pd.DataFrame:
    """Test for small-study effects: whether the effect depends on the study's precision.

    ``y = b0 + b1 x + error``. As called without settings this is Egger's test: x the standard
    error, weights ``1 / v``, dispersion estimated. ``estimator="REML", inference="z"`` adds
    between-trial variance instead (Thompson and Sharp); ``by="ni"`` is Macaskill's predictor.

    Parameters
    ----------
    effects : Effects
        Three or more.
    by : str
        ``"sei"``, ``"vi"``, ``"ni"``, ``"ninv"``, ``"sqrtni"`` or ``"sqrtninv"``.
    estimator : str or Estimator
        Of tau².
    inference : str or Inference
    level : float

    Returns
    -------
    DataFrame
        Row ``slope`` (the test) and row ``limit`` (the intercept: for ``"sei"``, ``"vi"`` and the
        inverse sizes the effect of an infinitely large study); columns as of ``Pooled.summary``.

    Raises
    ------
    ModelError
        For fewer than three estimates, unknown names, sizes that are missing or all the same.
    RefusalError
        If estimates share participants.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Egger M, Davey Smith G, Schneider M, Minder C (1997). BMJ 315:629–634.
    doi:10.1136/bmj.315.7109.629
    Sterne JAC, Egger M (2005), in Publication Bias in Meta-Analysis (Rothstein et al., eds).
    """
    refuse_level(level)
    chosen = estimator_of(estimator)
    method = inference_of(inference)
    x = predictor(effects, by)
    X = np.column_stack([x, np.ones_like(x)])
    found = solve((effects.y, effects.v, X), estimator=chosen, inference=method)
    se, residual = np.sqrt(np.diag(found.cov)), effects.k - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = found.beta / se
    half = method.critical(level, residual) * se
    columns = {
        "estimate": found.beta, "se": se, "statistic": statistic, "df": method.df(residual),
        "p_value": method.p_value(statistic, residual), "lower": found.beta - half,
        "upper": found.beta + half, "level": level, "interval": "confidence",
    }  # fmt: skip
    table = pd.DataFrame(columns, index=pd.Index(["slope", "limit"], name="coef"))
    table.attrs = {
        "direction": effects.direction, "predictor": by, "estimator": chosen.label,
        "inference": method.label, "k": effects.k, "tau2": found.tau2,
        "measure": effects.measure.code, **exact_agreement(found.cov),
    }  # fmt: skip
    return table


def pet_peese(effects: Effects, *, level: float = 0.95, alpha: float = 0.10) -> pd.DataFrame:
    """Correct for small-study effects by the precision-effect test and estimate.

    PET is the intercept of Egger's regression on the standard error; PEESE that of the regression
    on the variance, which is read where PET finds an effect at all (two-sided p below ``alpha``).

    Parameters
    ----------
    effects : Effects
        Independent estimates, three at least.
    level : float
        Of the intervals.
    alpha : float
        The two-sided p of PET below which PEESE is read.

    Returns
    -------
    DataFrame
        Rows ``PET``, ``PEESE`` and ``PET-PEESE`` (the one that the rule chooses); columns as of
        ``Pooled.summary``.

    Raises
    ------
    ModelError
        As of `regression_test`, and for an alpha outside (0, 1).
    RefusalError
        If estimates share participants.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Stanley TD, Doucouliagos H (2014). Research Synthesis Methods 5:60–78. doi:10.1002/jrsm.1095
    """
    refuse_alpha(alpha, usual=0.1)
    pet = regression_test(effects, "sei", level=level)
    peese = regression_test(effects, "vi", level=level)
    rows = [pet.loc["limit"], peese.loc["limit"]]
    found = pet["p_value"].to_numpy()[1] < alpha
    rows.append(rows[int(found)])
    table = pd.DataFrame(rows, index=pd.Index(["PET", "PEESE", "PET-PEESE"], name="method"))
    table.attrs = dict(pet.attrs)
    return table
