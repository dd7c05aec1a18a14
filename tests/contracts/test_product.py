"""Exact and NUTS over the product of the registries: one density, and every row within 4 MCSE.

By default a small set of models in which every pair of components stands together at least once:
the exact engine's closed forms and the PyMC model are one density, to 1e-9. Fewer models, in which
every component stands, are sampled; under the mark `slow` all of them are. Models that the exact
engine refuses are compared with integrals of their own elsewhere (tests/heterogeneity,
tests/contracts/test_new_models.py); that it refuses them, and why, is checked here.
"""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.contracts.alike import agree
from tests.contracts.points import drawn, in_pymc, log_density_of

import consilience as cs
from consilience import bias, engines, heterogeneity, priors, terms
from consilience.engines.exact.form import assemble
from consilience.errors import RefusalError

HALF, SLOPE = priors.HalfNormal(0.5), priors.Normal(0.0, 0.4)

PRIORS = {
    "light tails": (priors.Normal(0.1, 1.0), priors.HalfNormal(0.4)),
    "heavy tails": (priors.Normal(0.0, 3.0), priors.HalfStudentT(4.0, 0.3)),
}
SCATTERS = {
    "Nothing": lambda _: heterogeneity.Nothing(),
    "Normal": heterogeneity.Normal,
    "ByGroup": lambda tau: heterogeneity.ByGroup("arm", tau),
    "LogLinear": lambda tau: heterogeneity.LogLinear("scale(dose)", tau, SLOPE),
}
TERMS = {
    "none": (),
    "Linear and Offset": (terms.Linear("against", SLOPE), terms.Offset("known")),
    "Exchangeable": (terms.Exchangeable("kind", HALF, within="arm"),),
    "Spline": (terms.Spline("dose", 3, SLOPE),),
}
BIASES = {
    "Nothing": bias.Nothing(),
    "RiskOfBias": bias.RiskOfBias("risk", "high", SLOPE, priors.HalfNormal(0.3)),
    "PowerWeight": bias.PowerWeight("risk", "high", 0.4),
}
SLOTS = (SCATTERS, TERMS, BIASES, PRIORS)
LOCATED = {terms.Threshold, terms.Hinge, terms.Emax}
"""Integrated over a location beside: tests/engines/test_exact_strata.py, tests/terms."""
REFUSED = {heterogeneity.PooledByGroup, heterogeneity.StudentT, heterogeneity.TwoComponent}
ELSEWHERE = {heterogeneity.Nested, heterogeneity.Multivariate}
"""Their densities: tests/heterogeneity/test_tied.py."""


def built(names):
    scatter, term, distortion, chosen = names
    mu, tau = PRIORS[chosen]
    return cs.Model(
        mu=mu, terms=TERMS[term], heterogeneity=SCATTERS[scatter](tau), bias=BIASES[distortion]
    )


def effects():
    rng = np.random.default_rng(8)
    k = 12
    table = pd.DataFrame({
        "study": [f"t{i:02d}" for i in range(k)],
        "yi": rng.normal(0.3, 0.35, k), "vi": rng.uniform(0.02, 0.1, k),
        "kind": list("abcabcabcabc"), "arm": list("uuuuvvvvuuvv"), "against": list("xyxyyxyxxyyx"),
        "dose": rng.uniform(0.0, 5.0, k), "known": rng.normal(0.0, 0.1, k),
        "risk": ["high", "low", "low"] * 4,
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


TRIALS = effects()


def accepted(names):
    try:
        engines.Exact().accept(built(names), TRIALS)
    except RefusalError:
        return False
    return True


EVERY = [names for names in product(*SLOTS) if accepted(names)]


def pairs(names):
    return set(combinations(enumerate(names), 2))


def alone(names):
    return set(enumerate(names))


def covering(parts):
    """Greedily the models that bring the most of what is not yet there."""
    missing, chosen = set().union(*map(parts, EVERY)), []
    while missing:
        best = max(EVERY, key=lambda names: len(parts(names) & missing))
        chosen.append(best)
        missing -= parts(best)
    return chosen


COVERING, SAMPLED = covering(pairs), covering(alone)


def test_the_set_covers_every_pair_and_every_component_of_the_registries():
    assert set().union(*map(pairs, COVERING)) == set().union(*map(pairs, EVERY))
    possible = set().union(*map(pairs, product(*SLOTS)))
    assert set().union(*map(pairs, EVERY)) == possible  # no pair is lost to a refusal
    parts = [
        part
        for names in COVERING
        for part in (built(names).heterogeneity, built(names).bias, *built(names).terms)
    ]
    kinds = {type(part) for part in parts} | REFUSED | ELSEWHERE | LOCATED
    for registry in (terms.REGISTRY, heterogeneity.REGISTRY, bias.REGISTRY):
        assert set(registry.values()) <= kinds
    assert len(COVERING) <= 24
    assert set().union(*map(alone, SAMPLED)) == set().union(*map(alone, product(*SLOTS)))


def test_what_the_exact_engine_refuses_of_the_product_has_too_many_scales():
    for names in set(product(*SLOTS)) - set(EVERY):
        with pytest.raises(RefusalError, match="hyperparameters"):
            engines.Exact().accept(built(names), TRIALS)


@pytest.mark.parametrize("kind", sorted(REFUSED, key=lambda kind: kind.__name__))
def test_the_scatters_that_the_exact_engine_refuses(kind):
    scatter = kind("arm") if kind is heterogeneity.PooledByGroup else kind(tau=HALF)
    model = cs.Model(mu=SLOPE, heterogeneity=scatter)
    if kind is heterogeneity.PooledByGroup:
        scatter = heterogeneity.PooledByGroup("arm", HALF)
        model = cs.Model(mu=SLOPE, heterogeneity=scatter)
    with pytest.raises(RefusalError, match=r"use engines.Nuts\(\)|Use engines.Nuts\(\)"):
        engines.Exact().accept(model, TRIALS)


def closed_form(model, *, point, units):
    """Log p(y, β, φ) = log p(φ) + log p(y | φ) + log p(β | y, φ), as the exact engine has them.

    Levels of a population are counted in units of their scale, as the PyMC model does.
    """
    form = assemble(model, TRIALS)
    given = form.given(np.array([[point[hyper.name] for hyper in form.hypers]]))
    widths = [len(part.labels) for part in form.parts]
    scales = [point[part.scales[0].name] if part.scales else 1.0 for part in form.parts]
    beta = np.concatenate([s * unit for s, unit in zip(scales, units, strict=True)])
    covariance = given.root[0] @ given.root[0].T
    total = sum(float(hyper.prior.logpdf(point[hyper.name])) for hyper in form.hypers)
    total += given.log_likelihood[0] + np.repeat(np.log(scales), widths).sum()
    return total + stats.multivariate_normal(given.mean[0], covariance).logpdf(beta)


@pytest.mark.parametrize("names", COVERING, ids=", ".join)
def test_the_engines_have_one_density_wherever_two_components_meet(names):
    model = built(names)
    twin = model.pymc(TRIALS)
    log_density, rng = log_density_of(twin), np.random.default_rng(17)
    # PyMC takes the log(2) of each half-t prior in single precision: 2e-9 off.
    off = 1e-9 + 2e-9 * ("heavy tails" in names) * len(assemble(model, TRIALS).hypers)
    for _ in range(3):
        _, point, units = drawn(model, TRIALS, rng)
        theirs = float(log_density(in_pymc(model, TRIALS, twin, point=point, units=units)))
        assert theirs == pytest.approx(closed_form(model, point=point, units=units), abs=off)


@pytest.mark.nuts
@pytest.mark.parametrize("names", SAMPLED, ids=", ".join)
def test_the_engines_agree_on_every_component(names):
    sampled = cs.fit(built(names), TRIALS, engines.Nuts(seed=5))
    agree(cs.fit(built(names), TRIALS, "exact"), sampled)


@pytest.mark.slow
@pytest.mark.nuts
@pytest.mark.parametrize("names", [n for n in EVERY if n not in SAMPLED], ids=", ".join)
def test_the_engines_agree_over_the_whole_product(names):
    sampled = cs.fit(built(names), TRIALS, engines.Nuts(seed=5))
    agree(cs.fit(built(names), TRIALS, "exact"), sampled)
