"""The first two rules along one axis: compiled in one pass, or by numpy as along several axes."""

import numpy as np
import pandas as pd
import pytest
from tests.across import across

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines.exact.form import assemble
from consilience.engines.exact.integrand import coordinates_of, search
from consilience.engines.exact.ladder import FIRST
from consilience.engines.exact.rule import WANTED, _Domain

PRIORS = (
    priors.HalfNormal(0.5),
    priors.HalfCauchy(0.5),
    priors.HalfStudentT(3.0, 0.3),
    priors.Exponential(2.0),
    priors.LogNormal(-2.0, 1.5),
    priors.Uniform(0.0, 2.0),
    priors.HalfLogistic(0.3),
)
SIZES = (1, 2, 5, 40, 400)
CASES = [(prior, k, terms) for prior in PRIORS for k in SIZES for terms in ((), ("x",))]


def domain(prior, k, terms):
    rng = np.random.default_rng(k)
    vi = rng.uniform(0.01, 0.3, k)
    table = {"study": [f"t{n}" for n in range(k)], "x": rng.normal(size=k), "vi": vi}
    yi = rng.normal(0.3, np.sqrt(vi + 0.05))
    effects = cs.effect_sizes(pd.DataFrame(table | {"yi": yi}), "GEN")
    linear = tuple(cs.terms.Linear(name, priors.Normal(0.0, 1.0)) for name in terms)
    scatter = heterogeneity.Normal(prior)
    form = assemble(cs.Model(mu=priors.Normal(0, 1), terms=linear, heterogeneity=scatter), effects)
    axes = coordinates_of(form)
    return _Domain(form, axes, search(form, axes), WANTED)


@across(("prior", "k", "terms"), CASES, ids=repr)
def test_both_ways_give_the_same_rule_and_the_same_disagreement(prior, k, terms):
    """To rounding: of the answers 1e-12, of differences between two answers as much."""
    here = domain(prior, k, terms)
    fine, found = here.pair()
    second, expected = here._compared(here.cut((FIRST,)), here.cut((FIRST + 1,)))
    assert fine.panels == second.panels
    assert fine.moments == second.moments
    assert fine.log_evidence == pytest.approx(second.log_evidence, rel=1e-13, abs=1e-12)
    np.testing.assert_allclose(fine.weights, second.weights, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(fine.log_density, second.log_density, rtol=1e-11, atol=1e-11)
    for name in ("mean", "variance", "log_likelihood"):
        one, other = (getattr(rule.conditional, name) for rule in (fine, second))
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(fine.conditional.root, second.conditional.root)
    assert found.along == pytest.approx(expected.along, rel=1e-6, abs=1e-12)
    assert found.moments == pytest.approx(expected.moments, rel=1e-6, abs=1e-12)


def test_disagreement_is_seen_on_either_side_of_what_is_wanted():
    """Else the comparison above would be one of zeros."""
    worst = [domain(*case).pair()[1].worst for case in CASES]
    assert min(worst) < WANTED < max(worst)


def test_no_numbers_are_no_agreement():
    here = domain(priors.HalfNormal(0.5), 5, ())
    object.__setattr__(here.form.equations, "constant", np.nan)
    assert here.pair()[1].moments == np.inf
