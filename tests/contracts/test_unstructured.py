"""Three outcomes with an SD each and three correlations: sampled, and integrated by hand.

The exact engine does not take six hyperparameters. Here they are integrated over half a million
quasi-random points of their priors (three SDs, three partial correlations, each weighed by the
density of the estimates with all else integrated out), in matrices that are written out whole.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import engines, heterogeneity, priors, terms
from consilience.heterogeneity import structures

SD, ETA, MU, SLOPE = 0.4, 1.5, 1.0, 0.5
POINTS, PIECES = 17, 64
NAMES = ("tau[p]", "tau[q]", "tau[r]", "rho[p, q]", "rho[p, r]", "rho[q, r]")


def review():
    rng, rows = np.random.default_rng(5), []
    scatter = np.array([[0.09, 0.05, 0.02], [0.05, 0.06, 0.01], [0.02, 0.01, 0.04]])
    for study in range(10):
        theta = rng.multivariate_normal([0.3, 0.1, 0.2], scatter)
        for at in (0, 1, 2) if study % 3 else (study % 2, 2):
            v = rng.uniform(0.01, 0.05)
            rows.append((f"S{study}", "pqr"[at], theta[at] + rng.normal() * np.sqrt(v), v))
    table = pd.DataFrame(rows, columns=["study", "outcome", "yi", "vi"])
    return cs.effect_sizes(table.assign(estimate=table["study"] + table["outcome"]), "GEN")


def model():
    scatter = structures.Unstructured(priors.HalfNormal(SD), ETA)
    return cs.Model(
        mu=priors.Normal(0.0, MU),
        terms=(terms.Linear("outcome", priors.Normal(0.0, SLOPE)),),
        heterogeneity=heterogeneity.Multivariate(structure=scatter),
    )


def points():
    """SDs from their half normals, correlations from partial ones: Beta on (−1, 1)."""
    from scipy.stats import qmc

    u = np.clip(qmc.Sobol(6, seed=1).random_base2(POINTS), 1e-12, 1.0 - 1e-12)
    tau = stats.halfnorm.ppf(u[:, :3], scale=SD)
    first, last = (2.0 * stats.beta.ppf(u[:, 3:], a, a) - 1.0 for a in (ETA + 0.5, ETA))
    pq, pr, given = first[:, 0], first[:, 1], last[:, 2]
    qr = pq * pr + given * np.sqrt((1.0 - pq**2) * (1.0 - pr**2))
    return tau, np.stack([pq, pr, qr], axis=1)


def integral(trials):
    """Means and SDs of the SDs and correlations, and the effective number of points."""
    tau, rho = points()
    outcome = trials.table["outcome"].map({"p": 0, "q": 1, "r": 2}).to_numpy()
    study = trials.table["study"].to_numpy()
    X = np.stack([np.ones(trials.k), outcome == 1, outcome == 2], axis=1).astype(float)
    X[:, 1:] -= X[:, 1:].mean(axis=0)
    known = np.diag(trials.v) + X @ np.diag([MU**2, SLOPE**2, SLOPE**2]) @ X.T
    same, logs = study[:, None] == study, []
    for t, r in zip(np.array_split(tau, PIECES), np.array_split(rho, PIECES), strict=True):
        r3 = np.tile(np.eye(3), (len(t), 1, 1))
        for place, (i, j) in enumerate([(0, 1), (0, 2), (1, 2)]):
            r3[:, i, j] = r3[:, j, i] = r[:, place]
        whole = (t[:, :, None] * r3 * t[:, None])[:, outcome[:, None], outcome] * same + known
        root = np.linalg.cholesky(whole)
        z = np.linalg.solve(root, np.broadcast_to(trials.y[:, None], (len(t), trials.k, 1)))
        logs.append(
            -0.5 * np.sum(z**2, axis=(1, 2))
            - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        )
    weights = np.exp(np.concatenate(logs) - np.max(np.concatenate(logs)))
    weights /= weights.sum()
    values = np.hstack([tau, rho])
    mean = weights @ values
    return mean, np.sqrt(weights @ (values - mean) ** 2), 1.0 / np.sum(weights**2)


@pytest.mark.slow
@pytest.mark.nuts
def test_sampling_agrees_with_an_integral_over_all_six():
    trials = review()
    sampled = cs.fit(model(), trials, engines.Nuts(seed=3))
    assert sampled.diagnosis.passed, sampled.diagnosis
    mean, sd, effective = integral(trials)
    assert effective > 4000.0
    rows = sampled.summary().loc[list(NAMES)]
    error = np.hypot(rows["mcse"], sd / np.sqrt(effective))
    assert np.all(np.abs(rows["mean"] - mean) < 4.0 * error), (rows["mean"], mean)
    np.testing.assert_allclose(rows["sd"], sd, rtol=0.06)
