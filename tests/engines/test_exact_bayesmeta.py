"""The exact engine against bayesmeta 3.4: every posterior of the reference.

Evidence, Bayes factors, and tau's moments, quantiles and curves bind to 1e-6. What bayesmeta mixes
over its coarse grid (mu, theta, a new theta) is held to it number by number, with brute force
beside it where it is off, in test_exact_accuracy.py.
"""

import json
from math import log
from pathlib import Path

import accuracy
import numpy as np
import pytest
from scipy import integrate

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines.exact.marginals import hyper_marginals

KEPT = Path(__file__).resolve().parents[1] / "reference"
CASES = [pytest.param(case, id=f"{case.dataset}: {case.name}") for case in accuracy.cases()]
SIZES = {
    "bcg_logRR": 25, "cochran1954": 15, "crins2014_AR_logOR": 25, "hinks2010_logOR": 17,
    "normand1999_MD": 15, "peto1980_logOR": 17, "rubin1981_eightschools": 23,
}  # fmt: skip


def floats(values):
    return np.array([np.nan if x in (None, "NaN") else float(x) for x in values])


def agree(ours, theirs, tolerance):
    ours, theirs = np.asarray(ours, float), floats(theirs)
    known = np.isfinite(theirs) & np.isfinite(ours)
    assert known.any()
    np.testing.assert_array_less(
        np.abs(ours - theirs)[known], np.broadcast_to(tolerance, ours.shape)[known]
    )


def test_no_posterior_of_the_reference_is_left_out():
    counted = {}
    for case in accuracy.cases():
        counted[case.dataset] = counted.get(case.dataset, 0) + 1
    assert counted == SIZES
    families = {case.theirs["tau.prior"]["family"] for case in accuracy.cases()}
    assert families == {*accuracy.BY_NAME, *accuracy.BY_NUMBERS}


@pytest.mark.parametrize("case", CASES)
def test_every_posterior(case):
    theirs, (fit, summary, found) = case.theirs, accuracy.answered(case)
    assert accuracy.prior_of(theirs["tau.prior"]).proper == theirs["proper"]
    check_tau(summary, theirs, found)
    check_evidence(fit, theirs)
    check_curves(fit, case)


def check_tau(summary, theirs, found):
    ours, column = summary.loc["tau"], theirs["summary"]["cols"].index("tau")
    for name in ("median", "mean", "sd"):
        value = theirs["summary"][name][column]
        if value in (None, "NaN"):  # where there is no moment the reference is silent
            assert not np.isfinite(ours[name]) or not theirs["proper"]
        else:
            assert ours[name] == pytest.approx(float(value), rel=1e-6)
    probabilities = accuracy.reference()["p"]
    quantiles = np.array([found["tau"][round(p, 3)] for p in probabilities])
    agree(quantiles, theirs["quantiles"]["tau"], 1e-6 * np.maximum(quantiles, ours["median"]))


def check_evidence(fit, theirs):
    if theirs["evidence"] is None:
        assert fit.log_evidence is None
        return
    assert fit.log_evidence == pytest.approx(log(theirs["evidence"]), abs=1e-6)
    (no_scatter, _), model = theirs["bayesfactor"], fit.model
    if no_scatter not in (None, "NaN"):  # of tau = 0, against the model
        common = cs.fit(cs.Model(mu=model.mu, heterogeneity="Nothing"), fit.effects, "exact")
        ours = common.log_evidence - fit.log_evidence
        assert ours == pytest.approx(log(float(no_scatter)), abs=1e-6)


def check_curves(fit, case):
    """Densities and distribution functions at bayesmeta's points, zero among them."""
    (marginal,), grid = hyper_marginals(fit.posterior.integrated.rule), case.theirs["grid"]
    tau, peak = floats(grid["tau"]), floats(grid["dpost_tau"])[1:].max()
    agree(marginal.cdf(tau), grid["ppost_tau"], 1e-7)
    seen = tau > 0  # at zero itself densities of some priors are infinite
    agree(marginal.density(tau)[seen] / peak, floats(grid["dpost_tau"])[seen] / peak, 1e-6)
    points, brute = floats(grid["mu"]), accuracy.by_force(case)
    ours = [fit.posterior.cdf({"tau": 0.0, "mu": point})["mu"] for point in points]
    np.testing.assert_allclose(ours, [brute.at(-1, point)[0] for point in points], atol=1e-7)
    agree(ours, grid["ppost_mu"], 1.5e-3 if "tight" in case.name else 3e-3)


MIXTURES = json.loads((KEPT / "bayesmeta_mixtures.json").read_text(encoding="utf-8"))["mixtures"]
SPREADS = {
    "HN0.5": priors.HalfNormal(0.5),
    "HC0.5": priors.HalfCauchy(0.5),
    "EXP2": priors.Exponential(2.0),
}


def test_every_mixture_of_the_reference_has_a_prior():
    assert set(MIXTURES) == set(SPREADS)


@pytest.mark.parametrize("name", MIXTURES)
def test_the_evidence_of_one_trial_is_a_mixture_over_tau(effects_of, name):
    """With mu = 0 known and no sampling error to speak of, p(y) = ∫ N(y; 0, τ²) p(τ) dτ."""
    theirs, sure = MIXTURES[name], priors.Normal(0.0, 1e-6)
    model = cs.Model(mu=sure, heterogeneity=heterogeneity.Normal(SPREADS[name]))
    for x, density in zip(theirs["x"], theirs["d"], strict=True):
        if x != 0:  # there the density of the mixture is infinite
            ours = cs.fit(model, effects_of([x], [1e-12]), "exact").log_evidence
            assert ours == pytest.approx(exactly(SPREADS[name], x), abs=1e-7)
            # Their mixture is cut off where tau has 1 - 1e-4 of its mass: in the middle it is good
            # to 1e-3, and far out, where large tau speak, short by what was cut off.
            assert ours == pytest.approx(log(density), abs=1e-3 if abs(x) <= 1.0 else 2e-2)


def exactly(prior, x):
    """Log of the integral, by adaptive quadrature on the log scale of tau."""

    def inner(u):
        tau = np.exp(u)
        normal = np.exp(-0.5 * (x / tau) ** 2) / (tau * np.sqrt(2.0 * np.pi))
        return normal * float(np.exp(prior.logpdf(tau))) * tau

    middle = np.log(abs(x))
    ends = [(middle - 6.0, middle), (middle, middle + 3.0), (middle + 3.0, middle + 18.0)]
    return log(sum(integrate.quad(inner, *each, epsabs=1e-14, epsrel=1e-11)[0] for each in ends))
