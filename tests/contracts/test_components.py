"""The contract of every component of a model: terms, heterogeneity, likelihoods, bias."""

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, is_dataclass

import numpy as np
import pandas as pd
import pytest
from tests.across import across

import consilience as cs
from consilience import bias, engines, heterogeneity, likelihoods, priors, spec, terms
from consilience.errors import ModelError
from consilience.heterogeneity import Heterogeneity
from consilience.terms import Term

FOLDERS = {
    "terms": (
        terms,
        [
            terms.Exchangeable("kind"),
            terms.Exchangeable("kind", within="n1"),
            terms.Linear("year + kind"),
            terms.Spline("year", 3),
            terms.Offset("year"),
            terms.Offset(values={"A": 0.1}),
            terms.Threshold("year", priors.Uniform(2000, 2013), unknown=(priors.Normal(0, 1),)),
            terms.Hinge("year", priors.Uniform(2000, 2013), priors.Normal(0, 1), from_zero=False),
            terms.Emax("year", priors.Uniform(2000, 2013)),
        ],
    ),
    "heterogeneity": (
        heterogeneity,
        [
            heterogeneity.Normal(),
            heterogeneity.Nothing(),
            heterogeneity.ByGroup("kind"),
            heterogeneity.PooledByGroup("kind"),
            heterogeneity.LogLinear("year"),
            heterogeneity.StudentT(),
            heterogeneity.Nested("kind"),
            heterogeneity.Nested(("kind", "year"), within=heterogeneity.Nothing()),
            heterogeneity.Multivariate("kind"),
            heterogeneity.Multivariate(("kind", "year"), structure="CompoundSymmetry"),
            heterogeneity.TwoComponent(),
        ],
    ),
    "likelihood": (
        likelihoods,
        [
            likelihoods.Normal(),
            likelihoods.CorrelatedNormal(),
            likelihoods.Binomial("Log", "Exchangeable", likelihoods.missing.IMOR(sd1=0.5)),
            likelihoods.BetaBinomial("Identity"),
            likelihoods.Poisson(),
            likelihoods.Hypergeometric(),
            likelihoods.ArmMeans(likelihoods.missing.IMDoM(0.5, correlation=0.3)),
        ],
    ),
    "bias": (bias, [bias.Nothing(), bias.RiskOfBias(), bias.PowerWeight(weight=0.3)]),
}
ALL = [(slot, each) for slot, (_, examples) in FOLDERS.items() for each in examples]
TERMS = FOLDERS["terms"][1]

components = across(("slot", "component"), ALL)
folders = pytest.mark.parametrize("slot", FOLDERS)
each_term = pytest.mark.parametrize("term", TERMS, ids=lambda term: type(term).__name__)
SD_ONLY = ("Normal", "Nothing", "ByGroup")


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({
        "study": ["A", "NA", "Ünïcode", "None", "E", "F"], "n1": 40, "n2": 40,
        "yi": [0.1, 0.4, 0.2, 0.5, 0.0, 0.3], "vi": [0.04, 0.02, 0.05, 0.03, 0.06, 0.02],
        "kind": ["b", "a", "B", "NA", "b", "a"], "year": [2001.0, 2003, 2004, 2008, 2011, 2012],
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


@folders
def test_every_component_of_the_registry_has_an_example(slot):
    folder, examples = FOLDERS[slot]
    assert set(folder.REGISTRY.values()) == {type(each) for each in examples}
    assert all(name == kind.__name__ for name, kind in folder.REGISTRY.items())


@components
def test_its_name_and_settings_build_it_again(slot, component):
    settings = {field.name: getattr(component, field.name) for field in fields(component)}
    again = FOLDERS[slot][0].get(type(component).__name__, **settings)
    assert again == component
    assert hash(again) == hash(component)


@components
def test_it_is_a_frozen_value(slot, component):
    assert is_dataclass(component)
    assert copy.deepcopy(component) == component
    assert pickle.loads(pickle.dumps(component)) == component
    for field in fields(component):
        with pytest.raises(FrozenInstanceError):
            setattr(component, field.name, None)


@components
def test_it_stands_in_its_slot_and_in_no_other(slot, component):
    model = cs.Model(**{slot: component})
    assert getattr(model, slot) in (component, (component,))
    for other in ("mu", *FOLDERS):
        if other != slot:
            with pytest.raises(ModelError, match=f"slot '{other}'"):
                cs.Model(**{other: component})


@components
def test_it_survives_toml(slot, component, tmp_path):
    model = cs.Model(**{slot: component})
    path = tmp_path / "model.toml"
    path.write_text(spec.to_toml(model), encoding="utf-8")
    assert cs.read_model(path).model == model


@folders
def test_unknown_names_list_the_known_ones(slot):
    folder = FOLDERS[slot][0]
    with pytest.raises(ModelError, match=", ".join(sorted(folder.REGISTRY))):
        folder.get("Typo")


@folders
@pytest.mark.parametrize("setting", ["speed", "name", "self", "settings"])
def test_unknown_settings_are_refused_in_words(slot, setting):
    folder = FOLDERS[slot][0]
    for name in folder.REGISTRY:
        with pytest.raises(ModelError, match=name):
            folder.get(name, **{setting: 1})


@each_term
def test_rows_of_the_old_trials_are_the_block(term, effects):
    block, rows = term.block(effects), term.rows(effects, effects.table)
    np.testing.assert_allclose(rows.matrix, block.matrix, atol=1e-12)
    np.testing.assert_array_equal(rows.fresh, 0.0)
    assert block.matrix.shape == (effects.k, len(block.labels))
    assert len(set(block.labels)) == len(block.labels)


@each_term
def test_rows_come_one_by_one_as_they_come_together(term, effects):
    new = effects.table.iloc[[3, 1, 1]].set_axis(["x", "y", "z"])
    together = term.rows(effects, new)
    for place in range(3):
        alone = term.rows(effects, new.iloc[[place]])
        np.testing.assert_array_equal(alone.matrix[0], together.matrix[place])


@each_term
def test_it_knows_which_columns_it_reads(term, effects):
    """Exactly those without which it cannot be built."""
    for column in ("kind", "year", "n1"):
        without = cs.effect_sizes(effects.frame.drop(columns=column).reset_index(drop=True), "GEN")
        if term.reads(column):
            with pytest.raises(ModelError, match=column):
                term.block(without)
        else:
            term.block(without)


@each_term
def test_it_leaves_the_trials_alone(term, effects):
    before = effects.table.copy()
    term.block(effects)
    term.rows(effects, effects.table)
    pd.testing.assert_frame_equal(effects.table, before)


@pytest.mark.parametrize("term", [term for term in TERMS if term.reads("kind")], ids=repr)
def test_missing_cells_are_named(term, effects):
    table = effects.frame.reset_index(drop=True).astype({"kind": object})
    table.loc[2, "kind"] = None
    with pytest.raises(cs.errors.DataError, match=r"Ünïcode.*kind"):
        term.block(cs.effect_sizes(table, "GEN"))


@pytest.mark.parametrize(
    "scatter",
    [each for each in FOLDERS["heterogeneity"][1] if type(each).__name__ in SD_ONLY],
    ids=repr,
)
def test_scatter_is_a_variance_with_named_hyperparameters(scatter, effects):
    from consilience.model import resolve

    concrete = resolve(cs.Model(heterogeneity=scatter), effects).heterogeneity
    found = concrete.scatter(effects)
    point = {hyper.name: np.array([0.0, 0.1, 2.0]) for hyper in found.hypers}
    variance = np.broadcast_to(found.variance(point), (3 if point else 1, effects.k))
    assert np.all(variance >= 0)
    assert np.all(np.diff(variance, axis=0) >= 0)
    assert np.all(found.anywhere().variance(point) >= 0)


class Odd(Heterogeneity):
    """A heterogeneity without a Gaussian form."""

    def pymc(self, predictor, effects):
        raise NotImplementedError


def test_a_component_without_a_gaussian_form_sends_auto_to_nuts(effects):
    choice = engines.auto(cs.Model(mu=priors.Normal(0, 1), heterogeneity=Odd()), effects)
    assert isinstance(choice.engine, engines.Nuts)
    assert "Odd heterogeneity has no Gaussian form" in choice.reason


def test_a_component_in_no_registry_cannot_be_written_down():
    with pytest.raises(ModelError, match="no registry"):
        spec.to_mapping(cs.Model(heterogeneity=Odd()))


@pytest.mark.parametrize("kind", [Term, Heterogeneity, likelihoods.Likelihood, bias.Bias])
def test_a_class_is_abstract_or_final(kind):
    with pytest.raises(TypeError, match="abstract"):
        kind()
