"""Priors that PyMC has no class for, sampled: they start, they are drawn from, they agree."""

import numpy as np
import pandas as pd
import pytest

from consilience import heterogeneity
from consilience.effects import effect_sizes
from consilience.engines import Exact, Nuts
from consilience.fit import fit
from consilience.model import Model
from consilience.priors import (
    HalfLogistic,
    InverseGamma,
    Lomax,
    Mixture,
    Normal,
    Prior,
    Shrinkage,
    Squared,
    Truncated,
)

TABLE = pd.DataFrame(
    {
        "study": list("ABCDEFG"),
        "yi": [0.1, 0.4, 0.3, -0.2, 0.6, 0.25, 0.5],
        "vi": [0.04, 0.02, 0.05, 0.03, 0.06, 0.02, 0.04],
    }
)


@pytest.mark.filterwarnings("ignore:Numba will use object mode")  # draws by inversion, in numpy
@pytest.mark.parametrize(
    "prior",
    [Lomax(6.0, 3.0), HalfLogistic(0.5), Truncated(Normal(), 0.5, 2.0), Shrinkage((0.1, 0.2))],
    ids=lambda prior: prior.label,
)
def test_prior_draws_and_starting_points(prior: Prior) -> None:
    import pymc

    with pymc.Model() as model:
        variable = prior.pymc("tau")
    drawn = pymc.draw(variable, 2000, random_seed=1)
    np.testing.assert_allclose(
        np.quantile(prior.cdf(drawn), [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.04
    )
    assert np.isfinite(model.compile_logp(mode="FAST_COMPILE")(model.initial_point()))


@pytest.mark.nuts
def test_nuts_and_exact_agree_under_a_made_up_prior() -> None:
    parts = (
        Squared(InverseGamma(1.0, 0.05)),
        HalfLogistic(0.3),
        Truncated(Lomax(6.0, 3.0), 0.0, 2.0),
    )
    tau = Mixture(parts, (0.3, 0.4, 0.3))
    model = Model(mu=Normal(0.0, 1.0), heterogeneity=heterogeneity.Normal(tau=tau))
    effects = effect_sizes(TABLE, "GEN")
    exact = fit(model, effects, Exact()).summary().loc[["mu", "tau"]]
    sampled = fit(model, effects, Nuts(seed=2)).summary().loc[["mu", "tau"]]
    for column in ("mean", "median"):
        error = 4.0 * sampled["mcse"] + 1e-12
        assert (np.abs(sampled[column] - exact[column]) < 1.5 * error).all()
