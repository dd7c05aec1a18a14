"""Trials of each group scatter by an SD of their own: exact for up to three groups."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.errors import DataError, ModelError
from consilience.heterogeneity import ByGroup
from consilience.rows import newcomer

HALF = priors.HalfNormal(0.5)
MU = priors.Normal(0.0, 1.0)
LOG_HALF = stats.halfnorm(scale=0.5).logpdf


def model(scatter, **settings):
    return cs.Model(mu=MU, heterogeneity=scatter, **settings)


def new(**columns):
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def two(effects):
    return effects.keep(effects.table["arm"].isin(["a", "b"]).to_numpy())


@pytest.fixture(scope="module")
def pair(two, brute):
    """Two groups, by the engine and by brute force."""
    places = (two.table["arm"] == "b").to_numpy().astype(int)
    grid = brute(
        two.y, two.v, np.ones((two.k, 1)), np.ones(1),
        lambda phi: phi[:, places] ** 2, [brute.Axis.scale(LOG_HALF, 0.05)] * 2,
    )  # fmt: skip
    return cs.fit(model(ByGroup("arm", HALF)), two, "exact"), grid


def test_two_groups_against_brute_force(pair):
    fit, grid = pair
    summary = fit.summary()
    assert fit.log_evidence == pytest.approx(grid.log_evidence, abs=1e-7)
    grid.coefficient(1.0).holds(summary.loc["mu"])
    for place, name in enumerate(("tau[a]", "tau[b]")):
        grid.hyper(place).holds(summary.loc[name])
    for i, label in enumerate(fit.effects.labels):
        grid.effect(i).holds(summary.loc[f"theta[{label}]"])


def test_a_new_trial_scatters_as_its_group_does(pair):
    fit, grid = pair
    phi, _, _ = grid.grid
    for place, arm in enumerate("ab"):
        population = fit.posterior.scatter.at(new(arm=[arm]))
        row = fit.combine((cs.engines.Combination("new", np.ones(1), scatter=population),))
        grid.newcomer([1.0], phi[:, place] ** 2).holds(row.loc["new"])


def test_a_trial_of_unknown_group_is_of_each_in_its_share(pair):
    """A mixture: P(new < x) is the average of the groups' in proportion to their trials."""
    fit, grid = pair
    row = fit.combine((newcomer(fit, "new"),)).loc["new"]
    phi, _, _ = grid.grid
    shares = np.array([4, 3]) / 7
    parts = [grid.newcomer([1.0], phi[:, place] ** 2) for place in range(2)]
    for column, share in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
        below = shares @ [part.below(row[column]) for part in parts]
        assert below == pytest.approx(share, abs=1e-7)
    mean = parts[0].mean
    second = shares @ [part.sd**2 for part in parts]
    assert (row["mean"], row["sd"]) == pytest.approx((mean, np.sqrt(second)), abs=1e-7)


def test_three_groups_against_brute_force(effects, brute):
    places = np.array(["abc".index(arm) for arm in effects.table["arm"]])
    grid = brute(
        effects.y, effects.v, np.ones((effects.k, 1)), np.ones(1),
        lambda phi: phi[:, places] ** 2, [brute.Axis.scale(LOG_HALF, 0.1)] * 3,
    )  # fmt: skip
    fit = cs.fit(model(ByGroup("arm", HALF)), effects, "exact")
    assert fit.log_evidence == pytest.approx(grid.log_evidence, abs=1e-6)
    grid.coefficient(1.0).holds(fit.summary().loc["mu"], 1e-6)
    for place, name in enumerate(("tau[a]", "tau[b]", "tau[c]")):
        grid.hyper(place).holds(fit.summary().loc[name], 1e-6)


def test_one_group_is_normal_heterogeneity(effects_of):
    """The same posterior under another name."""
    effects = effects_of([0.1, 0.5, 0.9], [0.04, 0.05, 0.03], arm="x")
    ours = cs.fit(model(ByGroup("arm", HALF)), effects)
    theirs = cs.fit(model(heterogeneity.Normal(HALF)), effects)
    renamed = ours.summary().rename(index={"tau[x]": "tau"})
    pd.testing.assert_frame_equal(renamed, theirs.summary())
    assert ours.log_evidence == pytest.approx(theirs.log_evidence, abs=1e-12)


def test_groups_far_apart_keep_their_own_heterogeneity(effects_of):
    rng = np.random.default_rng(1)
    theta = np.concatenate([rng.normal(0, 0.02, 30), rng.normal(0, 0.8, 30)])
    arms = ["calm"] * 30 + ["wild"] * 30
    effects = effects_of(theta + rng.normal(0, 0.1, 60), np.full(60, 0.01), arm=arms)
    summary = cs.fit(model(ByGroup("arm", HALF)), effects).summary()
    assert summary.loc["tau[calm]", "upper"] < 0.15
    assert summary.loc["tau[wild]", "lower"] > 0.5


def test_draws_stand_along_the_groups(pair):
    fit, _ = pair
    posterior = fit.draws["posterior"]
    assert list(posterior["tau_level"].to_numpy()) == ["a", "b"]
    means = posterior["tau"].mean(("chain", "draw")).to_numpy()
    rows = fit.summary().loc[["tau[a]", "tau[b]"]]
    np.testing.assert_array_less(np.abs(means - rows["mean"]), 4.5 * rows["sd"] / np.sqrt(4000))


def test_leaving_one_out_is_the_refit(pair, two):
    """foresee() deletes a row of the Gaussian form; a fit without the trial must say the same."""
    fit, _ = pair
    foreseen = fit.posterior.foresee()
    for place in (0, 3):
        label = two.labels[place]
        other = cs.fit(model(ByGroup("arm", HALF)), two.without(label))
        population = other.posterior.scatter.at(two.table.loc[[label]])
        combination = cs.engines.Combination(
            "gap", np.ones(1), scatter=population, error=two.v[place], known=-two.y[place]
        )
        gap = other.combine((combination,)).loc["gap"]
        assert foreseen[place] == pytest.approx(1 - gap["p_gt_0"], abs=1e-9)


def test_predictions_ask_for_the_group_and_use_it(pair):
    fit, _ = pair
    trial = cs.NewTrial(sei=0.2, arm="b")
    future = cs.predict(fit, trial, seed=4)["predictions"]
    spread = (future["theta"] - future["mu"]).std().item()
    rows = fit.summary().loc["tau[b]"]
    assert spread == pytest.approx(np.sqrt(rows["mean"] ** 2 + rows["sd"] ** 2), rel=0.08)
    with pytest.raises(ModelError, match=r"does not say its 'arm'"):
        cs.predict(fit, cs.NewTrial(sei=0.2))


def test_a_group_that_was_never_seen_is_refused_with_the_remedy(pair):
    fit, _ = pair
    with pytest.raises(ModelError, match=r"arm 'z'.*known: a, b.*PooledByGroup"):
        cs.predict(fit, cs.NewTrial(sei=0.2, arm="z"))


def test_more_groups_than_can_be_integrated_go_to_nuts(effects):
    crowded = model(ByGroup("arm", HALF), terms=terms.Exchangeable("dose", HALF))
    choice = cs.engines.auto(crowded, effects)
    assert isinstance(choice.engine, cs.engines.Nuts)
    assert "up to 3 hyperparameters; this model has 4 (tau[a], tau[b], tau[c]" in choice.reason


def test_missing_columns_and_cells_are_named(effects, effects_of):
    with pytest.raises(ModelError, match="'kind'"):
        cs.fit(model(ByGroup("kind", HALF)), effects)
    gaps = effects_of([0.1, 0.2], [0.1, 0.1], arm=["a", None])
    with pytest.raises(DataError, match=r"t1.*arm"):
        cs.fit(model(ByGroup("arm", HALF)), gaps)


@pytest.mark.parametrize("settings", [{"by": ""}, {"by": 3}, {"by": "arm", "tau": priors.Normal()}])
def test_settings_are_checked(settings):
    with pytest.raises(ModelError, match=r"by|tau"):
        ByGroup(**settings)


def test_one_heterogeneity_is_not_claimed_where_there_are_several(pair):
    fit, _ = pair
    assert np.isnan(cs.compare({"by group": fit}).loc["by group", "tau"])
