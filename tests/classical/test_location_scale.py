"""Location–scale models against the reference, dense algebra, identities and simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from tests.classical.references import near, read

import consilience as cs
from consilience.classical.hypotheses import hypothesis, wald_test
from consilience.classical.location_scale import (
    LocationScale,
    criteria,
    links,
    pool_location_scale,
    scale_ratio,
)
from consilience.effects import effect_sizes
from consilience.errors import ConvergenceError, ModelError, RefusalError

MODELS = read("models_locscale.json")["models"]


def columns(matrix, names, letter):
    matrix = np.array(matrix, dtype=float)
    first = int(names[0] == "intrcpt")
    found = {f"{letter}{j}": matrix[:, j] for j in range(first, matrix.shape[1])}
    return found, ("" if first else "0 + ") + (" + ".join(found) or "1")


def asked(name, **settings):
    m = MODELS[name]
    location, x = columns(m["X"], m["Xnames"], "x")
    scale, z = columns(m["Z"], m["scale"]["coefnames"], "z")
    table = pd.DataFrame({"yi": m["yi"], "vi": m["vi"], **location, **scale})
    table["study"] = [f"trial {i}" for i in range(len(table))]
    made = {"scale": z, "location": x, "link": m["scale"]["link"], "estimator": m["method"]}
    data = effect_sizes(table, "GEN")
    return pool_location_scale(data, LocationScale(**made | settings), inference=m["test"])


@pytest.mark.parametrize("name", MODELS)
def test_reference(name):
    """To 1e-5; under the identity link, where the reference has no derivatives, nearer the top."""
    theirs, pooled = MODELS[name], asked(name)
    fit = pooled.fit_statistics()
    gained = fit.loc[theirs["method"], "log_likelihood"] - theirs["fit"][theirs["method"]]["ll"]
    assert -1e-10 < gained < 1e-6
    tolerance = 3e-4 if "identity" in name else 1e-5
    near(pooled.beta, theirs["beta"], tolerance)
    near(pooled.summary()["se"], theirs["se"], tolerance)
    near(pooled.summary()["lower"], theirs["ci.lb"], tolerance)
    near(pooled.scale.summary()["estimate"], theirs["scale"]["alpha"], tolerance)
    near(wald_test(pooled)["statistic"], theirs["QM"], tolerance)
    near(wald_test(pooled)["p_value"], theirs["QMp"], 10 * tolerance)
    near(pooled.heterogeneity()["Q"], theirs["QE"], 1e-9)
    for row in ("ML", "REML"):
        ours = fit.loc[row, ["log_likelihood", "AIC", "BIC", "AICc"]]
        near(ours, [theirs["fit"][row][key] for key in ("ll", "AIC", "BIC", "AICc")], 1e-5)
    if "identity" not in name:
        near(pooled.tau2, theirs["tau2"], 1e-4)
        near(pooled.variances()["I2"], theirs["I2"], 1e-4)
        table = pooled.scale.summary()
        for column, key in (("se", "se"), ("p_value", "pval"), ("upper", "ci.ub")):
            near(table[column], theirs["scale"][key], 3e-4)
        near(wald_test(pooled.scale)["statistic"], theirs["scale"]["QS"], 1e-5)
        near(wald_test(pooled.scale)["p_value"], theirs["scale"]["QSp"], 1e-4)


def _dense(pooled, alpha, code):
    """The likelihood with whole matrices."""
    y, v, X = pooled.effects.y, pooled.effects.v, pooled.design.full
    eta = pooled.scale.design.full @ alpha
    tau2 = np.exp(eta) if pooled.model.link == "log" else eta
    if (tau2 < 0).any():
        return -np.inf
    W = np.diag(1 / (v + tau2))
    information = X.T @ W @ X
    projector = W - W @ X @ np.linalg.solve(information, X.T @ W)
    height = 0.5 * (np.linalg.slogdet(W)[1] - y @ projector @ y)
    return height - 0.5 * np.linalg.slogdet(information)[1] * (code == "REML")


@pytest.mark.parametrize("name", MODELS)
def test_standard_errors_and_top_by_dense_algebra(name):
    """Second derivatives of a dense likelihood, differenced; and lower on every side."""
    pooled, code = asked(name), MODELS[name]["method"]
    alpha = pooled.scale.linear.beta
    se = pooled.scale.summary()["se"].to_numpy()
    top, eye = _dense(pooled, alpha, code), np.diag(0.003 * se)
    bend = np.array([
        [
            sum(
                s * t * _dense(pooled, alpha + s * a + t * b, code)
                for s in (-1, 1) for t in (-1, 1)
            )
            for a in eye
        ]
        for b in eye
    ]) / (4 * np.outer(0.003 * se, 0.003 * se))  # fmt: skip
    np.testing.assert_allclose(np.sqrt(np.diag(np.linalg.inv(-bend))), se, rtol=1e-3)
    for step in np.vstack([eye, -eye]):
        assert _dense(pooled, alpha + 10 * step, code) < top


@pytest.mark.parametrize("code", ["ML", "REML"])
def test_an_intercept_alone_is_the_ordinary_analysis(code):
    scattered = asked("bangert_intonly_REML").effects
    plain = cs.pool(scattered, code)
    assert plain.tau2 > 0
    for link in links.REGISTRY:
        model = LocationScale(scale="1", link=link, estimator=code)
        pooled = pool_location_scale(scattered, model)
        np.testing.assert_allclose(pooled.tau2, plain.tau2, rtol=1e-7)
        pd.testing.assert_frame_equal(pooled.summary(), plain.summary(), rtol=1e-6)
        found = pooled.heterogeneity()
        assert found["I2"] == pytest.approx(plain.heterogeneity()["I2"], rel=1e-6)


def test_groups_with_scatter_and_mean_of_their_own_are_analyses_of_their_own():
    """By ML each group's tau² is then its own."""
    name = "mcdaniel_noint_ML"
    pooled = asked(name)
    groups = np.array(MODELS[name]["Z"], dtype=float)
    for place in range(3):
        inside = groups[:, place] == 1
        alone = cs.pool(pooled.effects.keep(inside), "ML")
        np.testing.assert_allclose(pooled.tau2[inside], alone.tau2, rtol=1e-6)


def test_both_links_say_the_same_of_groups():
    log, identity = (asked("mcdaniel_noint_ML", link=link) for link in ("log", "identity"))
    np.testing.assert_allclose(log.tau2, identity.tau2, rtol=1e-6)
    np.testing.assert_allclose(log.beta, identity.beta, rtol=1e-7)


@pytest.mark.parametrize("factor", [1e-4, 1e4])
@pytest.mark.parametrize("name", ["bangert_ni_REML", "bangert_ni_identity_ML"])
def test_scale_free(name, factor):
    pooled = asked(name)
    y, v = factor * pooled.effects.y, factor**2 * pooled.effects.v
    table = pooled.effects.table.assign(yi=y, vi=v)
    other = pool_location_scale(effect_sizes(table, "GEN"), pooled.model)
    np.testing.assert_allclose(other.beta, factor * pooled.beta, rtol=1e-9)
    np.testing.assert_allclose(other.tau2, factor**2 * pooled.tau2, rtol=1e-8)
    ours, theirs = other.scale.summary()["se"], pooled.scale.summary()["se"]
    by = factor**2 if "identity" in name else 1.0
    np.testing.assert_allclose(ours, by * theirs, rtol=1e-7)


def test_simulated_trials_give_the_truth_back(effects_of):
    """Of 60 reviews of 150 trials the intervals of alpha cover as often as they say."""
    rng = np.random.default_rng(2)
    inside, k = 0, 150
    for _ in range(60):
        x, v = rng.normal(size=k), rng.gamma(4, 0.02, k)
        tau2 = np.exp(-1.5 + 0.6 * x)
        y = 0.3 + 0.2 * x + rng.normal(0, np.sqrt(v + tau2))
        model = LocationScale(scale="x", location="x")
        row = pool_location_scale(effects_of(y, v, x=x), model).scale.summary().loc["x"]
        inside += row["lower"] < 0.6 < row["upper"]
    assert stats.binomtest(inside, 60, 0.95).pvalue > 0.001


def test_a_tau2_held_at_zero(effects_of):
    """Half the trials scatter less than chance: identity holds theirs at zero, log refuses."""
    rng = np.random.default_rng(3)
    group = np.repeat([0.0, 1.0], 15)
    v = np.full(30, 0.1)
    y = np.where(group == 1, rng.normal(0, 1, 30), np.tile([0.01, -0.01, 0.0], 10))
    data = effects_of(y, v, group=group)
    pooled = pool_location_scale(data, LocationScale(scale="group", link="identity"))
    np.testing.assert_allclose(pooled.tau2[group == 0], 0.0, atol=1e-9)
    assert len(pooled.touching) == 15
    assert pooled.scale.summary()["se"].isna().all()

    def minus(p):
        return -_dense(pooled, np.array([0.0, p]), "REML")

    best = optimize.minimize_scalar(
        minus, bounds=(0.1, 5), method="bounded", options={"xatol": 1e-10}
    )
    assert pooled.scale.linear.beta[1] == pytest.approx(best.x, rel=1e-6)
    for moved in (1e-4, 1e-3):
        assert -minus(best.x) > _dense(pooled, np.array([moved, best.x - moved]), "REML")
    with pytest.raises(ModelError, match=r"runs to zero at trial 0.*identity"):
        pool_location_scale(data, LocationScale(scale="group"))


def test_likelihood_ratio_of_the_scale():
    full, reduced = asked("bangert_ni_ML"), asked("bangert_ni_ML", scale="1")
    found = scale_ratio(full, reduced)
    heights = [each.fit_statistics().loc["ML", "log_likelihood"] for each in (full, reduced)]
    assert found["statistic"] == pytest.approx(2 * (heights[0] - heights[1]))
    assert found["df"] == 1
    assert found["p_value"] == pytest.approx(stats.chi2.sf(found["statistic"], 1))
    restricted = asked("bangert_ni_REML")
    for wrong in ((reduced, full), (full, restricted), (restricted, asked("bangert_intonly_REML"))):
        with pytest.raises(ModelError, match="not nested"):
            scale_ratio(*wrong)


def test_hypotheses_and_means_of_the_scale(scattered):
    model = LocationScale(scale="year", location="kind", link="log")
    pooled = pool_location_scale(scattered, model)
    found = hypothesis(pooled.scale, {"year": 2.0})
    assert found["estimate"].iloc[0] == pytest.approx(2 * pooled.scale.linear.beta[1])
    assert list(cs.marginal_means(pooled, "kind").summary().index) == list("abcd")
    ahead = pooled.prediction_interval()
    spread = pooled.heterogeneity()["tau2"] + pooled.average()["se"] ** 2
    half = stats.norm.ppf(0.975) * np.sqrt(spread)
    assert ahead["upper"] - ahead["estimate"] == pytest.approx(half)
    assert "tau²" in repr(pooled)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"scale": "nothing"}, "nothing"),
        ({"scale": "kind * year", "location": "kind"}, "cannot tell"),
        ({"scale": "year", "link": "logit"}, "Known: identity, log"),
        ({"scale": "year", "estimator": "DL"}, "Known: ML, REML"),
        ({"scale": 3}, "formulas"),
    ],
)
def test_refusals(scattered, settings, match):
    with pytest.raises(ModelError, match=match):
        pool_location_scale(scattered, LocationScale(**settings))


def test_registries_build_what_they_name():
    for folder in (links, criteria):
        for code in folder.REGISTRY:
            assert folder.get(code).code == code
    assert issubclass(RefusalError, ModelError)
    assert not issubclass(ConvergenceError, ModelError)
