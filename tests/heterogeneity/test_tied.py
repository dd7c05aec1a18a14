"""True effects that have something in common: what they refuse, and one density with PyMC."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.contracts.points import drawn, in_pymc, log_density_of
from tests.engines.tied_cases import review

import consilience as cs
from consilience import bias, heterogeneity, likelihoods, priors, terms
from consilience.engines.exact.form import assemble
from consilience.errors import ModelError
from consilience.heterogeneity import structures

HALF, MU, SLOPE = priors.HalfNormal(0.4), priors.Normal(0.0, 1.0), priors.Normal(0.0, 0.5)
Nested, Multivariate = heterogeneity.Nested, heterogeneity.Multivariate


def effects(**columns):
    columns = {key: list(values) for key, values in columns.items()}
    k = len(next(iter(columns.values())))
    table = pd.DataFrame({"estimate": [f"e{i}" for i in range(k)], **columns})
    return cs.effect_sizes(table.assign(yi=np.linspace(0.0, 0.5, k), vi=0.04), "GEN")


def test_one_outcome_and_an_outcome_twice_are_refused_with_a_remedy():
    model = cs.Model(mu=MU, heterogeneity=Multivariate(structure=structures.Unstructured(HALF)))
    with pytest.raises(ModelError, match=r"two outcomes.*only 'x'.*heterogeneity\.Normal"):
        cs.fit(model, effects(study="AAB", outcome="xxx"))
    with pytest.raises(ModelError, match=r"study 'B'.*outcome 'y'.*Nested"):
        cs.fit(model, effects(study="AABB", outcome="xyyy"))
    both = Multivariate(("outcome", "time"), structure=structures.CompoundSymmetry(HALF))
    told = effects(study="AABB", outcome="xyyy", time="1112")
    assert len(both.scatter(told).levels) == 3


@pytest.mark.parametrize(
    "component",
    [
        Nested("nowhere", HALF, heterogeneity.Nothing()),
        Multivariate("nowhere", structure=structures.Unstructured(HALF)),
    ],
)
def test_an_unknown_column_lists_the_known_ones(component):
    with pytest.raises(ModelError, match=r"nowhere.*study"):
        cs.fit(cs.Model(mu=MU, heterogeneity=component), effects(study="AABB"))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Nested(()), "one or more different columns"),
        (lambda: Nested(("a", "a")), "different columns"),
        (lambda: Nested(("a", "b", "c"), (HALF, HALF)), "3 levels.*2 priors"),
        (lambda: Nested("a", priors.Normal(0.0, 1.0)), "tau_a is a standard deviation"),
        (lambda: Nested("a", within=HALF), "within takes a Heterogeneity"),
        (lambda: Multivariate(3), "over is the name"),
        (lambda: Multivariate("study"), "different columns"),
        (lambda: Multivariate(structure="AR"), "CompoundSymmetry, Het.*, Unstructured"),
        (lambda: structures.Unstructured(eta=0.0), "eta"),
        (lambda: structures.CompoundSymmetry(rho=HALF), "between -1 and 1"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(build, said):
    with pytest.raises(ModelError, match=said):
        build()


def test_correlations_that_so_many_outcomes_cannot_have_are_refused():
    wide = structures.CompoundSymmetry(HALF, priors.Uniform(-1.0, 1.0))
    two, three = (effects(study="AABB", outcome=each) for each in ("xyxy", "xyzx"))
    model = cs.Model(mu=MU, heterogeneity=Multivariate(structure=wide))
    assert cs.fit(model, two).diagnosis.passed
    with pytest.raises(ModelError, match=r"3 outcomes.*−1/2.*positive definite"):
        cs.fit(model, three)


def test_what_is_within_must_be_normal():
    for within in (
        heterogeneity.StudentT(tau=HALF),
        Nested("outcome", HALF, heterogeneity.Nothing()),
    ):
        with pytest.raises(ModelError, match="cannot stand within Nested"):
            cs.fit(
                cs.Model(mu=MU, heterogeneity=Nested(tau=HALF, within=within)),
                effects(study="AAB", outcome="xyx"),
            )


@pytest.mark.parametrize("studies", ["A", "AA", "AB"])
def test_one_and_two_estimates_and_one_cluster_are_fitted(studies):
    trials = effects(study=studies, outcome="xyz"[: len(studies)])
    for scatter in (
        Nested(tau=HALF, within=heterogeneity.Normal(HALF)),
        Nested(tau=HALF, within=heterogeneity.Nothing()),
    ):
        fit = cs.fit(cs.Model(mu=MU, heterogeneity=scatter), trials)
        assert fit.diagnosis.passed
        assert np.isfinite(fit.log_evidence)
    improper = cs.Model(
        mu=priors.Flat(), heterogeneity=Nested(tau=priors.Flat(), within=heterogeneity.Nothing())
    )
    with pytest.raises(ModelError, match="improper"):
        cs.fit(improper, trials)


def test_a_flat_prior_between_clusters_counts_clusters_and_not_estimates():
    """A uniform τ needs three studies (one for the mean), however many estimates two have."""
    model = cs.Model(
        mu=priors.Flat(), heterogeneity=Nested(tau=priors.Flat(), within=heterogeneity.Normal(HALF))
    )
    with pytest.raises(ModelError, match="improper"):
        cs.fit(model, effects(study="AAAABBBB"))
    assert cs.fit(model, effects(study="AABBCCDDEEFF")).diagnosis.passed


def test_partial_correlations_make_the_lkj_distribution():
    """Of p outcomes: det R ~ Π Beta, and every correlation is Beta(η + (p − 2)/2) on (−1, 1)."""
    rng, eta, levels = np.random.default_rng(4), 1.5, ("a", "b", "c", "d")
    structure = structures.Unstructured(HALF, eta)
    point = {hyper.name: hyper.prior.ppf(rng.random(20_000)) for hyper in structure.hypers(levels)}
    found = structure.derived(point, levels)
    assert set(found) == {f"rho[{a}, {b}]" for a, b in ("ab", "ac", "ad", "bc", "bd", "cd")}
    marginal = stats.beta(eta + 1.0, eta + 1.0, loc=-1.0, scale=2.0)
    for rho in found.values():
        assert stats.kstest(rho, marginal.cdf).pvalue > 1e-4
    sd = np.stack([point[f"tau[{level}]"] for level in levels], axis=1)
    whole = structure.covariance(point, levels) / (sd[:, :, None] * sd[:, None])
    np.testing.assert_allclose(np.diagonal(whole, axis1=1, axis2=2), 1.0, rtol=1e-12)
    np.testing.assert_allclose(whole[:, 2, 0], found["rho[a, c]"], atol=1e-12)
    assert np.linalg.eigvalsh(whole).min() > -1e-12


def dense_log_density(model, trials, *, point, units):
    """Log p(y, β, φ) with V + H written out whole, as PyMC counts levels in units of scales."""
    form = assemble(model, trials)
    phi = {name: np.array([value]) for name, value in point.items()}
    h = np.broadcast_to(form.scatter.variance(phi), (1, trials.k))
    (whole,) = form.bonds.total(h, phi)
    beta = np.concatenate([u * (point[p.scales[0].name] if p.scales else 1.0)
                           for p, u in zip(form.parts, units, strict=True)])  # fmt: skip
    total = sum(float(h.prior.logpdf(point[h.name])) for h in form.hypers)
    total += sum(float(np.sum(p.prior.logpdf(u))) for p, u in zip(form.parts, units, strict=True))
    return total + stats.multivariate_normal(form.W @ beta, whole).logpdf(form.y)


@pytest.mark.nuts
@pytest.mark.parametrize("name", ["nested", "multivariate"])
def test_pymc_has_the_same_density(name):
    """All at once: ties of effects and errors, a covariance that was given, terms and a bias."""
    from consilience.covariance import Covariance

    trials = review()
    table = trials.frame.reset_index().assign(risk=["high", "low"] * 4)
    trials = cs.effect_sizes(table.drop(columns=["sei"], errors="ignore"), "GEN")
    v = trials.v
    block = np.array([[v[6], 0.3 * np.sqrt(v[6] * v[7])], [0.3 * np.sqrt(v[6] * v[7]), v[7]]])
    trials = replace(trials, shared=Covariance((np.array([6, 7]),), (block,)))
    scatter = {
        "nested": Nested(("study", "arm"), (HALF, HALF), heterogeneity.ByGroup("outcome", HALF)),
        "multivariate": Multivariate(structure=structures.Unstructured(HALF, 1.5)),
    }[name]
    model = cs.Model(
        mu=MU,
        terms=(terms.Linear("outcome", SLOPE), terms.Exchangeable("arm", HALF)),
        heterogeneity=scatter,
        likelihood=likelihoods.CorrelatedNormal(rho=priors.Beta(2.0, 2.0)),
        bias=bias.RiskOfBias("risk", "high", SLOPE, HALF),
    )
    twin, rng = model.pymc(trials), np.random.default_rng(3)
    log_density = log_density_of(twin)
    for _ in range(3):
        _, point, units = drawn(model, trials, rng)
        theirs = float(log_density(in_pymc(model, trials, twin, point=point, units=units)))
        ours = dense_log_density(model, trials, point=point, units=units)
        assert theirs == pytest.approx(ours, abs=1e-8)
