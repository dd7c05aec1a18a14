"""Levels drawn from a population."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors
from consilience.errors import DataError, ModelError
from consilience.rows import combinations
from consilience.terms import Exchangeable

HALF = priors.HalfNormal(0.5)


def new(**columns):
    return pd.DataFrame(columns, index=["new"])


def fitted(effects, *terms):
    return cs.fit(
        cs.Model(mu=priors.Normal(0, 1), terms=terms, heterogeneity=heterogeneity.Normal(HALF)),
        effects,
        "exact",
    )


def test_levels_stand_in_case_insensitive_order(effects):
    block = Exchangeable("kind", HALF).block(effects)
    assert block.labels == ("kind[act]", "kind[CBT]", "kind[exercise]")
    np.testing.assert_array_equal(block.matrix.argmax(axis=1), [1, 0, 1, 2, 0, 1])
    np.testing.assert_array_equal(block.matrix.sum(axis=1), 1.0)


def test_every_level_has_a_standard_normal_prior_times_one_scale(effects):
    block = Exchangeable("kind", HALF).block(effects)
    assert block.prior == priors.Normal(0.0, 1.0)
    assert [(hyper.name, hyper.prior) for hyper in block.scales] == [("kind_scale", HALF)]


def test_a_known_level_takes_its_column_and_an_unseen_one_a_fresh_draw(effects):
    term = Exchangeable("kind", HALF)
    known, unseen = (term.rows(effects, new(kind=[level])) for level in ("CBT", "music"))
    np.testing.assert_array_equal(known.matrix, [[0, 1, 0]])
    np.testing.assert_array_equal(known.fresh, [0])
    np.testing.assert_array_equal(unseen.matrix, [[0, 0, 0]])
    np.testing.assert_array_equal(unseen.fresh, [1])


def test_spaces_round_a_level_do_not_make_it_new(effects):
    rows = Exchangeable("kind", HALF).rows(effects, new(kind=[" CBT "]))
    np.testing.assert_array_equal(rows.fresh, [0])


@pytest.mark.parametrize("value", [2, 2.0, np.int64(2), np.float64(2.0), "2"])
def test_numbers_are_levels_however_they_are_written(effects, value):
    rows = Exchangeable("dose", HALF).rows(effects, new(dose=[value]))
    np.testing.assert_array_equal(rows.fresh, [0])


def test_numbers_read_as_floats_are_the_same_levels(table):
    effects = cs.effect_sizes(table.astype({"dose": float}), "GEN")
    block = Exchangeable("dose", HALF).block(effects)
    assert block.labels == ("dose[1]", "dose[2]", "dose[3]", "dose[5]")
    rows = Exchangeable("dose", HALF).rows(effects, new(dose=[2]))
    np.testing.assert_array_equal(rows.fresh, [0])


def test_an_unseen_level_is_less_certain_than_a_seen_one(effects):
    fit = fitted(effects, Exchangeable("kind", HALF))
    seen, unseen = (
        fit.combine(combinations(fit, new(kind=[level]))).iloc[0] for level in ("CBT", "music")
    )
    assert unseen["sd"] > 1.2 * seen["sd"]
    assert unseen["upper"] - unseen["lower"] > seen["upper"] - seen["lower"]


def test_an_unseen_level_has_the_variance_of_its_population_on_top(effects):
    """Var(μ + u) = Var(μ) + E[ω²], for u ~ N(0, ω²) independent of μ given ω."""
    fit = fitted(effects, Exchangeable("kind", HALF))
    unseen = fit.combine(combinations(fit, new(kind=["music"]))).iloc[0]
    mu, scale = fit.summary().loc["mu"], fit.summary().loc["kind_scale"]
    assert unseen["mean"] == pytest.approx(mu["mean"], abs=1e-12)
    expected = mu["sd"] ** 2 + scale["mean"] ** 2 + scale["sd"] ** 2
    assert unseen["sd"] ** 2 == pytest.approx(expected, rel=1e-9)


def test_levels_are_shrunk_towards_the_mean_and_lone_ones_more(effects_of_levels):
    """A level of one trial is pulled further in than one of four of the same value."""
    fit = fitted(effects_of_levels, Exchangeable("kind", HALF))
    summary = fit.summary()
    lone, many = summary.loc["kind[lone]"], summary.loc["kind[many]"]
    assert 0 < lone["mean"] < many["mean"] < 0.8
    assert lone["sd"] > many["sd"]


@pytest.fixture
def effects_of_levels():
    kinds = ["lone"] + ["many"] * 4 + ["none"] * 4
    y = [0.8, 0.8, 0.8, 0.8, 0.8, 0.0, 0.0, 0.0, 0.0]
    table = pd.DataFrame({"study": list("ABCDEFGHI"), "yi": y, "vi": 0.05, "kind": kinds})
    return cs.effect_sizes(table, "GEN")


def test_one_level_is_refused(effects):
    with pytest.raises(ModelError, match=r"at least two levels.*only 'x'"):
        fitted(effects, Exchangeable("alone", HALF))


def test_a_missing_column_is_refused_with_those_there_are(effects):
    with pytest.raises(ModelError, match=r"no column 'typ'.*kind, against"):
        fitted(effects, Exchangeable("typ", HALF))


@pytest.mark.parametrize("column", ["gap", "blank"])
def test_an_empty_cell_is_refused_by_study_and_column(effects, column):
    with pytest.raises(DataError) as refusal:
        fitted(effects, Exchangeable(column, HALF))
    (problem,) = refusal.value.problems
    assert (problem.study, problem.column) == ("C", column)
    assert "without" in problem.remedy


def test_a_new_trial_that_does_not_say_its_level_is_refused(effects):
    with pytest.raises((ModelError, DataError), match="kind"):
        Exchangeable("kind", HALF).rows(effects, new(other=["CBT"]))


@pytest.mark.parametrize("name", ["mu", "tau", "beta", "theta", "yi", "chain", "draw", "coef"])
def test_names_that_the_answers_need_are_refused(table, name):
    """A column called tau would overwrite the draws of tau."""
    named = table if name == "yi" else table.rename(columns={"kind": name})
    effects = cs.effect_sizes(named, "GEN")
    term = Exchangeable(name, HALF)
    with pytest.raises(ModelError, match=name):
        fitted(effects, term)


@pytest.mark.parametrize(
    "scale", [0.5, None, "Typo", priors.Normal(0.0, 1.0), priors.Uniform(-1.0, 1.0)]
)
def test_a_scale_is_a_prior_on_a_standard_deviation(scale):
    with pytest.raises(ModelError, match=r"scale|Typo"):
        Exchangeable("kind", scale)


def test_a_scale_may_be_named():
    assert Exchangeable("kind", "HalfNormal") == Exchangeable("kind", priors.HalfNormal())


@pytest.mark.parametrize("factor", [5, None, "", ["kind"]])
def test_a_factor_is_the_name_of_a_column(factor):
    with pytest.raises(ModelError, match="factor"):
        Exchangeable(factor, HALF)
