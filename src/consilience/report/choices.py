"""The priors of a declared model in plain view: each with its reason and its source."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from consilience.effects import Effects
from consilience.model import Model, resolve
from consilience.priors import Prior
from consilience.spec import Declared
from consilience.terms import Term

_SLOTS = {
    "mu": "Mean effect μ",
    "heterogeneity.tau": "Between-trial SD τ",
    "heterogeneity.within.tau": "SD within them τ",
    "heterogeneity.structure.tau": "Between-trial SD τ of an outcome",
    "heterogeneity.structure.rho": "Correlation of true effects ρ",
    "likelihood.rho": "Correlation of errors within a trial",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a model.

    Parameters
    ----------
    what : str
        The parameter or part.
    value : str
        What was chosen.
    reason, source : str
        Why, and on whose authority; empty where the file does not say.
    """

    what: str
    value: str
    reason: str
    source: str


def choices(declared: Declared, effects: Effects) -> tuple[Choice, ...]:
    """List every prior of a model, and whatever else its file gives reasons for.

    Parameters
    ----------
    declared : Declared
    effects : Effects
        From which priors in units of the unit-information SD take their scale.
    """
    model = resolve(declared.model, effects)
    found = dict(_priors(model))
    told = {each.slot: each for each in declared.reasons}
    slots = dict.fromkeys((*found, *told))
    return tuple(
        Choice(
            _what(slot, model),
            found.get(slot) or told[slot].choice,
            told[slot].reason if slot in told else "",
            told[slot].source if slot in told else "",
        )
        for slot in slots
    )


def _priors(part: object, slot: str = "") -> Iterator[tuple[str, str]]:
    """Walk a model's fields for its priors, each with the path that a TOML file would name."""
    if isinstance(part, Prior):
        yield slot, part.label
    elif isinstance(part, tuple):
        for place, each in enumerate(part):
            yield from _priors(each, f"{slot}[{place}]")
    elif is_dataclass(part):
        for field in fields(part):
            yield from _priors(getattr(part, field.name), f"{slot}.{field.name}".strip("."))


def _what(slot: str, model: Model) -> str:
    """Say in words what a prior is of, from its path in the model."""
    if slot in _SLOTS:
        return _SLOTS[slot]
    for place, column in enumerate(getattr(model.heterogeneity, "by", ())):
        if slot == f"heterogeneity.tau[{place}]":
            return f"SD between levels of {str(column).replace('_', ' ')}"
    for place, term in enumerate(model.terms):
        if slot.startswith(f"terms[{place}]"):
            part = slot.partition("].")[2]
            return f"{_about(term)}: {part}" if part else _about(term)
    return slot.capitalize()


def _about(term: Term) -> str:
    values = (getattr(term, each.name) for each in fields(term))  # type: ignore[arg-type]
    named = " ".join(value for value in values if isinstance(value, str))
    return f"{type(term).__name__} {named}".strip().replace("_", " ")
