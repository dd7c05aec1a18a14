"""Small-study effects against metafor, simulation and definitions."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from tests.classical.references import EXTRAS, near

from consilience.classical.pool import pool
from consilience.classical.small_study import (
    Beta,
    Steps,
    excess_significance,
    fail_safe_n,
    harbord_test,
    limit_meta_analysis,
    pet_peese,
    peters_test,
    rank_test,
    regression_test,
    selection_model,
    trim_fill,
)
from consilience.errors import ModelError

# The reference's REML stopped at an absolute 1e-5 of tau².
LOOSE = 5e-3
REGRESSIONS = {
    "rma_sei": ("sei", "REML", "z"), "rma_vi": ("vi", "REML", "z"),
    "rma_sei_knha": ("sei", "REML", "knha"), "lm_sei": ("sei", "CE", "knha"),
    "lm_vi": ("vi", "CE", "knha"), "fe_sei": ("sei", "CE", "z"), "dl_sei": ("sei", "DL", "z"),
}  # fmt: skip
SELECTION = {
    "step3PSM_025": (Steps((0.025,)), False), "step_025_5": (Steps((0.025, 0.5)), False),
    "step_025_EE": (Steps((0.025,)), True), "beta": (Beta(), False),
}  # fmt: skip


@pytest.fixture(params=EXTRAS)
def case(request, effects_of):
    kept = EXTRAS[request.param]
    return effects_of(kept["yi"], kept["vi"]), kept["extras"]


@pytest.mark.parametrize("name", REGRESSIONS)
def test_egger_and_its_variants(case, name):
    effects, extras = case
    by, estimator, inference = REGRESSIONS[name]
    table = regression_test(effects, by, estimator=estimator, inference=inference)
    theirs, tolerance = extras["regtest"][name], LOOSE if estimator == "REML" else 1e-6
    near(table.loc["slope", ["statistic", "p_value"]], [theirs["stat"], theirs["pval"]], tolerance)
    limit = [theirs[key] for key in ("est", "ci.lb", "ci.ub")]
    near(table.loc["limit", ["estimate", "lower", "upper"]], limit, tolerance)


def test_begg(case):
    effects, extras = case
    found = rank_test(effects)
    theirs = extras["ranktest" if found.attrs["exact"] else "ranktest_exactF"]
    near([found["tau"], found["p_value"]], [theirs["tau"], theirs["pval"]], 1e-6)


@pytest.mark.parametrize("code", ["REML", "EE", "DL"])
@pytest.mark.parametrize("rule", ["L0", "R0", "Q0"])
def test_trim_and_fill(case, rule, code):
    effects, extras = case
    theirs = extras[f"trimfill_{rule}_{code}"]
    if "error" in theirs:
        pytest.skip("the reference crashed here")
    found = trim_fill(pool(effects, {"EE": "CE"}.get(code, code)), rule)
    assert found.missing == theirs["k0"]
    assert found.side == theirs["side"]
    tolerance = LOOSE if code == "REML" else 1e-6
    near(found.missing_se, theirs["se.k0"], tolerance)
    near(found.missing_p, theirs["p.k0"], 1e-6)
    row = found.pooled.summary().loc["mu"]
    near([row["estimate"], row["se"]], [theirs["beta"], theirs["se"]], tolerance)


def test_fail_safe_numbers(case):
    effects, extras = case
    table = fail_safe_n(effects)
    for name in ("Rosenthal", "Orwin", "Rosenberg"):
        theirs = extras[f"fsn_{name}"]
        assert table.loc[name, "n"] == theirs["fsnum"]
        if theirs["pval"] is not None and name != "Orwin":
            near(table.loc[name, "p_value"], theirs["pval"], 1e-6)


@pytest.mark.parametrize("name", SELECTION)
def test_selection_models(case, name):
    """Our likelihood is at least as high; where it is the same, so are the estimates."""
    effects, extras = case
    weights, common = SELECTION[name]
    theirs = extras["selmodel"].get(name, {"error": ""})
    if "error" in theirs or theirs.get("alternative") not in {"greater", "less"}:
        pytest.skip("the reference has no answer here")
    greater = theirs["alternative"] == "greater"
    try:
        table = selection_model(effects, weights, greater=greater, common=common)
    except ModelError:
        pytest.skip("an interval of p holds no estimate")
    height = table.attrs["log_likelihood"]
    truth = by_quadrature(effects, theirs) if name == "beta" else theirs["ll"]
    assert height >= truth - 1e-6
    if height < truth + 1e-4 and np.max(theirs["delta"]) < 1e3:
        free = theirs["delta"][1:] if name != "beta" else theirs["delta"]
        se = theirs["se"][0] or 1.0
        assert table.loc["mu", "estimate"] == pytest.approx(theirs["beta"][0], abs=0.02 * se)
        assert table["estimate"].iloc[-len(free) :].tolist() == pytest.approx(free, rel=0.05)


def by_quadrature(effects, theirs):
    """Height of the beta model's likelihood at the reference's answer, whose own is rough."""
    greater = 1.0 if theirs["alternative"] == "greater" else -1.0
    mean, tau2, (a, b) = greater * theirs["beta"][0], theirs["tau2"], theirs["delta"]

    def one(y, v):
        sd = np.sqrt(v + tau2)

        def weight(x):
            log_p, log_q = stats.norm.logsf(x / np.sqrt(v)), stats.norm.logcdf(x / np.sqrt(v))
            return np.exp((a - 1) * log_p + (b - 1) * log_q)

        def seen(x):
            return weight(x) * stats.norm.pdf(x, mean, sd)

        ends = mean - 9 * sd, mean + 9 * sd
        total = integrate.quad(seen, *ends, limit=500, epsabs=1e-12)[0]
        return np.log(weight(y)) + stats.norm.logpdf(y, mean, sd) - np.log(total)

    return sum(one(greater * y, v) for y, v in zip(effects.y, effects.v, strict=True))


def test_selection_is_undone():
    """Of 4,000 trials the insignificant were published three times in ten: the model finds it."""
    rng = np.random.default_rng(4)
    v = rng.uniform(0.01, 0.2, 4000)
    y = rng.normal(0.2, np.sqrt(v + 0.04))
    kept = (stats.norm.sf(y / np.sqrt(v)) < 0.025) | (rng.random(4000) < 0.3)
    table = pd.DataFrame({"study": [f"t{i}" for i in range(kept.sum())]})
    from consilience.effects import effect_sizes

    effects = effect_sizes(table.assign(yi=y[kept], vi=v[kept]), "GEN")
    found = selection_model(effects)
    assert pool(effects).beta[0] > 0.28
    for name, truth in (("mu", 0.2), ("tau2", 0.04), ("delta[0.025–1]", 0.3)):
        row = found.loc[name]
        assert abs(row["estimate"] - truth) < 4 * row["se"]
    assert found.attrs["LRT_p"] < 1e-6


@pytest.mark.parametrize("c", [1e-4, 1e4])
def test_everything_is_free_of_scale(scattered, effects_of, c):
    scaled = effects_of(c * scattered.y, c**2 * scattered.v)
    assert rank_test(scaled)["tau"] == pytest.approx(rank_test(scattered)["tau"])
    one, other = (selection_model(each, Steps((0.3,))) for each in (scattered, scaled))
    assert other.loc["mu", "estimate"] == pytest.approx(c * one.loc["mu", "estimate"], rel=1e-4)
    one, other = (regression_test(each, estimator="REML") for each in (scattered, scaled))
    assert other.loc["slope", "p_value"] == pytest.approx(one.loc["slope", "p_value"], rel=1e-8)
    one, other = (trim_fill(pool(each)) for each in (scattered, scaled))
    assert other.missing == one.missing


def test_limit_meta_analysis_without_small_study_effects():
    """Estimates on a line in √(v + tau²) are answered by the line."""
    from consilience.effects import effect_sizes

    v = np.array([0.01, 0.04, 0.09, 0.16, 0.25])
    table = pd.DataFrame({"study": list("abcde"), "yi": 0.3 + 0.5 * np.sqrt(v), "vi": v})
    found = limit_meta_analysis(pool(effect_sizes(table, "GEN"), "CE"))
    assert found["estimate"] == pytest.approx(0.3)
    assert found["alpha"] == pytest.approx(0.5)


def test_pet_peese_chooses_by_pet(scattered):
    table = pet_peese(scattered, alpha=1.0)
    assert table.loc["PET-PEESE", "estimate"] == table.loc["PEESE", "estimate"]
    table = pet_peese(scattered, alpha=0.0)
    assert table.loc["PET-PEESE", "estimate"] == table.loc["PET", "estimate"]


def test_excess_significance_by_brute_force(scattered):
    pooled = pool(scattered, "CE")
    found = excess_significance(pooled)
    rng = np.random.default_rng(2)
    drawn = rng.normal(pooled.beta[0], np.sqrt(scattered.v), (40_000, 12))
    counts = (np.abs(drawn / np.sqrt(scattered.v)) >= stats.norm.ppf(0.975)).sum(axis=1)
    assert found["expected"] == pytest.approx(counts.mean(), abs=0.03)
    assert found["p_exact"] == pytest.approx(np.mean(counts >= found["observed"]), abs=0.01)


def tables(seed):
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(30, 300, (2, 40))
    a, c = rng.binomial(n1, 0.3), rng.binomial(n2, 0.3)
    names = [f"t{i}" for i in range(40)]
    frame = pd.DataFrame({"study": names, "events1": a, "n1": n1, "events2": c, "n2": n2})
    b, d = n1 - a, n2 - c
    return frame.assign(yi=np.log(a * d / (b * c)), vi=1 / a + 1 / b + 1 / c + 1 / d)


@pytest.mark.parametrize("test", [peters_test, harbord_test])
def test_two_by_two_tests_keep_their_size(test):
    from consilience.effects import effect_sizes

    p = [test(effect_sizes(tables(s), "GEN")).loc["slope", "p_value"] for s in range(200)]
    assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_peters_is_weighted_least_squares():
    from consilience.effects import effect_sizes

    frame = tables(1)
    row = peters_test(effect_sizes(frame, "GEN")).loc["slope"]
    total = frame["n1"] + frame["n2"]
    events = frame["events1"] + frame["events2"]
    w = np.sqrt(1 / (1 / events + 1 / (total - events)))
    X = np.column_stack([np.ones(40), 1 / total]) * w.to_numpy()[:, None]
    beta, rss, *_ = np.linalg.lstsq(X, frame["yi"] * w, rcond=None)
    se = np.sqrt(rss[0] / 38 * np.linalg.inv(X.T @ X)[1, 1])
    assert [row["estimate"], row["se"]] == pytest.approx([beta[1], se], rel=1e-8)


def test_refusals(scattered, effects_of):
    two = effects_of([0.1, 0.2], [0.1, 0.2])
    same = effects_of([0.1, 0.2, 0.3], [0.1] * 3)
    for verb in (regression_test, rank_test, limit):
        with pytest.raises(ModelError, match="three"):
            verb(two)
    with pytest.raises(ModelError, match="the same for all"):
        regression_test(same)
    with pytest.raises(ModelError, match="Known: ni"):
        regression_test(scattered, "size")
    with pytest.raises(ModelError, match='"n1" and "n2"'):
        regression_test(scattered, "ni")
    with pytest.raises(ModelError, match="without moderators"):
        trim_fill(pool(scattered, moderators="year"))
    with pytest.raises(ModelError, match="no column"):
        peters_test(scattered)
    with pytest.raises(ModelError, match="one-sided p value between"):
        selection_model(scattered, Steps((1e-12, 0.5)))
    with pytest.raises(ModelError, match="ascend"):
        Steps((0.5, 0.025))


def limit(effects):
    return limit_meta_analysis(pool(effects))
