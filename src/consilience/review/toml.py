"""From a parsed TOML file to frozen types: every fault by its key, all at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import MappingProxyType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from consilience.errors import Problem

WORDS: Mapping[object, str] = {str: "a text", int: "a whole number", float: "a number"}


def faults(kind: Any, value: object, *, key: str = "") -> Iterator[Problem]:  # noqa: ANN401
    """Find what keeps a value from being of a kind.

    Parameters
    ----------
    kind : type
        A dataclass of fields of such kinds, a tuple of one kind, a mapping from texts, a union of
        scalars, a scalar, or ``object`` for what is looked at elsewhere.
    value : object
        As TOML gives it.
    key : str
        Where it stands, for the message.
    """
    if is_dataclass(kind):
        yield from _table_faults(kind, value, key=key)
    elif get_origin(kind) is tuple:
        yield from _list_faults(get_args(kind)[0], value, key=key)
    elif get_origin(kind) is Mapping:
        yield from _mapping_faults(get_args(kind)[1], value, key=key)
    elif kind is not object and not any(_is(value, scalar) for scalar in _scalars(kind)):
        wanted = " or ".join(WORDS[scalar] for scalar in _scalars(kind))
        yield _fault(f"This is not {wanted}", f"Give {wanted}.", key=key, value=value)


def build(kind: Any, value: Any) -> Any:  # noqa: ANN401
    """Make a value without faults into its kind."""
    if is_dataclass(kind):
        hints, make = get_type_hints(kind), cast("Callable[..., object]", kind)
        return make(**{name: build(hints[name], given) for name, given in value.items()})
    if get_origin(kind) is tuple:
        return tuple(build(get_args(kind)[0], item) for item in value)
    if get_origin(kind) is Mapping:
        return MappingProxyType(dict(value))
    return float(value) if kind is float else value


def _table_faults(kind: Any, value: object, *, key: str) -> Iterator[Problem]:  # noqa: ANN401
    if not isinstance(value, dict):
        yield _fault("This is not a table", f"Give the table [{key}].", key=key, value=value)
        return
    known = {field.name: field for field in fields(kind)}
    hints = get_type_hints(kind)
    for name in value.keys() - known.keys():
        remedy = f"Known keys here: {', '.join(known)}."
        yield _fault("There is no such key", remedy, key=_inside(key, name))
    for name, field in known.items():
        if name in value:
            yield from faults(hints[name], value[name], key=_inside(key, name))
        elif _required(field):
            yield _fault("The key is missing", "Declare it.", key=_inside(key, name))


def _list_faults(kind: Any, value: object, *, key: str) -> Iterator[Problem]:  # noqa: ANN401
    if not isinstance(value, list):
        yield _fault("This is not a list", "Write it as a list, [ … ].", key=key, value=value)
        return
    for place, item in enumerate(value, 1):
        yield from faults(kind, item, key=f"{key}[{place}]")


def _mapping_faults(kind: Any, value: object, *, key: str) -> Iterator[Problem]:  # noqa: ANN401
    if not isinstance(value, dict):
        yield _fault("This is not a table", "Write it as a table.", key=key, value=value)
        return
    for name, item in value.items():
        yield from faults(kind, item, key=_inside(key, name))


def _fault(what: str, remedy: str, *, key: str, value: object = "") -> Problem:
    return Problem(f"review.toml, key `{key}`: {what}", remedy, value=str(value))


def _inside(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _required(field: "Field[Any]") -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _scalars(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)


def _is(value: object, scalar: type) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float) if scalar is float else scalar)
