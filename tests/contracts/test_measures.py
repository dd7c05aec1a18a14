"""The contract of every effect measure of the registry: its signs, its units, its variances."""

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from consilience import measures
from consilience.errors import ModelError
from consilience.measures import Measure

MEASURES = [measures.get(code) for code in measures.REGISTRY]
ARMS = {"n1", "mean1", "sd1", "n2", "mean2", "sd2"}
FROM_RAW_DATA = [measure for measure in MEASURES if set(measure.needs) <= ARMS]
SWAPPED = {f"{name}{arm}": f"{name}{3 - arm}" for name in ("n", "mean", "sd") for arm in (1, 2)}
LENGTHS, AREAS = ["mean1", "sd1", "mean2", "sd2", "yi", "sei"], ["vi"]

each = pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.code)
each_from_raw_data = pytest.mark.parametrize(
    "measure", FROM_RAW_DATA, ids=lambda measure: measure.code
)


@pytest.fixture
def table() -> pd.DataFrame:
    """Every column that a measure may need, for three trials."""
    return pd.DataFrame(
        {
            "n1": [12, 40, 200],
            "mean1": [7.0, 5.5, 6.25],
            "sd1": [2.0, 3.0, 2.5],
            "n2": [15, 38, 210],
            "mean2": [5.0, 6.0, 6.0],
            "sd2": [2.5, 2.75, 2.5],
            "yi": [0.9, -0.2, 0.1],
            "vi": [0.16, 0.04, 0.01],
            "sei": [0.4, 0.2, 0.1],
        }
    )


def swapped(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=SWAPPED).assign(yi=-table["yi"])


@pytest.mark.parametrize("code", measures.REGISTRY)
def test_it_is_listed_under_its_code(code: str) -> None:
    assert measures.get(code).code == code


@each
def test_it_says_its_label_scale_null_and_columns(measure: Measure) -> None:
    assert measure.label
    assert measure.scale in {"standardised", "raw"}
    assert measure.null == 0.0
    assert measure.needs


@each
def test_it_is_a_frozen_value(measure: Measure) -> None:
    assert pickle.loads(pickle.dumps(measure)) == measure == type(measure)()
    assert hash(measure) == hash(type(measure)())
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        measure.code = "other"


@each
def test_each_row_counts_for_itself(measure: Measure, table: pd.DataFrame) -> None:
    whole = np.array(measure.compute(table))
    rows = [np.array(measure.compute(table.iloc[[row]])) for row in (2, 0, 1)]
    np.testing.assert_array_equal(np.hstack(rows), whole[:, [2, 0, 1]])


@each
def test_swapping_the_arms_flips_the_sign(measure: Measure, table: pd.DataFrame) -> None:
    y, v = measure.compute(table)
    flipped, same = measure.compute(swapped(table))
    np.testing.assert_allclose(flipped, -y, rtol=1e-14)
    np.testing.assert_allclose(same, v, rtol=1e-14)


@each
def test_it_changes_with_the_unit_as_its_scale_says(measure: Measure, table: pd.DataFrame) -> None:
    y, v = measure.compute(table)
    rescaled = table.assign(**table[LENGTHS] * 1000.0, **table[AREAS] * 1e6)
    factor = {"standardised": 1.0, "raw": 1000.0}[measure.scale]
    new_y, new_v = measure.compute(rescaled)
    np.testing.assert_allclose(new_y, factor * y, rtol=1e-12)
    np.testing.assert_allclose(new_v, factor**2 * v, rtol=1e-12)
    assert measure.unit_sd(rescaled, new_v) == pytest.approx(factor * measure.unit_sd(table, v))


@each_from_raw_data
def test_the_zero_of_the_instrument_does_not_matter(measure: Measure, table: pd.DataFrame) -> None:
    y, v = measure.compute(table)
    shifted = table.assign(mean1=table["mean1"] + 64, mean2=table["mean2"] + 64)
    np.testing.assert_allclose(measure.compute(shifted), (y, v), rtol=1e-13)


@each_from_raw_data
def test_equal_means_are_the_null(measure: Measure, table: pd.DataFrame) -> None:
    y, _ = measure.compute(table.assign(mean1=3.0, mean2=3.0))
    np.testing.assert_array_equal(y, measure.null)


@each_from_raw_data
@pytest.mark.parametrize("difference", [0.0, 0.8])
def test_its_variance_is_that_of_simulated_trials(measure: Measure, difference: float) -> None:
    trials = simulated(np.random.default_rng(20240613), difference=difference)
    y, v = measure.compute(trials)
    # 40 000 trials know the variance to 0.7 %; the large-sample formula is good to about 1/n.
    assert y.var() == pytest.approx(v.mean(), rel=0.03)
    assert y.mean() == pytest.approx(difference, abs=4 * np.sqrt(v.mean() / len(y)))


@each_from_raw_data
def test_a_new_trial_of_an_observed_size_has_the_observed_variance(
    measure: Measure, table: pd.DataFrame
) -> None:
    alike = table.iloc[[0]].assign(sd2=table["sd1"], n2=table["n1"])
    y, v = measure.compute(alike)
    new = measure.new_variance(y, n1=12, n2=12, observed=alike.assign(vi=v))
    np.testing.assert_allclose(new, v, rtol=1e-12)


@each_from_raw_data
def test_a_larger_new_trial_knows_more(measure: Measure, table: pd.DataFrame) -> None:
    observed = table.assign(vi=measure.compute(table)[1])
    theta = np.zeros((4, 3))
    small = measure.new_variance(theta, n1=20, n2=20, observed=observed)
    large = measure.new_variance(theta, n1=80, n2=80, observed=observed)
    assert small.shape == theta.shape
    np.testing.assert_allclose(small, 4 * large, rtol=1e-12)


@pytest.mark.parametrize("measure", [m for m in MEASURES if m not in FROM_RAW_DATA])
def test_a_size_says_nothing_where_there_are_no_raw_data(
    measure: Measure, table: pd.DataFrame
) -> None:
    with pytest.raises(ModelError, match=r"20 and 30 participants.*`sei`"):
        measure.new_variance(np.zeros(2), n1=20, n2=30, observed=table)


@each
def test_its_unit_information_sd_is_positive(measure: Measure, table: pd.DataFrame) -> None:
    _, v = measure.compute(table)
    assert measure.unit_sd(table, v) > 0


@each
def test_what_is_shown_of_the_null_is_no_effect(measure: Measure) -> None:
    np.testing.assert_array_equal(measure.display(np.array([measure.null])), [0.0])


def test_an_unknown_measure_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"'OR'.*GEN, MD, SMD"):
        measures.get("OR")


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match="gloss"):
        measures.get("SMD", gloss=True)


def simulated(rng: np.random.Generator, *, difference: float) -> pd.DataFrame:
    """Summaries of 40 000 trials of 40 and 60 participants with unit variance."""
    one = rng.normal(difference, 1, (40_000, 40))
    two = rng.normal(0, 1, (40_000, 60))
    return pd.DataFrame(
        {
            "n1": 40,
            "mean1": one.mean(axis=1),
            "sd1": one.std(axis=1, ddof=1),
            "n2": 60,
            "mean2": two.mean(axis=1),
            "sd2": two.std(axis=1, ddof=1),
        }
    )
