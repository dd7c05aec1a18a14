"""What analyses are called in figures, and what they say of heterogeneity, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from consilience.classical.comparable import Analysis, Resting
from consilience.classical.inference.z import Normal
from consilience.classical.pooled import Pooled
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.plots.text import interval, mass, number

type Drawn = Fit | Analysis | Resting
"""What a forest plot shows: fits, and every classical analysis that can be asked for its mean."""

DRAWN: tuple[type, ...] = (Fit, Analysis, Resting)
_TAU = "τ\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"


def names(results: Sequence[Drawn]) -> tuple[str, ...]:
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


def tau_known(tau: float, *, digits: int) -> str:
    """Write an estimate of τ without an interval; empty where it is unknown."""
    return f"{_TAU}{number(tau, digits)}" if np.isfinite(tau) else ""


def counted(effects: Effects) -> str:
    """Say how many estimates and trials there are."""
    trials = "1 trial" if effects.n_studies == 1 else f"{effects.n_studies} trials"
    if effects.k == effects.n_studies:
        return f"k = {trials}."
    return f"k = {effects.k} estimates of {trials}."


def base_of(result: Drawn) -> Fit | Analysis:
    """Give the analysis on which a result rests, such as that behind `robust`; else itself."""
    if isinstance(result, Fit | Analysis):
        return result
    return result.pooled


def refuse_others(
    results: Sequence[object], figure: str, *, kinds: tuple[type, ...] = DRAWN, call: str = ""
) -> None:
    """Refuse what is not an analysis of these kinds.

    Parameters
    ----------
    results : sequence of object
        What the figure was handed.
    figure : str
        Name of the figure's function.
    kinds : tuple of type
        What it draws.
    call : str
        The right call; empty for that of a figure that takes the analysis alone.

    Raises
    ------
    ModelError
        If there is nothing, or something else; the right call is named.
    """
    call = call or f"plots.{figure}(pool(effects))"
    if not results:
        raise ModelError(f"plots.{figure}() needs an analysis: {call}.")
    wanted = "analyses, as pool() and fit() give them" if Fit in kinds else "what pool() gives"
    for result in results:
        if not isinstance(result, kinds):
            raise ModelError(
                f"plots.{figure}() draws {wanted}, but it was given an object of type "
                f"{type(result).__name__}. Effects are pooled first: {call}."
            )


def same_trials(results: Sequence[Drawn], figure: str = "forest") -> Effects:
    """Give the effects on which all analyses rest.

    Parameters
    ----------
    results : sequence of Fit, Analysis or Resting
        The analyses.
    figure : str
        Name of the figure's function.

    Raises
    ------
    ModelError
        If they rest on different estimates.
    """
    first = base_of(results[0]).effects
    for result in results[1:]:
        other = base_of(result).effects
        alike = first.labels == other.labels and np.array_equal(first.y, other.y)
        if not (alike and np.array_equal(first.v, other.v)):
            raise ModelError(
                f"plots.{figure}() shows one set of trials, but these analyses rest on different "
                f"ones ({first.k} and {other.k} estimates). Draw one plot for each, or use "
                "plots.sensitivity() with the table of compare()."
            )
    return first


def _plain(result: Drawn) -> str:
    """Name an analysis by its estimator, and by its inference where that is not the normal one."""
    if isinstance(result, Fit):
        return "Bayesian"
    if isinstance(result, Pooled):
        said, inference = result.estimator.label, result.inference.label
    else:
        said, inference = (
            str(result.average().attrs.get(name, "")) for name in ("estimator", "inference")
        )
    return said if inference in ("", Normal.label) else f"{said}, {inference}"


def _traits(result: Drawn) -> tuple[str, ...]:
    """Give what may tell analyses of one name apart: priors, moderators, levels, random effects."""
    if isinstance(result, Pooled):
        return (*result.design.names, f"{mass(result.level)} intervals")
    if not isinstance(result, Fit):
        mean = result.average()
        random = ", ".join(mean.attrs.get("random", ()))
        within = (f"random effects {random}",) if random else ()
        return (*within, f"{mass(float(mean['level']))} intervals")
    layout = result.posterior.layout
    own = (part for part in layout.parts if not part.implied)
    terms = [f"{label} ~ {part.prior.label}" for part in own for label in part.labels]
    return (*(f"{each.name} ~ {each.prior.label}" for each in layout.hypers), *terms)


def _numbered(found: list[str]) -> list[str]:
    return [
        f"{name} ({found[:place].count(name) + 1})" if found.count(name) > 1 else name
        for place, name in enumerate(found)
    ]
