"""The packaged cells, read when they are first asked for."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from consilience.priors.catalogue.entry import Entry

FACETS = ("outcome", "intervention", "comparator", "area")
ANY, PUBLISHED = "any", "published"

_TEXTS = (*FACETS, "variant", "note")
_DEFAULTS = {**dict.fromkeys(FACETS, ANY), "variant": PUBLISHED, "note": ""}


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """Read every cell of the catalogue."""
    from importlib.resources import files

    text = files("consilience.priors.catalogue").joinpath("cells.json").read_text(encoding="utf-8")
    content = json.loads(text)
    return tuple(
        entry for table in content["tables"] for entry in _of_table(table, content["sources"])
    )


def _of_table(table: Mapping[str, Any], sources: Mapping[str, Any]) -> Iterator[Entry]:
    """Read the cells of one published table, with its sources cited."""
    cited = "; also ".join(_cited(sources[key]) for key in (table["source"], *table["also"]))
    for row in table["rows"]:
        cell = dict(zip(table["columns"], row, strict=True))
        texts = {key: cell.get(key, default) for key, default in _DEFAULTS.items()}
        numbers = {key: float(value) for key, value in cell.items() if key not in _TEXTS}
        yield Entry(
            name=_name(table, texts),
            measure=table["measure"],
            parameter=table["parameter"],
            publication=table["source"],
            source=cited,
            family=table["family"],
            settings=tuple(numbers.items()),
            published_on=table["published_on"],
            **texts,
        )


def _cited(source: Mapping[str, str]) -> str:
    return " ".join(part for part in (source["cite"] + ".", source["link"]) if part)


def _name(table: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """Name a cell by its source and by what makes it special."""
    versus = [texts["intervention"], texts["comparator"]]
    pair = " vs ".join(versus) if versus != [ANY, ANY] else ANY
    special = (texts["area"], texts["outcome"], pair, texts["variant"])
    parts = [table["source"], table["measure"], table["parameter"]]
    parts += [part for part in special if part not in (ANY, PUBLISHED)]
    return "/".join(re.sub(r"[^a-z0-9.]+", "-", part.casefold()).strip("-") for part in parts)
