"""Exact fits of estimates that share participants, against one dense normal and the classical."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.engines.shared_cases import (
    BLOCKS,
    MU,
    NORMAL,
    SV,
    TAU,
    Dense,
    Y,
    half_normal,
    shared_effects,
)

import consilience as cs
from consilience import bias, engines, heterogeneity, priors, terms
from consilience.covariance import Covariance
from consilience.engines.exact.form import assemble
from consilience.errors import DataError

K = len(Y)
ONES = np.ones((K, 1))
ARMS = np.array([list("pqr").index(arm) for arm in "pqpqrprq"])
HIGH = np.array([0, 1, 0, 0, 1, 1, 0, 1], dtype=bool)
GROUPS = np.array([0, 0, 1, 1, 1, 1, 0, 1])


@pytest.fixture(scope="module")
def effects():
    return shared_effects()


@pytest.fixture(scope="module")
def V(effects):
    return effects.V.to_numpy()


def equal_scatter(phi):
    return np.full(K, phi[0] ** 2)


def levels(V):
    """tau, and the SD of the arms' levels."""
    return cs.Model(MU, (terms.Exchangeable("arm", priors.HalfNormal(0.3)),), NORMAL), Dense(
        Y,
        V,
        *[np.hstack([ONES, np.eye(3)[ARMS]])] * 2,
        np.array([0.1, 0, 0, 0]),
        lambda phi: np.array([0.8, *[phi[1]] * 3]),
        equal_scatter,
        lambda phi: half_normal(0.4, phi[0]) + half_normal(0.3, phi[1]),
        2,
    )


def biased(V):
    """tau, and the SD of the biases of trials at high risk."""
    model = cs.Model(
        MU,
        (),
        NORMAL,
        bias=bias.RiskOfBias(mean=priors.Normal(0, 0.3), spread=priors.HalfNormal(0.2)),
    )
    own = np.eye(K)[:, HIGH]
    W = np.hstack([ONES, HIGH[:, None].astype(float), own])
    return model, Dense(
        Y,
        V,
        W,
        np.hstack([ONES, np.zeros((K, 1 + HIGH.sum()))]),
        np.array([0.1, *[0.0] * (1 + HIGH.sum())]),
        lambda phi: np.array([0.8, 0.3, *[phi[1]] * HIGH.sum()]),
        equal_scatter,
        lambda phi: half_normal(0.4, phi[0]) + half_normal(0.2, phi[1]),
        2,
    )


def grouped(V):
    """One tau for each kind, which is the same within every block."""
    model = cs.Model(MU, (), heterogeneity.ByGroup("kind", TAU))
    return model, Dense(
        Y,
        V,
        ONES,
        ONES,
        np.array([0.1]),
        lambda _: np.array([0.8]),
        lambda phi: phi[GROUPS] ** 2,
        lambda phi: half_normal(0.4, phi[0]) + half_normal(0.4, phi[1]),
        2,
    )


def uneven(V):
    """One tau for each judgement, which differs within a block."""
    model = cs.Model(MU, (), heterogeneity.ByGroup("risk_of_bias", TAU))
    return model, replace(grouped(V)[1], scatter=lambda phi: phi[np.where(HIGH, 0, 1)] ** 2)


def alone(V, weight=1.0):
    """One tau; those at high risk count with a power of their likelihood given the others."""
    shape = bias.Nothing() if weight == 1.0 else bias.PowerWeight(weight=weight)
    model = cs.Model(MU, (), NORMAL, bias=shape)
    return model, Dense(
        Y,
        V if weight == 1.0 else powered(V, HIGH, weight),
        ONES,
        ONES,
        np.array([0.1]),
        lambda _: np.array([0.8]),
        equal_scatter,
        lambda phi: half_normal(0.4, phi[0]),
        1,
        nodes=400,
    )


def powered(V, doubtful, weight):
    """Covariance of p(y_A) p(y_B | y_A)^w, by adding precisions."""
    precision, full = np.linalg.inv(V), np.flatnonzero(~doubtful)
    trusted = np.zeros_like(V)
    trusted[np.ix_(full, full)] = np.linalg.inv(V[np.ix_(full, full)])
    return np.linalg.inv(trusted + weight * (precision - trusted))


CASES = {
    "levels": levels,
    "bias": biased,
    "uneven": uneven,
    "by group": grouped,
    "tau": alone,
    "weight 0.4": lambda V: alone(V, 0.4),
    "weight 1e-6": lambda V: alone(V, 1e-6),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_what_a_dense_normal_on_a_fine_grid_gives(case, effects, V):
    model, dense = CASES[case](V)
    fit = cs.fit(model, effects, "exact")
    mean, sd, evidence = dense.moments()
    assert fit.log_evidence == pytest.approx(evidence, abs=1e-7)
    summary = fit.summary()
    theta = [f"theta[{label}]" for label in effects.labels]
    names = [*fit.posterior.coefficients, *theta]
    np.testing.assert_allclose(summary.loc[names, "mean"], mean, atol=1e-7)
    np.testing.assert_allclose(summary.loc[names, "sd"], sd, rtol=1e-7)


def test_the_errors_of_the_grid_are_far_below_what_is_claimed(V):
    """Half the nodes give the same to 1e-9, so that the comparison above can fail."""
    _, dense = levels(V)
    coarse = replace(dense, nodes=48).moments()
    np.testing.assert_allclose(np.hstack(coarse[:2]), np.hstack(dense.moments()[:2]), atol=1e-9)


def test_correlations_matter_here(effects):
    """Without V the answer is another one by far more than the tolerances above."""
    model = cs.Model(MU, (), NORMAL)
    shared, split = (cs.fit(model, e).summary() for e in (effects, effects.sharing()))
    assert abs(shared["mean"]["mu"] - split["mean"]["mu"]) > 0.01
    assert abs(shared["sd"]["theta[e4]"] - split["sd"]["theta[e4]"]) > 0.005


def test_blocks_without_correlation_are_independent_estimates(effects):
    members = BLOCKS.members
    diagonal = Covariance(members, tuple(np.diag(SV[at]) for at in members))
    for model in (levels(np.eye(K))[0], biased(np.eye(K))[0], alone(np.eye(K), 0.4)[0]):
        fits = [cs.fit(model, shared_effects(each)) for each in (diagonal, Covariance())]
        one, other = (fit.summary().drop(columns="accuracy") for fit in fits)
        columns = ["mean", "sd", "median", "lower", "upper"]
        np.testing.assert_allclose(one[columns], other[columns], rtol=1e-8, atol=1e-9)
        assert fits[0].log_evidence == pytest.approx(fits[1].log_evidence, abs=1e-10)
        np.testing.assert_allclose(fits[0].posterior.foresee(), fits[1].posterior.foresee())


def test_given_tau_it_is_generalised_least_squares(effects, V):
    model = cs.Model(priors.Flat(), (), NORMAL)
    form = assemble(model, effects)
    for tau in (0.0, 0.1, 0.7, 4.0):
        given = form.given(np.array([[tau]]))
        precision = np.linalg.inv(V + tau**2 * np.eye(K))
        assert given.mean[0, 0] == pytest.approx(precision.sum(0) @ Y / precision.sum(), abs=1e-12)
        assert given.variance[0, 0] == pytest.approx(1 / precision.sum(), rel=1e-11)


def test_under_flat_priors_the_mode_of_tau_is_reml(effects):
    """The likelihood of tau with a flat mu integrated out is the restricted likelihood."""
    pooled = cs.pool(effects, "REML")
    form = assemble(cs.Model(priors.Flat(), (), NORMAL), effects)
    tau = np.sqrt(pooled.tau2)
    near = tau + np.array([-2e-4, 0.0, 2e-4])
    logs = form.given(near[:, None]).log_likelihood
    slope = (logs[2] - logs[0]) / 4e-4
    curvature = (logs[2] - 2 * logs[1] + logs[0]) / 4e-8
    assert abs(slope / curvature) < 1e-6 * tau
    given = form.given(np.array([[tau]]))
    row = pooled.summary().iloc[0]
    assert given.mean[0, 0] == pytest.approx(row["estimate"], abs=1e-9)
    assert np.sqrt(given.variance[0, 0]) == pytest.approx(row["se"], rel=1e-8)


def test_two_outcomes_of_five_trials_are_what_metafor_gives():
    """dat.berkey1998, no heterogeneity, flat priors: rma.mv(yi, V, mods = ~ outcome - 1)."""
    file = Path(__file__).parents[1] / "reference" / "models_rmamv.json"
    found = json.loads(file.read_text(encoding="utf-8"))["models"]["berkey_EE"]
    frame = cs_table(found["data"])
    vi = found["data"]["vi"]
    blocks = [np.array([[vi[i], c], [c, vi[j]]]) for i, j, c in found["V"]]
    members = tuple(np.array([i, j]) for i, j, _ in found["V"])
    effects = replace(cs.effect_sizes(frame, "GEN"), shared=Covariance(members, tuple(blocks)))
    model = cs.Model(
        priors.Flat(), (terms.Linear("outcome", priors.Flat()),), heterogeneity.Nothing()
    )
    fit = cs.fit(model, effects)
    al, pd = found["beta"]
    table = cs.subgroups(fit, "outcome")
    np.testing.assert_allclose(table.loc[["AL", "PD"], "estimate"], [al, pd], rtol=1e-8)
    np.testing.assert_allclose(table.loc[["AL", "PD"], "sd"], found["se"], rtol=1e-8)


def cs_table(data):
    frame = pd.DataFrame({name: data[name] for name in ("outcome", "yi", "vi")})
    named = [f"{a} {o}" for a, o in zip(data["trial"], data["outcome"], strict=True)]
    return frame.assign(study=[f"trial {a}" for a in data["trial"]], estimate=named)


def test_the_order_of_the_estimates_does_not_matter(effects):
    order = np.array([5, 2, 0, 7, 3, 1, 6, 4])
    place = np.argsort(order)
    members = tuple(np.sort(place[at]) for at in BLOCKS.members)
    inner = [np.argsort(place[at]) for at in BLOCKS.members]
    blocks = tuple(b[np.ix_(o, o)] for b, o in zip(BLOCKS.blocks, inner, strict=True))
    moved = replace(
        effects,
        y=effects.y[order],
        v=effects.v[order],
        table=effects.table.iloc[order],
        shared=Covariance(members, blocks),
    )
    model = cs.Model(MU, (), NORMAL)
    one, other = (cs.fit(model, each).summary() for each in (effects, moved))
    np.testing.assert_allclose(one["mean"], other.loc[one.index, "mean"], atol=1e-10)


@pytest.fixture(scope="module")
def drawn(effects):
    return cs.fit(cs.Model(MU, (), NORMAL), effects, engines.Exact(seed=2, draws=8_000))


def test_true_effects_of_a_block_are_drawn_jointly(drawn, V):
    """Their covariance by one dense normal over the nodes; draws within 5 standard errors."""
    _, dense = alone(V)
    phi, mass, _ = dense.masses(np.arange(K))
    first, second = np.zeros(K), np.zeros((K, K))
    for tau, share in zip(phi[:, 0], mass, strict=True):
        total = V + tau**2 * np.eye(K) + 0.64
        across = tau**2 * np.eye(K) + 0.64
        back = np.linalg.solve(total, across).T
        centre = 0.1 + back @ (Y - 0.1)
        first += share * centre
        second += share * (across - back @ across + np.outer(centre, centre))
    wanted = second - np.outer(first, first)
    seen = drawn.draws["posterior"]["theta"].to_numpy().reshape(-1, K)
    size = np.sqrt(np.diag(wanted))
    assert np.abs((seen.mean(0) - first) / size).max() < 5 / np.sqrt(len(seen))
    found = np.cov(seen.T) / np.outer(size, size)
    assert np.abs(found - wanted / np.outer(size, size)).max() < 0.03


def test_each_log_likelihood_is_that_of_an_estimate_given_the_others(drawn, V):
    posterior = drawn.draws["posterior"]
    logs = drawn.draws["log_likelihood"]["yi"]
    for draw in range(5):
        mu, tau = (float(posterior[name][1, draw]) for name in ("mu", "tau"))
        cov = V + tau**2 * np.eye(K)
        for place in range(K):
            others = np.delete(np.arange(K), place)
            wanted = normal(Y - mu, cov) - normal((Y - mu)[others], cov[np.ix_(others, others)])
            assert float(logs[1, draw, place]) == pytest.approx(wanted, abs=1e-10)


def test_it_is_saved_and_read_again(drawn, tmp_path):
    drawn.save(tmp_path / "fit.nc")
    again = cs.load_fit(tmp_path / "fit.nc")
    np.testing.assert_array_equal(again.effects.V, drawn.effects.V)
    columns = ["mean", "sd", "lower", "upper"]
    np.testing.assert_allclose(again.summary()[columns], drawn.summary()[columns], rtol=1e-12)


def normal(r, cov):
    _, logs = np.linalg.slogdet(cov)
    return -0.5 * (len(r) * np.log(2 * np.pi) + logs + r @ np.linalg.solve(cov, r))


def test_it_says_that_the_covariance_was_used(effects):
    said = str(cs.fit(cs.Model(MU, (), NORMAL), effects).diagnosis)
    assert "errors of 5 of 8 estimates are correlated, in 2 blocks" in said
    assert "from -0.2 to 0.6" in said
    assert "covariance" not in str(cs.fit(cs.Model(MU, (), NORMAL), effects.sharing()).diagnosis)


def test_nearly_certain_combinations_are_refused_by_name(effects):
    for rho in (1.0 - 1e-11, 1.0 - 1e-16):
        block = np.sqrt(np.outer(SV[:2], SV[:2])) * np.array([[1, rho], [rho, 1]])
        almost = replace(effects, shared=Covariance((np.array([0, 1]),), (block,)))
        with pytest.raises(DataError, match=r"e0, e1.*[Ll]eave one"):
            cs.fit(cs.Model(MU, (), NORMAL), almost)


@pytest.mark.parametrize("rho", [0.9, 0.999999, 1.0 - 1e-8])
def test_strong_correlations_are_exact(rho, effects):
    """Two estimates of nearly one and the same error: still the dense normal, in its own digits."""
    block = np.sqrt(np.outer(SV[:2], SV[:2])) * np.array([[1, rho], [rho, 1]])
    strong = replace(effects, shared=Covariance((np.array([0, 1]),), (block,)))
    model, dense = alone(strong.V.to_numpy())
    mean, _, evidence = dense.moments()
    fit = cs.fit(model, strong)
    assert fit.log_evidence == pytest.approx(evidence, abs=1e-6)
    assert fit.summary()["mean"]["mu"] == pytest.approx(mean[0], abs=1e-7)


def test_one_study_with_two_estimates_is_enough(effects):
    pair = effects.only("A")
    assert pair.k == 2
    fit = cs.fit(cs.Model(MU, (), NORMAL), pair)
    assert np.isfinite(fit.summary()[["mean", "sd"]]).all(axis=None)
    single = cs.fit(cs.Model(MU, (), NORMAL), pair.only("e0"))
    assert single.effects.shared.independent


def test_an_assumed_correlation_is_tried_at_several_values():
    frame = pd.DataFrame(
        {
            "study": ["A", "A", "B", "B", "C"],
            "outcome": ["x", "y", "x", "y", "x"],
            "estimate": list("abcde"),
            "yi": [0.1, 0.3, 0.5, 0.2, 0.4],
            "vi": [0.04, 0.05, 0.03, 0.06, 0.02],
        }
    )
    effects = cs.effect_sizes(frame, "GEN")
    sets = effects.over_rho([cs.dependence.Correlated(0.5)], [0.0, 0.5, 0.9])
    model = cs.Model(MU, (), NORMAL)
    table = cs.sensitivity.over_trials(model, {f"rho {r}": e for r, e in sets.items()})
    widths = (table["upper"] - table["lower"]).to_numpy()
    assert widths[0] < widths[1] < widths[2]
    alone = cs.fit(model, effects).summary()
    assert table["estimate"].iloc[0] == pytest.approx(alone["mean"]["mu"], abs=1e-10)
