"""A calibration as it is published: small, and checkable."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from consilience.calibration.ranks import Calibration
from consilience.effects import Effects
from consilience.model import Model
from consilience.spec import to_mapping

_FIRST = 4
_KEPT = 6
_SCHEMA = 1


def fingerprint(model: Model) -> str:
    """SHA-256 of a model's slots, by which a result is known to be of this very model.

    Raises
    ------
    ModelError
        For a component that is in no registry, and so cannot be written down.
    """
    return _hash(to_mapping(model))


def design_fingerprint(effects: Effects) -> str:
    """SHA-256 of what a simulation reads off the trials: variances and moderators."""
    table = effects.table.astype(str)
    shared = effects.shared
    pairs = zip(shared.members, shared.blocks, strict=True)
    blocks = [[at.tolist(), block.round(12).tolist()] for at, block in pairs]
    content = [effects.v.round(12).tolist(), list(table), table.to_numpy().tolist()]
    return _hash([*content, *([blocks] if blocks else [])])


def record(
    calibration: Calibration, model: Model, *, effects: Effects, engine: str, version: str
) -> dict[str, Any]:
    """Write a calibration down as plain values.

    Parameters
    ----------
    calibration : Calibration
        The ranks.
    model : Model
        What was calibrated.
    effects : Effects
        The design on which it was.
    engine : str
        The engine in words, settings included.
    version : str
        The version of the package.

    Returns
    -------
    dict
        The table, rank histograms, the first ranks (to be recomputed by whoever doubts) and the
        fingerprints of model, design and ranks.
    """
    histograms = calibration.histograms()
    rows = {
        str(name): {**_plainly(row), "histogram": histograms[str(name)]}
        for name, row in calibration.table().to_dict("index").items()
    }
    first = calibration.ranks.head(_FIRST).round(_KEPT + 3)
    return {
        "schema": _SCHEMA,
        "engine": engine,
        "version": version,
        "seed": calibration.seed,
        "replications": calibration.replications,
        "faulty": calibration.faulty,
        "model_sha256": fingerprint(model),
        "design_sha256": design_fingerprint(effects),
        "ranks_sha256": calibration.digest,
        "first_ranks": {str(name): first[name].tolist() for name in first},
        "parameters": rows,
    }


def _plainly(row: Mapping[Any, float]) -> dict[str, Any]:
    return {str(key): _plain(value) for key, value in row.items()}


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() and value > 1 else round(float(value), _KEPT)


def _hash(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
