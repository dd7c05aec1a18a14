"""Errors of a study that correlate by an unknown amount."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, likelihoods, priors
from consilience.covariance import Covariance
from consilience.engines.exact.form import assemble
from consilience.errors import DataError, ModelError, RefusalError

HALF = priors.HalfNormal(0.5)
MODEL = cs.Model(
    mu=priors.Normal(0.0, 1.0),
    heterogeneity=heterogeneity.Normal(HALF),
    likelihood=likelihoods.CorrelatedNormal(rho=priors.Beta(2.0, 2.0)),
)


def effects(studies="AAABBC", shared=None):
    k = len(studies)
    table = pd.DataFrame({
        "study": list(studies), "estimate": [f"{s}{i}" for i, s in enumerate(studies)],
        "yi": np.linspace(-0.1, 0.6, k), "vi": np.linspace(0.02, 0.06, k),
        "risk": ["high", "low"] * (k // 2),
    })  # fmt: skip
    found = cs.effect_sizes(table, "GEN")
    return found if shared is None else replace(found, shared=shared)


def test_a_correlation_that_cannot_be_names_the_study_and_what_it_allows():
    wide = likelihoods.CorrelatedNormal(rho=priors.Uniform(-0.8, 1.0))
    model = replace(MODEL, likelihood=wide)
    with pytest.raises(DataError, match=r"study 'A', column 'rho'.*−1/2.*positive definite"):
        assemble(model, effects())
    pairs = assemble(model, effects("AABBCC"))  # two estimates may correlate by −0.8
    assert np.isfinite(pairs.given(np.array([[0.2, -0.8]])).log_likelihood).all()


def test_studies_with_a_given_covariance_keep_it():
    v = effects().v
    block = np.array([[v[3], 0.7 * np.sqrt(v[3] * v[4])], [0.7 * np.sqrt(v[3] * v[4]), v[4]]])
    given = effects(shared=Covariance((np.array([3, 4]),), (block,)))
    form = assemble(MODEL, given)
    for rho in (0.1, 0.6):
        whole = form.bonds.total(np.zeros((1, 6)), {"rho_sampling": np.array([rho])})[0]
        correlation = whole / np.sqrt(np.outer(v, v))
        assert correlation[3, 4] == pytest.approx(0.7)
        np.testing.assert_allclose(correlation[[0, 0, 1], [1, 2, 2]], rho)
        np.testing.assert_allclose(correlation[5, :5], 0.0)


def test_where_no_correlation_is_unknown_it_says_so():
    with pytest.raises(ModelError, match=r"two or more estimates.*likelihoods\.Normal"):
        cs.fit(MODEL, effects("ABCDEF"))


def test_what_does_not_count_is_correlated_with_nothing():
    """Weight 0 for the high-risk estimates is as leaving them out."""
    weighed = replace(MODEL, bias=cs.bias.PowerWeight("risk", "high", 0.0))
    trials = effects("AAABBB")
    left = cs.fit(weighed, trials, "exact").summary()
    kept = trials.without(*trials.table.index[trials.table["risk"] == "high"])
    alone = cs.fit(MODEL, kept, "exact").summary()
    for row in ("mu", "tau", "rho_sampling"):
        assert left.loc[row, "mean"] == pytest.approx(alone.loc[row, "mean"], rel=1e-7)


def test_mixtures_and_others_refuse_in_words():
    with pytest.raises(RefusalError, match="cannot integrate a mixture"):
        cs.fit(replace(MODEL, heterogeneity=heterogeneity.StudentT(tau=HALF)), effects())
    for bad in ({"within": ""}, {"rho": HALF}, {"rho": "no prior"}):
        with pytest.raises(ModelError):
            likelihoods.CorrelatedNormal(**bad)
