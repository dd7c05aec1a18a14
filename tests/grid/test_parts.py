"""What a joint model reads: its part of the grid, and the covariance that it takes as known."""

import numpy as np
import pytest

import consilience as cs
from consilience.errors import DataError
from consilience.grid.answers import Answered, Grid
from consilience.grid.parts import WHOLE, Part, at_rho, effects_of
from consilience.grid.whole import joint
from consilience.likelihoods import CorrelatedNormal
from consilience.report.twinned import twins_of

POST = Part("post", "all")
HALF = cs.priors.HalfNormal(0.5)
FLAT = cs.priors.Normal(0.0, 10.0)


@pytest.fixture(scope="module")
def bare(review) -> Grid:
    """The cells without their analyses: a joint model needs none."""
    return Grid(review, tuple(Answered(c, "", ()) for c in review.cells.cells if c.analysed))


def correlated(likelihood, prior=FLAT):
    structure = cs.heterogeneity.structures.CompoundSymmetry(HALF, cs.priors.Uniform(0.0, 1.0))
    scatter = cs.heterogeneity.Multivariate(within="trial", structure=structure)
    terms = (cs.terms.Linear("outcome", prior),)
    return cs.Model(mu=prior, terms=terms, heterogeneity=scatter, likelihood=likelihood)


KNOWN = correlated(cs.likelihoods.Normal())
FREE = correlated(CorrelatedNormal("trial", cs.priors.Beta(3.0, 3.0)))


def rho(effects, first, second):
    i, j = effects.labels.index(first), effects.labels.index(second)
    V = effects.shared.dense(effects.v)
    return V[i, j] / np.sqrt(V[i, i] * V[j, j])


def test_a_part_holds_the_rows_of_its_cells_and_no_others(review):
    effects = effects_of(review, POST, KNOWN)
    cells = [c for c in review.cells.cells if c.key[1:] == ("post", "all") and c.analysed]
    assert set(effects.table["table_row"].astype(int)) == {row for c in cells for row in c.rows}
    assert effects.table.groupby(["trial", "outcome"]).size().max() == 1
    assert effects_of(review, WHOLE, KNOWN) is review.effects
    with pytest.raises(DataError, match="later"):
        effects_of(review, Part("later"), KNOWN)


def test_an_unknown_correlation_is_given_none_but_where_arms_are_shared(review):
    effects = effects_of(review, POST, FREE)
    (block,) = effects.shared.members
    assert {effects.labels[place][:11] for place in block} == {"Popova 2014"}
    names = ("Jensen 2019: hope, post, CC", "Jensen 2019: symptoms, post, CC")
    assert rho(effects, *names) == 0.0
    assert rho(effects_of(review, POST, KNOWN), *names) == pytest.approx(0.5, abs=0.05)


def test_another_correlation_is_that_between_outcomes_alone(bare, review):
    changed, model = at_rho(bare, FREE, 0.2)
    assert not isinstance(model.likelihood, CorrelatedNormal)
    outcomes = ("Jensen 2019: hope, post, CC", "Jensen 2019: symptoms, post, CC")
    times = ("Jensen 2019: hope, post, CC", "Jensen 2019: hope, follow-up, CC")
    assert rho(changed.review.effects, *outcomes) == pytest.approx(0.2, abs=0.02)
    assert rho(changed.review.effects, *times) == pytest.approx(rho(review.effects, *times))
    with pytest.raises(DataError, match="not positive definite"):
        at_rho(bare, KNOWN, -0.9)


def test_under_wide_priors_the_correlated_model_agrees_with_its_classical_twin(bare):
    """The Bayesian mean of an outcome and REML's, where three trials or more measured it."""
    found = joint(bare, KNOWN, cs.engines.Exact(tolerance=1e-6), part=POST)
    own = found.table.set_index("outcome")
    twins, why = twins_of(found.fit)
    assert why == ""
    reml = twins[twins["twin"].str.startswith("REML")].set_index("outcome")
    for name in ("social functioning", "global functioning", "symptoms", "insight"):
        gap = own.loc[name, "estimate"] - reml.loc[name, "estimate"]
        assert abs(gap) < 0.15 * reml.loc[name, "se"], name
    robust = twins[twins["twin"] == "CHE + CR2"].set_index("outcome")
    np.testing.assert_array_equal(robust["doubtful"], robust["df"] < 4.0)
    assert robust.loc["motivation", "doubtful"]
    assert not robust.loc["social functioning", "doubtful"]
