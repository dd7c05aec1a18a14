"""The components of every slot, the trials they read, and the smallest set that pairs them all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, combinations, product

import numpy as np
import pandas as pd

import consilience as cs
from consilience import bias, engines, heterogeneity, likelihoods, priors, terms
from consilience.covariance import Covariance
from consilience.effects import Effects
from consilience.errors import RefusalError
from consilience.gaussian import Block
from consilience.heterogeneity import structures
from consilience.likelihoods import baselines, missing
from consilience.model import blocks

HALF, SLOPE = priors.HalfNormal(0.5), priors.Normal(0.0, 0.4)
CORRELATED, PLACE = priors.Beta(2.0, 3.0), priors.Uniform(20.0, 85.0)
Multivariate = heterogeneity.Multivariate

PRIORS = {
    "light tails": (priors.Normal(0.1, 1.0), priors.HalfNormal(0.4)),
    "heavy tails": (priors.Normal(0.0, 3.0), priors.HalfStudentT(4.0, 0.3)),
}
SCATTERS: dict[str, Callable[[priors.Prior], heterogeneity.Heterogeneity]] = {
    "Nothing": lambda _: heterogeneity.Nothing(),
    "Normal": heterogeneity.Normal,
    "ByGroup": lambda tau: heterogeneity.ByGroup("arm", tau),
    "LogLinear": lambda tau: heterogeneity.LogLinear("scale(dose)", tau, SLOPE),
    "PooledByGroup": lambda tau: heterogeneity.PooledByGroup("arm", tau),
    "StudentT": lambda tau: heterogeneity.StudentT(4.0, tau),
    "TwoComponent": lambda tau: heterogeneity.TwoComponent(tau, 5.0),
    "Nested": lambda tau: heterogeneity.Nested("study", HALF, heterogeneity.Normal(tau)),
    "Unstructured": lambda tau: Multivariate(structure=structures.Unstructured(tau, 1.5)),
    "CompoundSymmetry": lambda tau: Multivariate(
        structure=structures.CompoundSymmetry(tau, CORRELATED)
    ),
    "HeterogeneousCompoundSymmetry": lambda tau: Multivariate(
        structure=structures.HeterogeneousCompoundSymmetry(tau, CORRELATED)
    ),
}
TERMS = {
    "none": (),
    "Linear": (terms.Linear("against", SLOPE),),
    "Exchangeable within": (terms.Exchangeable("kind", HALF, within="arm"),),
    "crossed": (terms.Exchangeable("kind", HALF), terms.Exchangeable("against", HALF)),
    "Spline and Offset": (terms.Spline("dose", 3, SLOPE), terms.Offset("known")),
    "Threshold": (terms.Threshold("went", PLACE, SLOPE),),
    "Threshold of participants": (
        terms.Threshold("went", PLACE, SLOPE, spread="width", from_zero=False),
    ),
    "Hinge": (terms.Hinge("went", PLACE, SLOPE), terms.Linear("dose", SLOPE)),
    "Emax": (terms.Emax("went", PLACE, SLOPE, from_zero=False),),
}
BIASES = {
    "no bias": bias.Nothing(),
    "RiskOfBias": bias.RiskOfBias("risk", "high", SLOPE, priors.HalfNormal(0.3)),
    "two domains": bias.RiskOfBias(("risk", "blinding"), "high", SLOPE, HALF),
    "PowerWeight": bias.PowerWeight("risk", "high", 0.4),
    "left out": bias.PowerWeight("risk", "high", 0.0),
}
BASE = baselines.Fixed(priors.Normal(-1.0, 0.8))
DATA: dict[str, likelihoods.Likelihood] = {
    "independent": likelihoods.Normal(),
    "shared participants": likelihoods.Normal(),
    "CorrelatedNormal": likelihoods.CorrelatedNormal(rho=CORRELATED),
    "CorrelatedNormal beside V": likelihoods.CorrelatedNormal(rho=CORRELATED),
    "Binomial": likelihoods.Binomial(baseline=BASE),
    "Binomial partly seen": likelihoods.Binomial(
        "Logit",
        baselines.Exchangeable(priors.Normal(-1.0, 0.5), HALF),
        missing.IMOR(0.2, -0.1, 0.5, 0.4, 0.3),
    ),
    "BetaBinomial": likelihoods.BetaBinomial("Logit", BASE, priors.Beta(1.5, 12.0)),
    "Poisson": likelihoods.Poisson(BASE),
    "Hypergeometric": likelihoods.Hypergeometric(),
    "ArmMeans": likelihoods.ArmMeans(missing.IMDoM(0.5, -0.2, 0.6, 0.4, 0.3)),
}
MEASURES = {"Poisson": "IRR", "ArmMeans": "MD"}
"""What arms are read as; odds ratios where nothing is said."""
SHARED = {"shared participants": 6, "CorrelatedNormal beside V": 2}
"""How many estimates, in pairs of a study, have a covariance that was given."""
OF_ARMS = tuple(name for name, kind in DATA.items() if kind.by_curves)

SLOTS = (SCATTERS, TERMS, BIASES, PRIORS, DATA)
type Names = tuple[str, ...]

TIED = ("Nested", "Unstructured", "CompoundSymmetry", "HeterogeneousCompoundSymmetry")
BENT = ("Threshold", "Threshold of participants", "Hinge", "Emax")
MIXED = ("StudentT", "TwoComponent")
CORRELATING = ("CorrelatedNormal", "CorrelatedNormal beside V")
REFUSED: dict[tuple[str, str], str] = {
    **dict.fromkeys(product(TIED, OF_ARMS), r"ties? |tied"),
    **dict.fromkeys(product(MIXED, CORRELATING), "mixture of true effects"),
    **dict.fromkeys(product(("PowerWeight", "left out"), OF_ARMS), "trust some trials less"),
    **dict.fromkeys(product(("Threshold",), OF_ARMS), "threshold|curve along an exposure"),
}
"""Pairs that no model may hold, and what both engines say."""
UNSAMPLED: dict[tuple[str, str], str] = {
    **dict.fromkeys(product(TIED, ("Threshold",)), "tied to one another"),
    **dict.fromkeys(product(("Threshold",), (*SHARED, "CorrelatedNormal")), "share participants"),
}
"""Pairs that the exact engine alone takes, and what NUTS says."""


VARIATIONS = (
    *("CompoundSymmetry", "HeterogeneousCompoundSymmetry", "Threshold of participants"),
    *("two domains", "left out", "CorrelatedNormal", "Binomial partly seen", "heavy tails"),
)
"""Other settings of a component that is there already."""


@cache
def model_of(names: Names) -> cs.Model:
    """Build the model of one name for each slot."""
    scatter, term, distortion, chosen, data = names
    mu, tau = PRIORS[chosen]
    return cs.Model(
        mu=mu,
        terms=TERMS[term],
        heterogeneity=SCATTERS[scatter](tau),
        likelihood=DATA[data],
        bias=BIASES[distortion],
    )


@cache
def trials_of(data: str) -> Effects:
    """Give the trials that a likelihood reads: twelve estimates of eight studies, or eight arms."""
    return _arms(MEASURES.get(data, "OR")) if data in OF_ARMS else _estimates(SHARED.get(data, 0))


@cache
def parts_of(names: Names) -> tuple[Block, ...]:
    """Give the columns of a model's predictor."""
    return blocks(model_of(names), trials_of(names[4]))


def _moderators(k: int, rng: np.random.Generator) -> dict[str, object]:
    return {
        "kind": list("abcabcabcabc"[:k]), "arm": list("uuvvuuvvuvvu"[:k]),
        "against": list("xyyxyxxyxyxy"[:k]), "dose": rng.uniform(0.0, 5.0, k),
        "known": rng.normal(0.0, 0.1, k), "went": np.linspace(95.0, 15.0, k),
        "width": rng.uniform(8.0, 16.0, k),
        "risk": (["high", "low", "low", "low", "high", "high", "low"] * 2)[:k],
        "blinding": (["low", "high", "low", "low"] * 3)[:k],
    }  # fmt: skip


def _estimates(paired: int) -> Effects:
    rng, k = np.random.default_rng(8), 12
    studies, outcomes = list("AABBCCDDEFGH"), list("pqpqpqpqpqpq")
    table = pd.DataFrame({
        "study": studies, "outcome": outcomes,
        "estimate": [s + o for s, o in zip(studies, outcomes, strict=True)],
        "yi": rng.normal(0.3, 0.35, k), "vi": rng.uniform(0.02, 0.1, k), **_moderators(k, rng),
    })  # fmt: skip
    found = cs.effect_sizes(table, "GEN")
    if not paired:
        return found
    pairs = [np.array([first, first + 1]) for first in range(0, paired, 2)]
    blocks = [np.diag(found.v[at]) + _across(found.v[at]) for at in pairs]
    return replace(found, shared=Covariance(tuple(pairs), tuple(blocks)))


def _across(v: np.ndarray) -> np.ndarray:
    return 0.45 * np.sqrt(v.prod()) * (1.0 - np.eye(2))


def _arms(measure: str) -> Effects:
    rng, k = np.random.default_rng(9), 8
    table = pd.DataFrame({
        "study": list("ABCDEFGH"), "outcome": list("pqpqpqpq"), "higher_is_better": "no",
        "n1": [24, 31, 18, 60, 45, 20, 38, 27], "n2": [22, 33, 17, 58, 49, 25, 40, 27],
        "events1": [5, 9, 1, 20, 7, 6, 0, 4], "events2": [8, 12, 3, 25, 15, 9, 2, 9],
        "person_time1": rng.uniform(20.0, 60.0, k), "person_time2": rng.uniform(20.0, 60.0, k),
        "mean1": rng.normal(0.0, 0.5, k), "mean2": rng.normal(0.3, 0.5, k),
        "sd1": rng.uniform(0.8, 1.4, k), "sd2": rng.uniform(0.8, 1.4, k),
        "missing1": [2, 3, 0, 5, 4, 1, 2, 3], "missing2": [1, 0, 2, 6, 3, 2, 1, 4],
        **_moderators(k, rng),
    })  # fmt: skip
    return cs.effect_sizes(table, measure)


def holds(names: Names, some: dict[tuple[str, str], str]) -> bool:
    """Say whether two of these are one of some pairs."""
    return any(pair in some for pair in combinations(names, 2))


def accepted(names: Names) -> bool:
    """Say whether the exact engine takes the model."""
    try:
        engines.Exact().accept(model_of(names), trials_of(names[4]))
    except RefusalError:
        return False
    return True


def allowed(names: Names) -> bool:
    """Say whether the model may be: no two refuse one another, and one engine takes them all."""
    if holds(names, REFUSED):
        return False
    if not holds(names, UNSAMPLED):
        return True
    few = names[2] in ("no bias", "PowerWeight") and names[3] == "light tails"
    return few and accepted(names)


EVERY = [names for names in product(*SLOTS) if allowed(names)]


NEUTRAL = ("Normal", "none", "no bias", "light tails", "independent")
SAMPLED = [
    names
    for names in EVERY
    if names[3] == "light tails"
    and names[1] != "crossed"
    and not (names[0] in TIED and names[1] in BENT)
    and sum(one != usual for one, usual in zip(names, NEUTRAL, strict=True)) <= 2
    and not holds(names, UNSAMPLED)
    and accepted(names)
]
"""From which models are taken to be sampled: those that the exact engine integrates in a moment.

Ties and a location together take it minutes: Unstructured with the threshold of participants, and
heterogeneous compound symmetry with Emax, have been run by hand.
Crossed levels are sampled as models/crossed.toml has them: of two comparators here, NUTS says that
it did not converge.
"""

LIGHTER = {"Binomial partly seen": replace(DATA["Binomial partly seen"], baseline=BASE)}
"""What is sampled in place of data that the exact engine integrates for more than ten minutes."""


def alone(names: Names) -> Names:
    """Give the components of a model."""
    return names


def every_pair(names: Names) -> Iterator[tuple[str, str]]:
    """Give every two components of a model; a name stands in one slot only."""
    return combinations(names, 2)


def pairs(names: Names) -> Iterator[tuple[str, ...]]:
    """Give every two components of a model, but a variation of another one by itself."""
    yield from ((name,) for name in names)
    yield from combinations([name for name in names if name not in VARIATIONS], 2)


def covering(some: list[Names], parts: Callable[[Names], Iterable]) -> list[Names]:
    """Take greedily the models that bring the most of what is not yet there."""
    found = [tuple(parts(names)) for names in some]
    number = {part: place for place, part in enumerate(dict.fromkeys(chain(*found)))}
    table = np.zeros((len(some), len(number)), dtype=bool)
    for place, row in enumerate(found):
        table[place, [number[part] for part in row]] = True
    missing_yet, chosen = np.ones(len(number), dtype=bool), []
    while missing_yet.any():
        best = int(np.argmax((table & missing_yet).sum(axis=1)))
        chosen.append(some[best])
        missing_yet &= ~table[best]
    return chosen
