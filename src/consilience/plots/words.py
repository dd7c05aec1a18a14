"""What analyses are called in figures, and what they say of heterogeneity, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from consilience.classical.inference.z import Normal
from consilience.classical.pooled import Pooled
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.plots.text import interval, mass, number

_TAU = "τ\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"


def names(results: Sequence[Fit | Pooled]) -> tuple[str, ...]:
    """Name analyses: by what they are, and where that is not enough, by what tells them apart."""
    plain = [_plain(result) for result in results]
    found = []
    for name, result in zip(plain, results, strict=True):
        alike = [_traits(other) for place, other in enumerate(results) if plain[place] == name]
        shared = set.intersection(*map(set, alike))
        found.append(", ".join([name, *(each for each in _traits(result) if each not in shared)]))
    return tuple(_numbered(found))


def sides(effects: Effects) -> tuple[str, str]:
    """Say what lies to the left and to the right of no effect; nothing where that has no sides."""
    measure = effects.measure
    needs = {*measure.needs, *measure.either}
    if needs & {"r", "predictors"}:
        kind = _REPEATED if "mean1" in needs else _ASSOCIATED
        return kind[effects.directed]
    if measure.directional:
        return _COMPARED[effects.directed]
    return _SPREAD if {"sd1", "sd2"} <= needs else ("", "")


_COMPARED = {
    True: ("← favours comparator", "favours intervention →"),
    False: ("← comparator higher", "intervention higher →"),
}
_ASSOCIATED = {
    True: ("← unfavourable association", "favourable association →"),
    False: ("← negative association", "positive association →"),
}
_REPEATED = {
    True: ("← second measurement better", "first measurement better →"),
    False: ("← second measurement higher", "first measurement higher →"),
}
_SPREAD = ("← less spread with the intervention", "more spread with the intervention →")


def scatter(name: str, tau: str, i2: float) -> str:
    """Say how much true effects differ from trial to trial, according to an analysis."""
    share = (
        f", I²\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{number(i2, 0)}\N{NO-BREAK SPACE}%"
        if np.isfinite(i2)
        else ""
    )
    return f"{name}: {tau}{share}."


def tau_of_fit(summary: pd.DataFrame, *, level: float, digits: int) -> str:
    """Say what a fit's summary knows of τ; empty where the model has none."""
    if "tau" not in summary.index:
        return ""
    middle, *within = (float(summary[column]["tau"]) for column in ("median", "lower", "upper"))
    ends = interval(*within, digits=digits)
    return f"{_TAU}{number(middle, digits)} (median; {mass(level)} credible interval {ends})"


def tau_of_pooled(pooled: Pooled, *, digits: int) -> str:
    """Say what a classical analysis knows of τ; empty where it assumes that there is none."""
    if not pooled.estimator.scatters:
        return ""
    found = pooled.heterogeneity()
    ends = np.sqrt(found[["tau2_lower", "tau2_upper"]].to_numpy(dtype=float))
    if not np.isfinite(ends).all():
        return "τ cannot be estimated"
    within = f"{mass(pooled.level)} Q-profile {interval(*ends, digits=digits)}"
    return f"{_TAU}{number(found['tau'], digits)} ({within})"


def counted(effects: Effects) -> str:
    """Say how many estimates and trials there are."""
    trials = "1 trial" if effects.n_studies == 1 else f"{effects.n_studies} trials"
    if effects.k == effects.n_studies:
        return f"k = {trials}."
    return f"k = {effects.k} estimates of {trials}."


def same_trials(results: Sequence[Fit | Pooled]) -> Effects:
    """Give the effects on which all analyses rest.

    Raises
    ------
    ModelError
        If there is no analysis, or they rest on different estimates.
    """
    if not results:
        raise ModelError("A forest plot needs an analysis: forest(fit) or forest(fit, pooled).")
    first = results[0].effects
    for result in results[1:]:
        other = result.effects
        alike = first.labels == other.labels and np.array_equal(first.y, other.y)
        if not (alike and np.array_equal(first.v, other.v)):
            raise ModelError(
                "A forest plot shows one set of trials, but these analyses rest on different ones "
                f"({first.k} and {other.k} estimates). Draw one plot for each, or use "
                "plots.sensitivity() with the table of compare()."
            )
    return first


def _plain(result: Fit | Pooled) -> str:
    if isinstance(result, Fit):
        return "Bayesian"
    usual = isinstance(result.inference, Normal)
    return result.estimator.label + ("" if usual else f", {result.inference.label}")


def _traits(result: Fit | Pooled) -> tuple[str, ...]:
    if isinstance(result, Pooled):
        return (*result.design.names, f"{mass(result.level)} intervals")
    layout = result.posterior.layout
    overall = f"mu ~ {layout.parts[0].prior.label}"
    terms = [f"{label} ~ {part.prior.label}" for part in layout.parts[1:] for label in part.labels]
    return (*(f"{each.name} ~ {each.prior.label}" for each in layout.hypers), overall, *terms)


def _numbered(found: list[str]) -> list[str]:
    return [
        f"{name} ({found[:place].count(name) + 1})" if found.count(name) > 1 else name
        for place, name in enumerate(found)
    ]
