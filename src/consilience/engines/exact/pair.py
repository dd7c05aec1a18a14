"""Two rules along a single axis, weighed and compared in one compiled pass.

What `rule` and `agreement` do for any number of axes takes some fifty calls of numpy: for the
thirty-odd nodes of one hyperparameter these cost several times what they compute.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from math import erfc, exp, expm1, inf, log, sqrt
from typing import NamedTuple

import numpy as np

from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp, summing
from consilience.engines.exact.agreement import Disagreement, looser
from consilience.engines.exact.ladder import FIRST, LADDER
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.profile import cumulation, onto_unit
from consilience.gaussian import Array

_ROOT_HALF = 0.7071067811865476
_SEEN = 1e-14  # as in `sums`


class Unit(NamedTuple):
    """Two rules on [0, 1], the coarse one's nodes first: what depends on their orders alone."""

    first: int
    """How many nodes the coarse one has."""
    nodes: Array
    weights: Array
    onto: Array
    """From values at the coarse nodes to those at the fine ones, (coarse, fine)."""
    cumulation: Array
    """From values at the fine nodes to integrals from 0, (points, fine)."""


class Seen(NamedTuple):
    """What was found at the nodes of both rules."""

    log_likelihood: Array
    """(nodes,)."""
    log_prior: Array
    """On the x scale, (nodes,)."""
    phi: Array
    """(nodes,)."""
    mean: Array
    """(nodes, m)."""
    variance: Array
    """(nodes, m)."""


class Weighed(NamedTuple):
    """What is filled in."""

    height: Array
    """Log posterior density on the x scale, (nodes,)."""
    mass: Array
    """(nodes,)."""
    spare: Array
    """(nodes,)."""
    evidence: Array
    """By the coarse rule, and by the fine one, (2,)."""
    apart: Array
    """How far they differ in moments, along the axis, and in tails, (3,)."""


class Scale(NamedTuple):
    """How differences are judged."""

    length: float
    """Of the axis."""
    share: float
    """How much a difference in distribution functions counts."""
    close: float
    """How near all else must be for tails to be compared."""


class Pair(NamedTuple):
    """What there is to do, and room for the answer."""

    rules: Unit
    seen: Seen
    found: Weighed
    scale: Scale


@lru_cache
def unit(coarse: int, fine: int) -> Unit:
    """Prepare two rungs of the ladder."""
    one, other = (Panels(0.0, 1.0, *LADDER[rung]) for rung in (coarse, fine))
    return Unit(
        len(one.nodes),
        np.concatenate([one.nodes, other.nodes]),
        np.concatenate([one.weights, other.weights]),
        onto_unit(LADDER[coarse], LADDER[fine]),
        np.ascontiguousarray(cumulation(*LADDER[fine])),
    )


def first_nodes() -> Array:
    """Give the nodes on [0, 1] of the first two rules of a single axis."""
    return unit(FIRST, FIRST + 1).nodes


def weighed(
    rules: Unit, seen: Seen, *, length: float, close: float
) -> tuple[Weighed, Disagreement]:
    """Weigh the nodes of both rules, and say how far the rules differ, as `disagreement` does.

    Parameters
    ----------
    rules : Unit
        The rules on [0, 1].
    seen : Seen
        What was found at their nodes; no prior density is zero.
    length : float
        Length of the axis.
    close : float
        How near all else must be for tail probabilities to be compared.
    """
    height, mass, spare = np.empty((3, len(rules.nodes)))
    found = Weighed(height, mass, spare, np.empty(2), np.zeros(3))
    _loop()(Pair(rules, seen, found, Scale(length, looser(1), close)))
    moments, along, tails = found.apart.tolist()
    worst = max(moments, tails)
    return found, Disagreement(worst if worst < inf else inf, (along,))


@summing
def ends(rules: Unit, rule: int) -> tuple[int, int]:
    """Give the first node of a rule, and the one behind its last."""
    return rule * rules.first, rules.first + rule * (rules.nodes.size - rules.first)


@summing
def weigh(pair: Pair) -> None:
    """Turn log integrands into densities and masses, and find both evidences."""
    rules, seen, found, length = pair.rules, pair.seen, pair.found, pair.scale.length
    for rule in range(2):
        start, end = ends(rules, rule)
        peak, total = -inf, 0.0
        for n in range(start, end):
            found.height[n] = seen.log_likelihood[n] + seen.log_prior[n]
            peak = max(peak, found.height[n])
        for n in range(start, end):
            total += length * rules.weights[n] * exp(found.height[n] - peak)
        found.evidence[rule] = peak + log(total)
        for n in range(start, end):
            found.height[n] -= found.evidence[rule]
            found.mass[n] = length * rules.weights[n] * exp(found.height[n])


@summing
def moments(pair: Pair, rule: int, column: int) -> tuple[float, float]:
    """Find the mean and SD of a coefficient, or behind the last one of the hyperparameter."""
    seen, mass, (start, end) = pair.seen, pair.found.mass, ends(pair.rules, rule)
    own = column < seen.mean.shape[1]
    mean, variance = 0.0, 0.0
    for n in range(start, end):
        mean += mass[n] * (seen.mean[n, column] if own else seen.phi[n])
    for n in range(start, end):
        value = seen.mean[n, column] if own else seen.phi[n]
        within = seen.variance[n, column] if own else 0.0
        variance += mass[n] * (within + (value - mean) * (value - mean))
    return mean, sqrt(variance)


@summing
def larger(one: float, other: float) -> float:
    """Give the larger of two differences; infinity if the second is not a number."""
    return max(one, other) if other <= inf else inf


@summing
def compare_moments(pair: Pair) -> None:
    """Compare evidence, means, in SDs, and SDs of all coefficients and the hyperparameter."""
    found = pair.found
    apart = larger(0.0, abs(expm1(found.evidence[0] - found.evidence[1])))
    for column in range(pair.seen.mean.shape[1] + 1):
        mean, sd = moments(pair, 0, column)
        finer, size = moments(pair, 1, column)
        unit_of = size if size > 0.0 else 1.0
        apart = larger(apart, abs(mean - finer) / unit_of)
        apart = larger(apart, abs(sd - size) / unit_of)
    found.apart[0] = apart


@summing
def compare_along(pair: Pair) -> None:
    """Compare the hyperparameter's distribution functions; see `profile.gap`."""
    rules, seen, found, scale = pair.rules, pair.seen, pair.found, pair.scale
    first, fine, spare = rules.first, rules.nodes.size - rules.first, found.spare
    spare[:] = 0.0
    for n in range(first):
        trials = found.height[n] - seen.log_prior[n]
        for f in range(fine):
            spare[f] += trials * rules.onto[n, f]
    for f in range(fine):
        foretold = exp(spare[f]) * exp(seen.log_prior[first + f])
        spare[f] = foretold - exp(found.height[first + f])
    for p in range(len(rules.cumulation)):
        apart = 0.0
        for f in range(fine):
            apart += rules.cumulation[p, f] * spare[f]
        if not scale.share * scale.length * abs(apart) <= found.apart[1]:
            found.apart[1] = scale.share * scale.length * abs(apart)


@summing
def compare_tails(pair: Pair) -> None:
    """Compare P(coefficient < point) at points some SDs from where the heaviest node has it."""
    rules, seen, found = pair.rules, pair.seen, pair.found
    heaviest = rules.first
    for n in range(rules.first, rules.nodes.size):
        if found.mass[n] > found.mass[heaviest]:
            heaviest = n
    for column in range(seen.mean.shape[1]):
        about, size = seen.mean[heaviest, column], sqrt(seen.variance[heaviest, column])
        for sds in (-5.0, -2.5, 2.5, 5.0):
            at = column, about + sds * size
            differs = abs(below(pair, 0, at) - below(pair, 1, at))
            found.apart[2] = larger(found.apart[2], pair.scale.share * differs)


@summing
def below(pair: Pair, rule: int, at: tuple[int, float]) -> float:
    """Find P(coefficient < point) by one rule."""
    seen, mass, (start, end) = pair.seen, pair.found.mass, ends(pair.rules, rule)
    (column, point), total = at, 0.0
    for n in range(start, end):
        if mass[n] > _SEEN:
            precision = _ROOT_HALF / sqrt(seen.variance[n, column])
            total += 0.5 * mass[n] * erfc((seen.mean[n, column] - point) * precision)
    return total


@summing
def compare(pair: Pair) -> None:
    """Weigh and compare: the tails only if all else is close, for they cost the most."""
    weigh(pair)
    compare_moments(pair)
    compare_along(pair)
    if pair.found.apart[0] <= pair.scale.close and not pair.found.apart[1] > pair.scale.close:
        compare_tails(pair)


@cache
def _loop() -> Callable[[Pair], None]:
    """Compile the comparison of two rules, or load it from numba's cache."""
    version = stamp("consilience.engines.exact")

    def over(pair: Pair) -> None:
        """Weigh and compare one pair of rules."""
        if version != CACHE_KEY_ONLY:
            compare(pair)

    return kept(over)
