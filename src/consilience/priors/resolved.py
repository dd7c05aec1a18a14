"""A part of a model with all its priors made concrete."""

from dataclasses import fields, is_dataclass, replace
from functools import cache
from operator import is_not
from typing import Any

from consilience.priors.base import Prior
from consilience.priors.context import Context


def resolved(part: Any, context: Context) -> Any:  # noqa: ANN401 - a part of any kind, and its like
    """Resolve every prior within a part, at whatever depth; the part itself where none changes.

    Parameters
    ----------
    part : dataclass, tuple, Prior, or a setting
        Whose fields are walked.
    context : Context
        The unit and the trials to which priors may be relative.

    Raises
    ------
    ModelError
        If a prior needs a unit-information SD that the effects do not have.
    """
    if isinstance(part, Prior):
        return part.resolve(context)
    if isinstance(part, tuple):
        found = tuple(resolved(each, context) for each in part)
        return found if any(map(is_not, found, part)) else part
    changed = {}
    for name in _slots(type(part)):  # type: ignore[arg-type]
        value = getattr(part, name)
        found = resolved(value, context)
        if found is not value:
            changed[name] = found
    return replace(part, **changed) if changed else part


@cache
def _slots(kind: type) -> tuple[str, ...]:
    """Name the fields of a kind of part, none if it is no dataclass."""
    return tuple(slot.name for slot in fields(kind)) if is_dataclass(kind) else ()
