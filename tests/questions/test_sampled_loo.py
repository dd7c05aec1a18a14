"""Leave-one-out of sampled fits: reweighted where draws serve, refitted where they do not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines import Nuts
from consilience.engines.nuts.posterior import SampledPosterior

HALF = priors.HalfNormal(0.5)
MODEL = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity=heterogeneity.Normal(HALF))


def made(yi, vi):
    names = [f"t{n}" for n in range(len(yi))]
    return cs.effect_sizes(pd.DataFrame({"study": names, "yi": yi, "vi": vi}), "GEN")


def sampled(exact):
    """Give the exact engine's draws to the sampler's posterior: independent, and no sampling."""
    own = replace(exact.posterior, seed=1)
    quality = xr.Dataset(attrs={"faults": ""})
    parts = own.layout, own.scatter, own._sample(), exact.effects, 1, quality, own.bonds
    return cs.Fit(MODEL, exact.effects, Nuts(seed=1), SampledPosterior(*parts))


def test_draws_that_serve_foresee_as_refits_do():
    """To the error of some thousand effective draws, the log density of the outermost included."""
    rng = np.random.default_rng(4)
    exact = cs.fit(MODEL, made(rng.normal(0.3, 0.4, 14), rng.uniform(0.05, 0.3, 14)))
    truth, found = cs.exact_loo(exact), cs.exact_loo(sampled(exact))
    assert (found.table["pareto_k"] <= 0.7).all()
    assert (found.table["note"] == "").all()
    for name, error in (("lpd", 0.1), ("pit", 0.01), ("p_value", 0.02)):
        np.testing.assert_allclose(found.table[name], truth.table[name], atol=error)
    assert found.elpd == pytest.approx(truth.elpd, abs=0.1)
    assert found.se == pytest.approx(truth.se, abs=0.1)
    assert found.p == pytest.approx(truth.p, abs=0.1)


def test_where_draws_do_not_serve_the_estimate_is_left_out_in_earnest():
    """One precise outlier among three: by a refit as by the exact engine, within Monte Carlo."""
    exact = cs.fit(MODEL, made([0.0, 0.1, -0.1, 2.5], [0.05, 0.05, 0.05, 0.001]))
    truth, found = cs.exact_loo(exact).table, cs.exact_loo(sampled(exact)).table
    bad = found["pareto_k"] > 0.7
    assert bad.sum() == 1
    assert bad.iloc[3]
    assert "refit without it" in found["note"].iloc[3]
    assert found["lpd"].iloc[3] == pytest.approx(truth["lpd"].iloc[3], abs=0.15)
    assert found["pit"].iloc[3] == pytest.approx(truth["pit"].iloc[3], abs=0.02)
