"""What a new trial would find."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.errors import DataError, ModelError
from consilience.rows import combinations, newcomer

HALF = priors.HalfNormal(0.5)
POOLING = cs.Model(
    mu=priors.Normal(0, 1),
    terms=(
        terms.Exchangeable("kind", priors.HalfNormal(0.3)),
        terms.Linear("against", priors.Normal(0.0, 0.5)),
    ),
    heterogeneity=heterogeneity.Normal(HALF),
)


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({
        "study": list("ABCDEFGHI"), "n1": [30, 60, 40, 35, 20, 18, 45, 33, 28],
        "sd1": 2.0, "sd2": 2.0,
        "mean1": [5.4, 5.7, 6.6, 5.7, 5.5, 4.9, 5.0, 5.6, 6.0], "mean2": 5.0,
        "n2": [32, 55, 41, 30, 22, 17, 44, 31, 30],
        "kind": list("abcdeffdd"),
        "against": ["TAU", "TAU", "TAU", "active", "TAU", "wait", "TAU", "active", "TAU"],
    })  # fmt: skip
    return cs.effect_sizes(table, "SMD")


@pytest.fixture(scope="module")
def fit(effects):
    """Enough draws for exact marginals and draws to be told apart."""
    return cs.fit(POOLING, effects, cs.engines.Exact(seed=3, draws=5000))


def new(n1=60, n2=60, kind="a", against="TAU", **more):
    return cs.NewTrial(n1, n2, kind=kind, against=against, **more)


def flat(tree, name, trial=0):
    return tree["predictions"][name].isel(trial=trial).to_numpy().ravel()


def test_the_group_predictions_holds_mu_theta_and_yi(fit):
    tree = cs.predict(fit, new(), seed=1)
    found = tree["predictions"].to_dataset()
    assert set(found.data_vars) == {"mu", "theta", "yi"}
    assert found["yi"].dims == ("chain", "draw", "trial")
    assert found["yi"].shape == (4, 5000, 1)
    assert "posterior" in tree.children
    assert found.attrs["direction"] == fit.effects.direction
    assert list(found["trial"].to_numpy()) == ["a, TAU"]


@pytest.mark.parametrize("kind", ["a", "d", "music"])
def test_draws_agree_with_the_exact_marginals(fit, kind):
    """The expectation and the true effect of a new trial, of a kind seen once, thrice, never."""
    tree = cs.predict(fit, new(kind=kind), seed=1)
    table = pd.DataFrame({"kind": [kind], "against": ["TAU"]}, index=["new"])
    (mean,) = combinations(fit, table)
    scatter = fit.posterior.scatter
    effect = cs.engines.Combination("theta", mean.weights, fresh=mean.fresh, scatter=scatter)
    exact = fit.combine((mean, effect))
    for name, row in (("mu", exact.loc["new"]), ("theta", exact.loc["theta"])):
        draws = flat(tree, name)
        assert abs(draws.mean() - row["mean"]) < 4 * row["sd"] / np.sqrt(draws.size)
        assert draws.std() == pytest.approx(row["sd"], rel=0.03)
        for share, column in ((0.025, "lower"), (0.5, "median"), (0.975, "upper")):
            below = np.mean(draws < row[column])
            assert abs(below - share) < 4 * np.sqrt(share * (1 - share) / draws.size)


def test_a_kind_never_seen_is_the_widest(fit):
    tree = cs.predict(fit, [new(kind="d"), new(kind="a"), new(kind="music")], seed=1)
    often, once, never = (flat(tree, "mu", i).std() for i in range(3))
    assert often < once < never


def test_uncertainty_grows_from_mu_to_theta_to_yi(fit):
    tree = cs.predict(fit, new(), seed=1)
    mu, theta, yi = (flat(tree, name).var() for name in ("mu", "theta", "yi"))
    assert mu < theta < yi


def test_a_comparator_never_seen_is_refused_by_name(fit):
    with pytest.raises(ModelError, match=r"no level 'placebo'.*'active', 'TAU', 'wait'"):
        cs.predict(fit, new(against="placebo"))


@pytest.mark.parametrize("size", [10, 40, 160])
def test_the_estimate_has_the_variance_of_its_size(fit, size):
    """Var(yi − θ) = E[1/n1 + 1/n2 + θ²/(2(n1 + n2))], the SMD's own, to Monte Carlo error."""
    tree = cs.predict(fit, new(size, size), seed=1)
    theta, error = flat(tree, "theta"), flat(tree, "yi") - flat(tree, "theta")
    expected = np.mean(2 / size + theta**2 / (4 * size))
    assert abs(error.mean()) < 4 * np.sqrt(expected / error.size)
    assert error.var() == pytest.approx(expected, rel=0.06 if size == 10 else 0.045)


def test_larger_trials_are_foreseen_more_closely(fit):
    tree = cs.predict(fit, [new(n, n) for n in (10, 40, 160, 10**6)], seed=1)
    spreads = [flat(tree, "yi", i).std() for i in range(4)]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] == pytest.approx(flat(tree, "theta", 3).std(), rel=0.01)


def test_a_standard_error_stands_in_for_sizes(fit):
    tree = cs.predict(fit, cs.NewTrial(sei=0.25, kind="a", against="TAU"), seed=1)
    error = flat(tree, "yi") - flat(tree, "theta")
    assert stats.kstest(error / 0.25, stats.norm.cdf).pvalue > 1e-3


def test_without_a_size_there_is_no_estimate(fit):
    tree = cs.predict(fit, cs.NewTrial(kind="a", against="TAU"), seed=1)
    assert set(tree["predictions"].data_vars) == {"mu", "theta"}


def test_effects_scatter_about_their_expectation_with_tau(fit):
    tree = cs.predict(fit, new(), seed=1)
    tau = tree["posterior"]["tau"].to_numpy().ravel()
    unit = (flat(tree, "theta") - flat(tree, "mu")) / tau
    assert stats.kstest(unit, stats.norm.cdf).pvalue > 1e-3


def test_mu_is_joint_with_the_posterior(fit):
    """mu of a known kind is μ + u[kind] + (x − x̄)'β of the same draw."""
    tree = cs.predict(fit, new(kind="d", against="active"), seed=1)
    posterior = tree["posterior"].to_dataset()
    shares = fit.posterior.layout.parts[2].matrix
    row = shares[list(fit.effects.table["against"]).index("active")]
    beta = posterior["beta"].to_numpy() @ row
    expected = posterior["mu"] + posterior["kind"].sel(kind_level="d") + beta
    np.testing.assert_allclose(tree["predictions"]["mu"].isel(trial=0), expected, rtol=1e-12)


def test_the_seed_makes_the_draws(fit):
    one, two, three = (flat(cs.predict(fit, new(), seed=s), "yi") for s in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one, three)


def test_several_trials_do_not_share_their_noise(fit):
    tree = cs.predict(fit, [new(), new()], seed=1)
    noise = [flat(tree, "theta", i) - flat(tree, "mu", i) for i in range(2)]
    assert abs(np.corrcoef(noise)[0, 1]) < 0.05
    np.testing.assert_allclose(flat(tree, "mu", 0), flat(tree, "mu", 1))


def test_new_levels_of_two_trials_are_two_levels(fit):
    tree = cs.predict(fit, [new(kind="music"), new(kind="dance")], seed=1)
    centre = tree["posterior"]["mu"].to_numpy().ravel()
    one, two = (flat(tree, "mu", i) - centre for i in range(2))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.2


def test_two_trials_of_one_new_level_share_it(fit):
    """A level never seen is one draw from its population, however many trials it will have."""
    tree = cs.predict(fit, [new(kind="music"), new(30, 30, kind="music")], seed=1)
    np.testing.assert_allclose(flat(tree, "mu", 0), flat(tree, "mu", 1))


def test_the_summary_has_the_columns_of_a_fit(fit):
    tree = cs.predict(fit, [new(name="first"), new(name="second")], seed=1)
    table = cs.summarise(tree)
    assert list(table.columns) == list(fit.summary().columns)
    assert list(table.index) == [
        f"{name}[{trial}]" for name in ("mu", "theta", "yi") for trial in ("first", "second")
    ]
    assert table.attrs["direction"] == fit.effects.direction
    assert (table["mcse"] > 0).all()
    narrow = cs.summarise(tree, level=0.5)
    assert (narrow["upper"] - narrow["lower"] < table["upper"] - table["lower"]).all()


def test_only_predictions_are_summarised(fit):
    with pytest.raises(ModelError, match="predictions"):
        cs.summarise(fit.draws)


@pytest.mark.parametrize("level", [0, 1, 95, np.nan])
def test_levels_of_predictions_are_shares(fit, level):
    with pytest.raises(ModelError, match="between 0 and 1"):
        cs.summarise(cs.predict(fit, new()), level=level)


@pytest.mark.parametrize("given", [[], (), "new", None, 5, [None], {"kind": "a"}])
def test_only_new_trials_are_foreseen(fit, given):
    with pytest.raises(ModelError, match="NewTrial"):
        cs.predict(fit, given)


def test_a_new_trial_says_what_the_model_asks_for(fit):
    with pytest.raises(ModelError, match=r"'against' \(known: .*TAU"):
        cs.predict(fit, cs.NewTrial(60, 60, kind="a"))
    with pytest.raises(ModelError, match="against"):
        cs.predict(fit, [new(), cs.NewTrial(60, 60, kind="a")])


@pytest.mark.parametrize("empty", ["", "  ", None, np.nan])
def test_an_empty_moderator_is_not_a_new_level(fit, empty):
    with pytest.raises((ModelError, DataError), match="kind"):
        cs.predict(fit, new(kind=empty))


def test_what_the_model_does_not_read_is_no_matter(fit):
    with_year = cs.predict(fit, new(year=2030), seed=1)
    np.testing.assert_array_equal(flat(with_year, "yi"), flat(cs.predict(fit, new(), seed=1), "yi"))


@pytest.mark.parametrize(
    ("sizes", "column"),
    [
        ({"n1": 1, "n2": 50}, "n1"), ({"n1": 50, "n2": 0}, "n2"), ({"n1": -5, "n2": 50}, "n1"),
        ({"n1": 50.5, "n2": 50}, "n1"), ({"n1": "60", "n2": 50}, "n1"),
        ({"n1": True, "n2": 50}, "n1"),
        ({"n1": 60}, "n2"), ({"n2": 60}, "n1"), ({"sei": 0.0}, "sei"), ({"sei": -1.0}, "sei"),
        ({"sei": np.nan}, "sei"), ({"sei": np.inf}, "sei"), ({"sei": "0.2"}, "sei"),
        ({"n1": np.nan, "n2": 5}, "n1"),
    ],
    ids=str,
)  # fmt: skip
def test_impossible_sizes_are_refused_by_column(sizes, column):
    with pytest.raises(DataError) as refusal:
        cs.NewTrial(**sizes)
    assert column in {problem.column for problem in refusal.value.problems}


def test_numpy_sizes_are_sizes():
    assert cs.NewTrial(np.int64(20), np.int32(30)).sized


def test_a_ready_made_measure_needs_the_standard_error(effects):
    table = pd.DataFrame({"study": list("ABC"), "yi": [0.1, 0.4, 0.3], "vi": 0.04})
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF))
    fit = cs.fit(model, cs.effect_sizes(table, "GEN"))
    with pytest.raises(ModelError, match="sei"):
        cs.predict(fit, cs.NewTrial(60, 60))
    assert "yi" in cs.predict(fit, cs.NewTrial(sei=0.1))["predictions"]


def test_a_model_without_terms_or_scatter_predicts_too(effects):
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity="Nothing")
    tree = cs.predict(cs.fit(model, effects), cs.NewTrial(60, 60), seed=1)
    np.testing.assert_array_equal(flat(tree, "mu"), flat(tree, "theta"))


def test_a_newcomer_of_whom_nothing_is_known_has_a_new_level(fit):
    """The prediction interval of compare(): every exchangeable term draws afresh."""
    row = fit.combine((newcomer(fit, "new"),)).loc["new"]
    summary = fit.summary()
    expected = summary.loc["mu", "sd"] ** 2
    for scale in ("tau", "kind_scale"):
        expected += summary.loc[scale, "mean"] ** 2 + summary.loc[scale, "sd"] ** 2
    assert row["sd"] ** 2 == pytest.approx(expected, rel=1e-9)
    assert row["mean"] == pytest.approx(summary.loc["mu", "mean"], abs=1e-12)


def test_what_the_model_ignores_is_said():
    table = pd.DataFrame(
        {"study": list("ABCD"), "yi": [0.1, 0.4, 0.2, 0.3], "vi": 0.05, "kind": list("aabb")}
    )
    model = cs.Model(heterogeneity=cs.heterogeneity.Normal(tau=cs.priors.HalfNormal(0.5)))
    fit = cs.fit(model, cs.effect_sizes(table, "GEN"))
    with pytest.raises(ModelError, match="-1"):
        cs.predict(fit, cs.NewTrial(sei=0.1), seed=-1)
    idle = cs.summarise(cs.predict(fit, cs.NewTrial(sei=0.1, kind="a")))
    assert "no term for kind" in idle.attrs["ignored"]
    assert not cs.summarise(cs.predict(fit, cs.NewTrial(sei=0.1))).attrs["ignored"]
