"""Mean differences and ready-made estimates: variances, units, and what they cannot know."""

import numpy as np
import pandas as pd
import pytest

from consilience.errors import ModelError
from consilience.measures import GEN, MD


def test_a_mean_difference_has_the_variances_of_both_means() -> None:
    row = pd.DataFrame({"n1": [4], "mean1": [9], "sd1": [2], "n2": [9], "mean2": [7], "sd2": [3]})
    y, v = MD().compute(row)
    assert (y[0], v[0]) == (2.0, 1.0 + 1.0)


def test_a_new_mean_difference_takes_the_average_variance_of_the_observed() -> None:
    # Two trials with sigma² of 4 and 16: 10 on average.
    observed = pd.DataFrame({"n1": [20, 50], "n2": [20, 50], "vi": [4 / 10, 16 / 25]})
    new = MD().new_variance(np.zeros(3), n1=100, n2=50, observed=observed)
    np.testing.assert_allclose(new, 10 * (1 / 100 + 1 / 50), rtol=1e-14)


def test_a_new_mean_difference_without_sizes_is_refused() -> None:
    with pytest.raises(ModelError, match="sei"):
        MD().new_variance(np.zeros(1), n1=10, n2=10, observed=pd.DataFrame({"vi": [1.0]}))


def test_the_unit_information_sd_of_equal_arms_is_twice_the_sd() -> None:
    # v = 4 sigma² / n for two equal arms: n / (1/v) = 4 sigma².
    table = pd.DataFrame({"n1": [50, 80], "n2": [50, 80]})
    v = np.array([9 * 2 / 50, 9 * 2 / 80])
    assert MD().unit_sd(table, v) == pytest.approx(2 * 3, rel=1e-14)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, np.nan),
        ({"ni": [100, np.nan]}, np.sqrt(100 / 4)),
        ({"n_total": [100.0, 300.0]}, np.sqrt(400 / 8)),
        ({"n1": [60.0, np.nan], "n2": [40.0, 10.0], "ni": [7.0, 300.0]}, np.sqrt(400 / 8)),
    ],
    ids=["unknown", "one of two known", "totals", "arms before totals"],
)
def test_participants_come_from_whichever_column_says_them(
    columns: dict[str, list[float]], expected: float
) -> None:
    table = pd.DataFrame({"study": ["A", "B"], **columns})
    assert GEN().unit_sd(table, np.array([0.25, 0.25])) == pytest.approx(expected, nan_ok=True)


def test_a_standard_error_stands_in_where_the_variance_is_missing() -> None:
    table = pd.DataFrame({"yi": [1.0, 2.0], "vi": [0.09, np.nan], "sei": [9.0, 0.5]})
    y, v = GEN().compute(table)
    np.testing.assert_array_equal(y, [1.0, 2.0])
    np.testing.assert_allclose(v, [0.09, 0.25])
