"""Components that a review declares by their kind: every fault of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from consilience.errors import ConsilienceError, Problem


class Declared(Protocol):
    """A declaration with the name of a component."""

    @property
    def kind(self) -> str:
        """Its name in a registry."""


def kind_problems[T: Declared](
    declared: Sequence[T],
    build: Callable[[T], object],
    *,
    registry: Mapping[str, object],
    key: str,
    what: str,
) -> Iterator[Problem]:
    """Find the declared components that do not exist or cannot be set up, all of them.

    Parameters
    ----------
    declared : sequence
    build : callable
        Sets one of them up.
    registry : mapping
        The known kinds.
    key : str
        Where they stand in review.toml.
    what : str
        What one of them is called.
    """
    for place, one in enumerate(declared, 1):
        where = f"review.toml, key `{key}[{place}]`"
        if one.kind not in registry:
            remedy = f"Choose from: {', '.join(registry)}."
            yield Problem(f"{where}: no such {what}", remedy, value=one.kind)
            continue
        try:
            build(one)
        except ConsilienceError as error:
            remedy = "Correct its settings; the name stands under `kind`."
            yield Problem(f"{where}: {str(error).rstrip('.')}", remedy, value=one.kind)
