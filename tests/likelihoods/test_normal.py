"""Estimates with known, normal sampling error."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import engines, likelihoods, priors
from consilience.errors import RefusalError
from consilience.likelihoods import Likelihood


@pytest.fixture
def effects():
    return cs.effect_sizes(
        pd.DataFrame({"study": ["A", "B"], "yi": [0.1, 0.4], "vi": [0.04, 0.09]}), "GEN"
    )


def test_its_gaussian_form_is_the_estimates_and_their_variances(effects):
    observed = likelihoods.Normal().observed(effects)
    np.testing.assert_array_equal(observed.y, [0.1, 0.4])
    np.testing.assert_array_equal(observed.v, [0.04, 0.09])


class Odd(Likelihood):
    """A likelihood without a Gaussian form."""

    def pymc(self, location, variance, *, effects):
        raise NotImplementedError


def test_a_likelihood_without_one_refuses_in_words(effects):
    with pytest.raises(RefusalError, match=r"Odd likelihood.*2 estimates; use engines.Nuts"):
        Odd().observed(effects)
    model = cs.Model(
        mu=priors.Normal(0, 1),
        heterogeneity=cs.heterogeneity.Normal(priors.HalfNormal(0.5)),
        likelihood=Odd(),
    )
    assert isinstance(engines.auto(model, effects).engine, engines.Nuts)
