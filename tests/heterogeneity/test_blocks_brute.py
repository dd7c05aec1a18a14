"""Scatters that the exact engine refuses where estimates share participants, by brute force.

What the sampler is given holds the errors that a block has in common as a variable of its own. With
that one integrated out on a dense grid it must be the density of the estimates with their whole
covariance, written down here without any of the library's algebra.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.contracts.points import log_density_of

import consilience as cs
from consilience import engines, heterogeneity, priors
from consilience.covariance import Covariance

MU, TAU = priors.Normal(0.1, 0.8), priors.HalfNormal(0.4)
Y, SV = np.array([0.5, -0.2, 0.9, 0.1]), np.array([0.04, 0.09, 0.06, 0.05])
PAIR, SHARED = [1, 2], 0.03
POINTS = ((0.3, 0.2, 0.5), (-0.4, 0.05, 0.9), (0.8, 1.1, 0.02))


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({"study": list("abcd"), "arm": list("uuvv"), "yi": Y, "vi": SV})
    plain = cs.effect_sizes(table, "GEN")
    block = np.array([[SV[1], SHARED], [SHARED, SV[2]]])
    object.__setattr__(plain, "shared", Covariance((np.array(PAIR),), (block,)))
    return plain


def sampled_density(scatter, effects, points):
    """Log p(y | μ, τ) at points, with what the errors have in common integrated out on a grid."""
    built = cs.Model(mu=MU, heterogeneity=scatter).pymc(effects)
    log_density = log_density_of(built)
    u, step = np.linspace(-9.0, 9.0, 181, retstep=True)
    (common,) = (rv.name for rv in built.free_RVs if rv.name not in ("mu", "tau"))
    found = []
    for mu, tau in points:
        known = {"mu": np.array(mu), "tau_log__": tau}  # by its name, on its own scale
        logs = [float(log_density({**known, common: np.array([each])})) for each in u]
        prior = MU.logpdf(mu) + np.sum(TAU.logpdf(tau))
        found.append(np.log(np.sum(np.exp(logs)) * step) - prior)
    return np.array(found)


def test_by_group_across_a_block(effects):
    """The dense normal: V and a different τ² for either estimate of the pair."""
    points = [(mu, np.array([first, second])) for mu, first, second in POINTS]
    scatter = heterogeneity.ByGroup("arm", TAU)
    V = effects.V.to_numpy()
    assert V[1, 2] == SHARED
    wanted = [
        stats.multivariate_normal(np.full(4, mu), V + np.diag(np.repeat(tau**2, 2))).logpdf(Y)
        for mu, tau in points
    ]
    np.testing.assert_allclose(sampled_density(scatter, effects, points), wanted, atol=1e-9)
    engines.Exact().accept(cs.Model(mu=MU, heterogeneity=scatter), effects)


def test_student_t_with_a_block(effects):
    """A double integral over the two true effects of the pair, single ones over the others."""
    points = [(mu, np.array(first)) for mu, first, _ in POINTS]
    scatter = heterogeneity.StudentT(4.0, TAU)
    wanted = [heavy(mu, float(tau)) for mu, tau in points]
    np.testing.assert_allclose(sampled_density(scatter, effects, points), wanted, atol=1e-7)


def heavy(mu, tau):
    """Log ∫ N(y; θ, V) Π t₄(θᵢ; μ, τ) dθ, by the trapezoid rule on θ = μ + sinh(s)."""
    s, step = np.linspace(-4.0, 4.0, 2401, retstep=True)
    theta, slope = mu + np.sinh(s), np.cosh(s) * step
    mass = stats.t(4.0, mu, tau).pdf(theta) * slope
    total = sum(np.log(stats.norm(theta, np.sqrt(SV[i])).pdf(Y[i]) @ mass) for i in (0, 3))
    precision = np.linalg.inv(np.array([[SV[1], SHARED], [SHARED, SV[2]]]))
    a, b = Y[1] - theta, Y[2] - theta
    square = precision[0, 0] * a[:, None] ** 2 + precision[1, 1] * b[None, :] ** 2
    square += 2.0 * precision[0, 1] * a[:, None] * b[None, :]
    constant = 0.5 * np.log(np.linalg.det(precision)) - np.log(2.0 * np.pi)
    return total + constant + np.log(mass @ np.exp(-0.5 * square) @ mass)
