"""Models as mappings and as TOML, driven by the types of their fields.

A component is written as a table with its registry name under ``kind`` and its settings beside it;
a setting that is itself a component is a table again. ``reason`` and ``source`` may stand beside
any component; they are kept apart from the model, for the report.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from consilience import bias, heterogeneity, likelihoods, priors, terms
from consilience.errors import ModelError
from consilience.heterogeneity import structures
from consilience.likelihoods import baselines, links, missing
from consilience.model import Model

type Plain = float | int | bool | str | list["Plain"] | dict[str, "Plain"]

_NOTES = ("reason", "source")
_HEAD = ("title", "equation", "when")
_LIMIT = 200_000
_FOLDERS: Mapping[type, tuple[Mapping[str, type], Callable[..., object]]] = {
    priors.Prior: (priors.REGISTRY, priors.get),
    terms.Term: (terms.REGISTRY, terms.get),
    heterogeneity.Heterogeneity: (heterogeneity.REGISTRY, heterogeneity.get),
    structures.Structure: (structures.REGISTRY, structures.get),
    likelihoods.Likelihood: (likelihoods.REGISTRY, likelihoods.get),
    bias.Bias: (bias.REGISTRY, bias.get),
    baselines.Baseline: (baselines.REGISTRY, baselines.get),
    links.Link: (links.REGISTRY, links.get),
    missing.Missing: (missing.REGISTRY, missing.get),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a component of a model is what it is.

    Parameters
    ----------
    slot : str
        Where it stands, e.g. ``heterogeneity.tau``.
    choice : str
        What stands there, e.g. ``HalfNormal``.
    reason, source : str
        Why, and on whose authority.
    """

    slot: str
    choice: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A model as a file of ``models/`` declares it.

    Parameters
    ----------
    name : str
        The file's name.
    title, equation, when : str
        What the model is, in words and symbols, and when to use it.
    model : Model
        The model.
    reasons : tuple of Reason
        The reasons beside its components.
    """

    name: str
    title: str
    equation: str
    when: str
    model: Model
    reasons: tuple[Reason, ...]


def to_mapping(model: Model) -> dict[str, Plain]:
    """Write a model as nested plain values; `from_mapping` gives an equal model back.

    Raises
    ------
    ModelError
        For a component that is in no registry, and so cannot be written down.
    """
    return {slot.name: _plain(getattr(model, slot.name)) for slot in fields(model)}


def from_mapping(mapping: Mapping[str, object]) -> Model:
    """Build the model that a mapping describes.

    Raises
    ------
    ModelError
        For an unknown slot, component or setting, naming where it stands.
    """
    hints = get_type_hints(Model)
    unknown = set(mapping) - set(hints)
    if unknown:
        raise ModelError(
            f"A model has the slots {', '.join(hints)}; there is no {', '.join(sorted(unknown))!r}."
        )
    slots: dict[str, Any] = {
        slot: _built(hints[slot], value, slot) for slot, value in mapping.items()
    }
    return Model(**slots)


def read_model(path: str | Path) -> Declared:
    """Read a model file.

    Parameters
    ----------
    path : path
        A TOML file with ``title``, ``equation``, ``when`` and the model's slots.

    Raises
    ------
    ModelError
        If the file is missing, too large, not TOML, or does not describe a model.
    """
    place = Path(path)
    try:
        if place.stat().st_size > _LIMIT:
            raise ModelError(f"{place.name} is larger than {_LIMIT} bytes; a model file is not.")
        content = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"The model file {str(path)!r} cannot be read: {error}.") from error
    head = {key: str(content.pop(key, "")) for key in _HEAD}
    try:
        model = from_mapping(content)
    except ModelError as error:
        raise ModelError(f"{place.name}: {error}") from error
    return Declared(place.stem, **head, model=model, reasons=tuple(_reasons(content)))


def to_toml(model: Model) -> str:
    """Write a model as TOML that `read_model` reads back unchanged.

    Raises
    ------
    ModelError
        For a component that is in no registry, and so cannot be written down.
    """
    return "\n".join(_toml(to_mapping(model), "")).strip() + "\n"


def _plain(value: object) -> Plain:
    """Write a component as a mapping with its `kind`; numbers and texts stay."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float | int | str):
        return value
    name = _name(value)
    settings = {slot.name: _plain(getattr(value, slot.name)) for slot in fields(value)}  # type: ignore[arg-type]
    return {"kind": name, **settings}


def _name(component: object) -> str:
    for registry, _ in _FOLDERS.values():
        for name, kind in registry.items():
            if type(component) is kind:
                return name
    raise ModelError(f"{component!r} is in no registry, so it cannot be written down.")


def _built(hint: object, value: object, where: str) -> object:
    """Read a value by the type of its field; errors say where in the file it stands."""
    if get_args(hint):
        inner, each_value = get_args(hint)[0], value if isinstance(value, list | tuple) else [value]
        return tuple(_built(inner, each, f"{where}[{n}]") for n, each in enumerate(each_value))
    if hint not in _FOLDERS:
        return value
    if isinstance(value, str):
        value = {"kind": value}
    if not isinstance(value, Mapping) or "kind" not in value:
        raise ModelError(f"{where} needs a table with a `kind`, not {value!r}.")
    return _component(hint, value, where)  # type: ignore[arg-type]


def _component(hint: type, value: Mapping[str, object], where: str) -> object:
    """Build a component from its mapping; an error of its own is told with its place."""
    registry, get = _FOLDERS[hint]
    name = str(value["kind"])
    kind = registry.get(name)
    hints = get_type_hints(kind) if kind else {}
    settings = {
        key: _built(hints.get(key), setting, f"{where}.{key}")
        for key, setting in value.items()
        if key not in ("kind", *_NOTES)
    }
    try:
        return get(name, **settings)
    except ModelError as error:
        raise ModelError(f"{where}: {error}") from error


def _reasons(value: object, where: str = "") -> Iterator[Reason]:
    """Walk a file for reasons, each with its place, component and source."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _reasons(each, f"{where}[{number}]")
    if not isinstance(value, Mapping):
        return
    if "reason" in value:
        kind, source = str(value.get("kind", "")), str(value.get("source", ""))
        yield Reason(where, kind, str(value["reason"]), source)
    for key, inner in value.items():
        yield from _reasons(inner, f"{where}.{key}".strip("."))


def _toml(table: Mapping[str, Plain], where: str) -> Iterator[str]:
    """Write tables, inner ones after their own lines, as TOML demands."""
    inner = {key: value for key, value in table.items() if _is_nested(value)}
    yield from (f"{key} = {_literal(value)}" for key, value in table.items() if key not in inner)
    for key, value in inner.items():
        name = f"{where}.{key}".strip(".")
        for each in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{name}]]" if isinstance(value, list) else f"[{name}]"
            yield from _toml(each, name)  # type: ignore[arg-type]


def _is_nested(value: Plain) -> bool:
    nested = isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
    return isinstance(value, dict) or bool(nested)


def _literal(value: Plain) -> str:
    """Write a value for TOML, whose strings are those of JSON but for one character."""
    import json

    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(_literal(each) for each in value)}]"
    return repr(value)
