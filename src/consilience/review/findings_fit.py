"""Do the declared findings go with the effects of their outcomes? All that does not, at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from consilience import findings
from consilience.effects import Effects
from consilience.errors import ConsilienceError, ModelError, Problem
from consilience.findings.reading import Turned, turned
from consilience.findings.translation import Basis, Translation
from consilience.review.attempts import faults_of
from consilience.review.declared_findings import UNDECLARED_MID, DeclaredFinding
from consilience.review.findings import makers, mid_of

_TRIED: Mapping[str, Basis] = {
    "baseline": findings.ComparatorMedian(),
    "risks": findings.BaselineRisk(0.5, "tried"),
    "rates": findings.BaselineRate(0.5, "tried"),
    "scales": findings.FamiliarScale("tried", 1.0, "tried"),
    "improved": findings.Responders(0.5, "tried"),
}
"""One basis for each key of a row."""

type EffectsOf = Callable[[DeclaredFinding], Sequence[Effects]]


def misfits(declared: Sequence[DeclaredFinding], effects_of: EffectsOf) -> Iterator[Problem]:
    """Find the baselines, scales and differences of which a measure knows nothing.

    Parameters
    ----------
    declared : sequence of DeclaredFinding
        Without problems of their own.
    effects_of : callable
        From a row to the effects of its outcome, or to none where it has no estimate.

    Yields
    ------
    Problem
        Each by its key.
    """
    for place, one in enumerate(declared, 1):
        for effects in effects_of(one):
            yield from _misfits(one, f"review.toml, key `findings[{place}]", effects)


def _misfits(one: DeclaredFinding, key: str, effects: Effects) -> Iterator[Problem]:
    try:
        way = turned(effects, one.better)
    except ConsilienceError as error:
        yield from faults_of(error, f"{key}`")
        return
    found: list[Translation] = []
    asked = list(makers(one, effects.measure.scale))
    for name, make in asked:
        yield from _translated(make, way, f"{key}.{name}`", into=found)
    if one.mid == UNDECLARED_MID or len(found) < len(asked):
        return
    try:
        mid_of(one.mid).thresholds(way, tuple(found))
    except ConsilienceError as error:
        yield from faults_of(error, f"{key}.mid`")


def _translated(
    make: Callable[[], Basis], way: Turned, where: str, *, into: list[Translation]
) -> Iterator[Problem]:
    """Try to tell effects in absolute terms; keep what can be told."""
    try:
        into.append(make().translate(way))
    except ModelError as error:
        what, _, _ = str(error).partition(". ")
        yield Problem(f"{where}: {what.removesuffix('.')}", _remedy(way))
    except ConsilienceError as error:
        yield from faults_of(error, where)


def _remedy(way: Turned) -> str:
    """Name the keys that go with a measure: those whose bases can tell of it."""
    known = [key for key, basis in _TRIED.items() if _tells(basis, way)]
    return f"Keys of this measure: {', '.join(known)}." if known else "Drop the key."


def _tells(basis: Basis, way: Turned) -> bool:
    try:
        basis.translate(way)
    except ConsilienceError:
        return False
    return True
