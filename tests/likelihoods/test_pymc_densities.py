"""What PyMC says of the arms' data is what the exact engine integrates, point by point."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logit

import consilience as cs
from consilience import likelihoods, priors
from consilience.likelihoods import baselines, links, missing

pytestmark = pytest.mark.nuts

TRIALS = pd.DataFrame({
    "study": ["a", "b", "c"], "events1": [12, 0, 3], "n1": [30, 26, 40],
    "events2": [14, 2, 0], "n2": [28, 25, 44], "missing1": [3, 0, 9], "missing2": [1, 4, 0],
    "person_time1": [30.0, 41.0, 8.5], "person_time2": [28.5, 39.0, 12.0],
    "mean1": [1.3, 0.4, -2.0], "sd1": [2.0, 1.4, 3.0],
    "mean2": [0.5, 0.6, 0.0], "sd2": [1.5, 2.2, 1.0],
})  # fmt: skip
FIXED = baselines.Fixed(priors.Normal(-1.0, 2.0))
POPULATION = baselines.Exchangeable(priors.Normal(0.0, 3.0), priors.HalfNormal(1.0))
SURE = missing.IMOR(0.7, -0.4, 0.0, 0.0)
POINT = {"baseline_mean": -0.8, "baseline_sd": 0.6, "rho": 0.07}
B = np.array([-0.6, -1.9, -1.2])
D = {"OR": [0.3, -1.1, 0.8], "RR": [-0.2, -0.5, 0.4], "RD": [-0.1, 0.05, 0.2],
     "IRR": [0.3, -2.0, 1.0], "MD": [0.4, -0.3, 1.0]}  # fmt: skip
LINKS = {"OR": links.Logit(), "RR": links.Log(), "RD": links.Identity()}
COUNTED = {
    **{
        f"binomial {code} {type(base).__name__} {type(lost).__name__}": (
            likelihoods.Binomial(link, base, lost), code,
        )
        for code, link in LINKS.items()
        for base in (FIXED, POPULATION)
        for lost in (missing.Complete(), SURE)
    },
    **{
        f"beta-binomial {code} {type(base).__name__}": (
            likelihoods.BetaBinomial(link, base, priors.Uniform(0.0, 0.5)), code,
        )
        for code, link in LINKS.items()
        for base in (FIXED, POPULATION)
    },
    "poisson Fixed": (likelihoods.Poisson(FIXED), "IRR"),
    "poisson Exchangeable": (likelihoods.Poisson(POPULATION), "IRR"),
}  # fmt: skip


def sampled(likelihood, effects, d, held):
    """Log density of the data in the PyMC model, some of its variables held."""
    import pymc as pm
    import pytensor
    from pytensor.compile.mode import Mode

    with pm.Model(coords={"estimate": list(effects.labels)}) as model:
        likelihood.observe(pm.math.constant(np.asarray(d)), effects)
    names = {each.name for each in (*model.free_RVs, *model.deterministics)}
    fixed = pm.do(model, {name: value for name, value in held.items() if name in names})
    watched = [*fixed.observed_RVs, *fixed.potentials]
    logp = fixed.logp(vars=watched, sum=True)
    function = pytensor.function(
        fixed.value_vars, logp, mode=Mode(linker="py", optimizer=None), on_unused_input="ignore"
    )
    start = fixed.initial_point()
    return float(function(*(start[each.name] for each in fixed.value_vars)))


@pytest.mark.parametrize("name", COUNTED)
def test_counts_given_baselines_and_effects(name):
    likelihood, code = COUNTED[name]
    effects, d = cs.effect_sizes(TRIALS, code), np.array(D[code])
    curves = likelihood.curves(effects)
    plain = getattr(curves, "plain", curves)
    point = {each: np.array([[value]]) for each, value in POINT.items()}
    wanted = plain.arms.log(B[None, None], d[None], point, order=30).sum()
    held = {"baseline": B, "imor_unit": np.zeros((3, 2)), **POINT}
    found = sampled(likelihood, effects, d, held)
    assert found == pytest.approx(wanted, rel=1e-9)


def test_counts_given_their_total_up_to_a_constant():
    likelihood, effects = likelihoods.Hypergeometric(), cs.effect_sizes(TRIALS, "OR")
    curves = likelihood.curves(effects)
    one, two = np.array(D["OR"]), np.array([-0.4, 0.9, 0.1])
    ours = np.diff([curves.log(d[None], {}).sum() for d in (one, two)])[0]
    theirs = np.diff([sampled(likelihood, effects, d, {}) for d in (one, two)])[0]
    assert theirs == pytest.approx(ours, rel=1e-9)


LOST = [
    missing.Complete(),
    missing.IMDoM(0.5, -0.2, 0.0, 0.0),
    missing.IMDoM(0.5, -0.2, 0.7, 0.4, 0.3),
]


@pytest.mark.parametrize("lost", LOST, ids=["nobody", "surely", "perhaps"])
def test_means_given_the_error_of_the_comparator(lost):
    """Summed over that error, and what the missing add, it is the density of the difference."""
    likelihood, effects = likelihoods.ArmMeans(lost), cs.effect_sizes(TRIALS, "MD")
    d, unit = np.array(D["MD"]), np.array([0.2, -1.0, 2.0])
    (n1, sd1), (n2, sd2) = (TRIALS[[f"n{arm}", f"sd{arm}"]].to_numpy(dtype=float).T for arm in "12")
    se1, se2 = sd1 / np.sqrt(n1), sd2 / np.sqrt(n2)
    alpha = np.array([[3 / 33, 1 / 29], [0.0, 4 / 29], [9 / 49, 0.0]]) * [1.0, -1.0]
    shift, covariance = alpha @ lost.departure.mean, lost.departure.covariance
    spread = np.sqrt(np.einsum("ki,ij,kj->k", alpha, covariance, alpha))
    away = (TRIALS["mean1"] - TRIALS["mean2"]).to_numpy() + shift - d

    def first(e, z=0.0):
        moved = (away - spread * z + se2 * e) / se1
        return stats.t.logpdf(moved, n1 - 1.0) - np.log(se1)

    extra = np.array([0.3, -1.1, 1.7])
    found = sampled(likelihood, effects, d, {"mean2_unit": unit, "imdom_unit": extra})
    assert found == pytest.approx(np.sum(first(unit, extra)), rel=1e-9)
    along = np.linspace(-6.0, 6.0, 1201)[:, None]
    grid, width = np.sinh(along), np.cosh(along) * 0.01
    second = stats.t.logpdf(grid, n2 - 1.0)
    z, w = np.polynomial.hermite_e.hermegauss(24 if spread.any() else 1)
    heights = np.exp([first(grid, each) + second for each in z])
    whole = np.log(np.sum(np.tensordot(w / w.sum(), heights, axes=1) * width, axis=0))
    np.testing.assert_allclose(likelihood.curves(effects).log(d[None], {})[0], whole, atol=1e-7)


def test_missing_participants_whose_odds_ratio_is_uncertain():
    """At a point of the latent odds ratios the data are those of the arms that were seen."""
    rule = missing.IMOR(0.7, -0.4, 0.5, 0.8, 0.3)
    effects, d = cs.effect_sizes(TRIALS, "OR"), np.array(D["OR"])
    unit = np.array([[0.4, -1.0], [0.0, 0.7], [-1.5, 0.2]])
    delta = rule.departure.mean + unit @ rule.departure.root.T
    likelihood = likelihoods.Binomial("Logit", FIXED, rule)
    found = sampled(likelihood, effects, d, {"baseline": B, "imor_unit": unit})
    wanted = 0.0
    for arm, place, p in (("1", 0, expit(B + d)), ("2", 1, expit(B))):
        share = TRIALS[f"missing{arm}"] / (TRIALS[f"missing{arm}"] + TRIALS[f"n{arm}"])
        low, high = np.zeros(3), np.ones(3)
        for _ in range(80):
            seen = 0.5 * (low + high)
            whole = (1.0 - share) * seen + share * expit(logit(seen) + delta[:, place])
            low, high = np.where(whole < p, seen, low), np.where(whole < p, high, seen)
        wanted += stats.binom.logpmf(TRIALS[f"events{arm}"], TRIALS[f"n{arm}"], seen).sum()
    assert found == pytest.approx(wanted, rel=1e-9)
