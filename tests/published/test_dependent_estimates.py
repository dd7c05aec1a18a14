"""Dependent estimates against metafor: with flat means the exact likelihood is the restricted one.

dat.konstantopoulos2011, dat.assink2016, dat.berkey1998 and dat.riley2003 (tests/reference/
models_rmamv.json): at metafor's estimates of the variance components the exact engine's marginal
likelihood is its REML log-likelihood (but for ½ log|X'X|, which metafor counts), it is nowhere
higher, and the conditional means and standard errors are metafor's.
"""

import numpy as np
import pytest
from tests.classical.multilevel_cases import MODELS, case

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines.exact.form import assemble
from consilience.heterogeneity import structures

FLAT, VAGUE = priors.Flat(), priors.HalfNormal(10.0)
"""Near flat: the density hardly changes where the likelihood lies."""
OUTCOMES = (terms.Linear("outcome", FLAT),)
UN, CS = structures.Unstructured(VAGUE), structures.CompoundSymmetry(VAGUE)
THREE = heterogeneity.Normal(VAGUE)
CASES = {
    "konst_3level_REML": (heterogeneity.Nested("district", VAGUE, THREE), ()),
    "assink_3level": (heterogeneity.Nested("study", VAGUE, THREE), ()),
    "knapp_study_task": (heterogeneity.Nested("study", VAGUE, THREE), ()),
    "berkey_UN_REML": (heterogeneity.Multivariate("outcome", "study", UN), OUTCOMES),
    "berkey_CS": (heterogeneity.Multivariate("outcome", "study", CS), OUTCOMES),
    "riley_diagV_UN": (heterogeneity.Multivariate("outcome", "study", UN), OUTCOMES),
}


def estimates(name):
    """Metafor's variance components as the hyperparameters are counted: SDs, then ρ."""
    model = MODELS[name]
    if name in ("konst_3level_REML", "assink_3level", "knapp_study_task"):
        return np.sqrt(model["sigma2"])
    return np.array([*np.sqrt(model["tau2"]), *model["rho"]])


@pytest.mark.parametrize("name", CASES)
def test_the_likelihood_and_its_optimum_are_those_of_reml(name):
    scatter, added = CASES[name]
    effects = case(name)[0]
    form = assemble(cs.Model(mu=FLAT, terms=added, heterogeneity=scatter), effects)
    phi, reference = estimates(name), MODELS[name]
    beside = phi * np.where(np.eye(len(phi)) > 0, 1.03, 1.0)
    beside = beside[
        np.all(np.abs(beside[:, -1:]) < 1.0, axis=1) | ("rho" not in form.hypers[-1].name)
    ]
    found = form.given(np.vstack([phi, 2.0 * phi - beside, beside])[:, : len(phi)])
    own = found.log_likelihood[0] + 0.5 * np.linalg.slogdet(form.W.T @ form.W)[1]
    assert own == pytest.approx(reference["fit.stats"]["REML"]["ll"], abs=1e-6)
    assert np.all(found.log_likelihood[1:] < found.log_likelihood[0] + 1e-9)
    weights = _rows(form, effects, bool(added))
    np.testing.assert_allclose(weights @ found.mean[0], reference["beta"], rtol=2e-6)
    np.testing.assert_allclose(found.variance_of(weights)[0] ** 0.5, reference["se"], rtol=2e-6)


def _rows(form, effects, outcomes):
    """Rows of the design at each outcome; the mean itself without outcomes."""
    if not outcomes:
        return np.ones((1, 1))
    labels = effects.table["outcome"].to_numpy()
    return np.stack([form.W[np.flatnonzero(labels == each)[0]] for each in sorted(set(labels))])


def test_the_posterior_under_near_flat_priors_is_near_the_estimates():
    """Assink: 100 estimates in 17 studies are enough for means within 2 %."""
    scatter, _ = CASES["assink_3level"]
    fit = cs.fit(cs.Model(mu=FLAT, heterogeneity=scatter), case("assink_3level")[0], "exact")
    table, reference = fit.summary(), MODELS["assink_3level"]
    assert table.loc["mu", "mean"] == pytest.approx(reference["beta"][0], rel=0.02)
    tau = np.sqrt(reference["sigma2"])
    medians = table.loc[["tau_study", "tau"], "median"]
    assert medians.iloc[1] == pytest.approx(tau[1], rel=0.02)
    assert tau[0] < medians.iloc[0] < 1.15 * tau[0]  # few studies: its posterior leans to the right


def test_classical_twins_are_metafors_rows():
    """The same structures by the classical engine, in one table with the fit."""
    effects = case("assink_3level")[0]
    fit = cs.fit(cs.Model(mu=FLAT, heterogeneity=CASES["assink_3level"][0]), effects, "exact")
    twins = cs.classical_twins(fit)
    table = cs.compare({"Bayes": fit, **twins})
    assert list(table.index) == ["Bayes", "REML, study/estimate", "CHE + CR2"]
    row = table.loc["REML, study/estimate"]
    assert row["estimate"] == pytest.approx(MODELS["assink_3level"]["beta"][0], rel=1e-6)
    assert table["lower"].notna().all()
    assert table.loc["CHE + CR2", "estimate"] != row["estimate"]
