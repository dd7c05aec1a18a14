"""Selection models: simulation, brute quadrature, metafor's own tests, and refusals in words."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from consilience.classical.pool import pool
from consilience.classical.small_study import (
    Beta,
    GivenSteps,
    HalfNormal,
    Logistic,
    NegativeExponential,
    NegativeExponentialPower,
    Power,
    Steps,
    Truncated,
    functions,
    selection_model,
)
from consilience.effects import effect_sizes
from consilience.errors import ConvergenceError, ModelError, RefusalError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import metafor_selection as brute  # noqa: E402 - found by the line above

# metafor, tests/testthat/test_misc_selmodel.r; data of Baskerville et al. (2012), Annals of Family
# Medicine 10:63–74, and of Preston, Ashby and Smyth (2004), doi:10.1111/j.1365-2753.2003.00457.x.
BASKERVILLE = {
    "yi": [1.01, 0.82, 0.59, 0.44, 0.84, 0.73, 1.12, 0.04, 0.24, 0.32, 1.04, 1.31, 0.59, 0.66,
           0.62, 0.47, 1.08, 0.98, 0.26, 0.39, 0.60, 0.94, 0.11],
    "sei": [0.52, 0.46, 0.23, 0.18, 0.29, 0.29, 0.36, 0.37, 0.15, 0.40, 0.32, 0.57, 0.29, 0.19,
            0.31, 0.27, 0.32, 0.32, 0.18, 0.18, 0.31, 0.53, 0.27],
    "xi": [1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1],
}  # fmt: skip
PRESTON = {
    "ai": [4, 0, 34, 7, 6, 1, 11, 2, 0, 33], "n1": [19, 18, 341, 71, 45, 94, 88, 82, 15, 221],
    "ci": [5, 0, 50, 16, 5, 8, 12, 7, 1, 43], "n2": [19, 18, 334, 69, 44, 96, 82, 84, 20, 218],
}  # fmt: skip


def brute_data(name):
    kept = brute.effects_of.__globals__["read"]("metafor_extras.json")[name]
    return kept["yi"], kept["vi"]


@pytest.fixture(scope="module")
def preston(effects_of):
    a, n1, c, n2 = (np.array(PRESTON[name], dtype=float) for name in ("ai", "n1", "ci", "n2"))
    told = a + c > 0
    half = 0.5 * ((a == 0) | (c == 0))
    cells = [x[told] for x in (a + half, n1 - a + half, c + half, n2 - c + half)]
    y = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return effects_of(y, sum(1 / cell for cell in cells))


@pytest.mark.parametrize(
    ("kind", "delta", "se", "later"),
    [
        (HalfNormal, 3.162948, 2.988922, (5.832106, 5.644466)),
        (NegativeExponential, 2.656714, 2.347468, (3.819847, 3.627431)),
        (Logistic, 3.339338, 2.388776, (5.041039, np.nan)),
        (Power, 1.458923, np.nan, (2.399645, np.nan)),
    ],
)
def test_declining_functions_beside_metafors_own_tests(preston, kind, delta, se, later):
    """As they come, and with precision and a first step; nan: metafor's Hessian was off there."""
    pooled = pool(preston, "CE")
    plain = selection_model(pooled, kind(), favoured="less").loc["delta"]
    stepped = selection_model(pooled, kind(beyond=0.05, precision=1), favoured="less").loc["delta"]
    found = [plain["estimate"], plain["se"], stepped["estimate"], stepped["se"]]
    for ours, theirs in zip(found, (delta, se, *later), strict=True):
        assert np.isnan(theirs) or ours == pytest.approx(theirs, rel=3e-4)


def test_two_parameters_beside_metafors_own_test(preston):
    found = selection_model(pool(preston, "CE"), NegativeExponentialPower(), favoured="less")
    assert found.loc[["delta[1]", "delta[2]"], "estimate"].tolist() == pytest.approx(
        [2.673818, 1.153199], rel=1e-5
    )


def test_three_steps_beside_metafors_own_test(effects_of):
    kept = brute_data("hackshaw1998 GEN")
    table = selection_model(pool(effects_of(*kept)), Steps((0.05, 0.1, 0.5)), favoured="greater")
    assert table["estimate"].tolist()[2:] == pytest.approx([2.422079, 0.977543, 0.396713], abs=4e-6)
    assert table["se"].tolist()[2:] == pytest.approx([1.66085, 0.820387, 0.469235], abs=3e-6)
    assert table.loc["tau2", "estimate"] == pytest.approx(0.03071325, abs=1e-7)
    assert table.attrs["LRT"] == pytest.approx(7.066137, abs=1e-6)


@pytest.mark.parametrize(
    ("heights", "side", "mu", "tau2"),
    [
        ((1, .99, .95, .8, .75, .65, .6, .55, *(.5,) * 6), "greater", 0.351894, 0.0045),
        ((1, .99, .9, .75, .6, .5, .4, .35, .3, .25, *(.1,) * 4), "greater", 0.321518, 0.009544),
        ((1, .99, .95, .9, .8, .75, .6, .6, .75, .8, .9, .95, .99, 1), "greater", .362019, .002774),
        ((1, .99, .9, .75, .6, .5, .25, .25, .5, .6, .75, .9, .99, 1), "greater", .33218, .005652),
    ],
)  # fmt: skip
def test_given_weights_beside_metafors_own_test(effects_of, heights, side, mu, tau2):
    cuts = (*GivenSteps().cuts_of_p, 0.995)
    pooled = pool(effects_of(*brute_data("cohen1981 ZCOR")))
    table = selection_model(pooled, GivenSteps(cuts, heights), favoured=side)
    assert table.loc["mu", "estimate"] == pytest.approx(mu, abs=1e-6)
    assert table.loc["tau2", "estimate"] == pytest.approx(tau2, abs=1e-6)


def test_moderators_and_a_likelihood_that_metafor_integrated_roughly(effects_of):
    """Under Beta() metafor gives 0.473, 4.461; brute quadrature finds our answer more likely."""
    effects = effects_of(BASKERVILLE["yi"], np.square(BASKERVILLE["sei"]), xi=BASKERVILLE["xi"])
    table = selection_model(pool(effects), Beta(), favoured="greater")
    ours = brute.height(effects, "beta", side="greater", values=table["estimate"].to_numpy())
    given = np.array([0.1147338, 2.43e-6, 0.4731131, 4.4613093])

    def fallen(mean):
        return -brute.height(effects, "beta", side="greater", values=np.append(mean, given[1:]))

    theirs = -minimize_scalar(fallen, bounds=(-0.2, 0.5), method="bounded").fun
    assert ours == pytest.approx(table.attrs["log_likelihood"], abs=1e-8)
    assert ours > theirs
    regression = selection_model(pool(effects, moderators="xi"), "beta", favoured="greater")
    assert list(regression.index) == ["intercept", "xi", "tau2", "delta[1]", "delta[2]"]
    assert regression.loc["xi", "estimate"] == pytest.approx(-0.1363559, abs=0.02)


@pytest.mark.parametrize("name", sorted(functions.REGISTRY))
def test_free_of_scale_and_of_sign(effects_of, name):
    y, v = (np.array(each) for each in brute_data("hackshaw1998 GEN"))
    function = functions.get(name, **({"at": 0.1} if name == "truncation" else {}))
    one = selection_model(pool(effects_of(y, v)), function, favoured="greater")
    for c in (1e-4, 1e4):
        other = function.turned(-c)
        two = selection_model(pool(effects_of(-c * y, c**2 * v)), other, favoured="less")
        units = np.array([-c, c**2, *([1.0] * (len(one) - 2))])
        for column, unit in (("estimate", units), ("se", np.abs(units))):
            assert two[column].tolist() == pytest.approx((one[column] * unit).tolist(), rel=1e-9)
        assert two.attrs["LRT"] == pytest.approx(one.attrs["LRT"], rel=1e-8, abs=1e-9)


def test_refusals_say_why(effects_of, scattered):
    with pytest.raises(TypeError, match="favoured"):
        selection_model(pool(scattered), "steps")
    with pytest.raises(ModelError, match="Known: greater, less, two-sided"):
        selection_model(pool(scattered), "steps", favoured="up")
    with pytest.raises(ModelError, match="Known: beta, given steps"):
        selection_model(pool(scattered), "stepfun", favoured="greater")
    with pytest.raises(ModelError, match="p value between 0 and 1e-12"):
        selection_model(pool(scattered), Steps((1e-12, 0.5)), favoured="greater")
    with pytest.raises(ModelError, match="ascend"):
        Steps((0.5, 0.025))
    with pytest.raises(ModelError, match="2 positive heights go with 1 cuts; 3 given"):
        GivenSteps((0.5,), (1, 2, 3))
    with pytest.raises(ModelError, match="no p value below 1"):
        HalfNormal(beyond=1.0)
    with pytest.raises(ModelError, match="power of the standard error"):
        HalfNormal(precision=-1)
    with pytest.raises(ModelError, match="one side of the truncation point"):
        selection_model(pool(scattered), Truncated(99.0), favoured="greater")
    with pytest.raises(ModelError, match="3 estimates are too few for 3 parameters"):
        selection_model(pool(effects_of([1, 2, 3.0], [1, 1, 1.0])), "steps", favoured="greater")


def test_a_parameter_that_runs_off_is_named(effects_of):
    """Nothing but large p values in the data: the weight of small ones has no upper end."""
    pooled = pool(effects_of(*brute_data("bcg RR")))
    with pytest.raises(ConvergenceError, match=r"rises as delta\[1\] grows without end"):
        selection_model(pooled, "negative exponential power", favoured="less")
    certain = pool(effects_of([5.0, 6.0, 7.0, 8.0, 9.0], [0.01] * 5))
    with pytest.raises(ConvergenceError, match="likelihood of the selection"):
        selection_model(certain, "half-normal", favoured="greater")


def test_estimates_that_share_participants_are_refused():
    table = pd.DataFrame({"study": list("abcdef"), "yi": [0.1, 0.2, 0.3, 0.5, 0.1, 0.9], "vi": 0.1})
    effects = effect_sizes(table, "GEN")
    from dataclasses import replace

    from consilience.covariance import Covariance

    block = np.array([[0.1, 0.05], [0.05, 0.1]])
    tied = replace(effects, shared=Covariance((np.array([0, 1]),), (block,)))
    with pytest.raises(RefusalError, match="share participants"):
        selection_model(pool(tied), "steps", favoured="greater")
