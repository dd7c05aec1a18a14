"""Results as JSON documents: plain values, no number that is none."""

import json
import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def rows(frame: "pd.DataFrame") -> list[dict[str, object]]:
    """Give the rows of a table as mappings, the index under its own name where it has one."""
    whole = frame.reset_index() if frame.index.name else frame
    return [{str(key): value for key, value in row.items()} for row in whole.to_dict("records")]


def to_json(document: Mapping[str, object], *, ascii_only: bool = False) -> str:
    """Write a document as JSON; numbers that are none become null.

    Parameters
    ----------
    document : mapping
    ascii_only : bool
        Whether other characters are escaped, for a stream of unknown encoding.
    """
    plain = _plain(document)
    return json.dumps(plain, ensure_ascii=ascii_only, allow_nan=False, indent=2) + "\n"


def _plain(value: object) -> object:
    """Turn a value into what JSON holds; numbers that are none become null, not NaN."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    return str(value)
