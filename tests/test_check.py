"""Whether the model foresees the data: replicates, and each trial from the others."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.errors import ModelError

HALF = priors.HalfNormal(0.5)
RANDOM = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF))
Y = np.array([0.22, 0.35, 0.80, 0.36, 0.25, -0.05, 0.0])
V = np.array([0.034, 0.017, 0.034, 0.032, 0.106, 0.133, 0.032])


def effects_of(y, v, **columns):
    table = pd.DataFrame({"study": [f"t{i}" for i in range(len(y))], "yi": y, "vi": v})
    return cs.effect_sizes(table.assign(**columns), "GEN")


@pytest.fixture(scope="module")
def fit():
    return cs.fit(RANDOM, effects_of(Y, V), cs.engines.Exact(seed=1, draws=5000))


@pytest.fixture(scope="module")
def checked(fit):
    return cs.check(fit, seed=2)


def test_its_tables_have_one_row_for_each_trial_and_statistic(checked, fit):
    assert list(checked.trials.index) == list(fit.effects.labels)
    assert list(checked.trials.columns) == [
        "observed", "mean", "lower", "upper", "level", "p_value", "p_value_loo",
    ]  # fmt: skip
    assert list(checked.statistics.index) == ["largest", "smallest", "spread (SD)"]
    np.testing.assert_array_equal(checked.trials["observed"], Y)
    observed = [Y.max(), Y.min(), Y.std()]
    np.testing.assert_allclose(checked.statistics["observed"], observed)
    for table in (checked.trials, checked.statistics):
        shares = table.filter(like="p_value").to_numpy()
        assert ((shares >= 0) & (shares <= 1)).all()


def test_replicates_are_a_tree_with_the_observed_beside_them(checked):
    replicates = checked.replicates["posterior_predictive"]["yi"]
    assert replicates.dims == ("chain", "draw", "estimate")
    assert replicates.shape == (4, 5000, 7)
    np.testing.assert_array_equal(checked.replicates["observed_data"]["yi"], Y)


def predictive(y, v, i, *, left_out):
    """P(new yᵢ < yᵢ) given all trials, or given the others: double quadrature over mu and tau."""
    use = np.arange(len(y)) != i if left_out else np.ones(len(y), bool)

    def weigh(tau, value=None):
        w = 1 / (v[use] + tau**2)
        precision = 1 + w.sum()
        mean = (w @ y[use]) / precision
        noise = np.diag(v[use] + tau**2) + 1.0
        weight = stats.multivariate_normal(np.zeros(use.sum()), noise).pdf(y[use])
        weight = weight * stats.halfnorm(scale=0.5).pdf(tau)
        if value is None:
            return weight
        return weight * stats.norm(mean, np.sqrt(1 / precision + tau**2 + v[i])).cdf(value)

    whole = integrate.quad(weigh, 0, 6, epsabs=0, epsrel=1e-9, limit=200, points=[0.2, 1.0])[0]
    below = integrate.quad(
        lambda t: weigh(t, y[i]), 0, 6, epsabs=0, epsrel=1e-9, limit=200, points=[0.2, 1.0]
    )[0]
    return below / whole


@pytest.mark.parametrize("i", range(7))
def test_leave_one_out_is_the_refit_without_the_trial(checked, i):
    p = predictive(Y, V, i, left_out=True)
    assert checked.trials["p_value_loo"].iloc[i] == pytest.approx(2 * min(p, 1 - p), abs=1e-7)


@pytest.mark.parametrize("i", [0, 2, 5])
def test_replicates_follow_the_posterior_predictive(checked, i):
    p = predictive(Y, V, i, left_out=False)
    error = 4 * np.sqrt(p * (1 - p) / 20_000)
    assert checked.trials["p_value"].iloc[i] == pytest.approx(2 * min(p, 1 - p), abs=2 * error)


def test_leave_one_out_agrees_with_the_prediction_of_a_fit_without_it(fit, checked):
    """The same question asked of predict(): a new trial with that standard error."""
    for name in ("t2", "t5"):
        others = cs.fit(RANDOM, fit.effects.without(name), cs.engines.Exact(seed=1, draws=10_000))
        sei = float(fit.effects.frame.loc[name, "sei"])
        tree = cs.predict(others, cs.NewTrial(sei=sei), seed=3)
        p = np.mean(tree["predictions"]["yi"].to_numpy() < fit.effects.frame.loc[name, "yi"])
        assert checked.trials.loc[name, "p_value_loo"] == pytest.approx(2 * min(p, 1 - p), abs=0.02)


def test_a_level_seen_once_is_foreseen_as_a_new_one():
    """Without its only trial a level is a draw from its population: the design stays as it is."""
    effects = effects_of(Y, V, kind=list("aabbccd"))
    model = cs.Model(
        mu=priors.Normal(0, 1), terms=(terms.Exchangeable("kind", HALF),),
        heterogeneity=heterogeneity.Normal(HALF),
    )  # fmt: skip
    found = cs.fit(model, effects).posterior.foresee()
    others = cs.fit(model, effects.without("t6"), cs.engines.Exact(seed=1, draws=10_000))
    sei = float(effects.frame.loc["t6", "sei"])
    tree = cs.predict(others, cs.NewTrial(sei=sei, kind="d"), seed=3)
    p = np.mean(tree["predictions"]["yi"].to_numpy() < Y[6])
    assert found[6] == pytest.approx(p, abs=0.012)


def test_a_coefficient_that_nothing_else_informs_foresees_nothing():
    """A flat coefficient that one trial alone informs: without it there is no prediction."""
    effects = effects_of(Y, V, kind=list("aabbbbc"))
    model = cs.Model(
        mu=priors.Flat(), terms=(terms.Linear("kind", priors.Flat()),),
        heterogeneity=heterogeneity.Normal(HALF),
    )  # fmt: skip
    found = cs.fit(model, effects).posterior.foresee()
    assert np.isnan(found[6])
    assert np.isfinite(found[:6]).all()


def test_an_outlier_is_not_foreseen_and_is_named():
    y = np.append(Y, 3.0)
    found = cs.check(cs.fit(RANDOM, effects_of(y, np.append(V, 0.03))))
    assert found.trials.loc["t7", "p_value_loo"] < 0.01
    assert found.trials["p_value_loo"].idxmin() == "t7"
    assert any("t7" in sentence and "3.00" in sentence for sentence in found.words)
    assert found.statistics.loc["largest", "observed"] == 3.0


def test_leave_one_out_is_harder_than_the_replicates(checked):
    """A trial that has helped to fit the model is always better foreseen."""
    assert (checked.trials["p_value_loo"] <= checked.trials["p_value"] + 0.02).all()


def test_words_count_the_surprises(checked):
    count = int((checked.trials["p_value_loo"] < 0.05).sum())
    assert checked.words[0].startswith(f"{count} of 7 trials lie")
    assert len(checked.words) == 1 + count


def test_the_level_and_the_seed_are_the_askers(fit, checked):
    narrow = cs.check(fit, level=0.5, seed=2)
    assert (narrow.trials["level"] == 0.5).all()
    wide = checked.trials["upper"] - checked.trials["lower"]
    assert (narrow.trials["upper"] - narrow.trials["lower"] < wide).all()
    pd.testing.assert_series_equal(narrow.trials["p_value"], checked.trials["p_value"])
    other = cs.check(fit, seed=3).trials
    assert not other["p_value"].equals(checked.trials["p_value"])
    pd.testing.assert_series_equal(other["p_value_loo"], checked.trials["p_value_loo"])
    with pytest.raises(ModelError, match="between 0 and 1"):
        cs.check(fit, level=95)


def test_predictive_probabilities_are_uniform_where_the_model_holds():
    """P(new yᵢ < yᵢ | others) over 60 simulated reviews; ranks are compared by their quartiles."""
    rng = np.random.default_rng(12)
    found = []
    for _ in range(60):
        v = rng.uniform(0.02, 0.15, 6)
        mu, tau = rng.normal(0, 1), np.abs(rng.normal(0, 0.5))
        y = mu + rng.normal(size=6) * np.sqrt(tau**2 + v)
        found.append(cs.fit(RANDOM, effects_of(y, v)).posterior.foresee())
    assert stats.kstest(np.concatenate(found), stats.uniform.cdf).pvalue > 0.01


def test_one_trial_has_no_others():
    found = cs.check(cs.fit(RANDOM, effects_of([0.3], [0.04])))
    prior = stats.halfnorm(scale=0.5)
    p = integrate.quad(lambda t: prior.pdf(t) * stats.norm(0, np.sqrt(1.04 + t**2)).cdf(0.3), 0, 5)[
        0
    ]
    assert found.trials["p_value_loo"].iloc[0] == pytest.approx(2 * min(p, 1 - p), abs=1e-6)
