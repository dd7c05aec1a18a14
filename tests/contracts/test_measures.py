"""The contract of every effect measure: its signs, its units, its variances, its refusals."""

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pandas as pd
import pytest
from tests.across import Test, across

from consilience import measures
from consilience.errors import ModelError
from consilience.measures import Measure

MEASURES = [measures.get(code) for code in measures.REGISTRY]
SCALES = {
    *("raw", "standardised", "log", "logit", "probability", "rate", "arcsine", "square root"),
    *("correlation", "Fisher z", "reliability", "cube root"),
}
TWO_ARMS = [m for m in MEASURES if {"n1", "n2"} <= set(m.needs) or "person_time1" in m.needs]
PAIRED = [m for m in MEASURES if {"mean1", "r"} <= set(m.needs)]
LEVELS = [m for m in MEASURES if np.isnan(m.null)]
# Of these the arms are no equals: one of them lends its standard deviation.
LOPSIDED = {"SMD1", "SMD1H", "SMCR", "SMCRH"}
CONTRASTS = [*TWO_ARMS, *PAIRED]
SWAPPED = {
    f"{name}{arm}": f"{name}{3 - arm}"
    for name in ("n", "mean", "sd", "events", "person_time")
    for arm in (1, 2)
}
LENGTHS, AREAS = ["mean1", "sd1", "mean2", "sd2", "mean", "sd", "yi", "sei"], ["vi"]
TIMES = ["person_time", "person_time1", "person_time2"]

TABLE = pd.DataFrame(
    {
        "study": ["A", "B", "C"],
        **{"n1": [12.0, 40, 200], "n2": [15.0, 38, 210], "n": [20.0, 36, 130]},
        **{"mean1": [7.0, 5.5, 6.25], "sd1": [2.0, 3.0, 2.5]},
        **{"mean2": [5.0, 6.0, 6.0], "sd2": [2.5, 2.75, 2.5]},
        **{"mean": [6.0, 5.0, 7.0], "sd": [2.0, 1.0, 3.0]},
        **{"events1": [3.0, 17, 60], "events2": [6.0, 9, 71], "events": [4.0, 11, 90]},
        **{"person_time1": [30.0, 70, 700], "person_time2": [34.0, 80, 650]},
        **{"person_time": [31.0, 70, 700]},
        **{"r": [0.3, -0.2, 0.6], "predictors": [2.0, 3, 5]},
        **{"alpha": [0.7, 0.9, 0.85], "items": [5.0, 10, 20]},
        **{"log_hr": [0.2, -0.1, 0.4], "log_hr_se": [0.3, 0.2, 0.1]},
        **{"yi": [0.9, -0.2, 0.1], "vi": [0.16, 0.04, 0.01], "sei": [0.4, 0.2, 0.1]},
    }
)


def each(among: list[Measure] = MEASURES) -> Callable[[Test], Test]:
    return across("measure", among, ids=lambda measure: measure.code)


@across("code", measures.REGISTRY)
def test_it_is_listed_under_its_code(code: str) -> None:
    assert measures.get(code).code == code


def test_every_measure_that_is_owed_is_there() -> None:
    owed = {
        *("SMD", "SMDH", "SMD1", "SMD1H", "MD", "ROM", "CVR", "VR"),
        *("RR", "OR", "RD", "AS", "PETO", "PBIT", "OR2D", "IRR", "IRD", "IRSD", "HR"),
        *("PR", "PLN", "PLO", "PAS", "PFT", "IR", "IRLN", "IRS", "IRFT"),
        *("MN", "MNLN", "SDLN", "CVLN"),
        *("COR", "UCOR", "ZCOR", "PCOR", "ZPCOR", "PHI", "RTET", "RBIS"),
        *("MC", "SMCC", "SMCR", "SMCRH", "ROMC", "AHW", "ABT"),
    }
    assert owed <= set(measures.REGISTRY)
    assert set(measures.REGISTRY) <= set(measures.__all__)


@each()
def test_it_says_its_label_scale_and_columns(measure: Measure) -> None:
    assert measure.label
    assert measure.scale in SCALES
    assert measure.needs or measure.either
    assert measure.stands.endswith(".")
    assert measure.null == 0.0 or (np.isnan(measure.null) and not measure.directional)


def test_labels_tell_measures_apart() -> None:
    labels = [measure.label for measure in MEASURES if measure.code not in {"OR2DL", "D2ORL"}]
    assert len(set(labels)) == len(labels)


@each()
def test_it_is_a_frozen_value(measure: Measure) -> None:
    assert pickle.loads(pickle.dumps(measure)) == measure == type(measure)()
    assert hash(measure) == hash(type(measure)())
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        measure.code = "other"


@each()
def test_its_settings_rebuild_it(measure: Measure) -> None:
    settings = {slot.name: getattr(measure, slot.name) for slot in fields(measure)}
    assert measures.get(measure.code, **settings) == measure


@across(
    ("code", "name", "value"),
    [
        (measure.code, name, value)
        for measure in MEASURES
        for name, values in measure.choices.items()
        for value in values
    ],
)
def test_every_setting_that_it_offers_works(code: str, name: str, value: object) -> None:
    y, v = measures.get(code, **{name: value}).compute(TABLE)
    assert np.isfinite(y).all()
    assert (v > 0).all()


@each([measure for measure in MEASURES if measure.choices])
@across("value", ["nonsense", None, 1, 2.0, ["LS"]])
def test_a_setting_that_it_does_not_offer_is_refused(measure: Measure, value: object) -> None:
    name = next(iter(measure.choices))
    with pytest.raises(ModelError, match=rf"{measure.code}.*{name}.*Choose from"):
        measures.get(measure.code, **{name: value})


@each()
def test_each_row_counts_for_itself(measure: Measure) -> None:
    whole = np.array(measure.compute(TABLE))
    rows = [np.array(measure.compute(TABLE.iloc[[row]])) for row in (2, 0, 1)]
    np.testing.assert_allclose(np.hstack(rows), whole[:, [2, 0, 1]], rtol=1e-15)


@each()
def test_no_rows_are_no_estimates(measure: Measure) -> None:
    y, v = measure.compute(TABLE.iloc[:0])
    assert y.shape == v.shape == (0,)


@each()
def test_a_missing_cell_is_a_missing_estimate(measure: Measure) -> None:
    columns = [c for c in (*measure.needs, *measure.either, "sei") if c in TABLE]
    y, v = measure.compute(
        TABLE.assign(**{c: TABLE[c].where([True, False, True]) for c in columns})
    )
    np.testing.assert_array_equal(np.isnan([y, v]), [[False, True, False]] * 2)


@each(CONTRASTS)
def test_swapping_the_arms_flips_the_sign(measure: Measure) -> None:
    y, v = measure.compute(TABLE)
    flipped, same = measure.compute(TABLE.rename(columns=SWAPPED))
    if measure.code in LOPSIDED:
        np.testing.assert_array_equal(np.sign(flipped), -np.sign(y))
        return
    np.testing.assert_allclose(flipped, -y, rtol=1e-12)
    np.testing.assert_allclose(same, v, rtol=1e-12)


@each([m for m in CONTRASTS if "mean1" in m.needs or "events1" in m.needs])
def test_equal_arms_are_the_null(measure: Measure) -> None:
    second = {name: TABLE[name.replace("1", "2")] for name in SWAPPED if name.endswith("1")}
    y, _ = measure.compute(TABLE.assign(**second))
    np.testing.assert_allclose(y, measure.null, atol=1e-14)


@each()
def test_it_changes_with_the_unit_as_its_scale_says(measure: Measure) -> None:
    y, v = measure.compute(TABLE)
    rescaled = TABLE.assign(**TABLE[LENGTHS] * 1000.0, **TABLE[AREAS] * 1e6)
    new_y, new_v = measure.compute(rescaled)
    factor = 1000.0 if measure.scale == "raw" else 1.0
    # The log of a level moves by the log of the unit.
    shift = np.log(1000.0) if measure.code in {"MNLN", "SDLN"} else 0.0
    np.testing.assert_allclose(new_y, factor * y + shift, rtol=1e-12)
    np.testing.assert_allclose(new_v, factor**2 * v, rtol=1e-12)
    assert measure.unit_sd(rescaled, new_v) == pytest.approx(factor * measure.unit_sd(TABLE, v))


@each([m for m in MEASURES if set(TIMES) & set(m.needs)])
def test_a_rate_changes_with_the_unit_of_time_as_its_scale_says(measure: Measure) -> None:
    y, v = measure.compute(TABLE)
    new_y, new_v = measure.compute(TABLE.assign(**TABLE[TIMES] * 12.0))
    factor = {"rate": 1 / 12, "square root": 12**-0.5, "log": 1.0}[measure.scale]
    shift = -np.log(12) if measure.code == "IRLN" else 0.0
    np.testing.assert_allclose(new_y, factor * y + shift, rtol=1e-12)
    np.testing.assert_allclose(new_v, factor**2 * v, rtol=1e-12)


@each([m for m in CONTRASTS if "mean1" in m.needs and m.code not in {"ROM", "CVR", "ROMC"}])
def test_the_zero_of_the_instrument_does_not_matter(measure: Measure) -> None:
    shifted = TABLE.assign(mean1=TABLE["mean1"] + 64, mean2=TABLE["mean2"] + 64)
    np.testing.assert_allclose(measure.compute(shifted), measure.compute(TABLE), rtol=1e-12)


@each([m for m in TWO_ARMS if "person_time1" not in m.needs])
def test_a_new_trial_of_an_observed_size_has_the_observed_variance(measure: Measure) -> None:
    alike = TABLE.iloc[[0]].assign(sd2=TABLE["sd1"], n2=TABLE["n1"])
    y, v = measure.compute(alike)
    new = measure.new_variance(y, n1=12, n2=12, observed=alike.assign(vi=v))
    np.testing.assert_allclose(new, v, rtol=1e-12)


@each([m for m in (*LEVELS, *PAIRED) if "n" in m.needs])
def test_a_new_study_of_an_observed_size_has_the_observed_variance(measure: Measure) -> None:
    y, v = measure.compute(TABLE.iloc[[0]])
    new = measure.new_variance(y, n1=8, n2=12, observed=TABLE.iloc[[0]].assign(vi=v))
    np.testing.assert_allclose(new, v, rtol=1e-12)


@each([m for m in MEASURES if m.code != "GEN"])
def test_a_larger_new_trial_knows_more(measure: Measure) -> None:
    observed = TABLE.assign(vi=measure.compute(TABLE)[1])
    theta = np.zeros((4, 3))
    small = measure.new_variance(theta, n1=200, n2=200, observed=observed)
    large = measure.new_variance(theta, n1=800, n2=800, observed=observed)
    assert small.shape == theta.shape
    np.testing.assert_allclose(small, 4 * large, rtol=0.02)


@each([m for m in MEASURES if m.code not in {"SMD", "SMD1", "AS", "PAS", "PFT", "ZCOR"}])
def test_a_size_says_nothing_where_none_was_observed(measure: Measure) -> None:
    observed = TABLE.drop(columns=["n1", "n2", "n"])
    observed = TABLE if measure.code == "GEN" else observed
    with pytest.raises(ModelError, match="`sei`"):
        measure.new_variance(np.zeros(2), n1=20, n2=30, observed=observed)


@each()
def test_its_unit_information_sd_is_positive(measure: Measure) -> None:
    _, v = measure.compute(TABLE)
    assert measure.unit_sd(TABLE, v) > 0


CALM = pd.DataFrame(
    {
        **{"n1": [5000.0], "n2": [5000.0], "n": [10_000.0], "events1": [2500.0]},
        **{"events2": [2500.0], "events": [5000.0], "r": [0.0], "predictors": [1.0]},
        **{"mean1": [1.0], "mean2": [1.0], "sd1": [1.0], "sd2": [1.0]},
    }
)


@each([m for m in MEASURES if m.code in {"OR", "RR", "RD", "AS", "PETO", "PBIT", "OR2D", "OR2DN"}])
def test_the_unit_is_one_participants_worth_at_even_odds(measure: Measure) -> None:
    _, v = measure.compute(CALM)
    assert measure.unit_sd(CALM, v) == pytest.approx(np.sqrt(10_000 * v[0]), rel=1e-3)


@each([m for m in MEASURES if m.code in {"PHI", "RTET", "YUQ", "YUY", "COR", "UCOR", "ZCOR"}])
def test_the_unit_of_an_association_is_one_participants_worth(measure: Measure) -> None:
    _, v = measure.compute(CALM)
    assert measure.unit_sd(CALM, v) == pytest.approx(np.sqrt(10_000 * v[0]), rel=1e-3)


@each([m for m in MEASURES if m.code in {"SMD", "SMDH", "SMD1", "SMD1H", "D2OR", "D2ORN"}])
def test_the_unit_of_a_standardised_difference_is_two(measure: Measure) -> None:
    _, v = measure.compute(CALM)
    assert measure.unit_sd(CALM, v) == pytest.approx(np.sqrt(10_000 * v[0]), rel=1e-3)


@each([measure for measure in MEASURES if measure not in LEVELS])
def test_what_is_shown_of_the_null_is_no_effect(measure: Measure) -> None:
    shown = float(measure.display(np.array([measure.null]))[0])
    assert shown == (1.0 if measure.scale == "log" else 0.0)


@each()
def test_what_is_shown_keeps_the_order(measure: Measure) -> None:
    shown = measure.display(np.linspace(0.01, 0.99, 60))
    assert (np.diff(shown) > 0).all()
    assert np.isfinite(measure.display(np.array([-40.0, 40.0]))).all()


@each([m for m in MEASURES if m.scale in {"correlation", "Fisher z"}])
def test_a_correlation_is_never_shown_beyond_one(measure: Measure) -> None:
    assert np.abs(measure.display(np.array([-9.0, 9.0]))).max() == pytest.approx(1.0)


@each()
def test_metafors_columns_are_read_as_its_own(measure: Measure) -> None:
    theirs = {ours: alias for alias, ours in measure.aliases.items()}
    read = dict.fromkeys((*measure.needs, *measure.either, "log_hr_se"))
    renamed = TABLE[[column for column in read if column in TABLE]].rename(columns=theirs)
    np.testing.assert_array_equal(measure.compute(renamed), measure.compute(TABLE))
    assert set(measure.needs) <= set(measure.complete(renamed))


def test_an_unknown_measure_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"'XOR'.*GEN,.*MD,.*OR,.*SMD,"):
        measures.get("XOR")


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(ModelError, match="gloss"):
        measures.get("SMD", gloss=True)
