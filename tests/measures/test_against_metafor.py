"""Estimates and variances of real data, against metafor's `escalc`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tests.across import across

from consilience import measures
from consilience.trials import from_frame

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "metafor_measures.json").read_text(encoding="utf-8")
)["datasets"]

OLDER: dict[str, dict[str, object]] = {
    "ROM": {"correct": False},
    "ROMC": {"correct": False},
    "CVR": {"correct": "3.8"},
    "SMDH": {"vtype": "3.8"},
    "SMCRH": {"vtype": "3.8"},
}

# metafor's optimiser stops at about 1e-5 in the correlation; `test_tetrachoric.py` has the proof of
# ours to 1e-12.
TOLERANCES = {"RTET": {"rtol": 5e-5, "atol": 3e-5}}

PAIRS = [(name, code) for name, dataset in REFERENCE.items() for code in dataset["measures"]]


@across(("name", "code"), PAIRS)
def test_yi_and_vi_are_escalcs(name: str, code: str) -> None:
    compare(measures.get(code), REFERENCE[name], REFERENCE[name]["measures"][code])


@across(("name", "code"), [pair for pair in PAIRS if pair[1] in OLDER])
def test_the_older_forms_are_settings(name: str, code: str) -> None:
    older = measures.get(code, **OLDER[code])
    compare(older, REFERENCE[name], REFERENCE[name]["measures"][code]["3.8"])


@across(("name", "code"), PAIRS)
def test_metafors_columns_survive_the_reader(name: str, code: str) -> None:
    raw = pd.DataFrame(REFERENCE[name]["input"])
    read = from_frame(raw.assign(slab=[f"trial {row}" for row in range(len(raw))])).frame
    measure = measures.get(code)
    whole = measure.complete(read)
    assert set(measure.needs) <= set(whole)
    np.testing.assert_array_equal(measure.compute(whole), measure.compute(raw.astype(float)))


def test_the_reference_holds_what_it_should() -> None:
    codes = set(measures_in_reference())
    unseen = set(measures.REGISTRY) - codes
    # Of these escalc's answers are not at hand; identities and simulation prove them.
    assert unseen == {
        *("SMD1", "SMD1H", "OR2D", "D2OR", "D2ORL", "D2ORN", "HR", "MNLN", "CVLN"),
        *("PCOR", "ZPCOR", "RBIS", "GEN"),
    }
    assert codes <= set(measures.REGISTRY)
    assert len(PAIRS) == 103


def measures_in_reference() -> Iterator[str]:
    for dataset in REFERENCE.values():
        yield from dataset["measures"]


def compare(measure: measures.Measure, data: dict[str, Any], answer: dict[str, Any]) -> None:
    table = pd.DataFrame(data["input"]).astype(float)
    if len(answer["yi"]) < len(table):
        table = table.dropna()
    tolerance = TOLERANCES.get(measure.code, {"rtol": 1e-8, "atol": 1e-15})
    for ours, theirs in zip(measure.compute(table), (answer["yi"], answer["vi"]), strict=True):
        np.testing.assert_allclose(ours, np.array(theirs, dtype=float), **tolerance)
