"""Questions to fits of estimates that share participants, against dense normals and refits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.engines.shared_cases import MU, NORMAL, Dense, Y, half_normal, shared_effects

import consilience as cs
from consilience import bias, engines, heterogeneity, priors, terms
from consilience.covariance import Covariance
from consilience.engines.conflict import prior_tail
from consilience.engines.scattering import scatter_tail
from consilience.gaussian import Errors
from consilience.questions.removed import Removed

K = len(Y)
HIGH = np.array([0, 1, 0, 0, 1, 1, 0, 1], dtype=bool)
ONES = np.ones((K, 1))
MODEL = cs.Model(MU, (), NORMAL)


@pytest.fixture(scope="module")
def effects():
    return shared_effects()


@pytest.fixture(scope="module")
def V(effects):
    return effects.V.to_numpy()


@pytest.fixture(scope="module")
def fit(effects):
    return cs.fit(MODEL, effects)


def dense(V):
    return Dense(
        Y,
        V,
        ONES,
        ONES,
        np.array([0.1]),
        lambda _: np.array([0.8]),
        lambda phi: np.full(K, phi[0] ** 2),
        lambda phi: half_normal(0.4, phi[0]),
        1,
        nodes=200,
    )


def test_each_estimate_is_foreseen_by_the_others_of_its_block_too(fit, V):
    table, wanted = cs.exact_loo(fit).table, dense(V)
    for place, row in enumerate(table.to_dict(orient="records")):
        lpd, pit = wanted.foreseen(place)
        assert row["lpd"] == pytest.approx(lpd, abs=1e-7)
        assert row["pit"] == pytest.approx(pit, abs=1e-7)
    np.testing.assert_allclose(fit.posterior.foresee(), table["pit"], atol=1e-7)


def test_less_trusted_estimates_are_foreseen_as_they_were_reported(effects, V):
    """By dense algebra: the others count as the dial has it, the one foreseen in full."""
    model = cs.Model(MU, (), NORMAL, bias=bias.PowerWeight(weight=0.4))
    fit = cs.fit(model, effects)
    weighed = dense(powered(V, HIGH, 0.4))
    wanted = [_foreseen(weighed, V, place) for place in range(K)]
    np.testing.assert_allclose(cs.exact_loo(fit).table["pit"], wanted, atol=1e-7)
    np.testing.assert_allclose(fit.posterior.foresee(), wanted, atol=1e-7)


def powered(V, doubtful, weight):
    """Covariance of p(y_A) p(y_B | y_A)^w, by adding precisions."""
    precision, full = np.linalg.inv(V), np.flatnonzero(~doubtful)
    trusted = np.zeros_like(V)
    trusted[np.ix_(full, full)] = np.linalg.inv(V[np.ix_(full, full)])
    return np.linalg.inv(trusted + weight * (precision - trusted))


def _foreseen(weighed, V, place):
    from scipy.special import ndtr

    others = np.delete(np.arange(K), place)
    doubtful = HIGH.copy()
    doubtful[place] = False
    whole = powered(V, doubtful, 0.4)
    phi, mass, _ = weighed.masses(others)
    found = []
    for (tau,) in phi:
        left = weighed.V[np.ix_(others, others)] + tau**2 * np.eye(K - 1)
        precision = 1 / 0.64 + np.linalg.inv(left).sum()
        mean = (0.1 / 0.64 + np.linalg.solve(left, Y[others]).sum()) / precision
        seen = whole + tau**2 * np.eye(K)
        back = np.linalg.solve(seen[np.ix_(others, others)], seen[others, place])
        centre = back @ Y[others] + (1 - back.sum()) * mean
        spread = seen[place, place] - back @ seen[others, place]
        spread += (1 - back.sum()) ** 2 / precision
        found.append(ndtr((Y[place] - centre) / np.sqrt(spread)))
    return float(mass @ np.array(found))


def test_an_estimate_that_does_not_count_is_still_foreseen_by_its_block(effects, V):
    fit = cs.fit(cs.Model(MU, (), NORMAL, bias=bias.PowerWeight(weight=0.0)), effects)
    counted = np.flatnonzero(~HIGH)
    for place in (1, 4):
        some = np.sort([*counted, place])
        pair = dense(V)
        smaller = replace(
            pair,
            y=Y[some],
            V=V[np.ix_(some, some)],
            W=ONES[some],
            truth=ONES[some],
            scatter=_scatters(len(some)),
        )
        lpd, pit = smaller.foreseen(int(np.flatnonzero(some == place)[0]))
        row = cs.exact_loo(fit).table.iloc[place]
        assert row["lpd"] == pytest.approx(lpd, abs=1e-7)
        assert row["pit"] == pytest.approx(pit, abs=1e-7)


def _scatters(count):
    return lambda phi: np.full(count, phi[0] ** 2)


@pytest.mark.parametrize("by", ["", "study"])
def test_refits_without_some_drop_them_from_the_covariance(by, fit, effects):
    found = cs.influence(fit, by=by)
    for table in (found.trials, found.pairs):
        for label, row in table.iterrows():
            again = cs.fit(MODEL, effects.without(*label.split(" + "))).summary()
            assert row["mean"] == pytest.approx(again["mean"]["mu"], abs=1e-8)
            assert row["sd"] == pytest.approx(again["sd"]["mu"], abs=1e-8)
            assert row["tau"] == pytest.approx(again["median"]["tau"], abs=1e-8)


def test_the_answer_as_trials_came_in_is_that_of_those_there_were(fit, effects):
    table = cs.cumulative(fit, "year")
    for count in range(1, K + 1):
        some = list(table.index[:count])
        again = cs.fit(MODEL, effects.only(*some)).summary()
        assert table["mean"].iloc[count - 1] == pytest.approx(again["mean"]["mu"], abs=1e-8)


def test_replicates_have_the_covariance_of_the_estimates(effects, V):
    """With the mean known and no scatter, replicates are N(0, V)."""
    model = cs.Model(priors.Normal(0.0, 1e-9), (), heterogeneity.Nothing())
    checked = cs.check(cs.fit(model, effects, engines.Exact(draws=6000)))
    drawn = checked.replicates["posterior_predictive"]["yi"].to_numpy().reshape(-1, K)
    size = np.sqrt(np.diag(V))
    found, wanted = np.cov(drawn.T) / np.outer(size, size), V / np.outer(size, size)
    assert np.abs(found - wanted).max() < 5 * np.sqrt(2 / len(drawn))


def test_conflicts_are_judged_with_the_whole_covariance(fit, effects, V):
    """P values by brute simulation of the priors, from dense inverses."""
    rng, count = np.random.default_rng(3), 60_000
    tau, mu = np.abs(rng.normal(0, 0.4, count)), rng.normal(0.1, 0.8, count)
    root = np.linalg.cholesky(V)
    drawn = mu[:, None] + tau[:, None] * rng.standard_normal((count, K))
    drawn += rng.standard_normal((count, K)) @ root.T
    inverse = np.linalg.inv(V)
    a = inverse.sum(0) / inverse.sum()
    tail, mean = prior_tail(fit.posterior, effects)
    assert mean == pytest.approx(a @ Y, abs=1e-12)
    far = np.mean(np.abs(drawn @ a - 0.1) >= abs(mean - 0.1))
    assert tail == pytest.approx(far, abs=5 * np.sqrt(0.25 / count) + 1e-3)
    rest = drawn - (drawn @ a)[:, None]
    q = np.einsum("di,ij,dj->d", rest, inverse, rest)
    above, observed = scatter_tail(fit.posterior, effects)
    assert observed == pytest.approx((Y - a @ Y) @ inverse @ (Y - a @ Y), rel=1e-10)
    assert above == pytest.approx(np.mean(q >= observed), abs=0.04)


def test_the_likelihood_that_is_scaled_is_that_of_all_estimates_together(fit, V):
    removed, posterior = Removed(fit), fit.draws["posterior"]
    whole, some = removed.log_likelihood(), removed.log_density_of([3, 5, 1, 7])
    mu, tau = (posterior[name].to_numpy().ravel() for name in ("mu", "tau"))
    rest = [0, 2, 4, 6]
    for draw in (0, 17, 999):
        cov, r = V + tau[draw] ** 2 * np.eye(K), Y - mu[draw]
        joint = _normal(r, cov)
        assert whole[draw] == pytest.approx(joint, abs=1e-10)
        left = _normal(r[rest], cov[np.ix_(rest, rest)])
        assert some[draw] == pytest.approx(joint - left, abs=1e-10)
    assert np.isfinite(cs.power_scaling(fit)["likelihood"]).all()


def _normal(r, cov):
    _, logs = np.linalg.slogdet(cov)
    return -0.5 * (len(r) * np.log(2 * np.pi) + logs + r @ np.linalg.solve(cov, r))


def test_weights_say_how_the_mean_moves_with_each_estimate(effects):
    """Without scatter the mean is linear in the estimates: its slopes by differences."""
    model = cs.Model(MU, (), heterogeneity.Nothing())
    weights = cs.borrowing(cs.fit(model, effects)).trials["weight"]
    start = cs.fit(model, effects).summary()["mean"]["mu"]
    for place in range(K):
        moved = replace(effects, y=Y + np.eye(K)[place])
        slope = cs.fit(model, moved).summary()["mean"]["mu"] - start
        assert weights.iloc[place] == pytest.approx(slope, abs=1e-10)


def test_levels_by_themselves_are_pooled_with_their_covariance(effects, V):
    model = cs.Model(
        MU, (terms.Exchangeable("kind", priors.HalfNormal(0.3)),), heterogeneity.Nothing()
    )
    levels = cs.borrowing(cs.fit(model, effects)).levels
    for name, rows in (("x", [0, 1, 6]), ("y", [2, 3, 4, 5, 7])):
        inverse = np.linalg.inv(V[np.ix_(rows, rows)])
        own = inverse.sum(0) @ Y[rows] / inverse.sum()
        assert levels.loc[name, "own"] == pytest.approx(own, abs=1e-10)
        assert levels.loc[name, "own_sd"] == pytest.approx(inverse.sum() ** -0.5, rel=1e-10)


def test_other_priors_of_the_mean_are_worked_out_with_the_covariance(fit, effects):
    found = cs.prior_map(fit, [-0.3, 0.1, 0.5], [0.2, 0.8])
    for location, scale in ((-0.3, 0.2), (0.5, 0.2), (0.1, 0.8)):
        again = cs.fit(cs.Model(priors.Normal(location, scale), (), NORMAL), effects).summary()
        there = found["mean"].sel(location=location, scale=scale, method="nearest")
        assert float(there) == pytest.approx(again["mean"]["mu"], abs=1e-6)


def strongly_shared(rho=0.95):
    """Four studies with three estimates each, which correlate with rho."""
    table = pd.DataFrame(
        {
            "study": np.repeat(list("ABCD"), 3),
            "estimate": [f"e{place}" for place in range(12)],
            "yi": 0.0,
            "vi": 0.05,
        }
    )
    block = 0.05 * (rho * np.ones((3, 3)) + (1 - rho) * np.eye(3))
    members = tuple(np.arange(3 * place, 3 * place + 3) for place in range(4))
    return replace(cs.effect_sizes(table, "GEN"), shared=Covariance(members, (block,) * 4))


class _Blind(engines.Exact):
    """An engine that does not look at the covariance."""

    def run(self, model, effects):
        return engines.Exact().run(model, effects.sharing())


def test_it_is_calibrated_where_an_engine_without_the_covariance_is_not():
    effects, small = strongly_shared(), heterogeneity.Normal(priors.HalfNormal(0.05))
    model = cs.Model(priors.Normal(0, 1), (), small)
    table = cs.calibrate(model, effects, 200, seed=5).table()
    assert (table["p_uniform"] > 0.01).all()
    assert (table["p_turned"] > 0.01).all()
    assert (np.abs(table["coverage_95"] - 0.95) < 3 * table["se_95"]).all()
    blind = cs.calibrate(model, effects, 200, seed=5, engine=_Blind()).table()
    assert blind.loc["mu", "coverage_95"] < 0.85


def test_errors_are_drawn_with_their_covariance(effects, V):
    errors = Errors.of(effects.v, effects.shared)
    drawn = errors.draw(np.full((40_000, K), 0.3), np.random.default_rng(2))
    size = np.sqrt(np.diag(V) + 0.3)
    away = (np.cov(drawn.T) - V - 0.3 * np.eye(K)) / np.outer(size, size)
    assert np.abs(away).max() < 5 * np.sqrt(2 / 40_000)


def test_comparisons_say_that_the_covariance_counts(fit, effects):
    from consilience.compare import explain

    both = {"Bayes": fit, "REML": cs.pool(effects, "REML")}
    assert any("share participants" in each for each in explain(both))
    table = cs.compare(both)
    assert table.loc["Bayes", "estimate"] == pytest.approx(table.loc["REML", "estimate"], abs=0.05)
