"""What priors that are made of other priors have in common."""

from dataclasses import fields, replace
from typing import Self, override

from consilience.errors import ModelError
from consilience.priors.base import Prior
from consilience.priors.context import Context
from consilience.priors.custom import Custom


class Composite(Custom):
    """A prior made of one or more proper priors, resolved when all of them are."""

    __slots__ = ()

    @property
    def parts(self) -> tuple[Prior, ...]:
        """The priors that it is made of."""
        values = (getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]
        every = (value if isinstance(value, tuple) else (value,) for value in values)
        return tuple(part for value in every for part in value if isinstance(part, Prior))

    @property
    @override
    def resolved(self) -> bool:
        return all(part.resolved for part in self.parts)

    @property
    @override
    def spans_magnitudes(self) -> bool:
        return any(part.spans_magnitudes for part in self.parts)

    @override
    def resolve(self, context: Context) -> Self:
        """Make every prior that it is made of concrete."""
        if self.resolved:
            return self
        names = [field.name for field in fields(self)]  # type: ignore[arg-type]
        made = {name: _resolved(getattr(self, name), context) for name in names}
        return replace(self, **made)  # type: ignore[type-var]

    def _refuse_improper(self) -> None:
        """Refuse parts that are improper: what is made of them would have no density."""
        for part in self.parts:
            if not part.proper:
                raise ModelError(
                    f"{type(self).__name__} cannot be made of {part.label}, which is improper. "
                    "Give it a proper prior, such as Uniform(lower, upper)."
                )


def _resolved(value: object, context: Context) -> object:
    if isinstance(value, tuple):
        return tuple(_resolved(each, context) for each in value)
    return value.resolve(context) if isinstance(value, Prior) else value


def as_prior(owner: str, given: object) -> Prior:
    """Give a prior back, or say that something else stands in its place.

    Raises
    ------
    ModelError
        If something else stands in its place.
    """
    if not isinstance(given, Prior):
        raise ModelError(f"{owner} is made of priors, not of {given!r}. Give it a prior.")
    return given
