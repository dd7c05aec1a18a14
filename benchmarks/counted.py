"""Models of the arms' own data: how fast their exact posteriors are."""

from figure import HERE, Figure, warm

import consilience as cs


def exact_binomial() -> Figure:
    """Fit the counts of 13 BCG trials exactly, warm: binomial arms, random odds ratios."""
    effects = cs.effect_sizes(cs.read_trials(HERE / "bcg.csv"), "OR")
    model = cs.Model(
        mu=cs.priors.Normal(0.0, 2.82),
        heterogeneity=cs.heterogeneity.Normal(cs.priors.HalfNormal(0.5)),
        likelihood=cs.likelihoods.Binomial(),
    )
    seconds = warm(lambda: cs.fit(model, effects, seed=1))
    return Figure("exact, binomial random effects, 13 trials", seconds, 0.2)


FIGURES = (exact_binomial,)
