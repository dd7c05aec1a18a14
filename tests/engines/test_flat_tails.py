"""A curve that ends flat: far out, its mean over true effects is its height there."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.engines.integrated.along import Where, marginal
from consilience.engines.integrated.form import assemble
from consilience.errors import ConvergenceError

# with risks that end at 0 and 1, no risk difference below -1 is less likely than -1
TABLE = pd.DataFrame(
    {"study": ["a", "b"], "events1": [0, 0], "n1": [20, 30], "events2": [5, 6], "n2": [21, 28]}
)
ETA, TAU = (-100.0, -16.2, -0.9, 0.4, 3.0), (0.05, 1.2)


@pytest.fixture(scope="module")
def form():
    model = cs.Model(
        mu=cs.priors.Normal(0.0, 2.82),
        heterogeneity=cs.heterogeneity.Normal(cs.priors.HalfNormal(0.5)),
        likelihood=cs.likelihoods.Binomial("Identity"),
    )
    return assemble(model, cs.effect_sizes(TABLE, "RD"))


def mean_curve(form, eta, tau):
    """Log mean of each trial's curve over normal true effects, by Gauss–Legendre."""
    edges = np.concatenate([eta + tau * np.linspace(-12.0, 12.0, 25), np.linspace(-1.5, 1.2, 109)])
    edges = np.unique(edges)
    x, w = np.polynomial.legendre.leggauss(16)
    half = 0.5 * np.diff(edges)[:, None]
    theta = (edges[:-1, None] + half * (1.0 + x)).ravel()
    logs = form.curves.log(np.repeat(theta[:, None], 2, axis=1), {})
    logs = logs - 0.5 * ((theta[:, None] - eta) / tau) ** 2 - np.log(tau * np.sqrt(2.0 * np.pi))
    top = logs.max(axis=0)
    return top + np.log((half * w).ravel() @ np.exp(logs - top))


@pytest.mark.parametrize("tau", TAU)
def test_far_out_a_mean_curve_is_as_high_as_its_tail(form, tau):
    psi = np.array([[eta, tau] for eta in ETA])
    wanted = np.array([mean_curve(form, *row) for row in psi])
    found = form.sharper().masses(psi).log_mass  # as the engine asks where a curve has kinks
    seen = wanted > -600.0  # deeper, nobody looks
    assert seen[:4].all()
    np.testing.assert_allclose(found[seen], wanted[seen], rtol=0.0, atol=1e-7)


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.2, 1.0), (0.0, 1.1)])
def test_a_marginal_that_is_not_where_its_moments_are_is_refused(mean, sd):
    where = Where(mean, sd, centre=mean, width=sd)

    def normal(x):
        return np.exp(-0.5 * x**2)

    if (mean, sd) == (0.0, 1.0):
        assert marginal(normal, where, moments=2).sd() == pytest.approx(1.0, abs=1e-9)
    else:
        with pytest.raises(ConvergenceError, match="could not be read off"):
            marginal(normal, where, moments=2)
