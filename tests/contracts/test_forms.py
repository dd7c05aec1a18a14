"""Every component's form for the engines is its PyMC model: the same joint log density.

No sampling: at random points the log density of the compiled PyMC model equals the priors' plus
that of the estimates, written with scipy from the columns, the scatter and the bias.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import logsumexp
from tests.contracts.alike import agree
from tests.contracts.points import drawn, in_pymc, log_density_of

import consilience as cs
from consilience import bias, engines, heterogeneity, priors, terms
from consilience.model import blocks, weighed

HALF, MU, GAMMA = priors.HalfNormal(0.5), priors.Normal(0.1, 1.0), priors.Normal(0.0, 0.5)
COEFFICIENT = priors.Normal(0.0, 0.6)
POINTS = 3

SCATTERS = {
    "Normal": heterogeneity.Normal(HALF),
    "Nothing": heterogeneity.Nothing(),
    "ByGroup": heterogeneity.ByGroup("arm", HALF),
    "PooledByGroup": heterogeneity.PooledByGroup("arm", HALF),
    "LogLinear": heterogeneity.LogLinear("dose + arm", HALF, GAMMA),
    "StudentT": heterogeneity.StudentT(4.0, HALF),
    "TwoComponent": heterogeneity.TwoComponent(HALF, 5.0),
}
TERMS = {
    "Linear": (terms.Linear("dose + against", COEFFICIENT),),
    "nested": (
        terms.Exchangeable("against", HALF),
        terms.Exchangeable("arm", HALF, within="against"),
    ),
    "Spline": (terms.Spline("dose", 4, COEFFICIENT),),
    "Offset": (terms.Offset("known"), terms.Exchangeable("arm", HALF)),
}
BIASES = {
    "Nothing": bias.Nothing(),
    "RiskOfBias": bias.RiskOfBias("risk", "high", COEFFICIENT, HALF),
    "two domains": bias.RiskOfBias(("risk", "blinding"), "high", COEFFICIENT, HALF),
    "half weight": bias.PowerWeight("risk", "high", 0.5),
    "no weight": bias.PowerWeight("risk", "high", 0.0),
}


def built_of(**settings):
    return cs.Model(**({"mu": MU, "heterogeneity": SCATTERS["Normal"]} | settings))


MODELS = {
    **{name: built_of(heterogeneity=each) for name, each in SCATTERS.items()},
    **{name: built_of(terms=each) for name, each in TERMS.items()},
    **{f"bias: {name}": built_of(bias=each) for name, each in BIASES.items()},
    "mixture without some": built_of(
        heterogeneity=SCATTERS["TwoComponent"], bias=BIASES["no weight"]
    ),
    "everything": built_of(
        terms=(*TERMS["Offset"], *TERMS["Linear"]),
        heterogeneity=SCATTERS["StudentT"],
        bias=BIASES["two domains"],
    ),
}
LOCATED = {terms.Threshold, terms.Hinge, terms.Emax}
"""Their densities: tests/terms/test_located.py, tests/engines/test_exact_strata.py."""
TIED = {heterogeneity.Nested, heterogeneity.Multivariate}
"""Of true effects that are not independent: tests/heterogeneity/test_tied.py."""
UNWEIGHTED = ("bias: no weight", "mixture without some")


@pytest.fixture(scope="module")
def effects():
    rng = np.random.default_rng(1)
    k = 10
    table = pd.DataFrame({
        "study": [f"t{i}" for i in range(k)],
        "yi": rng.normal(0.3, 0.4, k), "vi": rng.uniform(0.02, 0.1, k),
        "arm": list("aabbccabca"), "against": list("uvuvuuvuvv"), "dose": rng.uniform(0, 5, k),
        "known": rng.normal(0, 0.2, k), "risk": ["high", "low"] * 5,
        "blinding": ["low", "low", "high", "high", "low"] * 2,
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


def test_every_component_of_the_registries_is_here():
    parts = [
        part
        for model in MODELS.values()
        for part in (*model.terms, model.heterogeneity, model.bias)
    ]
    kinds = {type(part) for part in parts} | TIED | LOCATED
    for registry in (terms.REGISTRY, heterogeneity.REGISTRY, bias.REGISTRY):
        assert set(registry.values()) <= kinds


def by_hand(model, effects, hypers, *, point, units):
    """Log p(y, β, φ) with θ integrated out."""
    total = sum(float(hyper.prior.logpdf(point[hyper.name])) for hyper in hypers)
    seen = np.zeros(effects.k)
    for part, unit in zip(blocks(model, effects), units, strict=True):
        scale = point[part.scales[0].name] if part.scales else 1.0
        seen = seen + part.matrix @ (scale * unit) + part.known
        total += float(part.prior.logpdf(unit).sum())
    at = {name: np.array([value]) for name, value in point.items()}
    parts = model.heterogeneity.population(effects).components(at)
    v = weighed(model, effects).v
    counted = np.isfinite(v)
    shape = (effects.k, parts.shares.shape[1])
    sd = np.sqrt(v[:, None] + np.broadcast_to(parts.variances[0], shape))
    density = stats.norm(seen[:, None], sd).logpdf(effects.y[:, None])
    return total + logsumexp(density[counted], b=parts.shares[0], axis=1).sum()


@pytest.mark.parametrize("name", MODELS)
def test_the_form_is_the_pymc_model(name, effects):
    model = MODELS[name]
    built = model.pymc(effects)
    log_density = log_density_of(built)
    rng = np.random.default_rng(3)
    for _ in range(POINTS):
        hypers, point, units = drawn(model, effects, rng)
        theirs = float(log_density(in_pymc(model, effects, built, point=point, units=units)))
        ours = by_hand(model, effects, hypers, point=point, units=units)
        assert theirs == pytest.approx(ours, abs=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_coordinates_name_the_rows_of_the_summary(name, effects):
    model = MODELS[name]
    coords = {label for values in model.pymc(effects).coords.values() for label in values}
    parts = blocks(model, effects)
    assert {label for part in parts[1:] for label in part.labels} <= coords
    left_out = {"t0", "t2", "t4", "t6", "t8"} if name in UNWEIGHTED else set()
    assert (set(effects.labels) - coords) == left_out


AGREEING = {
    "moderators everywhere": cs.Model(
        mu=MU,
        terms=(terms.Spline("dose", 3, COEFFICIENT), terms.Offset("known")),
        heterogeneity=heterogeneity.LogLinear("scale(dose)", HALF, GAMMA),
        bias=bias.PowerWeight("risk", "high", 0.4),
    ),
    "groups and bias": cs.Model(
        mu=MU,
        heterogeneity=heterogeneity.ByGroup("against", HALF),
        bias=bias.RiskOfBias("risk", "high", COEFFICIENT, HALF),
    ),
    "nested": cs.Model(mu=MU, terms=TERMS["nested"], heterogeneity=SCATTERS["Normal"]),
}


@pytest.mark.slow  # by default those of test_product.py and of test_new_models.py are sampled
@pytest.mark.nuts
@pytest.mark.parametrize("name", AGREEING)
def test_the_engines_agree_within_four_monte_carlo_errors(name, effects):
    """All components that have a Gaussian form, in three models; every row of the summary."""
    sampled = cs.fit(AGREEING[name], effects, engines.Nuts(seed=11))
    agree(cs.fit(AGREEING[name], effects, "exact"), sampled)
