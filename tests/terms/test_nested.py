"""Exchangeable levels within other levels: pairs, nested and crossed."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import DataError, ModelError
from consilience.rows import combinations, newcomer
from consilience.terms import Exchangeable, Linear

HALF = priors.HalfNormal(0.5)
NESTED = Exchangeable("kind", HALF, within="against")


@pytest.fixture(scope="module")
def trials():
    table = pd.DataFrame({
        "study": list("ABCDEFGH"), "yi": [0.1, 0.4, 0.2, 0.5, 0.0, 0.3, 0.35, 0.15],
        "vi": [0.04, 0.02, 0.05, 0.03, 0.06, 0.02, 0.03, 0.04],
        "kind": ["CBT", "act", "CBT", "run", "act", "CBT", "run", "CBT"],
        "against": ["TAU", "TAU", "wait", "TAU", "wait", "wait", "wait", "TAU"],
        "gap": ["a", None, "a", "b", "b", "a", "b", "a"],
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


def fitted(effects, *terms):
    scatter = heterogeneity.Normal(HALF)
    return cs.fit(cs.Model(mu=priors.Normal(0, 1), terms=terms, heterogeneity=scatter), effects)


def new(**columns):
    return pd.DataFrame(columns, index=["new"])


def test_levels_are_the_pairs_that_were_seen(trials):
    block = NESTED.block(trials)
    pairs = ["act:TAU", "act:wait", "CBT:TAU", "CBT:wait", "run:TAU", "run:wait"]
    assert block.labels == tuple(f"kind:against[{pair}]" for pair in pairs)
    assert block.variable == "kind:against"
    assert [hyper.name for hyper in block.scales] == ["kind:against_scale"]
    np.testing.assert_array_equal(block.matrix.sum(axis=1), 1.0)


def test_it_reads_both_columns():
    assert NESTED.reads("kind")
    assert NESTED.reads("against")
    assert not NESTED.reads("study")
    assert not Exchangeable("kind", HALF).reads("")


def test_pairs_by_hand_are_the_same_posterior(trials):
    """A column that holds the pairs gives the same answer under its own name."""
    table = trials.frame.assign(pair=trials.table["kind"] + ":" + trials.table["against"])
    effects = cs.effect_sizes(table.reset_index(drop=True), "GEN")
    ours, theirs = fitted(effects, NESTED), fitted(effects, Exchangeable("pair", HALF))
    renamed = ours.summary().rename(index=lambda name: name.replace("kind:against", "pair"))
    pd.testing.assert_frame_equal(renamed, theirs.summary(), rtol=1e-10)


def test_a_pair_never_seen_is_a_fresh_draw(trials):
    fit = fitted(trials, Exchangeable("against", HALF), NESTED)
    seen, unseen, strange = (
        combinations(fit, new(kind=[kind], against=[against]))[0]
        for kind, against in (("CBT", "TAU"), ("yoga", "TAU"), ("CBT", "sham"))
    )
    assert seen.fresh == ()
    assert unseen.fresh == ("kind:against_scale",)
    assert strange.fresh == ("against_scale", "kind:against_scale")
    spread = fit.combine((seen, unseen, strange))["sd"].to_numpy()
    assert spread[0] < spread[1] < spread[2]


def test_nested_levels_split_the_variance_as_a_multilevel_model_does(trials):
    """y = μ + c[against] + u[pair] + e: the covariances that pairs and comparators share."""
    fit = fitted(trials, Exchangeable("against", HALF), NESTED)
    posterior = fit.draws["prior"].to_dataset()
    columns = np.hstack([part.matrix for part in fit.posterior.layout.parts])
    beta, _ = fit.posterior.layout.read(posterior)
    eta = (beta @ columns.T)[0]
    covariance = np.cov(eta.T)
    against = trials.table["against"].to_numpy()
    kind = trials.table["kind"].to_numpy()
    same = (against[:, None] == against) & (kind[:, None] == kind)
    near = (against[:, None] == against) & ~same
    far = against[:, None] != against
    for mask, expected in ((same, 1 + 0.5), (near, 1 + 0.25), (far, 1.0)):
        assert covariance[mask].mean() == pytest.approx(expected, rel=0.15)


def test_crossed_terms_and_their_interaction_stand_side_by_side(trials):
    crossed = fitted(trials, Exchangeable("kind", HALF), Exchangeable("against", HALF))
    assert isinstance(crossed.engine, cs.engines.Exact)
    terms = (Exchangeable("kind", HALF), Exchangeable("against", HALF), NESTED)
    model = cs.Model(mu=priors.Normal(0, 1), terms=terms, heterogeneity=heterogeneity.Normal(HALF))
    choice = cs.engines.auto(model, trials)
    assert isinstance(choice.engine, cs.engines.Nuts)
    assert "kind:against_scale" in choice.reason


def test_subgroups_average_over_the_pairs_that_were_seen(trials):
    fit = fitted(trials, NESTED)
    table = cs.subgroups(fit, "kind")
    rows = fit.summary()["mean"]
    both = [rows["kind:against[run:TAU]"], rows["kind:against[run:wait]"]]
    # averaged over the trials' own comparators: four against usual care, four against waiting
    assert table.loc["run", "estimate"] == pytest.approx(rows["mu"] + np.mean(both))


def test_a_new_trial_must_say_both(trials):
    fit = fitted(trials, NESTED)
    with pytest.raises(ModelError, match="'against'"):
        cs.predict(fit, cs.NewTrial(sei=0.2, kind="CBT"))


def test_a_new_trial_of_unknown_pair_spreads_further(trials):
    fit = fitted(trials, NESTED)
    known = cs.predict(fit, cs.NewTrial(sei=0.2, kind="CBT", against="TAU"), seed=1)
    unknown = cs.predict(fit, cs.NewTrial(sei=0.2, kind="yoga", against="TAU"), seed=1)
    sd = [float(each["predictions"]["mu"].std()) for each in (known, unknown)]
    assert sd[0] < sd[1]
    row = fit.combine((newcomer(fit, "new"),)).loc["new"]
    assert row["sd"] > sd[1]


def test_a_saved_fit_with_pairs_comes_back(trials, tmp_path):
    fit = fitted(trials, NESTED)
    fit.save(tmp_path / "fit.nc")
    loaded = cs.load_fit(tmp_path / "fit.nc")
    pd.testing.assert_frame_equal(loaded.summary(), fit.summary(), rtol=1e-12)
    levels = loaded.draws["posterior"]["kind:against_level"].to_numpy()
    assert levels[0] == "act:TAU"


@pytest.mark.parametrize(
    "settings", [{"factor": ""}, {"factor": "a", "within": "a"}, {"factor": "a", "within": 3}]
)
def test_settings_are_checked(settings):
    with pytest.raises(ModelError, match="column"):
        Exchangeable(**settings)


def test_empty_cells_of_either_column_are_named(trials):
    with pytest.raises(DataError, match=r"B.*gap"):
        fitted(trials, Exchangeable("kind", HALF, within="gap"))


def test_linear_and_nested_terms_share_a_column(trials):
    fit = fitted(trials, Linear("against", priors.Normal(0, 0.5)), NESTED)
    assert "against[wait]" in fit.summary().index
