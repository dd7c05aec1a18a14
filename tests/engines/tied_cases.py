"""Small reviews with several estimates a study, and what is true of them by one dense normal.

Nothing here knows blocks, ties or whitening: covariances are written out whole, hyperparameters are
integrated on a dense Gauss–Legendre product in the square root of every standard deviation.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

import consilience as cs
from consilience import heterogeneity, likelihoods, priors, terms
from consilience.heterogeneity import structures

MU, SLOPE, TAU, OWN = (
    priors.Normal(0.1, 0.8),
    priors.Normal(0.0, 0.6),
    priors.HalfNormal(0.4),
    priors.HalfNormal(0.25),
)
ROWS = [
    ("A", "x", "p", 0.42, 0.030), ("A", "y", "q", 0.10, 0.041), ("A", "y", "r", 0.35, 0.050),
    ("B", "x", "p", -0.05, 0.022), ("B", "x", "q", 0.20, 0.035), ("C", "x", "q", 0.61, 0.060),
    ("D", "x", "p", 0.30, 0.018), ("D", "y", "r", 0.05, 0.044),
]  # fmt: skip


def review(outcomes=("p", "q", "r")):
    rows = [row for row in ROWS if row[2] in outcomes]
    table = pd.DataFrame(rows, columns=["study", "arm", "outcome", "yi", "vi"])
    return cs.effect_sizes(table.assign(estimate=table["study"] + table["outcome"]), "GEN")


_KNOWN = {}


def same(effects, *columns):
    """1 where two estimates agree in all of these columns."""
    key = (effects.labels, columns)
    if key not in _KNOWN:
        keys = effects.table[list(columns)].agg("/".join, axis=1).to_numpy()
        _KNOWN[key] = (keys[:, None] == keys[None]).astype(float)
    return _KNOWN[key]


def nested(effects, phi):
    study, inner = phi
    return study**2 * same(effects, "study") + inner**2 * np.eye(effects.k), np.diag(effects.v)


def deep(effects, phi):
    study, arm = phi
    shared = study**2 * same(effects, "study") + arm**2 * same(effects, "study", "arm")
    return shared, np.diag(effects.v)


def unstructured(effects, phi):
    first = np.array([label.endswith("p") for label in effects.labels])
    sd, own = np.where(first, phi[0], phi[1]), same(effects, "outcome")
    return same(effects, "study") * np.where(own > 0, 1.0, phi[2]) * np.outer(sd, sd), np.diag(
        effects.v
    )


def compound_and_errors(effects, phi):
    tau, rho, r = phi
    own = same(effects, "outcome")
    scatter = same(effects, "study") * np.where(own > 0, 1.0, rho) * tau**2
    noise = np.where(np.eye(effects.k) > 0, 1.0, r * same(effects, "study"))
    return scatter, noise * np.sqrt(np.outer(effects.v, effects.v))


def views(effects, phi):
    study, r = phi
    noise = np.where(np.eye(effects.k) > 0, 1.0, r * same(effects, "study"))
    return study**2 * same(effects, "study"), noise * np.sqrt(np.outer(effects.v, effects.v))


@dataclass(frozen=True)
class Case:
    """A model, and V and H of it by hand."""

    outcomes: tuple
    slots: dict
    covariance: object
    hypers: tuple


BETA = priors.Beta(2.0, 3.0)
CASES = {
    "two levels of clusters": Case(
        ("p", "q", "r"),
        {"heterogeneity": heterogeneity.Nested(("study", "arm"), TAU, heterogeneity.Nothing())},
        deep,
        ("tau_study", "tau_arm"),
    ),
    "estimates in studies": Case(
        ("p", "q", "r"),
        {"heterogeneity": heterogeneity.Nested("study", TAU, heterogeneity.Normal(OWN))},
        nested,
        ("tau_study", "tau"),
    ),
    "two views": Case(
        ("p", "q"),
        {
            "heterogeneity": heterogeneity.Nested("study", TAU, heterogeneity.Nothing()),
            "likelihood": likelihoods.CorrelatedNormal("study", BETA),
        },
        views,
        ("tau_study", "rho_sampling"),
    ),
    "unstructured": Case(
        ("p", "q"),
        {"heterogeneity": heterogeneity.Multivariate(structure=structures.Unstructured(TAU, 2.0))},
        unstructured,
        ("tau[p]", "tau[q]", "rho"),
    ),
    "compound symmetry and correlated errors": Case(
        ("p", "q", "r"),
        {
            "heterogeneity": heterogeneity.Multivariate(
                structure=structures.CompoundSymmetry(TAU, BETA)
            ),
            "likelihood": likelihoods.CorrelatedNormal("study", BETA),
        },
        compound_and_errors,
        ("tau", "rho", "rho_sampling"),
    ),
}


def model(case):
    return cs.Model(mu=MU, terms=(terms.Linear("outcome", SLOPE),), **case.slots)


def dense(case, effects, counts):
    """Evidence; means and SDs of mu, the hyperparameters and the true effects, in this order."""
    outcomes = sorted(case.outcomes)[1:]
    dummies = np.stack([(effects.table["outcome"] == each).to_numpy(float) for each in outcomes], 1)
    X = np.hstack([np.ones((effects.k, 1)), dummies - dummies.mean(axis=0)])
    B = np.diag([0.8**2] + [0.6**2] * len(outcomes))
    b = np.array([0.1] + [0.0] * len(outcomes))
    total, first, second = 0.0, 0.0, 0.0
    for phi, weight in grid(case, counts):
        scatter, V = case.covariance(effects, phi)
        whole = V + scatter + X @ B @ X.T
        residual = effects.y - X @ b
        solved = np.linalg.solve(whole, residual)
        log = -0.5 * (
            effects.k * np.log(2 * np.pi) + np.linalg.slogdet(whole)[1] + residual @ solved
        )
        mass = weight * np.exp(log)
        truth = scatter + X @ B @ X.T  # Cov(θ, y): errors are independent of true effects
        row = np.vstack([(B @ X.T)[:1], truth])
        mean = np.concatenate([b[:1], X @ b]) + row @ solved
        own = np.concatenate([B[0, :1], np.diag(truth)])
        variance = own - np.einsum("ij,ji->i", row, np.linalg.solve(whole, row.T))
        mean = np.concatenate([mean[:1], phi, mean[1:]])
        variance = np.concatenate([variance[:1], np.zeros(len(phi)), variance[1:]])
        total += mass
        first, second = first + mass * mean, second + mass * (variance + mean**2)
    mean = first / total
    return np.log(total), mean, np.sqrt(second / total - mean**2)


def evidence(case, effects, counts, left):
    """Log evidence without one estimate."""
    outcomes = sorted(case.outcomes)[1:]
    dummies = np.stack([(effects.table["outcome"] == each).to_numpy(float) for each in outcomes], 1)
    X = np.hstack([np.ones((effects.k, 1)), dummies - dummies.mean(axis=0)])
    spread = X @ np.diag([0.8**2] + [0.6**2] * len(outcomes)) @ X.T
    kept = np.delete(np.arange(effects.k), left)
    residual, total = (effects.y - 0.1)[kept], 0.0
    for phi, weight in grid(case, counts):
        scatter, V = case.covariance(effects, phi)
        whole = (V + scatter + spread)[np.ix_(kept, kept)]
        square = residual @ np.linalg.solve(whole, residual)
        log = len(kept) * np.log(2 * np.pi) + np.linalg.slogdet(whole)[1] + square
        total += weight * np.exp(-0.5 * log)
    return np.log(total)


def grid(case, counts):
    axes = [axis(name, count) for name, count in zip(case.hypers, counts, strict=True)]
    for nodes in product(*axes):
        yield np.array([value for value, _ in nodes]), np.prod([weight for _, weight in nodes])


def axis(name, count):
    """Values and weights × prior density; in √τ, and in the angle of a correlation."""
    x, weights = np.polynomial.legendre.leggauss(count)
    if name.startswith("rho"):
        lower = -1.0 if name == "rho" and count % 2 else 0.0
        angle = 0.5 * np.pi * (x + 1.0)
        value = lower + (1.0 - lower) * 0.5 * (1.0 - np.cos(angle))
        slope = (1.0 - lower) * 0.5 * np.sin(angle) * 0.5 * np.pi
        density = 0.75 * (1 - value**2) if lower else 12.0 * value * (1.0 - value) ** 2
        return list(zip(value, weights * slope * density, strict=True))
    sd = 0.25 if name == "tau" and count % 2 else 0.4
    root = 0.5 * (x + 1.0) * np.sqrt(7.5 * sd)
    value, slope = root**2, 2.0 * root * 0.5 * np.sqrt(7.5 * sd)
    density = np.sqrt(2 / np.pi) / sd * np.exp(-0.5 * (value / sd) ** 2)
    return list(zip(value, weights * slope * density, strict=True))
