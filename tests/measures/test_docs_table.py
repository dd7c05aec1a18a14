"""The documented table of measures against metafor is what is computed, and all of it holds."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from consilience import measures

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measures_table", DOCS / "measures_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table(script: ModuleType) -> pd.DataFrame:
    return script.rows()


def test_every_difference_is_within_what_is_owed(table: pd.DataFrame) -> None:
    assert (table["yi"] <= table["owed"]).all()
    assert (table["vi"] <= table["owed"]).all()
    assert set(table.loc[table["owed"] > 1e-8, "code"]) == {"RTET"}


def test_the_kept_table_has_the_same_rows(script: ModuleType, table: pd.DataFrame) -> None:
    """Differences themselves are rounding errors, which machines make differently."""
    kept = pd.read_csv(script.CSV, keep_default_na=False, dtype={"metafor": str})
    same = ["code", "settings", "label", "scale", "data_sets", "estimates", "owed"]
    pd.testing.assert_frame_equal(kept[same], table[same])
    assert kept["metafor"].tolist() == table["metafor"].tolist()
    assert (kept[["yi", "vi"]].max(axis=1) <= kept["owed"]).all()
    text = script.PAGE.read_text("utf-8")
    for row in kept.itertuples():
        assert f"| {row.code} | {row.label} | {row.settings} | {row.metafor} |" in text


def test_every_measure_is_in_the_table_or_named_below_it(
    script: ModuleType, table: pd.DataFrame
) -> None:
    unseen = set(script.without_reference())
    seen = {*table["code"], *script.by_arithmetic()["code"], *script.printed()["code"]}
    assert unseen | seen == set(measures.REGISTRY)
    assert not unseen & seen
    text = script.PAGE.read_text("utf-8")
    assert all(f"`{code}`" in text for code in unseen)


def test_a_measure_that_drifts_would_be_seen(script: ModuleType) -> None:
    import numpy as np

    near, far = np.array([1.0, np.nan]), np.array([1.0 + 1e-7, np.nan])
    assert script.largest(near, far, floor=1e-6) > script.OWED
    assert script.largest(np.array([1.0, 2.0]), far, floor=1e-6) == float("inf")
