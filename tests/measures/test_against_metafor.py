"""Estimates and variances of real trials, against metafor's `escalc`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from consilience import measures
from consilience.trials import from_frame

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "metafor_smd.json").read_text(encoding="utf-8")
)["datasets"]


@pytest.mark.parametrize("code", ["SMD", "MD"])
@pytest.mark.parametrize("dataset", REFERENCE.values(), ids=REFERENCE)
def test_yi_and_vi_are_escalcs(dataset: dict[str, Any], code: str) -> None:
    raw = pd.DataFrame(dataset["input"])
    trials = from_frame(raw.assign(slab=[f"trial {row}" for row in range(len(raw))]))
    y, v = measures.get(code).compute(trials.frame)
    np.testing.assert_allclose(y, dataset[code]["yi"], rtol=1e-8)
    np.testing.assert_allclose(v, dataset[code]["vi"], rtol=1e-8)
