"""Free of scale: every outcome times c changes every classical answer by exactly that.

Selection models are held to the same in test_small_study_selection.py. Not free of scale by nature:
`Truncated(at)`, whose point is on the scale of the estimates, and gamma1 of `copas_sensitivity`.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.across import across
from tests.classical.references import FITS

from consilience.classical import REGISTRY, intervals, prediction
from consilience.classical import diagnostics as dx
from consilience.classical import small_study as ss
from consilience.classical.inference import REGISTRY as INFERENCES
from consilience.classical.pool import pool
from consilience.effects import effect_sizes

# The power of c by which each column or row changes; 0 for what has no unit.
POWERS = {
    "estimate": 1, "se": 1, "lower": 1, "upper": 1, "tau": 1, "tau2": 2, "tau2_se": 2,
    "tau2_lower": 2, "tau2_upper": 2, "fitted": 1, "residual": 1, "residual_se": 1,
    "tau2_without": 2, "target": 1, "gamma1": 1, "beta": 1,
}  # fmt: skip
SHIFTED = {"log_likelihood", "deviance", "AIC", "BIC", "AICc", "parameters"}


@cache
def scaled(trials, c):
    """The same trials at any scale."""
    kept = FITS[trials]
    y, v = np.array(kept["yi"]), np.array(kept["vi"])
    table = {
        "study": [f"trial {i}" for i in range(len(y))], "yi": c * y, "vi": c**2 * v,
        "order": np.arange(len(y))[::-1], "n": 10 + np.round(1000 * v.min() / v),
    }  # fmt: skip
    return effect_sizes(pd.DataFrame(table), "GEN")


@cache
def pooled(trials, c, code="REML", inference="z"):
    """Each analysis is made once, whatever is asked of it."""
    return pool(scaled(trials, c), code, inference=inference)


@cache
def diagnosed(trials, c, code, name):
    return DIAGNOSTICS[name](pooled(trials, c, code))


@cache
def small_study(trials, c, name):
    return METHODS[name](scaled(trials, c))


every = across("trials", ["bcg RR", "hackshaw1998 GEN", "rubin1981_eightschools GEN"])
both = across("c", [1e-4, 1e4])


def same(one, other, c):
    """Columns (or entries) change by their powers of c, to 1e-9."""
    one, other = (pd.DataFrame(each).T if isinstance(each, pd.Series) else each
                  for each in (one, other))  # fmt: skip
    assert list(one.columns) == list(other.columns)
    for column in set(one.columns) - SHIFTED - {"level", "interval"}:
        a, b = (np.asarray(each[column], dtype=float) for each in (one, other))
        wanted = a * c ** POWERS.get(str(column), 0)
        size = np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)
        np.testing.assert_allclose(b, wanted, rtol=1e-9, atol=1e-10 * size, err_msg=str(column))


@every
@both
@across("code", REGISTRY)
def test_estimators_and_inference(trials, code, c):
    for inference in INFERENCES:
        one, other = (pooled(trials, x, code, inference) for x in (1.0, c))
        same(one.summary(), other.summary(), c)
        same(one.heterogeneity(), other.heterogeneity(), c)


@every
@both
@across("code", intervals.REGISTRY)
def test_intervals(trials, code, c):
    one, other = (pooled(trials, x).confint(code) for x in (1.0, c))
    for row, unit in (("tau2", c**2), ("tau", c), ("I2", 1), ("H2", 1)):
        ends = ["estimate", "lower", "upper"]
        wanted = (one.loc[row, ends] * unit).tolist()
        assert other.loc[row, ends].tolist() == pytest.approx(wanted, rel=1e-9, abs=1e-12 * unit)


@every
@both
@across("code", prediction.REGISTRY)
def test_prediction_intervals(trials, code, c):
    """Nagashima's is simulated from the same seed, so it scales as exactly as the others."""
    convention = prediction.get(code, **({"draws": 500} if code == "nagashima" else {}))
    one, other = (pooled(trials, x, "DL").prediction_interval(convention) for x in (1.0, c))
    same(one, other, c)


DIAGNOSTICS = {
    "leave_one_out": dx.leave_one_out, "cumulative": lambda fit: dx.cumulative(fit, "order"),
    "influence": dx.influence, "baujat": dx.baujat, "residuals": dx.residuals,
    "shrunken": dx.shrunken, "hat_values": lambda fit: pd.Series(dx.hat_values(fit)),
    "gosh": lambda fit: dx.gosh(fit, most=300, seed=2),
}  # fmt: skip


@every
@both
@across("name", DIAGNOSTICS)
@across("code", ["CE", "DL", "REML", "PM"])
def test_diagnostics(trials, name, code, c):
    one, other = (diagnosed(trials, x, code, name) for x in (1.0, c))
    columns = [column for column in pd.DataFrame(one).columns if "dfbetas" not in str(column)]
    assert columns
    same(one, other, c)


@every
@both
def test_log_likelihoods_shift_by_a_constant(trials, c):
    one, other = (dx.fit_statistics(pooled(trials, x)) for x in (1.0, c))
    k = scaled(trials, 1.0).k
    shift = (other - one)["log_likelihood"]
    assert shift.tolist() == pytest.approx([-k * np.log(c), -(k - 1) * np.log(c)], rel=1e-9)


METHODS = {
    **{f"regression_test {by}": lambda e, by=by: ss.regression_test(e, by, estimator="REML")
       for by in ("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv")},
    "pet_peese": ss.pet_peese, "rank_test": ss.rank_test, "fail_safe_n": ss.fail_safe_n,
    "henmi_copas": ss.henmi_copas,
    "limit_meta_analysis": lambda e: ss.limit_meta_analysis(pool(e, "DL")),
    "excess_significance": lambda e: ss.excess_significance(pool(e, "DL")),
    **{f"trim_fill {rule}": lambda e, rule=rule: ss.trim_fill(pool(e), rule).pooled.summary()
       for rule in ("L0", "R0", "Q0")},
    "copas_model": lambda e: ss.copas_model(pool(e), publish=(1, 0.8, 0.5)).profile,
}  # fmt: skip


@every
@both
@across("name", METHODS)
def test_small_study_methods(trials, name, c):
    one, other = (small_study(trials, x, name) for x in (1.0, c))
    if name.startswith("regression_test"):
        # A slope is in units of y over units of the predictor; the limit in units of y.
        power = {"sei": 0, "vi": -1}.get(name.split()[1], 1)
        for column in ("estimate", "se", "lower", "upper"):
            wanted = [one.loc["slope", column] * c**power, one.loc["limit", column] * c]
            assert other[column].tolist() == pytest.approx(wanted, rel=1e-9)
        one, other = (each[["statistic", "p_value"]] for each in (one, other))
    # Kendall's tau has no unit, whatever its name.
    same(one, other, 1.0 if name == "rank_test" else c)
