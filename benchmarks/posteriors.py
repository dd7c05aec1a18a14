"""The Bayesian core: how fast fits, refits, batches and maps are, each beside its plain reference.

A ratio of times below 1, and of rates above 1, is faster than the reference. That of a fit is the
same model through PyMC's sampler as it comes, timed on its second run, when what it compiled for
the first is at hand; that of an answer about many fits is one fit after the other.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import nuts
import pandas as pd
from figure import REVIEW, Figure, bcg, cpu, second, warm

import consilience as cs

SETS = 100_000
LARGE = 100_000


def exact_random_effects() -> Figure:
    """Fit 13 BCG trials exactly, warm."""
    seconds = warm(lambda: cs.fit(random_effects(), bcg(), seed=1))
    return Figure("exact, random effects, 13 trials", seconds, 0.0005, pymc_random_effects())


def exact_summary() -> Figure:
    """Fit 13 BCG trials exactly and ask for every mean, interval and probability."""
    seconds = warm(lambda: cs.fit(random_effects(), bcg(), seed=1).summary())
    return Figure("  the same with its summary", seconds, reference=pymc_random_effects())


def exact_two_scales() -> Figure:
    """Fit two hyperparameters on the review's primary trials exactly, warm."""
    seconds = warm(lambda: cs.fit(partial_pooling(), trials(), seed=1))
    name = f"exact, two scales, {trials().k} trials"
    return Figure(name, seconds, 0.02, sampled(partial_pooling(), trials()))


def exact_three_scales() -> Figure:
    """Fit the crossed model, three hyperparameters, on the review's primary trials, warm."""
    model = cs.read_model(REVIEW.parents[1] / "models" / "crossed.toml").model
    seconds = warm(lambda: cs.fit(model, trials(), seed=1), 5)
    name = f"exact, three scales, {trials().k} trials"
    return Figure(name, seconds, 0.5, sampled(model, trials()))


def exact_large() -> Figure:
    """Fit 100 000 estimates exactly; the reference is what no method can do without.

    That is 61 evaluations of their likelihood at given tau, in plain numpy.
    """
    effects = many_estimates()
    seconds = warm(lambda: cs.fit(random_effects(), effects, seed=1), 3)
    return Figure(
        f"exact, random effects, {LARGE:,} trials", seconds, 2.0, likelihoods(effects, 61)
    )


def leave_one_out() -> Figure:
    """Foresee each of 13 BCG trials from the other twelve, by exact refits."""
    fit = cs.fit(random_effects(), bcg(), seed=1)
    return Figure("13 exact leave-one-out refits", warm(lambda: cs.exact_loo(fit)), 0.005, refits())


def map_of_priors() -> Figure:
    """Map the answer under 400 priors of mu."""
    fit = cs.fit(random_effects(), bcg(), seed=1)
    locations, scales = np.linspace(-1, 1, 20), np.linspace(0.1, 3, 20)
    seconds = warm(lambda: cs.prior_map(fit, locations, scales), 10)
    alone = warm(lambda: cs.fit(random_effects(), bcg(), seed=1).summary())
    return Figure("prior map, 400 priors of mu", seconds, 0.1, 400 * alone)


def batch_with_intervals() -> Figure:
    """Fit many sets of 10 trials, with intervals of mu, tau and a new effect."""
    return Figure(
        "fit_many, k = 10, with intervals, per core",
        per_second(cs.fit_many),
        50_000,
        1 / cpu(lambda: cs.fit(random_effects(), bcg(), seed=1).summary(), 50),
        per_second=True,
    )


def batch_of_moments() -> Figure:
    """Fit as many, for moments and evidence only."""
    return Figure(
        "moments_many, k = 10, moments only, per core",
        per_second(cs.moments_many),
        200_000,
        1 / cpu(lambda: cs.fit(random_effects(), bcg(), seed=1), 50),
        per_second=True,
    )


def nuts_random_effects() -> Figure:
    """Sample 13 BCG trials with this package's own NUTS engine."""
    engine = cs.engines.Nuts()
    seconds = second(lambda: cs.fit(random_effects(), bcg(), engine, seed=1))
    return Figure("NUTS, random effects, 13 trials", seconds, reference=pymc_random_effects())


def nuts_effective() -> Figure:
    """Count effective draws of the worst parameter; ten times PyMC's rate is owed."""
    reference = nuts.plain(bcg())[0]
    ours = nuts.marginalised(bcg(), random_effects())
    return Figure("  min-ESS", ours, 10 * reference, reference, per_second=True)


def nuts_effective_sampling() -> Figure:
    """Do the same, not counting what PyMC prepares anew in every call."""
    ours, reference = nuts.marginalised(bcg(), random_effects()), nuts.plain(bcg())[1]
    name = "  min-ESS, PyMC's sampling time alone"
    return Figure(name, ours, reference=reference, per_second=True)


FIGURES: tuple[Callable[[], Figure], ...] = (
    exact_random_effects,
    exact_summary,
    exact_two_scales,
    exact_three_scales,
    exact_large,
    leave_one_out,
    map_of_priors,
    batch_with_intervals,
    batch_of_moments,
    nuts_random_effects,
    nuts_effective,
    nuts_effective_sampling,
)


@cache
def trials() -> cs.Effects:
    """Standardised mean differences of the shipped review's primary analysis."""
    return cs.read_review(REVIEW).effects


@cache
def many_estimates() -> cs.Effects:
    """Simulate a set so large that anything worse than linear would show."""
    rng = np.random.default_rng(1)
    vi = rng.uniform(0.01, 0.2, LARGE)
    yi = rng.normal(0.3, np.sqrt(vi + 0.04))
    study = [f"t{place}" for place in range(LARGE)]
    return cs.effect_sizes(pd.DataFrame({"study": study, "yi": yi, "vi": vi}), "GEN")


@cache
def many_sets() -> pd.DataFrame:
    """Simulate many sets of ten trials."""
    rng = np.random.default_rng(2)
    vi = rng.uniform(0.02, 0.2, 10 * SETS)
    yi = rng.normal(0.3, np.sqrt(vi + 0.04))
    return pd.DataFrame({"review": np.repeat(np.arange(SETS), 10), "yi": yi, "vi": vi})


def random_effects() -> cs.Model:
    """Trials scattered normally about one mean."""
    return cs.Model(mu=cs.priors.Normal(0, 2.82), heterogeneity=scatter())


def partial_pooling() -> cs.Model:
    """Types of intervention drawn from a population, the comparator's shift beside them."""
    terms = (cs.terms.Exchangeable("intervention_type"), cs.terms.Linear("comparator_type"))
    return cs.Model(mu=cs.priors.Normal(0, 1), terms=terms, heterogeneity=scatter())


def scatter() -> cs.heterogeneity.Normal:
    """Say how true effects scatter in both models."""
    return cs.heterogeneity.Normal(tau=cs.priors.HalfNormal(0.5))


def per_second(verb: Callable[..., pd.DataFrame]) -> float:
    """Count the data sets for each second of processor time, whatever the number of threads."""
    return SETS / cpu(lambda: verb(many_sets(), "review", model=random_effects()))


def refits() -> float:
    """Time the plain way to leave one out: thirteen fits of twelve trials."""
    others = [bcg().keep(np.arange(13) != place) for place in range(13)]
    return warm(lambda: [cs.fit(random_effects(), each, seed=1) for each in others], 10)


def likelihoods(effects: cs.Effects, count: int) -> float:
    """Time so many evaluations of log p(y | tau) with mu integrated out, in plain numpy."""

    def evaluated() -> list[float]:
        found = []
        for tau in np.linspace(0.0, 1.0, count):
            w = 1.0 / (effects.v + tau**2)
            mean = (w @ effects.y) / w.sum()
            found.append(0.5 * (np.log(w).sum() - np.log(w.sum()) - w @ (effects.y - mean) ** 2))
        return found

    return warm(evaluated, 3)


@cache
def pymc_random_effects() -> float:
    """Time the textbook's non-centred model, written down and sampled as a PyMC user would."""
    import pymc as pm

    effects = bcg()

    def action() -> None:
        with pm.Model():
            mu, tau = pm.Normal("mu", 0, 2.82), pm.HalfNormal("tau", 0.5)
            eta = pm.Normal("eta", shape=effects.k)
            pm.Normal("y", mu + tau * eta, np.sqrt(effects.v), observed=effects.y)
            sample()

    return second(action)


def sampled(model: cs.Model, effects: cs.Effects) -> float:
    """Time the package's own PyMC model under the sampler as it comes, its second run."""

    def action() -> None:
        with model.pymc(effects):
            sample()

    return second(action)


def sample() -> None:
    """Draw 4 x 1000 after as many to tune."""
    import pymc as pm

    pm.sample(1000, tune=1000, chains=4, random_seed=1, progressbar=False, quiet=True)
