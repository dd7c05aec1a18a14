"""Looking a component up by its name: the one rule behind every registry folder."""

from collections.abc import Mapping

from consilience.errors import ModelError


def lookup[T](
    registry: Mapping[str, type[T]], kind: str, *, name: str, settings: Mapping[str, object]
) -> T:
    """Build the component of a registry that has this name.

    Parameters
    ----------
    registry : mapping of str to type
        The folder's literal table of names.
    kind : str
        What the folder holds, for the message: ``"prior"``, ``"effect measure"``.
    name : str
        The component's name or code.
    settings : mapping
        Its settings, passed on by name.

    Raises
    ------
    ModelError
        For a name that is not in the registry (the known ones are listed) and for settings that
        the component does not take.
    """
    if name not in registry:
        raise ModelError(f"Unknown {kind} {name!r}. Known: {', '.join(sorted(registry))}.")
    try:
        return registry[name](**settings)
    except TypeError as error:
        message = f"The {kind} {name!r} does not take {dict(settings)!r}: {error}."
        raise ModelError(message) from error
