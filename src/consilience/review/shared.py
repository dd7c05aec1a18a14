"""The rules of dependence that a review declares: by name, and every fault of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from consilience import dependence
from consilience.dependence import Dependence
from consilience.effects import Effects, effect_sizes
from consilience.errors import DataError, Problem
from consilience.measures import Measure
from consilience.review.declared_grid import DeclaredDependence
from consilience.review.kinds import kind_problems
from consilience.trials import Trials

_NAMED = 5
"""Trials that a message names before it counts the others."""


def dependence_problems(declared: Sequence[DeclaredDependence]) -> Iterator[Problem]:
    """Find the declared rules that do not exist or cannot be set up, all of them.

    Parameters
    ----------
    declared : sequence of DeclaredDependence
    """
    told = {"key": "dependence", "what": "rule of dependence"}
    return kind_problems(declared, _rule, registry=dependence.REGISTRY, **told)


def shared_by(declared: Sequence[DeclaredDependence]) -> tuple[Dependence, ...]:
    """Return the declared rules.

    Parameters
    ----------
    declared : sequence of DeclaredDependence

    Raises
    ------
    ModelError
        For a rule that cannot be set up; see `dependence_problems`.
    """
    return tuple(_rule(one) for one in declared)


def sharing(trials: Trials, measure: Measure, declared: Sequence[DeclaredDependence]) -> Effects:
    """Compute effects with the covariance that the declared rules give them.

    Parameters
    ----------
    trials : Trials
    measure : Measure
    declared : sequence of DeclaredDependence

    Raises
    ------
    DataError
        For rows that give no effect; and, naming rules and trials, where correlations cannot hold.
    """
    rules = shared_by(declared)
    try:
        return effect_sizes(trials, measure, shared=rules)
    except DataError as error:
        alone = effect_sizes(trials, measure)
        if not error.problems:
            raise
        raise DataError([_impossible(error, alone, rules)]) from error


def _impossible(error: DataError, effects: Effects, rules: Sequence[Dependence]) -> Problem:
    """Say which rules give no covariance, and of which trials."""
    names = list(dict.fromkeys(one.study for one in error.problems))
    more = f" and {len(names) - _NAMED} others" if len(names) > _NAMED else ""
    guilty = [place for place in range(len(rules)) if _holds(effects, _without(rules, place))]
    keys = " or ".join(f"`dependence[{place + 1}]`" for place in guilty)
    key = f"key {keys}" if guilty else "the rules of [[dependence]] together"
    first = error.problems[0]
    what = f"review.toml, {key}: {first.what[0].lower()}{first.what[1:]}"
    return Problem(what, first.remedy, "; ".join(names[:_NAMED]) + more)


def _without(rules: Sequence[Dependence], place: int) -> tuple[Dependence, ...]:
    """Give the rules with the correlation of one of them set to 0; none where it has none."""
    one = rules[place]
    if not hasattr(one, "rho"):
        return ()
    return (*rules[:place], replace(one, **{"rho": 0.0}), *rules[place + 1 :])


def _holds(effects: Effects, rules: Sequence[Dependence]) -> bool:
    try:
        effects.sharing(*rules)
    except DataError:
        return False
    return bool(rules)


def _rule(one: DeclaredDependence) -> Dependence:
    settings = {name: tuples(value) for name, value in one.settings.items()}
    return dependence.get(one.kind, **settings)


def tuples(value: object) -> object:
    """Turn the lists of TOML into the tuples of settings.

    Parameters
    ----------
    value : object
        As TOML gives it.
    """
    return tuple(tuples(each) for each in value) if isinstance(value, list) else value
