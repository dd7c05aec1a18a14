"""Answers of metafor, kept in tests/reference, and how near ours must be."""

import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[1] / "reference"


def read(name):
    return json.loads((HERE / name).read_text(encoding="utf-8"))


FITS = read("metafor_fits.json")["datasets"]
EXTRAS = read("metafor_extras.json")["datasets"]
REGRESSIONS = read("metafor_regressions.json")["models"]
COUNTS = read("metafor_counts.json")["datasets"]


def floats(values):
    return np.array(
        [np.nan if x in (None, "NaN", "NA") else float(x) for x in np.atleast_1d(values)]
    )


def near(ours, theirs, tolerance=1e-4):
    """Agree relatively, or absolutely far below the largest of theirs."""
    scale = 1e-3 if tolerance < 1e-3 else 0.1
    ours, theirs = floats(ours), floats(theirs)
    known = np.isfinite(theirs)
    size = np.maximum(np.abs(theirs), scale * np.nanmax(np.abs(theirs), initial=1e-300))
    np.testing.assert_array_less(
        np.abs(ours - theirs)[known] / size[known], tolerance, err_msg=f"{ours} {theirs}"
    )
