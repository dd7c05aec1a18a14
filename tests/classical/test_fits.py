"""Intervals of tau² and prediction intervals against metafor; the rest against definitions."""

import numpy as np
import pytest
from scipy import stats
from tests.classical.references import FITS, near

from consilience.classical import PowerOfVariance, intervals
from consilience.classical.forms import QuadraticForm
from consilience.classical.pool import pool
from consilience.classical.prediction import REGISTRY as CONVENTIONS
from consilience.classical.wls import log_restricted, standard_form
from consilience.errors import ModelError, RefusalError

ROWS = ["tau2", "tau", "I2", "H2"]


@pytest.mark.parametrize("name", FITS)
def test_intervals_and_predictions(name, effects_of):
    kept = FITS[name]
    effects = effects_of(kept["yi"], kept["vi"])
    for fit in kept["fits"].values():
        if fit["method"] == "EE":
            continue
        pooled = pool(effects, fit["method"], inference=fit["test"])
        riley = pooled.prediction_interval("k-2")
        if "predict_riley" in fit:
            theirs = [fit["predict_riley"][end] for end in ("pi.lb", "pi.ub")]
            near([riley["lower"], riley["upper"]], theirs, 1e-6)
        for key, code in (("confint", "QP"), ("confint_PL", "PL")):
            if key in fit:
                table = pooled.confint(code).loc[ROWS]
                near(table["lower"], fit[key]["ci.lb"], 1e-6)
                near(table["upper"], fit[key]["ci.ub"], 1e-6)


def test_bcg_by_every_convention(effects_of):
    """The figures of the reference's README: one data set, four intervals."""
    kept = FITS["bcg RR"]
    pooled = pool(effects_of(kept["yi"], kept["vi"]))
    for code, ends in (
        ("inference", [-1.867, 0.438]),
        ("k-1", [-1.995, 0.566]),
        ("k-2", [-2.008, 0.579]),
    ):
        found = pooled.prediction_interval(code)
        assert [found["lower"], found["upper"]] == pytest.approx(ends, abs=6e-4)


def test_nagashima_without_scatter_or_with_many_trials(effects_of):
    """With many trials tau² is known, and all conventions say the same."""
    rng = np.random.default_rng(5)
    v = rng.gamma(4, 0.02, 100)
    pooled = pool(effects_of(rng.normal(1, np.sqrt(v + 0.5)), v), "DL")
    ours, plain = (pooled.prediction_interval(code) for code in ("nagashima", "k-2"))
    assert ours["lower"] == pytest.approx(plain["lower"], abs=0.15)
    assert ours["upper"] == pytest.approx(plain["upper"], abs=0.15)


def test_nagashima_covers_with_few_trials(effects_of):
    """Nominal 95 % at k = 5, where the plug-in by the normal covers far less."""
    rng = np.random.default_rng(8)
    v = np.array([0.05, 0.08, 0.1, 0.15, 0.2])
    hits = {"inference": 0, "nagashima": 0}
    method = CONVENTIONS["nagashima"](draws=1500)
    for _ in range(40):
        pooled = pool(effects_of(rng.normal(0, np.sqrt(v + 0.1)), v), "DL")
        new = rng.normal(0, np.sqrt(0.1))
        for code in hits:
            found = pooled.prediction_interval(method if code == "nagashima" else code)
            hits[code] += found["lower"] <= new <= found["upper"]
    assert hits["nagashima"] >= 34
    assert hits["nagashima"] >= hits["inference"]


def test_probability_beyond_meets_the_prediction_interval(scattered):
    for inference in ("z", "knha"):
        pooled = pool(scattered, inference=inference)
        upper = pooled.prediction_interval()["upper"]
        assert pooled.probability_beyond(upper) == pytest.approx(0.025, rel=1e-9)
        assert pooled.probability_beyond(upper, above=False) == pytest.approx(0.975, rel=1e-9)
    assert np.isnan(pool(scattered, "CE").probability_beyond(0))


@pytest.mark.parametrize("k", [2, 4, 12, 60])
@pytest.mark.parametrize("share", [1e-9, 0.01, 0.5, 0.9, 20.0])
def test_distribution_of_a_quadratic_form(k, share):
    """Inverse variances as weights make it chi-square, whatever the variances."""
    s = np.exp(np.random.default_rng(k).normal(0, 2, k))
    form = QuadraticForm(np.zeros(k), np.ones((k, 1)), 1 / s)
    q = share * (k - 1)
    assert form.cdf(q, s) == pytest.approx(stats.chi2(k - 1).cdf(q), abs=1e-11)


@pytest.mark.parametrize("p", [1, 2])
def test_distribution_by_simulation(p):
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(7), rng.normal(size=7)])[:, :p]
    a, s = rng.gamma(1, 1, (2, 7)) + 0.02
    A = np.diag(a)
    projection = A - A @ X @ np.linalg.inv(X.T @ A @ X) @ X.T @ A
    y = rng.normal(0, np.sqrt(s), (100_000, 7))
    drawn = np.einsum("ni,ij,nj->n", y, projection, y)
    form = QuadraticForm(y[0], X, a)
    assert form.value == pytest.approx(drawn[0])
    assert form.mean(s) == pytest.approx(drawn.mean(), rel=0.02)
    assert form.variance(s) == pytest.approx(drawn.var(), rel=0.05)
    for q in np.quantile(drawn, [0.03, 0.5, 0.97]):
        assert form.cdf(q, s) == pytest.approx(np.mean(drawn <= q), abs=0.007)


def test_generalised_q_interval_with_inverse_variances_at_equal_variances(effects_of):
    """There all weights are equal and both intervals have the same closed form."""
    effects = effects_of(np.arange(9.0) / 3, [0.5] * 9)
    ours = pool(effects).confint("GENQ").loc["tau2", ["lower", "upper"]]
    plain = pool(effects).confint("QP").loc["tau2", ["lower", "upper"]]
    assert ours.tolist() == pytest.approx(plain.tolist(), rel=1e-9)


def test_generalised_q_interval_covers():
    rng = np.random.default_rng(6)
    v = rng.gamma(2, 0.1, 9)
    method, hits = intervals.get("GENQ", weighting=PowerOfVariance(1.0)), 0
    for _ in range(100):
        problem = standard_form(rng.normal(0, np.sqrt(v + 0.2)), v, np.ones((9, 1)))
        lower, upper = method.ends(problem, None, tau2=0.0, level=0.9)
        hits += lower <= 0.2 <= upper
    assert hits / 100 == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 100))


def test_profile_likelihood_ends_are_at_the_cut(scattered):
    pooled = pool(scattered, "REML", level=0.8)
    row = pooled.confint("PL").loc["tau2"]
    data = standard_form(scattered.y, scattered.v, np.ones((12, 1))).data
    height = log_restricted(*data, tau2=row[["estimate", "lower", "upper"]].to_numpy(float))
    cut = stats.chi2(1).ppf(0.8) / 2
    if row["lower"] > 0:
        assert height[0] - height[1] == pytest.approx(cut, rel=1e-9)
    assert height[0] - height[2] == pytest.approx(cut, rel=1e-9)


def test_refusals(scattered):
    with pytest.raises(RefusalError, match="maximises no likelihood"):
        pool(scattered, "DL").confint("PL")
    with pytest.raises(ModelError, match="no interval"):
        pool(scattered, "CE").confint()
    with pytest.raises(ModelError, match="Known: GENQ, PL, QP"):
        pool(scattered).confint("wald")
    with pytest.raises(RefusalError, match="moderators"):
        pool(scattered, moderators="year").prediction_interval("nagashima")
