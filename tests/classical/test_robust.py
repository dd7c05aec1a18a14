"""Cluster-robust inference against clubSandwich and metafor, and against its definition."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.optimize import brentq
from tests.classical.multilevel_cases import MODELS, case, effects_from, whole
from tests.classical.references import read
from tests.classical.test_multilevel_algebra import random_effects_data, some_blocks

import consilience as cs
from consilience.classical.multilevel import pool_multilevel
from consilience.classical.pool import pool
from consilience.classical.robust import adjustments, robust
from consilience.classical.robust.working import working
from consilience.errors import DataError, ModelError

UNIVARIATE = read("models_robust_uni.json")["models"]
WITH_LEVELS = [name for name, model in MODELS.items() if isinstance(model.get("cs_vcov"), dict)]
TESTS = {"CR1p": "robust_CR1", "CR0": "robust_CR0_z", "CR2": "robust_CR2"}


def clustered(effects, labels):
    return replace(effects, table=effects.table.assign(cluster=[f"c{x}" for x in labels]))


@pytest.fixture(scope="module", params=WITH_LEVELS)
def model(request):
    effects, random, settings = case(request.param)
    known = MODELS[request.param]
    effects = clustered(effects, known["cluster"])
    return pool_multilevel(effects, random, **settings), known


@pytest.mark.parametrize("code", sorted(adjustments.REGISTRY))
def test_covariances_equal_those_of_clubsandwich(model, code):
    pooled, known = model
    theirs = known["cs_vcov"][code]
    if isinstance(theirs, dict):
        with pytest.raises(ModelError, match=r"rests on one cluster alone"):
            robust(pooled, "cluster", adjustment=code)
        return
    ours = robust(pooled, "cluster", adjustment=code).cov
    # As near as the variance components of the reference, which stopped early.
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6 * np.abs(theirs).max())


@pytest.mark.parametrize("code", sorted(TESTS))
def test_tables_equal_those_of_metafor(model, code):
    pooled, known = model
    if TESTS[code] not in known:
        pytest.skip("the reference has no such analysis")
    compare(robust(pooled, "cluster", adjustment=code), known[TESTS[code]], 5e-6)


@pytest.mark.parametrize("code", ["CR1p", "CR2"])
def test_pooled_estimates_in_clusters_equal_metafor(code):
    known = UNIVARIATE["tannersmith_uni"]
    data = {"study": known["cluster"], "yi": known["yi"], "vi": known["vi"]}
    pooled = pool(effects_from(data), "REML")
    found = robust(pooled, "study", adjustment=code)
    compare(found, known["CR1" if code == "CR1p" else code], 1e-6)
    assert found.n_clusters == known[code[:3]]["n.clusters"]


@pytest.mark.parametrize("code", ["CR0", "CR1p", "CR2"])
def test_heteroscedasticity_alone_equals_metafor(code):
    known = UNIVARIATE["bcg_ablat_HC"]
    data = {"study": range(13), "yi": known["yi"], "vi": known["vi"], "ablat": known["ablat"]}
    effects = effects_from(data)
    effects = replace(effects, table=effects.table.assign(ablat=known["ablat"]))
    theirs = known[code[:3]]
    pooled = at_their_tau2(pool(effects, "REML", moderators="ablat"), theirs["beta"])
    compare(robust(pooled, "estimate", adjustment=code), theirs, 1e-7)


def at_their_tau2(pooled, beta):
    """Move tau² by the little by which the reference stopped early, known by its coefficients."""
    X, effects = pooled.design.full, pooled.effects

    def at(tau2):
        W = np.diag(1 / (effects.v + tau2))
        return np.linalg.solve(X.T @ W @ X, X.T @ W @ effects.y)

    tau2 = brentq(lambda t: at(t)[1] - beta[1], 0.9 * pooled.tau2, 1.1 * pooled.tau2, xtol=1e-15)
    assert tau2 == pytest.approx(pooled.tau2, rel=2e-3)
    return replace(pooled, tau2=tau2, beta=at(tau2))


SPECS = {"nested": "study/estimate", "UN": "UN(outcome | study)", "sharing": "study/estimate"}


def analysed(name):
    effects = random_effects_data(seed=1)
    if name == "sharing":
        effects = replace(effects, shared=some_blocks(effects))
    return pool_multilevel(effects, SPECS[name], moderators="x + drug")


@pytest.mark.parametrize("name", SPECS)
def test_cr2_equals_its_definition_with_whole_matrices(name):
    pooled = analysed(name)
    found = robust(pooled, "study", adjustment="CR2")
    base, effects = working(pooled), pooled.effects
    V = effects.shared.dense(effects.v)
    omega, X = whole(base.terms, base.matrices, V), pooled.design.full
    W = np.linalg.inv(omega)
    bread = np.linalg.inv(X.T @ W @ X)
    rest = np.eye(len(X)) - X @ bread @ X.T @ W
    residuals = effects.y - X @ pooled.beta
    cov, levers = np.zeros_like(bread), []
    for study in sorted(set(effects.table["study"])):
        at = np.flatnonzero(effects.table["study"] == study)
        upper = np.linalg.cholesky(omega[np.ix_(at, at)]).T
        B = upper @ rest[at] @ omega @ rest[at].T @ upper.T
        values, vectors = np.linalg.eigh((B + B.T) / 2)
        root = np.where(values > 1e-10 * values[-1], 1 / np.sqrt(np.abs(values)), 0.0)
        A = upper.T @ (vectors * root) @ vectors.T @ upper
        lever = bread @ X[at].T @ W[np.ix_(at, at)] @ A
        cov += np.outer(lever @ residuals[at], lever @ residuals[at])
        levers.append(lever @ rest[at])
    np.testing.assert_allclose(found.cov, cov, atol=1e-9 * np.abs(cov).max())
    for j in range(len(bread)):
        turned = np.array([lever[j] for lever in levers])
        forms = turned @ omega @ turned.T
        df = np.trace(forms) ** 2 / np.sum(forms**2)
        assert found.summary()["df"].iloc[j] == pytest.approx(df, rel=1e-8)


def test_degrees_of_freedom_of_a_joint_test_visit_every_pair_of_clusters():
    """The sum of the variances of all entries, pair by pair, for two combinations at once."""
    pooled = analysed("nested")
    found = robust(pooled, "study")
    rows = np.eye(len(pooled.beta))[1:3]
    moments = found.moments
    expected = moments.expected(rows)
    turned = np.linalg.inv(np.real(sqrtm(expected))) @ rows
    total = 0.0
    n = len(moments.D)
    for i in range(n):
        for j in range(n):
            form = -turned @ moments.B[i].T @ moments.bread @ moments.B[j] @ turned.T
            if i == j:
                form = form + turned @ moments.D[i] @ turned.T
            total += np.trace(form) ** 2 + np.sum(form * form.T)
    assert moments.df(rows) == pytest.approx(2 * 3 / total, rel=1e-9)
    test = found.test(rows)
    assert test["df_residual"] == pytest.approx(moments.df(rows) - 1, rel=1e-12)


@pytest.mark.parametrize("name", SPECS)
def test_cr2_is_unbiased_where_the_model_is_right(name):
    """No cluster determines a coefficient here, so that its expectation is the model's own."""
    effects = random_effects_data(seed=1)
    pooled = pool_multilevel(effects, SPECS[name], moderators="x")
    found = robust(pooled, "study", adjustment="CR2")
    np.testing.assert_allclose(
        found.moments.expected(np.eye(2)), pooled.cov, atol=1e-10 * np.abs(pooled.cov).max()
    )


def test_cr3_is_the_jackknife_with_weights_held():
    """``Σ (beta_(j) - beta)(…)'`` over refits without each cluster, the covariance being held."""
    effects = random_effects_data(seed=1)
    pooled = pool(effects, "REML", moderators="x")
    X, w = pooled.design.full, 1 / (effects.v + pooled.tau2)
    total = np.zeros((2, 2))
    for study in set(effects.table["study"]):
        kept = (effects.table["study"] != study).to_numpy()
        weighted = X[kept] * w[kept, None]
        beta = np.linalg.solve(weighted.T @ X[kept], weighted.T @ effects.y[kept])
        total += np.outer(beta - pooled.beta, beta - pooled.beta)
    np.testing.assert_allclose(robust(pooled, adjustment="CR3").cov, total, rtol=1e-9)


def test_shared_participants_of_an_ordinary_analysis_count():
    effects = random_effects_data(seed=1)
    effects = replace(effects, shared=some_blocks(effects))
    base = working(pool(effects, "REML"))
    omega = effects.shared.dense(effects.v) + pool(effects, "REML").tau2 * np.eye(effects.k)
    np.testing.assert_allclose(base.solved, np.linalg.solve(omega, base.X), rtol=1e-10)
    np.testing.assert_allclose(base.covariance(np.arange(effects.k)), omega, rtol=1e-12)


@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_the_unit_of_the_outcome_changes_nothing_else(factor):
    effects = random_effects_data(seed=1)
    other = replace(effects, y=effects.y * factor, v=effects.v * factor**2)
    ours, scaled = (
        robust(pool_multilevel(each, "study/estimate", moderators="x")).summary()
        for each in (effects, other)
    )
    np.testing.assert_allclose(scaled["se"] / factor, ours["se"], rtol=1e-9)
    np.testing.assert_allclose(scaled["df"], ours["df"], rtol=1e-9)


def test_many_clusters_need_no_whole_matrix():
    import tracemalloc

    rng = np.random.default_rng(1)
    k, n = 10_000, 1_000
    table = {"study": rng.integers(0, n, k), "yi": rng.normal(size=k), "vi": np.full(k, 0.3)}
    pooled = pool_multilevel(effects_from(table), "study/estimate")
    tracemalloc.start()
    found = robust(pooled, "study")
    assert tracemalloc.get_traced_memory()[1] < 60e6
    tracemalloc.stop()
    assert found.n_clusters == len(set(table["study"]))


def test_what_cannot_be_robust():
    effects = random_effects_data(seed=1)
    effects = replace(effects, table=effects.table.assign(one="x", half=effects.table["lab"]))
    pooled = pool_multilevel(effects, "study", moderators="x")
    with pytest.raises(ModelError, match=r"one cluster of 'one', x"):
        robust(pooled, "one")
    with pytest.raises(ModelError, match=r"no column 'nowhere'"):
        robust(pooled, "nowhere")
    with pytest.raises(ModelError, match=r"Unknown cluster-robust adjustment 'CR9'. Known: CR0"):
        robust(pooled, adjustment="CR9")
    with pytest.raises(ModelError, match=r"links estimates of different clusters of 'estimate'"):
        robust(pooled, "estimate")
    assert np.isfinite(robust(pooled, "estimate", adjustment="CR1p").cov).all()
    wide = pool_multilevel(effects, "study", moderators="x + outcome")
    with pytest.raises(ModelError, match=r"3 clusters of 'lab' leave no degrees of freedom"):
        robust(wide, "lab", adjustment="CR1p")
    holes = effects.table.assign(lab=np.where(np.arange(24) == 2, "", effects.table["lab"]))
    with pytest.raises(DataError, match=r"column 'lab'"):
        robust(pool_multilevel(replace(effects, table=holes), "study"), "lab")


def test_tables_say_how_they_were_made():
    effects = random_effects_data(seed=1)
    found = robust(pool_multilevel(effects, "study/estimate"), "study")
    assert found.summary().attrs["inference"] == "cluster-robust, CR2"
    assert found.summary().attrs["n_clusters"] == 8
    assert "8 clusters by 'study'" in repr(found)
    assert found.average()["estimate"] == found.beta[0]


def test_all_stand_side_by_side():
    effects = random_effects_data(seed=1)
    levels = pool_multilevel(effects, "study/estimate")
    table = cs.compare({"plain": pool(effects), "levels": levels, "robust": robust(levels)})
    assert list(table.index) == ["plain", "levels", "robust"]
    total = levels.variance_components()["estimate"].sum()
    assert table.loc["levels", "tau"] == pytest.approx(np.sqrt(total), rel=1e-12)
    assert table.loc["robust", "lower"] == robust(levels).average()["lower"]
    assert table.loc["robust", "estimate"] == table.loc["levels", "estimate"]


def compare(found, known, tolerance):
    table, test = found.summary(), found.test()
    np.testing.assert_allclose(table["se"], known["se"], rtol=tolerance)
    np.testing.assert_allclose(table["df"], np.broadcast_to(known["dfs"], len(table)), rtol=1e-5)
    np.testing.assert_allclose(np.log(table["p_value"]), np.log(known["pval"]), rtol=1e-5)
    size = np.abs(known["beta"]).max()
    np.testing.assert_allclose(table["lower"], known["ci.lb"], atol=1e-5 * size)
    np.testing.assert_allclose(table["upper"], known["ci.ub"], atol=1e-5 * size)
    assert test["statistic"] == pytest.approx(known["QM"], rel=1e-5)
    assert test["df"] == known["QMdf"][0]
    assert test["df_residual"] == pytest.approx(known["QMdf"][1], rel=1e-5)
    assert np.log(test["p_value"]) == pytest.approx(np.log(known["QMp"]), rel=1e-4)
