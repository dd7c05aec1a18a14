"""The model: five slots, and nothing else."""

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from tests.across import across

import consilience as cs
from consilience import bias, heterogeneity, likelihoods, priors, terms
from consilience.errors import ModelError
from consilience.model import blocks, resolve, variable_names

HALF = priors.HalfNormal(0.5)


@pytest.fixture(scope="module")
def table():
    return pd.DataFrame({
        "study": list("ABCDEF"), "n1": 30, "n2": 30, "mean1": [5.0, 6, 7, 5, 6, 7], "sd1": 2.0,
        "mean2": 5.0, "sd2": 2.0, "yi": [0.1, 0.4, 0.2, 0.5, 0.0, 0.3], "vi": 0.05,
        "kind": list("aabbcc"), "kind_scale": list("xyxyxy"), "year": range(2001, 2007),
    })  # fmt: skip


@pytest.fixture(scope="module")
def effects(table):
    return cs.effect_sizes(table, "SMD")


def test_the_defaults_are_random_effects_in_units_of_the_measure(effects):
    model = cs.Model()
    assert model.heterogeneity == heterogeneity.Normal()
    assert (model.terms, model.likelihood, model.bias) == ((), likelihoods.Normal(), bias.Nothing())
    concrete = resolve(model, effects)
    assert concrete.mu == priors.Normal(0.0, 1.0)
    assert concrete.heterogeneity.tau == priors.HalfNormal(0.5)


def test_defaults_of_raw_units_follow_the_unit_information_sd(table):
    effects = cs.effect_sizes(table, "MD")
    unit = effects.unit_sd()
    concrete = resolve(cs.Model(terms=terms.Exchangeable("kind")), effects)
    assert unit == pytest.approx(np.sqrt(360 / np.sum(1 / effects.v)))
    assert concrete.mu == priors.Normal(0.0, 0.5 * unit)
    assert concrete.heterogeneity.tau == priors.HalfNormal(0.25 * unit)
    assert concrete.terms[0].scale == priors.HalfNormal(0.25 * unit)


def test_defaults_that_need_an_unknown_unit_ask_for_a_prior(table):
    """Without numbers of participants μ is left flat, but τ cannot be."""
    effects = cs.effect_sizes(table[["study", "yi", "vi"]], "GEN")
    assert resolve(cs.Model(heterogeneity=heterogeneity.Normal(HALF)), effects).mu == priors.Flat()
    with pytest.raises(ModelError, match="explicit prior"):
        cs.fit(cs.Model(), effects)


def test_resolving_leaves_concrete_models_as_they_are(effects):
    model = cs.Model(mu=priors.Normal(0, 2), heterogeneity=heterogeneity.Normal(HALF))
    assert resolve(model, effects) == model


def test_models_are_values():
    one, two = cs.Model(terms=[terms.Linear("year")]), cs.Model(terms=(terms.Linear("year"),))
    assert one == two
    assert hash(one) == hash(two)
    assert one != cs.Model()
    with pytest.raises(FrozenInstanceError):
        one.mu = priors.Flat()
    assert not hasattr(one, "__dict__")


def test_names_are_looked_up_in_every_slot():
    named = cs.Model(
        mu="Flat", heterogeneity="Nothing", likelihood="Normal", bias="Nothing", terms=[]
    )
    assert named == cs.Model(mu=priors.Flat(), heterogeneity=heterogeneity.Nothing())


@pytest.mark.parametrize(
    ("slot", "known"),
    [
        ("mu", "HalfNormal"), ("terms", "Exchangeable, Hinge, Linear"),
        ("heterogeneity", "Normal, Nothing"),
        ("likelihood", "Normal"), ("bias", "Nothing"),
    ],
)  # fmt: skip
def test_unknown_names_list_the_known_ones(slot, known):
    with pytest.raises(ModelError, match=known):
        cs.Model(**{slot: "Typo"})


WRONG = [3, None, 0.5, {"kind": "Normal"}, object(), heterogeneity.Normal, ["Normal"]]


@across("slot", ["mu", "terms", "heterogeneity", "likelihood", "bias"])
@across("given", WRONG, ids=lambda given: type(given).__name__)
def test_a_slot_takes_its_own_kind_only(slot, given):
    with pytest.raises(ModelError, match=slot if given != ["Normal"] else "Normal"):
        cs.Model(**{slot: given})


def test_a_single_term_need_not_stand_in_a_list():
    assert cs.Model(terms=terms.Linear("year")).terms == (terms.Linear("year"),)


def test_a_term_stands_in_a_model_once():
    with pytest.raises(ModelError, match="twice"):
        cs.Model(terms=(terms.Linear("year"), terms.Linear("year")))


@pytest.mark.parametrize(
    "pair",
    [
        (terms.Exchangeable("kind", HALF), terms.Exchangeable("kind", priors.HalfNormal(0.1))),
        (terms.Exchangeable("kind", HALF), terms.Exchangeable("kind_scale", HALF)),
        (terms.Exchangeable("kind", HALF), terms.Linear("kind")),
        (terms.Linear("year"), terms.Linear("year + kind")),
    ],
    ids=["same factor", "factor named as a scale", "factor twice", "number twice"],
)
def test_names_never_stand_for_two_things(effects, pair):
    """Two scales of one name would silently be one, two rows of one name look the same."""
    with pytest.raises(ModelError, match="twice"):
        cs.fit(cs.Model(terms=pair), effects)


def test_blocks_stand_in_order_with_mu_first(effects):
    model = cs.Model(terms=(terms.Linear("year"), terms.Exchangeable("kind")))
    found = blocks(resolve(model, effects), effects)
    assert [part.variable for part in found] == ["mu", "beta", "kind"]
    np.testing.assert_array_equal(found[0].matrix, np.ones((6, 1)))
    assert variable_names(model, effects) == ("beta", "kind")


def test_several_regressions_are_numbered_for_pymc(effects):
    model = cs.Model(terms=(terms.Linear("year"), terms.Linear("kind")))
    assert variable_names(model, effects) == ("beta_1", "beta_2")


def test_more_than_three_scales_are_left_to_nuts(table):
    for name in ("p", "q", "r"):
        table = table.assign(**{name: list("uuvvww")})
    effects = cs.effect_sizes(table, "SMD")
    model = cs.Model(terms=tuple(terms.Exchangeable(name) for name in ("p", "q", "r")))
    choice = cs.engines.auto(model, effects)
    assert isinstance(choice.engine, cs.engines.Nuts)
    assert "4 (tau, p_scale, q_scale, r_scale)" in choice.reason
    with pytest.raises(ModelError, match="up to 3 hyperparameters"):
        cs.fit(model, effects, "exact")
