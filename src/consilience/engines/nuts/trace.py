"""Reading draws off nutpie's raw trace.

Its own conversion keeps every statistic of every draw with labels, which for a model of two
parameters takes longer than to sample it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray as xr

_DIMS, _SHAPE = b"dims", b"shape"


def kept(draws: Sequence[Any], stats: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Leave the warm-up out of draws and statistics, both one record batch for each chain."""
    tuned = [int(np.sum(each.column("tuning").to_numpy())) for each in stats]
    cut = [[each.slice(n) for each, n in zip(b, tuned, strict=True)] for b in (draws, stats)]
    return cut[0], cut[1]


def read(chains: Sequence[Any], model: Any) -> "xr.Dataset":  # noqa: ANN401 - nutpie has no types
    """Give the draws of a model's own variables over chain and draw.

    Parameters
    ----------
    chains : sequence of arrow record batches
        One of each chain, with a column for each variable.
    model : nutpie.CompiledModel
        What was sampled; it knows the labels.
    """
    import xarray as xr

    hidden = set(model.reparameterized_names or ())
    found: dict[str, tuple[tuple[str, ...], NDArray[Any]]] = {}
    for name in chains[0].column_names:
        if name not in hidden:
            values, dims = stacked(chains, name)
            found[name] = (("chain", "draw", *dims), values)
    used = {dim for dims, _ in found.values() for dim in dims}
    labels = {dim: list(own) for dim, own in model.coords.items() if dim in used}
    sizes = found["mu"][1].shape if "mu" in found else next(iter(found.values()))[1].shape
    return xr.Dataset(found, {"chain": np.arange(sizes[0]), "draw": np.arange(sizes[1]), **labels})


def stacked(chains: Sequence[Any], name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Give one column of all chains, (chain, draw, …), and the names of its further dimensions."""
    import pyarrow as pa

    meta = chains[0].column(name).field.metadata
    dims, shape = (_listed(meta, key) for key in (_DIMS, _SHAPE))
    columns = [pa.array(each.column(name)) for each in chains]
    flat = [each.flatten() if pa.types.is_nested(each.type) else each for each in columns]
    values = np.stack([each.to_numpy(zero_copy_only=False) for each in flat])
    whole = (len(chains), len(columns[0]), *(int(size) for size in shape))
    return values.reshape(whole), dims


def _listed(meta: Any, key: bytes) -> tuple[str, ...]:  # noqa: ANN401
    written = (meta or {}).get(key, b"").decode()
    return tuple(written.split(",")) if written else ()
