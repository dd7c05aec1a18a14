"""Trees and effects on disk: netCDF, written whole or not at all, and never unpickled."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from consilience import measures
from consilience.effects import Effects
from consilience.errors import DataError

_LIMIT = 2_000_000_000


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
        "table": json.loads(effects.table.to_json(orient="split", double_precision=15)),
        "measure": {"code": measure.code, "settings": settings},
        "directed": effects.directed,
        "log": list(effects.log),
    }
    return json.dumps(content)


def effects_from_text(text: str) -> Effects:
    """Build the effects that `effects_to_text` wrote down."""
    content: Mapping[str, object] = json.loads(text)
    table = _table(content)
    named: Mapping[str, object] = content["measure"]  # type: ignore[assignment]
    measure = measures.get(str(named["code"]), **named["settings"])  # type: ignore[arg-type]
    return Effects(
        np.array(content["y"], dtype=float),
        np.array(content["v"], dtype=float),
        table,
        measure,
        directed=bool(content["directed"]),
        log=tuple(content["log"]),  # type: ignore[arg-type]
    )


def _table(content: Mapping[str, object]) -> pd.DataFrame:
    frame = pd.read_json(
        StringIO(json.dumps(content["table"])), orient="split", dtype=False, convert_axes=False
    )
    frame.index = pd.Index(content["labels"], name="estimate", dtype=object)  # type: ignore[arg-type]
    return frame
