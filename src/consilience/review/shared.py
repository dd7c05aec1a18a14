"""The rules of dependence that a review declares: by name, and every fault of them."""

from collections.abc import Iterator, Sequence

from consilience import dependence
from consilience.dependence import Dependence
from consilience.errors import ConsilienceError, Problem
from consilience.review.declared_grid import DeclaredDependence


def dependence_problems(declared: Sequence[DeclaredDependence]) -> Iterator[Problem]:
    """Find the declared rules that do not exist or cannot be set up, all of them.

    Parameters
    ----------
    declared : sequence of DeclaredDependence
    """
    for place, one in enumerate(declared, 1):
        where = f"review.toml, key `dependence[{place}]`"
        if one.kind not in dependence.REGISTRY:
            remedy = f"Choose from: {', '.join(dependence.REGISTRY)}."
            yield Problem(f"{where}: no such rule of dependence", remedy, value=one.kind)
            continue
        try:
            _rule(one)
        except ConsilienceError as error:
            remedy = "Correct its settings; the name stands under `kind`."
            yield Problem(f"{where}: {str(error).rstrip('.')}", remedy, value=one.kind)


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
