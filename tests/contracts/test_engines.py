"""The contract between the engines: one model, written down twice, and one set of answers.

Without sampling: for every combination of components the Gaussian form that the exact engine reads
and the PyMC model that NUTS reads have the same joint log density at any point. With sampling: the
models of models/ give the same summaries, in tests/contracts/test_models.py.
"""

import warnings
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import bias, engines, heterogeneity, likelihoods, priors, terms
from consilience.errors import ModelError
from consilience.model import blocks, variable_names

Y = [0.22, 0.35, 0.80, 0.36, 0.25, -0.05]
V = [0.034, 0.017, 0.034, 0.032, 0.106, 0.133]

TERMS = {
    terms.Exchangeable: (
        terms.Exchangeable("kind", scale=priors.HalfNormal(0.3)),
        terms.Exchangeable("place", scale=priors.HalfCauchy(0.2)),
    ),
    terms.Linear: (
        terms.Linear("year", prior=priors.Normal(0.1, 0.5)),
        terms.Linear("against + dose", prior=priors.Normal(0.0, 2.0)),
    ),
}
HETEROGENEITIES = {
    heterogeneity.Normal: (heterogeneity.Normal(priors.HalfNormal(0.5)),),
    heterogeneity.Nothing: (heterogeneity.Nothing(),),
}
LIKELIHOODS = {likelihoods.Normal: (likelihoods.Normal(),)}
BIASES = {bias.Nothing: (bias.Nothing(),)}


def every(examples):
    return [example for group in examples.values() for example in group]


def models():
    """Every heterogeneity with no term, every term, and every pair of terms."""
    singles = every(TERMS)
    pairs = [pair for pair in combinations_with_replacement(singles, 2) if pair[0] != pair[1]]
    for scatter in every(HETEROGENEITIES):
        for likelihood in every(LIKELIHOODS):
            for distortion in every(BIASES):
                for chosen in [(), *((one,) for one in singles), *pairs]:
                    yield cs.Model(
                        mu=priors.Normal(0.1, 0.8),
                        terms=chosen,
                        heterogeneity=scatter,
                        likelihood=likelihood,
                        bias=distortion,
                    )


def named(model):
    scatter = type(model.heterogeneity).__name__
    return " + ".join([scatter, *(f"{type(term).__name__}" for term in model.terms)])


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({
        "study": [f"t{i}" for i in range(6)], "yi": Y, "vi": V,
        "kind": list("aabbcc"), "place": list("xyxyxx"), "against": list("uvwuvw"),
        "year": [2001.0, 2003, 2004, 2008, 2011, 2012], "dose": [1.0, 2, 2, 3, 1, 5],
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


@pytest.mark.parametrize(
    ("registry", "examples"),
    [
        (terms.REGISTRY, TERMS),
        (heterogeneity.REGISTRY, HETEROGENEITIES),
        (likelihoods.REGISTRY, LIKELIHOODS),
        (bias.REGISTRY, BIASES),
    ],
    ids=["terms", "heterogeneity", "likelihoods", "bias"],
)
def test_the_examples_are_in_the_registries(registry, examples):
    """All components by themselves and some together: tests/contracts/test_forms.py."""
    assert set(examples) <= set(registry.values())


def gaussian(model, effects, draw):
    """log p(y, β, φ): from the Gaussian form, with θ integrated out."""
    parts, scatter = blocks(model, effects), model.heterogeneity.scatter(effects)
    observed = model.likelihood.observed(effects)
    hypers = (*scatter.hypers, *(hyper for part in parts for hyper in part.scales))
    point = {hyper.name: np.array([draw[hyper.name]]) for hyper in hypers}
    total = sum(float(hyper.prior.logpdf(draw[hyper.name])) for hyper in hypers)
    eta = np.zeros(effects.k)
    for part, unit in zip(parts, draw["units"], strict=True):
        scale = draw[part.scales[0].name] if part.scales else 1.0
        eta = eta + part.matrix @ (scale * unit)
        total += float(part.prior.logpdf(unit).sum())
    variance = observed.v + scatter.variance(point)[0]
    return total + stats.norm(eta, np.sqrt(variance)).logpdf(observed.y).sum()


def drawn(model, effects, rng):
    """A point: coefficients in units of their scales, and the standard deviations."""
    parts, scatter = blocks(model, effects), model.heterogeneity.scatter(effects)
    names = [h.name for h in (*scatter.hypers, *(h for part in parts for h in part.scales))]
    units = [rng.normal(0.0, 0.7, len(part.labels)) for part in parts]
    return {name: rng.uniform(0.05, 1.2) for name in names} | {"units": units}


def as_pymc(model, effects, built, draw):
    """The same point in the names and on the transformed scales of the PyMC model."""
    parts = blocks(model, effects)
    names = ("mu", *variable_names(model, effects))
    values = {name: value for name, value in draw.items() if name != "units"}
    for name, part, unit in zip(names, parts, draw["units"], strict=True):
        values[f"{name}_unit" if part.scales else name] = unit if name != "mu" else unit[0]
    found = {}
    for variable in built.free_RVs:
        inner = built.rvs_to_values[variable]
        logged = inner.name.endswith("_log__")
        value = np.asarray(values[variable.name], float)
        found[inner.name] = np.log(value) if logged else value
    return found


@pytest.mark.parametrize("model", list(models()), ids=named)
def test_the_gaussian_form_is_the_pymc_model(model, effects):
    built = model.pymc(effects)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        log_density = built.compile_logp(jacobian=False, mode="FAST_COMPILE")
    rng = np.random.default_rng(3)
    for _ in range(3):
        draw = drawn(model, effects, rng)
        theirs = float(log_density(as_pymc(model, effects, built, draw)))
        assert theirs == pytest.approx(gaussian(model, effects, draw), abs=1e-7)


def test_the_pymc_model_has_named_coordinates(effects):
    model = cs.Model(
        mu=priors.Normal(0.0, 1.0),
        terms=(*TERMS[terms.Exchangeable], *TERMS[terms.Linear]),
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
