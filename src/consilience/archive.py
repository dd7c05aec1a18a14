"""Trees and effects on disk: netCDF, written whole or not at all, and never unpickled."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from consilience import measures
from consilience.covariance import Covariance
from consilience.effects import Effects
from consilience.errors import DataError
from consilience.trials import Conversion

if TYPE_CHECKING:
    import h5py

_LIMIT = 2_000_000_000
_UNREADABLE = (OSError, LookupError, ValueError, TypeError, RuntimeError, AttributeError)
_OF_FORMAT = {
    *("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_FillValue"),
    *("_NCProperties", "_Netcdf4Coordinates", "_Netcdf4Dimid", "_nc3_strict"),
}
"""Attributes by which netCDF says how it keeps numbers, not what they are."""
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
    import h5py

    source = Path(path)
    try:
        if source.stat().st_size > _LIMIT:
            raise DataError(f"{source.name} is larger than {_LIMIT} bytes; no fit is.")
        with h5py.File(source) as file:
            groups = {name: group for name, group in file.items() if isinstance(group, h5py.Group)}
            parts = {"/": file, **groups}
            return xr.DataTree.from_dict({name: _dataset(part) for name, part in parts.items()})
    except _UNREADABLE as error:
        raise DataError(f"The file {str(path)!r} is not a saved fit: {error}.") from error


def _dataset(group: "h5py.Group") -> xr.Dataset:
    """Read the variables of one group.

    xarray's own reader opens every group and every dimension by its path again and again, which
    takes six times as long.
    """
    import h5py

    found = {
        name: _variable(name, each)
        for name, each in group.items()
        if isinstance(each, h5py.Dataset) and not _bare(each)
    }
    data = xr.Dataset(found, attrs=_attributes(group))
    said = (data.attrs, *(each.attrs for each in data.variables.values()))
    beside = {name for each in said for name in str(each.pop("coordinates", "")).split()}
    return data.set_coords(sorted(beside & set(found)))


def _bare(stored: "h5py.Dataset") -> bool:
    """Say whether it only gives a dimension its length."""
    return bytes(stored.attrs.get("NAME", b"")).startswith(b"This is a netCDF dimension but not")


def _variable(name: str, stored: "h5py.Dataset") -> xr.Variable:
    scale = "DIMENSION_LIST" not in stored.attrs and stored.ndim == 1
    dims = [name] if scale else [axis[0].name.rpartition("/")[2] for axis in stored.dims]
    attributes = _attributes(stored)
    kind = attributes.pop("dtype", str if stored.dtype == object else stored.dtype)
    values = stored.asstr()[()] if kind is str else stored[()]
    return xr.Variable(dims, np.asarray(values, dtype=kind), attributes)


def _attributes(stored: "h5py.Dataset | h5py.Group") -> dict[str, Any]:
    """Give what is said of a variable or a group; netCDF keeps a number as a row of one."""
    found = {name: stored.attrs[name] for name in stored.attrs if name not in _OF_FORMAT}
    return {
        name: value[0] if isinstance(value, np.ndarray) and value.shape == (1,) else value
        for name, value in found.items()
    }


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
    """Write a table column by column with its types, which JSON would otherwise lose."""
    return [
        {
            "name": str(name),
            "dtype": str(column.dtype),
            "values": [None if pd.isna(value) else value for value in column.tolist()],
        }
        for name, column in table.items()
    ]


def _table(content: Mapping[str, Any]) -> pd.DataFrame:
    """Read a table back with the types and labels that it was written with."""
    labels = pd.Index([str(label) for label in content["labels"]], name="estimate", dtype=object)
    columns = {
        column["name"]: pd.Series(column["values"], index=labels, dtype=column["dtype"])
        for column in content["table"]
    }
    return pd.DataFrame(columns, index=labels)
