"""What outcomes borrow, against generalised least squares written out."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.errors import ModelError, RefusalError
from consilience.heterogeneity import structures

FLAT = priors.Flat()
TAU, RHO = 0.3, 0.8
ROWS = [("A", "x", 0.3, 0.02), ("A", "y", 0.5, 0.05), ("B", "x", 0.1, 0.03), ("C", "x", 0.6, 0.02),
        ("C", "y", 0.7, 0.04), ("D", "y", 0.2, 0.06), ("E", "x", 0.4, 0.05)]  # fmt: skip


def near(value):
    """A prior that leaves next to nothing open."""
    return priors.Uniform(value, value + 1e-7)


def effects():
    table = pd.DataFrame(ROWS, columns=["study", "outcome", "yi", "vi"])
    return cs.effect_sizes(table.assign(estimate=table["study"] + table["outcome"]), "GEN")


def fitted(tau=None, rho=None, mu=FLAT, trials=None):
    structure = structures.CompoundSymmetry(tau or near(TAU), rho or near(RHO))
    scatter = heterogeneity.Multivariate(structure=structure)
    model = cs.Model(mu=mu, terms=(terms.Linear("outcome", mu),), heterogeneity=scatter)
    return cs.fit(model, effects() if trials is None else trials, "exact")


@pytest.fixture(scope="module")
def joint():
    return cs.outcome_borrowing(fitted())


def by_hand():
    """Joint and univariate generalised least squares at the known τ and ρ."""
    study, outcome, y, v = (np.array(column) for column in zip(*ROWS, strict=True))
    X = np.stack([outcome == "x", outcome == "y"], axis=1).astype(float)
    same = study[:, None] == study[None]
    scatter = TAU**2 * same * np.where(outcome[:, None] == outcome[None], 1.0, RHO)
    precision = np.linalg.inv(scatter + np.diag(v))
    inverse = np.linalg.inv(X.T @ precision @ X)
    alone = [1.0 / np.sum(1.0 / (TAU**2 + v[outcome == name])) for name in "xy"]
    known = (X, precision, inverse, study)
    return inverse @ X.T @ precision @ y, np.diag(inverse), np.array(alone), known


def test_estimates_and_strength_are_those_of_least_squares(joint):
    mean, together, alone, _ = by_hand()
    table = joint.outcomes
    np.testing.assert_allclose(table["estimate"], mean, rtol=1e-5)
    np.testing.assert_allclose(table["sd"], np.sqrt(together), rtol=1e-5)
    np.testing.assert_allclose(table["alone_sd"], np.sqrt(alone), rtol=1e-5)
    np.testing.assert_allclose(table["borrowed"], 1.0 - together / alone, atol=1e-5)
    assert list(table["k"]) == [4, 3]


def test_weights_are_shares_of_the_information_and_add_up(joint):
    _, _, _, (X, precision, inverse, study) = by_hand()
    for place, name in enumerate("xy"):
        for trial in "ABCDE":
            own = study == trial
            information = X[own].T @ precision[np.ix_(own, own)] @ X[own]
            moved = inverse @ information @ inverse
            share = moved[place, place] / inverse[place, place]
            assert joint.weights.loc[trial, name] == pytest.approx(share, abs=1e-6)
    np.testing.assert_allclose(joint.weights.sum(), 1.0, atol=1e-9)
    np.testing.assert_allclose(joint.outcomes["prior"], 0.0, atol=1e-9)
    assert joint.outcomes.loc["x", "elsewhere"] == pytest.approx(joint.weights.loc["D", "x"])
    assert joint.outcomes.loc["x", "elsewhere"] > 0.005
    assert "never measured" in " ".join(joint.words)


def test_without_correlation_nothing_is_borrowed():
    found = cs.outcome_borrowing(fitted(rho=priors.Uniform(0.0, 1e-9))).outcomes
    np.testing.assert_allclose(found[["borrowed", "elsewhere"]], 0.0, atol=1e-7)


def test_priors_have_the_rest_and_one_outcome_is_refused():
    fit = fitted(priors.HalfNormal(0.5), priors.Uniform(0.0, 1.0), priors.Normal(0.0, 0.5))
    found = cs.outcome_borrowing(fit)
    np.testing.assert_allclose(found.weights.sum() + found.outcomes["prior"], 1.0, atol=1e-12)
    assert (found.outcomes["prior"] > 0.01).all()
    groups = cs.subgroups(fit, "outcome")
    np.testing.assert_allclose(found.outcomes["estimate"], groups["estimate"], atol=1e-9)
    np.testing.assert_allclose(found.outcomes["lower"], groups["lower"], atol=1e-6)
    model = cs.Model(mu=FLAT, heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)))
    with pytest.raises(ModelError, match=r"no term that reads 'outcome'.*terms\.Linear"):
        cs.outcome_borrowing(cs.fit(model, effects()))
    one = effects().without("Ay", "Cy", "Dy")
    with pytest.raises(RefusalError, match="one outcome only, 'x'"):
        cs.outcome_borrowing(cs.fit(model, one))
