"""The contract between the engines: the same names and refusals, and settings that are settled.

That they have one density and the same answers: tests/contracts/test_product.py for components,
test_models.py and test_new_models.py for the files of models/.
"""

import pandas as pd
import pytest

import consilience as cs
from consilience import engines, heterogeneity, priors, terms
from consilience.errors import ModelError

Y = [0.22, 0.35, 0.80, 0.36, 0.25, -0.05]
V = [0.034, 0.017, 0.034, 0.032, 0.106, 0.133]


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({
        "study": [f"t{i}" for i in range(6)], "yi": Y, "vi": V,
        "kind": list("aabbcc"), "place": list("xyxyxx"), "against": list("uvwuvw"),
        "year": [2001.0, 2003, 2004, 2008, 2011, 2012], "dose": [1.0, 2, 2, 3, 1, 5],
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


def test_the_pymc_model_has_named_coordinates(effects):
    model = cs.Model(
        mu=priors.Normal(0.0, 1.0),
        terms=(
            terms.Exchangeable("kind", scale=priors.HalfNormal(0.3)),
            terms.Exchangeable("place", scale=priors.HalfCauchy(0.2)),
            terms.Linear("year", prior=priors.Normal(0.1, 0.5)),
            terms.Linear("against + dose", prior=priors.Normal(0.0, 2.0)),
        ),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
    )
    built = model.pymc(effects)
    coords = {name: list(values) for name, values in built.coords.items()}
    assert coords["estimate"] == [f"t{i}" for i in range(6)]
    assert coords["kind_level"] == ["kind[a]", "kind[b]", "kind[c]"]
    assert coords["beta_1_coef"] == ["year"]
    assert coords["beta_2_coef"] == ["against[v]", "against[w]", "dose"]
    assert [variable.name for variable in built.observed_RVs] == ["yi"]


def test_names_that_clash_are_refused_by_pymc_as_by_the_engines(effects):
    """A column called theta would stand in the place of the trials' effects."""
    table = effects.table.rename(columns={"kind": "theta"}).reset_index(drop=True)
    model = cs.Model(
        mu=priors.Normal(0.0, 1.0),
        terms=(terms.Exchangeable("theta", scale=priors.HalfNormal(0.5)),),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)),
    )
    clash = cs.effect_sizes(table, "GEN")
    for ask in (engines.Exact().run, engines.Nuts().run, cs.Model.pymc):
        with pytest.raises(ModelError, match=r"'theta'.*twice"):
            ask(model, clash)


@pytest.mark.parametrize("name", engines.REGISTRY)
def test_engines_are_built_by_name_with_settings(name):
    built = engines.get(name, seed=3, draws=50)
    assert (built.seed, built.draws) == (3, 50)
    assert built == engines.get(name, seed=3, draws=50)
    with pytest.raises(ModelError, match="does not take"):
        engines.get(name, speed=3)


def test_unknown_engines_are_refused_with_the_known_ones():
    with pytest.raises(ModelError, match="exact, nuts"):
        engines.get("gibbs")


@pytest.mark.parametrize("name", engines.REGISTRY)
@pytest.mark.parametrize(
    "setting", [{"draws": 0}, {"draws": 1.5}, {"chains": 0}, {"seed": -1}, {"seed": "a"}], ids=str
)
def test_impossible_settings_are_refused_in_words(name, setting):
    with pytest.raises(ModelError, match=next(iter(setting))):
        engines.get(name, **setting)
