"""A threshold against a slope: found where there is one, not where there is none."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.errors import DataError, ModelError
from consilience.exposure import CAVEAT, curve_of
from consilience.questions import bayes_factor

N = priors.Normal(0.0, 1.0)
BASE = cs.Model(mu=N, heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5)))


def trials(y, x, v=0.02):
    study = [f"t{n:02d}" for n in range(len(x))]
    return cs.effect_sizes(pd.DataFrame({"study": study, "yi": y, "vi": v, "went": x}), "GEN")


def compared(y, x, **settings):
    step = terms.Threshold("went", effect=N, **settings)
    return cs.compare_exposure(trials(y, x), "went", threshold=step, base=BASE)


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(11)
    x = np.linspace(15.0, 95.0, 16)
    return compared(1.0 * (x >= 55.0) + rng.normal(0.0, np.sqrt(0.02 + 0.1**2), 16), x)


def test_a_threshold_that_is_there_is_found(found):
    answer = found.threshold()
    assert answer["probability"] > 0.9
    assert answer["exists"] == pytest.approx(answer["probability"] * answer["within"])
    assert answer["lower"] < 55.0 < answer["upper"]
    assert answer["effect_lower"] < 1.0 < answer["effect_upper"]
    assert found.words()[-1] == CAVEAT
    assert "In simulated reviews of 14 trials" in found.words()[-2]


def test_probabilities_follow_from_the_evidence(found):
    table = found.table()
    assert list(table.index) == ["none", "linear", "threshold", "hinge", "Emax", "spline"]
    assert table["probability"].sum() == pytest.approx(1.0)
    pair = bayes_factor(found.fits["threshold"], found.fits["none"])
    odds = found.threshold()["against_none"]
    assert odds / (1.0 - odds) == pytest.approx(pair.value, rel=1e-9)
    assert table.loc[["none", "linear", "spline"], "location"].isna().all()


def test_the_averaged_curve_is_the_mean_of_the_curves(found):
    x = np.array([15.0, 40.0, 70.0, 95.0])
    means = sum(
        chance * curve_of(found.fits[name], "went", x)["mean"]
        for name, chance in found.probabilities.items()
    )
    np.testing.assert_allclose(found.curve(x)["mean"], means, rtol=1e-9)
    with pytest.raises(ModelError, match="from 15 to 95"):
        found.curve(np.array([99.0]))


def test_few_trials_that_cannot_tell_say_so():
    few = compared(np.array([0.1, 0.3, 0.2, 0.4]), np.array([40.0, 55.0, 61.0, 76.0]))
    assert max(few.probabilities.values()) < 0.9
    assert "cannot tell the curves apart" in few.words()[0]


def test_the_same_effect_everywhere_makes_no_threshold():
    rng = np.random.default_rng(3)
    x = np.linspace(15.0, 95.0, 16)
    answer = compared(0.4 + rng.normal(0.0, 0.15, 16), x).threshold()
    assert answer["exists"] < 0.2


@pytest.mark.parametrize("x", [[50.0] * 5, [50.0, 50, 60, 60, 60]], ids=["one", "two"])
def test_fewer_than_three_exposures_are_refused(x):
    with pytest.raises(ModelError, match="at least three different exposures"):
        compared(np.zeros(5), np.array(x))


def test_what_is_no_exposure_is_named_all_at_once():
    with pytest.raises(DataError, match=r"(?s)2 problems.*t01.*t03") as caught:
        compared(np.zeros(5), np.array([10.0, np.nan, 30.0, np.nan, 50.0]))
    assert "exposed(effects, column)" in str(caught.value)
    with pytest.raises(ModelError, match="no column 'typo'"):
        cs.compare_exposure(trials(np.zeros(3), [1.0, 2, 3]), "typo", base=BASE)
    base, wrong = cs.Model(mu=N, terms=terms.Linear("went")), terms.Threshold("other")
    with pytest.raises(ModelError, match="reads 'went' already"):
        cs.compare_exposure(trials(np.zeros(3), [1.0, 2, 3]), "went", base=base)
    with pytest.raises(ModelError, match="threshold is a Threshold"):
        cs.compare_exposure(trials(np.zeros(3), [1.0, 2, 3]), "went", threshold=wrong, base=BASE)


def test_the_published_table_of_simulated_reviews_is_whole():
    path = "src/consilience/exposure/power.csv"
    from pathlib import Path

    table = pd.read_csv(Path(__file__).resolve().parents[2] / path)
    assert set(table["k"]) == {7, 14, 30, 60}
    assert len(table) == 3 * 4 * 2 * 2 * 2
    assert table["replications"].min() >= 200
    false = table[table["truth"] != "threshold"]["p_threshold_above_0.9"]
    found = table.query("truth == 'threshold' and k == 60 and effect == 0.6 and tau == 0.1")
    assert false.max() < 0.05
    assert found["p_threshold_above_0.9"].min() > 0.9
