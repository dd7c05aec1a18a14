"""What trials borrow: closed forms, reference weights, and the limits of no and full pooling."""

import json
from pathlib import Path

import numpy as np
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "questions.json").read_text("utf-8")
)
KNOWN = {"halfnormal": priors.HalfNormal, "halfcauchy": priors.HalfCauchy}


@pytest.mark.parametrize(
    "case", REFERENCE["bayesmeta"], ids=lambda case: f"{case['data']} {case['fit']}"
)
def test_weights_in_the_mean_are_those_of_bayesmeta(make, case):
    mu = case["mu_prior"]
    flat = mu["sd"] is None
    tau = KNOWN[case["tau_prior"]["family"]](case["tau_prior"]["scale"])
    model = cs.Model(
        mu=priors.Flat() if flat else priors.Normal(mu["mean"], mu["sd"]),
        heterogeneity=heterogeneity.Normal(tau),
    )
    fit = cs.fit(model, make(np.array(case["y"]), np.array(case["sigma"]) ** 2))
    found = cs.borrowing(fit)
    k = len(case["y"])
    tight = 2e-4 if "tight" in case["fit"] else 1e-3
    np.testing.assert_allclose(found.trials["weight"], case["weights"][:k], rtol=tight)
    assert found.prior_weight == pytest.approx(
        0.0 if flat else case["weights"][k], rel=tight, abs=1e-9
    )


def test_weights_are_derivatives_of_the_mean_where_nothing_is_integrated(make):
    y, v = np.array([0.1, 0.5, 0.2]), np.array([0.04, 0.02, 0.1])
    model = cs.Model(mu=priors.Normal(0, 1), heterogeneity="Nothing")
    found = cs.borrowing(cs.fit(model, make(y, v)))
    for place in range(3):
        moved = y.copy()
        moved[place] += 0.3
        gap = cs.fit(model, make(moved, v)).summary().loc["mu", "mean"]
        slope = (gap - cs.fit(model, make(y, v)).summary().loc["mu", "mean"]) / 0.3
        assert found.trials["weight"].iloc[place] == pytest.approx(slope, rel=1e-9)


def test_without_heterogeneity_all_is_shared(fits):
    found = cs.borrowing(fits["common"]).trials
    np.testing.assert_allclose(found["shrinkage"], 1.0)
    assert found["mean"].std() == pytest.approx(0, abs=1e-12)


def test_far_apart_trials_keep_to_themselves(make):
    y, v = np.array([-50.0, 0.0, 80.0]), np.full(3, 0.01)
    model = cs.Model(
        mu=priors.Normal(0, 1000), heterogeneity=heterogeneity.Normal(priors.HalfNormal(100))
    )
    found = cs.borrowing(cs.fit(model, make(y, v)))
    assert found.trials["shrinkage"].max() < 1e-4
    assert found.trials["borrowed"].abs().max() < 1e-4
    np.testing.assert_allclose(found.trials["mean"], y, atol=1e-3)
    assert found.effective == pytest.approx(3, abs=1e-3)


def test_columns_follow_from_one_another(fits):
    found = cs.borrowing(fits["levels"])
    trials = found.trials
    summary = fits["levels"].summary()
    for label, row in trials.iterrows():
        assert row["mean"] == summary.loc[f"theta[{label}]", "mean"]
        assert row["worth"] == pytest.approx(row["sei"] ** 2 / row["sd"] ** 2)
        assert row["borrowed"] == pytest.approx(1 - 1 / row["worth"])
    w = trials["weight"].to_numpy()
    assert found.effective == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert trials["shrinkage"].between(0, 1).all()


def test_shrinkage_is_the_posterior_mean_of_its_definition(fits, twins):
    tau = twins["random"].draws["posterior"]["tau"].to_numpy().ravel()
    v = fits["random"].effects.v
    drawn = (v / (v + tau[:, None] ** 2)).mean(axis=0)
    np.testing.assert_allclose(cs.borrowing(fits["random"]).trials["shrinkage"], drawn, atol=0.01)


def test_levels_by_themselves_and_pooled(fits, trials):
    found = cs.borrowing(fits["levels"]).levels
    assert list(found.index) == ["a", "b", "c"]
    assert list(found["k"]) == [3, 3, 2]
    own = found["own"].to_numpy()
    for place, name in enumerate("abc"):
        mine = np.array(trials.table["type"] == name)
        assert trials.y[mine].min() < own[place] < trials.y[mine].max()
    assert found["shrinkage"].between(0, 1).all()
    np.testing.assert_allclose(found["borrowed"], 1 - found["sd"] ** 2 / found["own_sd"] ** 2)


def test_a_level_alone_is_its_precision_weighted_mean(make):
    """With no room for heterogeneity the level's own mean is in closed form."""
    y, v = np.array([0.1, 0.3, 0.9]), np.array([0.01, 0.04, 0.02])
    model = cs.Model(
        mu=priors.Normal(0, 1),
        terms=(terms.Exchangeable("type", priors.HalfNormal(0.5)),),
        heterogeneity="Nothing",
    )
    found = cs.borrowing(cs.fit(model, make(y, v, type=["a", "a", "b"]))).levels
    assert found.loc["a", "own"] == pytest.approx((0.1 / 0.01 + 0.3 / 0.04) / 125)
    assert found.loc["a", "own_sd"] == pytest.approx(np.sqrt(1 / 125))
    assert found.loc["b", "own_sd"] == pytest.approx(np.sqrt(0.02))


@pytest.mark.parametrize("name", ["random", "levels"])
def test_sampled_fits_say_the_same(fits, twins, name):
    exact, drawn = cs.borrowing(fits[name]), cs.borrowing(twins[name])
    for column in ("mean", "sd", "shrinkage", "weight"):
        np.testing.assert_allclose(drawn.trials[column], exact.trials[column], atol=0.02)
    assert drawn.effective == pytest.approx(exact.effective, abs=0.2)
    assert drawn.levels.shape == exact.levels.shape


@pytest.mark.parametrize("k", [1, 2])
def test_one_and_two_trials(make, models, k):
    found = cs.borrowing(cs.fit(models["random"], make(np.array([0.3, 0.1])[:k], [0.05] * k)))
    assert len(found.trials) == k
    assert found.words
    assert found.effective == pytest.approx(k)


def test_a_trial_that_does_not_count_gives_nothing(trials, models):
    from dataclasses import replace

    bias = cs.bias.PowerWeight("against", "x", weight=0.0)
    found = cs.borrowing(cs.fit(replace(models["random"], bias=bias), trials)).trials
    assert list(found["weight"].iloc[[0, 2, 4, 6]]) == [0.0] * 4
    assert list(found["shrinkage"].iloc[[0, 2, 4, 6]]) == [1.0] * 4
