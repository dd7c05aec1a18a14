"""Random-effects components by name, and how they are written in one line."""

import re
from collections.abc import Sequence

from consilience.classical.multilevel.components.ar import FirstOrder
from consilience.classical.multilevel.components.base import Component
from consilience.classical.multilevel.components.car import ContinuousFirstOrder
from consilience.classical.multilevel.components.cs import CompoundSymmetry
from consilience.classical.multilevel.components.diag import Diagonal
from consilience.classical.multilevel.components.exponential import Exponential
from consilience.classical.multilevel.components.gaussian import Gaussian
from consilience.classical.multilevel.components.har import HeteroscedasticFirstOrder
from consilience.classical.multilevel.components.hcs import HeteroscedasticCompoundSymmetry
from consilience.classical.multilevel.components.id_ import Identity
from consilience.classical.multilevel.components.intercept import Intercept
from consilience.classical.multilevel.components.known import Known
from consilience.classical.multilevel.components.linear import Linear
from consilience.classical.multilevel.components.nested import Nested
from consilience.classical.multilevel.components.rational import Rational
from consilience.classical.multilevel.components.spherical import Spherical
from consilience.classical.multilevel.components.un import Unrestricted
from consilience.errors import ModelError
from consilience.registry import lookup

__all__ = ["REGISTRY", "Component", "Intercept", "Known", "Nested", "get", "written"]

REGISTRY: dict[str, type[Component]] = {
    "AR": FirstOrder,
    "CAR": ContinuousFirstOrder,
    "CS": CompoundSymmetry,
    "DIAG": Diagonal,
    "HAR": HeteroscedasticFirstOrder,
    "HCS": HeteroscedasticCompoundSymmetry,
    "ID": Identity,
    "Intercept": Intercept,
    "Known": Known,
    "Nested": Nested,
    "SPEXP": Exponential,
    "SPGAU": Gaussian,
    "SPLIN": Linear,
    "SPRAT": Rational,
    "SPSPH": Spherical,
    "UN": Unrestricted,
}

_STRUCTURE = re.compile(r"\s*(\w+)\s*\(([^|()]+)\|([^|()]+)\)\s*")


def get(name: str, **settings: object) -> Component:
    """Build the random-effects component of this name.

    Parameters
    ----------
    name : str
        Such as ``"CS"`` or ``"UN"``.
    **settings : object
        Its columns, and parameters to be held.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "random-effects component", name=name, settings=settings)


def written(random: str | Component | Sequence[str | Component]) -> tuple[Component, ...]:
    """Read components, or the lines that stand for them.

    ``"study/estimate"`` is ``Nested``, and ``"UN(outcome | study)"`` the structure of that name.

    Raises
    ------
    ModelError
        For an unknown structure, and for what is neither a component nor a line.
    """
    if isinstance(random, str | Component):
        return (_one(random),)
    if not isinstance(random, Sequence):
        raise _unread(random)
    return tuple(_one(each) for each in random)


def _one(each: object) -> Component:
    """Read one component: itself, `name(inner | outer)`, or a path of nested columns."""
    if isinstance(each, Component):
        return each
    if not isinstance(each, str) or not each.strip():
        raise _unread(each)
    found = _STRUCTURE.fullmatch(each)
    if found:
        name, inner, outer = (part.strip() for part in found.groups())
        return get(name, inner=inner, outer=outer)
    if "|" in each:
        raise _unread(each)
    return Nested(each)


def _unread(each: object) -> ModelError:
    return ModelError(
        f"{each!r} is no random effect. Write a path of columns such as 'study/estimate', a "
        "structure such as 'UN(outcome | study)', or give a component such as "
        f"Intercept('study'); structures: {', '.join(sorted(REGISTRY))}."
    )
