"""How far the classical answers lie from metafor's, computed from the kept reference."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

import consilience as cs

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "tests" / "reference" / "metafor_pooling.json"
_CODES = {"EE": "CE", "DL": "DL", "REML": "REML"}
_COLUMNS = {
    "estimate": "beta",
    "se": "se",
    "lower": "ci.lb",
    "upper": "ci.ub",
    "p_value": "pval",
}


def classical() -> pd.DataFrame:
    """Give the largest relative difference from metafor by data set and analysis.

    Returns
    -------
    DataFrame
        ``data, analysis`` and the largest |ours − theirs| / |theirs| over the estimate, its
        standard error, the ends of its interval, its p value, and over τ² and Q.
    """
    kept = json.loads(REFERENCE.read_text(encoding="utf-8"))["datasets"]
    rows = [
        {"data": name, "analysis": fit_name, "largest difference": _largest(data, fit)}
        for name, data in kept.items()
        for fit_name, fit in data["fits"].items()
        if fit["method"] in _CODES
    ]
    return pd.DataFrame(rows)


def source() -> str:
    """Say where the reference comes from."""
    return str(json.loads(REFERENCE.read_text(encoding="utf-8"))["source"])


def _largest(data: dict, fit: dict) -> float:
    labels = [f"study {n}" for n in range(1, len(data["yi"]) + 1)]
    table = pd.DataFrame({"study": labels, "yi": data["yi"], "vi": data["vi"]})
    effects = cs.effect_sizes(table, "GEN")
    pooled = cs.pool(effects, _CODES[fit["method"]], inference=fit["test"])
    row, found = pooled.summary().iloc[0], pooled.heterogeneity()
    pairs = [(row[ours], fit[theirs]) for ours, theirs in _COLUMNS.items()]
    pairs += [(found["tau2"], fit["tau2"]), (found["Q"], fit["QE"])]
    return max(_relative(ours, theirs) for ours, theirs in pairs)


def _relative(ours: float, theirs: object) -> float:
    known = float(np.ravel(theirs)[0])
    return abs(float(ours) - known) / max(abs(known), 1e-12)
