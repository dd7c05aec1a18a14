"""Trees and effects on disk: netCDF, written whole or not at all, and never unpickled."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from consilience import measures
from consilience.covariance import Covariance
from consilience.effects import Effects
from consilience.errors import DataError
from consilience.trials import Conversion

_LIMIT = 2_000_000_000
_LINE = tuple(slot.name for slot in fields(Conversion))


def write_tree(tree: xr.DataTree, path: str | Path) -> None:
    """Write a tree as netCDF; the file appears when it is complete."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    try:
        tree.to_netcdf(name, engine="h5netcdf")
        Path(name).chmod(0o644)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def read_tree(path: str | Path) -> xr.DataTree:
    """Read a tree into memory.

    Raises
    ------
    DataError
        If the file is missing, too large, or not netCDF.
    """
    source = Path(path)
    try:
        if source.stat().st_size > _LIMIT:
            raise DataError(f"{source.name} is larger than {_LIMIT} bytes; no fit is.")
        with xr.open_datatree(source, engine="h5netcdf") as tree:
            return tree.load()
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"The file {str(path)!r} is not a saved fit: {error}.") from error


def effects_to_text(effects: Effects) -> str:
    """Write effects down as JSON, numbers at full precision."""
    measure = effects.measure
    settings = {slot.name: getattr(measure, slot.name) for slot in fields(measure)}
    content = {
        "y": effects.y.tolist(),
        "v": effects.v.tolist(),
        "labels": list(effects.labels),
        "table": _columns(effects.table),
        "measure": {"code": measure.code, "settings": settings},
        "directed": effects.directed,
        "log": list(effects.log),
        "shared": {
            "members": [at.tolist() for at in effects.shared.members],
            "blocks": [block.tolist() for block in effects.shared.blocks],
        },
        "conversions": [[getattr(line, slot) for slot in _LINE] for line in effects.conversions],
    }
    return json.dumps(content, default=str)


def effects_from_text(text: str) -> Effects:
    """Build the effects that `effects_to_text` wrote down."""
    content: Mapping[str, Any] = json.loads(text)
    named = content["measure"]
    measure = measures.get(str(named["code"]), **named["settings"])
    return Effects(
        np.array(content["y"], dtype=float),
        np.array(content["v"], dtype=float),
        _table(content),
        measure,
        directed=bool(content["directed"]),
        log=tuple(content["log"]),
        shared=_shared(content.get("shared", {})),
        conversions=tuple(Conversion(*line) for line in content.get("conversions", ())),
    )


def _shared(content: Mapping[str, Any]) -> Covariance:
    """Build the blocks that were written down; files from before there were any have none."""
    members = tuple(np.array(at, dtype=np.intp) for at in content.get("members", ()))
    return Covariance(members, tuple(np.array(b, dtype=float) for b in content.get("blocks", ())))


def _columns(table: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "name": str(name),
            "dtype": str(column.dtype),
            "values": [None if pd.isna(value) else value for value in column.tolist()],
        }
        for name, column in table.items()
    ]


def _table(content: Mapping[str, Any]) -> pd.DataFrame:
    labels = pd.Index([str(label) for label in content["labels"]], name="estimate", dtype=object)
    columns = {
        column["name"]: pd.Series(column["values"], index=labels, dtype=column["dtype"])
        for column in content["table"]
    }
    return pd.DataFrame(columns, index=labels)
