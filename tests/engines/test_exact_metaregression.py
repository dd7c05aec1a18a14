"""Meta-regression against bayesmeta's bmr, where the whole reference is at hand.

Ours are centred (mu is the expectation at the mean row), theirs have an intercept or one mean per
group: with flat priors both are the same model, so that slopes, expectations at given rows, tau
and the trials' effects must agree. With normal priors on an uncentred intercept they are not.
bmr's grid leaves it 1e-2 of an SD off in coefficients and up to 4e-2 in the trials' own effects,
as brute force shows, which agrees with ours to 1e-7.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines import Combination
from consilience.rows import combinations

SHARED = Path(__file__).resolve().parents[3] / "shared" / "reference" / "bayesmeta"
FILE = SHARED / "bm_metaregression.json"
TAU = {"halfnormal": priors.HalfNormal(0.5), "improper uniform": priors.Flat()}
FITS = json.loads(FILE.read_text(encoding="utf-8"))["fits"] if FILE.exists() else {}
COMPARABLE = [
    name
    for name, fit in FITS.items()
    if fit["beta.prior.mean"] is None and fit["tau.prior"]["family"] in TAU
]
pytestmark = pytest.mark.skipif(not FITS, reason="the shared reference answers are not at hand")


def fitted(effects_of, theirs):
    """Columns beside an intercept as they are; group means as a factor."""
    X, names = np.array(theirs["X"], float), [f"x{j}" for j in range(len(theirs["xnames"]))]
    grouped = not np.all(X[:, 0] == 1.0)
    if grouped:
        columns = {"group": [f"g{place}" for place in X.argmax(axis=1)]}
        formula = "group"
    else:
        columns = dict(zip(names[1:], X.T[1:], strict=True))
        formula = " + ".join(names[1:])
    model = cs.Model(
        mu=priors.Flat(),
        terms=(terms.Linear(formula, prior=priors.Flat()),),
        heterogeneity=heterogeneity.Normal(TAU[theirs["tau.prior"]["family"]]),
    )
    return cs.fit(model, effects_of(theirs["y"], theirs["vi"], **columns), "exact"), grouped


def expectation_at(fit, row, *, grouped):
    """The expectation at a row of their design, as a combination of our coefficients."""
    if grouped:
        new = pd.DataFrame({"group": [f"g{int(np.argmax(row))}"]}, index=["at"])
    else:
        new = pd.DataFrame({f"x{j}": [x] for j, x in enumerate(row) if j}, index=["at"])
    return combinations(fit, new)[0]


def their_coefficients(fit, theirs, *, grouped):
    """Each of their coefficients as a combination of ours: a group's mean, or a difference."""
    size = len(theirs["xnames"])
    rows = [expectation_at(fit, row, grouped=grouped).weights for row in np.eye(size)]
    if not grouped:
        origin = expectation_at(fit, np.zeros(size), grouped=False).weights
        rows = [origin, *(row - origin for row in rows[1:])]
    return tuple(Combination(n, w) for n, w in zip(theirs["xnames"], rows, strict=True))


@pytest.mark.parametrize("name", COMPARABLE)
def test_tau(effects_of, name):
    fit, _ = fitted(effects_of, FITS[name])
    values = np.array(FITS[name]["summary"]["values"], float)[1:4, 0]
    ours = fit.summary().loc["tau", ["median", "mean", "sd"]].to_numpy(float)
    np.testing.assert_allclose(ours, values, rtol=2e-6)


@pytest.mark.parametrize("name", COMPARABLE)
def test_coefficients(effects_of, name):
    theirs = FITS[name]
    fit, grouped = fitted(effects_of, theirs)
    wanted = their_coefficients(fit, theirs, grouped=grouped)
    ours = fit.combine(wanted)
    sd = ours["sd"].to_numpy()
    values = np.array(theirs["summary"]["values"], float)[1:4, 1:]
    for column, reference in zip(("median", "mean", "sd"), values, strict=True):
        np.testing.assert_array_less(np.abs(ours[column] - reference), 1e-2 * sd)
    ends = np.array(theirs["beta_quantiles"], float)[:, [1, 9]]
    ours_ends = ours[["lower", "upper"]].to_numpy()
    np.testing.assert_array_less(np.abs(ours_ends - ends) / sd[:, None], 3e-2)


@pytest.mark.parametrize("name", COMPARABLE)
def test_trials(effects_of, name):
    fit, _ = fitted(effects_of, FITS[name])
    effects = fit.summary().filter(like="theta[", axis=0)
    values = np.array(FITS[name]["theta"]["values"], float)
    for column, reference in zip(("median", "mean", "sd"), values[3:6], strict=True):
        np.testing.assert_array_less(np.abs(effects[column] - reference), 4e-2 * effects["sd"])


@pytest.mark.parametrize("name", [name for name in COMPARABLE if "newx" in FITS[name]])
@pytest.mark.parametrize("scatter", [False, True], ids=["expectation", "new true effect"])
def test_new_rows(effects_of, name, scatter):
    theirs = FITS[name]
    fit, grouped = fitted(effects_of, theirs)
    asked = theirs["newx"]["summary_pred" if scatter else "summary_mean"]
    for row, reference in zip(theirs["newx"]["x"], asked["values"], strict=True):
        weights = expectation_at(fit, row, grouped=grouped).weights
        ours = fit.combine((Combination("at", weights, scatter=scatter),)).loc["at"]
        at = dict(zip(asked["cols"], np.array(reference, float), strict=True))
        for column in ("median", "mean", "sd"):
            assert ours[column] == pytest.approx(at[column], abs=1e-2 * ours["sd"])


@pytest.mark.parametrize("name", [name for name in COMPARABLE if "HN" in name])
def test_brute_force_decides(brute, mixed, effects_of, name):
    theirs = FITS[name]
    fit, grouped = fitted(effects_of, theirs)
    X = np.array(theirs["X"], float)
    size = X.shape[1]
    model = brute(
        np.array(theirs["y"]), np.array(theirs["vi"]), X, np.zeros(size), np.full(size, np.inf),
        (-1,) * size, (stats.halfnorm(scale=0.5).logpdf,),
    )  # fmt: skip
    grid = model.grid()
    ours = fit.combine(their_coefficients(fit, theirs, grouped=grouped))
    exact = [mixed(model, grid, model.coefficient(*row)) for row in np.eye(size)]
    effects = fit.summary().filter(like="theta[", axis=0)
    exact += [mixed(model, grid, model.effect(i)) for i in range(len(X))]
    for row, marginal in zip([*ours.iloc, *effects.iloc], exact, strict=True):
        assert row["mean"] == pytest.approx(marginal.mean, abs=1e-7 * marginal.sd)
        assert row["sd"] == pytest.approx(marginal.sd, rel=1e-7)
