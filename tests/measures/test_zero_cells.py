"""The zero-cell policy: who gets the constant, who is left out, and that it is said."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.across import across

from consilience import measures
from consilience.errors import ModelError
from consilience.measures.zero_cells import ZeroCells

TABLE = pd.DataFrame(
    {
        "study": ["some", "one arm empty", "both empty", "both full"],
        "events1": [4.0, 0, 0, 10],
        "n1": [10.0, 10, 10, 10],
        "events2": [2.0, 3, 0, 12],
        "n2": [12.0, 12, 12, 12],
    }
)
ADDED = {
    "only0": [0.0, 0.5, 0.5, 0.5],
    "all": [0.5, 0.5, 0.5, 0.5],
    "if0all": [0.5, 0.5, 0.5, 0.5],
    "none": [0.0, 0.0, 0.0, 0.0],
}


def by_hand(added: list[float]) -> np.ndarray:
    """Log odds ratios with these constants in every cell."""
    a, c = TABLE["events1"] + added, TABLE["events2"] + added
    b, d = TABLE["n1"] + 2 * np.array(added) - a, TABLE["n2"] + 2 * np.array(added) - c
    with np.errstate(all="ignore"):
        y = np.log((a / b) / (c / d)).to_numpy()
    return np.where(np.isfinite(y), y, np.nan)


@pytest.mark.parametrize("to", ADDED)
def test_the_constant_goes_where_it_should(to: str) -> None:
    y, _ = measures.get("OR", to=to).compute(TABLE)
    np.testing.assert_allclose(y, by_hand(ADDED[to]), rtol=1e-12)


def test_if0all_adds_nothing_where_no_count_is_zero() -> None:
    row = TABLE.iloc[[0]]
    everywhere = measures.get("OR", to="if0all").compute(row)
    np.testing.assert_array_equal(everywhere, measures.get("OR", to="none").compute(row))


def test_rows_left_out_do_not_call_for_a_constant() -> None:
    alone = TABLE.iloc[[0, 2]]
    y, v = measures.get("OR", to="if0all", drop00=True).compute(alone)
    assert np.isnan([y[1], v[1]]).all()
    np.testing.assert_array_equal(y[:1], measures.get("OR", to="none").compute(alone)[0][:1])


@pytest.mark.parametrize("code", ["OR", "RR", "RD", "AS", "PETO", "PBIT", "OR2DN"])
def test_drop00_leaves_out_tables_without_events_or_with_only_events(code: str) -> None:
    measure = measures.get(code, drop00=True)
    y, v = measure.compute(TABLE)
    np.testing.assert_array_equal(np.isnan(y), [False, False, True, True])
    np.testing.assert_array_equal(np.isnan(v), np.isnan(y))
    np.testing.assert_array_equal(measure.dropped(TABLE), np.isnan(y))


@pytest.mark.parametrize("code", ["IRR", "IRD", "IRSD"])
def test_drop00_of_rates_leaves_out_rows_without_events(code: str) -> None:
    table = TABLE.assign(person_time1=5.0, person_time2=6.0)
    measure = measures.get(code, drop00=True)
    np.testing.assert_array_equal(measure.dropped(table), [False, False, True, False])
    np.testing.assert_array_equal(np.isnan(measure.compute(table)[0]), measure.dropped(table))


def test_peto_knows_one_empty_arm_without_a_constant() -> None:
    y, v = measures.get("PETO", to="none").compute(TABLE)
    np.testing.assert_array_equal(np.isfinite(y), [True, True, False, False])
    assert v[1] > 0


def test_what_was_done_is_said() -> None:
    added, left = measures.get("OR", drop00=True).notes(TABLE)
    assert "0.5" in added
    assert added.endswith(": one arm empty.")
    assert left.endswith(": both empty, both full.")
    assert measures.get("OR", to="none").notes(TABLE) == ()
    assert measures.get("AS").notes(TABLE) == ()


@given(
    counts=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6),
    add=st.floats(0.0, 2.0),
)
def test_adding_nothing_and_none_are_the_same(counts: list[tuple[int, int]], add: float) -> None:
    x = tuple(np.array(counts, dtype=float).T)
    nobody = np.zeros(len(counts), dtype=bool)
    np.testing.assert_array_equal(ZeroCells(add, "none").adjust(x, nobody), x)
    np.testing.assert_array_equal(ZeroCells(0, "all").adjust(x, nobody), x)
    raised = np.array(ZeroCells(add, "only0").adjust(x, nobody)) - np.array(x)
    expected = np.where(np.min(x, axis=0) == 0, add, 0.0) * np.ones((2, 1))
    np.testing.assert_allclose(raised, expected, atol=1e-14)


@across(
    "settings",
    [
        *({"add": -1}, {"add": np.nan}, {"add": "x"}, {"add": True}, {"add": np.inf}),
        *({"to": "some"}, {"to": None}, {"drop00": 1}, {"drop00": "yes"}),
    ],
)
@across("code", ["OR", "IRR", "PLO", "IRLN"])
def test_a_setting_that_is_none_is_refused(code: str, settings: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=next(iter(settings))):
        measures.get(code, **settings)
