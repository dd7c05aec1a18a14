"""Settings of a likelihood that are objects themselves."""

from collections.abc import Callable

from consilience.errors import ModelError


def part[T](given: object, get: Callable[[str], T], *, kind: type[T]) -> T:
    """Give the object that stands in a setting, looked up where it was given by name.

    Raises
    ------
    ModelError
        If something of another kind stands there.
    """
    found = get(given) if isinstance(given, str) else given
    if not isinstance(found, kind):
        name = kind.__name__.lower()
        raise ModelError(f"The setting {name!r} takes a {kind.__name__}, not {found!r}.")
    return found
