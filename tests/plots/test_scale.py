"""The axis holds what matters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.plots.marks import Diamond, Dot
from consilience.plots.scale import round_ticks, spanning

FINITE = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(FINITE, st.floats(1e-3, 1e3)), min_size=1, max_size=12), FINITE)
def test_means_are_always_on_the_axis_and_so_is_the_null_if_the_scale_has_one(pairs, null):
    marks = [Diamond((at, at - half, at + half)) for at, half in pairs]
    scale = spanning(marks, null)
    shown = [] if np.isnan(scale.null) else [scale.null]
    for value in (*shown, *(at for at, _ in pairs)):
        assert scale.lower <= value <= scale.upper


@given(st.lists(st.tuples(FINITE, st.floats(1e-3, 1e3)), min_size=1, max_size=12), FINITE)
def test_the_null_takes_at_most_five_sixths_of_the_axis(pairs, null):
    marks = [Diamond((at, at - half, at + half)) for at, half in pairs]
    alone, whole = spanning(marks, np.nan), spanning(marks, null)
    assert whole.upper - whole.lower <= 7.0 * (alone.upper - alone.lower)
    near = alone.lower <= null <= alone.upper
    assert whole.null == null or not near


@pytest.mark.parametrize("far", [1e6, -1e6])
def test_estimates_very_far_from_no_effect_keep_their_intervals(far):
    marks = [Dot((far + 0.1 * n, far + 0.1 * n - 0.6, far + 0.1 * n + 0.6)) for n in range(8)]
    scale = spanning(marks, 0.0)
    assert np.isnan(scale.null)
    assert scale.upper - scale.lower == pytest.approx(1.06 * 1.9)
    assert spanning([Dot((2.0, 1.8, 2.2))], 0.0).null == 0.0


def test_one_wide_interval_does_not_squeeze_the_others():
    marks = [Dot((0.1 * n, 0.1 * n - 0.3, 0.1 * n + 0.3)) for n in range(8)]
    plain = spanning(marks, 0.0)
    wide = spanning([*marks, Dot((0.2, -50.0, 50.0))], 0.0)
    assert wide.upper - wide.lower < 3.0 * (plain.upper - plain.lower)


def test_one_point_far_out_does_not_squeeze_the_others():
    marks = [Dot((0.1 * n, 0.1 * n - 0.3, 0.1 * n + 0.3)) for n in range(8)]
    assert spanning([*marks, Dot((90.0, 89.0, 91.0))], 0.0).upper < 3.0


def test_values_are_shown_as_the_measure_displays_them():
    scale = spanning([Dot((0.0, -0.7, 0.7))], 0.0, np.exp)
    assert scale.cell((0.0, np.log(0.5), np.log(2.0))) == ("1.00", "[0.50,", "2.00]")


@pytest.mark.parametrize(
    ("lower", "upper", "labels"),
    [
        (-0.4, 1.2, ["0.0", "0.5", "1.0"]),
        (0.0, 7100.0, ["0", "2000", "4000", "6000"]),
        (1e6 - 1.0, 1e6 + 1.0, ["999999.50", "1000000.00", "1000000.50"]),
        (-2e-6, 2e-6, ["−2e−06", "0", "2e−06"]),
    ],
)
def test_ticks_are_round_and_have_the_same_decimals(lower, upper, labels):
    ticks, found = round_ticks(lower, upper, count=4)
    assert set(labels) <= set(found)
    assert ((ticks >= lower) & (ticks <= upper)).all()
