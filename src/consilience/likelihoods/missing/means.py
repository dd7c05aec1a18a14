"""Means of two arms of which some participants are missing: what all their rules share."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.cells import (
    EVENTS,
    MEAN,
    PEOPLE,
    SPREAD,
    Demand,
    native,
    read,
    refuse_measure,
)
from consilience.likelihoods.missing.base import Informative, integrated
from consilience.measures.standardised import CORRECTIONS

_NAMES = {
    **{f"mean{arm}": MEAN for arm in "12"},
    **{f"sd{arm}": SPREAD for arm in "12"},
    **{f"n{arm}": PEOPLE for arm in "12"},
    **{f"missing{arm}": EVENTS for arm in "12"},
}


class Arm(NamedTuple):
    """One arm of each trial, (k,), in units of the analysis."""

    mean: Array
    """Of those who were seen."""
    error: Array
    """Its sampling variance."""
    share: Array
    """Of everyone who is missing."""
    everyone: Array
    """The number of all who were randomised."""


class Whole(NamedTuple):
    """One arm with those who are missing, at departures, (nodes, k) each."""

    mean: Array
    """Of everyone."""
    seen: Array
    """Its sampling variance by those who were seen."""
    lost: Array
    """Its sampling variance by who happens to be missing."""


type Numbers = Mapping[str, Array]
"""The columns of both arms, (k,) each."""


class Scale(NamedTuple):
    """What a measure takes the difference of."""

    value: Callable[[Array], Array]
    """g(μ)."""
    slope: Callable[[Array], Array]
    """g'(μ)."""
    unit: Callable[[Effects, Numbers], Array]
    """What means are divided by, (k,)."""
    noise: float
    """Share of y²/(2n) in the variance: that of an estimated unit."""


type Lost = Callable[[Array, Array], tuple[Array, Array]]
"""The mean of those who are missing, and its slope, at a mean of those seen and a departure."""


def missing_shares(effects: Effects, *, reader: str) -> tuple[Array, Array]:
    """Give the shares missing and the numbers randomised of both arms, (k, 2) each.

    Raises
    ------
    DataError
        For counts that cannot be.
    """
    names = {"n1": PEOPLE, "n2": PEOPLE, "missing1": EVENTS, "missing2": EVENTS}
    found = read(effects, names, reader=reader)
    absent = np.stack([found["missing1"], found["missing2"]], axis=1)
    everyone = np.stack([found["n1"], found["n2"]], axis=1) + absent
    return absent / everyone, everyone


def adjusted_means(
    effects: Effects, rule: Informative, lost: Lost, *, codes: tuple[str, ...], mean: Demand = MEAN
) -> tuple[Array, Array]:
    """Give estimates of intervention minus comparator and their variances, (k,).

    With μⱼ = (1 − αⱼ)mⱼ + αⱼλⱼ the mean of everyone, λⱼ that of those who are missing,
    y + E[g(μ₁) − g(μ₂)] − [g(m₁) − g(m₂)], and v + E u(δ) + Var[g(μ₁) − g(μ₂)], where u is what the
    sampling variance by the delta method has more than without anybody missing, the variance
    (λⱼ − mⱼ)² αⱼ(1 − αⱼ)/Nⱼ of the shares included; of standardised means also that of the standard
    deviation, y²/(2n), at the new estimate.

    Parameters
    ----------
    effects : Effects
        The trials.
    rule : Informative
        The distribution of the departures.
    lost : callable
        λ and dλ/dm.
    codes : tuple of str
        The measures that it is about.
    mean : Demand
        What means must be.

    Raises
    ------
    ModelError
        For another measure.
    DataError
        For numbers that cannot be.
    """
    reader = type(rule).__name__
    refuse_measure(effects, codes, reader=reader)
    found = read(effects, _NAMES | dict.fromkeys(("mean1", "mean2"), mean), reader=reader)
    scale = SCALES[effects.measure.code]
    arms = _arms(found, scale.unit(effects, found))
    plain = scale.value(arms[0].mean) - scale.value(arms[1].mean)
    noise = 0.5 * scale.noise / (found["n1"] + found["n2"])

    def of(first: Array, second: Array) -> tuple[Array, Array]:
        """Give what is added to estimates and variances, at departures of either arm."""
        wholes = [_whole(*each, lost) for each in zip(arms, (first, second), strict=True)]
        y = scale.value(wholes[0].mean) - scale.value(wholes[1].mean)
        pairs = zip(arms, wholes, strict=True)
        v = sum(
            scale.slope(whole.mean) ** 2 * (whole.seen + whole.lost)
            - scale.slope(arm.mean) ** 2 * arm.error
            for arm, whole in pairs
        )
        return y - plain, np.asarray(v + noise * (y**2 - plain**2))

    more, wider = integrated(of, rule.departure)
    return native(effects) * effects.y + more, effects.v + wider


def _one(effects: Effects, found: Numbers) -> Array:  # noqa: ARG001 - no unit is estimated
    return np.ones(effects.k)


def _pooled(effects: Effects, found: Numbers) -> Array:
    """Give the standard deviation that standardised means are divided by, as the measure does."""
    free1, free2 = found["n1"] - 1.0, found["n2"] - 1.0
    square = (free1 * found["sd1"] ** 2 + free2 * found["sd2"] ** 2) / (free1 + free2)
    correct = CORRECTIONS[effects.measure.correct]  # type: ignore[attr-defined]
    return np.asarray(np.sqrt(square) / correct(free1 + free2))


SCALES: Mapping[str, Scale] = {
    "MD": Scale(lambda mean: mean, np.ones_like, _one, 0.0),
    "SMD": Scale(lambda mean: mean, np.ones_like, _pooled, 1.0),
    "ROM": Scale(np.log, lambda mean: 1.0 / mean, _one, 0.0),
}
"""By the code of the measure."""


def _arms(found: Numbers, unit: Array) -> list[Arm]:
    arms = []
    for arm in "12":
        n, absent = found[f"n{arm}"], found[f"missing{arm}"]
        error = found[f"sd{arm}"] ** 2 / n / unit**2
        arms.append(Arm(found[f"mean{arm}"] / unit, error, absent / (n + absent), n + absent))
    return arms


def _whole(arm: Arm, delta: Array, lost: Lost) -> Whole:
    absent, slope = lost(arm.mean, delta)
    mean = arm.mean + arm.share * (absent - arm.mean)
    steep = 1.0 + arm.share * (slope - 1.0)
    by_share = (absent - arm.mean) ** 2 * arm.share * (1.0 - arm.share) / arm.everyone
    return Whole(mean, steep**2 * arm.error, by_share)
