"""Numbers as a reader sees them."""

import math

import numpy as np
import pytest

from consilience.report.rounding import decimal, digits_for, p_value, percent, whole


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.304, "−0.30"),
        (-0.001, "0.00"),
        (0.0, "0.00"),
        (1.005e3, "1005.00"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
        (None, "–"),
        ("x", "–"),
    ],
)
def test_a_number_has_its_decimals_and_a_true_minus(value, text) -> None:
    assert decimal(value, 2) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "less than 0.1 %"),
        (0.0042, "0.4 %"),
        (0.5, "50 %"),
        (0.9831, "98 %"),
        (0.9962, "99.6 %"),
        (1.0, "more than 99.9 %"),
        (math.nan, "–"),
    ],
)
def test_a_probability_is_never_called_certain(p, text) -> None:
    assert percent(p) == text.replace(" %", "\N{NO-BREAK SPACE}%")


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0004, "<0.001"), (0.0123, "0.012"), (0.0949, "0.095"), (0.5749, "0.57"), (1.0, "1.00")],
)
def test_a_p_value_keeps_what_means_something(p, text) -> None:
    assert p_value(p) == text


def test_a_count_is_whole() -> None:
    assert (whole(9.0), whole(np.int64(12)), whole(math.nan)) == ("9", "12", "–")


@pytest.mark.parametrize(
    ("spread", "digits"), [(0.18, 2), (5.0, 2), (0.003, 4), (1e-12, 6), (math.nan, 2)]
)
def test_small_effects_get_more_decimals(spread: float, digits: int) -> None:
    assert digits_for(spread) == digits
