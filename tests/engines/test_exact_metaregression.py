"""Meta-regression against bayesmeta's bmr: every fit of the reference.

Ours are centred (mu is the expectation at the mean row), theirs have an intercept or one mean per
group: with flat priors both are the same model, so that slopes, expectations at given rows, tau
and the trials' effects must agree. Normal priors on an uncentred intercept are another model, which
a term written here, whose columns are not centred, makes the same.
bmr's grid leaves it 1e-2 of an SD off in coefficients and up to 4e-2 in the trials' own effects,
as brute force shows, which agrees with ours to 1e-7.
"""

import json
from dataclasses import dataclass
from math import inf, log
from pathlib import Path

import accuracy
import brute as dense
import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.engines import Combination
from consilience.gaussian import STILL, Block, Rows
from consilience.rows import combinations

FILE = Path(__file__).resolve().parents[1] / "reference" / "bayesmeta_metaregression.json"
REFERENCE = json.loads(FILE.read_text(encoding="utf-8"))
FITS = REFERENCE["fits"]
each = pytest.mark.parametrize("name", FITS)


@dataclass(frozen=True, slots=True)
class Raw(terms.Term):
    """A column as it stands, not centred."""

    column: str
    prior: priors.Prior

    def block(self, effects):
        column = effects.table[[self.column]].to_numpy(float)
        return Block(self.column, (self.column,), column, self.prior)

    def rows(self, effects, new):  # noqa: ARG002 - the columns stand in the new rows
        return Rows(new[[self.column]].to_numpy(float), np.zeros(len(new)))

    def pymc(self, effects, name):
        raise NotImplementedError

    def reads(self, column):
        return column == self.column


def test_every_fit_of_the_reference_is_here():
    assert len(FITS) == 13
    assert sum(fit["beta.prior.mean"] is not None for fit in FITS.values()) == 3
    assert {"Jeffreys", "DuMouchel"} <= {fit["tau.prior"]["family"] for fit in FITS.values()}


def fitted(effects_of, theirs):
    """Columns beside an intercept as they are; group means as a factor."""
    X, names = np.array(theirs["X"], float), [f"x{j}" for j in range(len(theirs["xnames"]))]
    grouped = not np.all(X[:, 0] == 1.0)
    spread = heterogeneity.Normal(accuracy.prior_of(theirs["tau.prior"]))
    columns = dict(zip(names[1:], X.T[1:], strict=True))
    if grouped:
        columns = {"group": [f"g{place}" for place in X.argmax(axis=1)]}
    effects = effects_of(theirs["y"], theirs["vi"], **columns)
    if theirs["beta.prior.mean"] is not None:
        own = map(priors.Normal, theirs["beta.prior.mean"], theirs["beta.prior.sd"])
        mu, *slopes = own
        raw = tuple(Raw(name, prior) for name, prior in zip(names[1:], slopes, strict=True))
        return cs.fit(cs.Model(mu=mu, terms=raw, heterogeneity=spread), effects, "exact"), False
    formula = " + ".join(columns)
    chosen = (terms.Linear(formula, prior=priors.Flat()),) if columns else ()
    model = cs.Model(mu=priors.Flat(), terms=chosen, heterogeneity=spread)
    return cs.fit(model, effects, "exact"), grouped


def uncentred(fit):
    return all(isinstance(term, Raw) for term in fit.model.terms)


def expectation_at(fit, row, *, grouped):
    """The expectation at a row of their design, as a combination of our coefficients."""
    if grouped:
        new = pd.DataFrame({"group": [f"g{int(np.argmax(row))}"]}, index=["at"])
    else:
        new = pd.DataFrame({f"x{j}": [x] for j, x in enumerate(row) if j}, index=["at"])
        if uncentred(fit):
            return Combination("at", np.array(row, float))
    return combinations(fit, new)[0]


def their_coefficients(fit, theirs, *, grouped):
    """Each of their coefficients as a combination of ours: a group's mean, or a difference."""
    size = len(theirs["xnames"])
    rows = [expectation_at(fit, row, grouped=grouped).weights for row in np.eye(size)]
    if not grouped and not uncentred(fit):
        origin = expectation_at(fit, np.zeros(size), grouped=False).weights
        rows = [origin, *(row - origin for row in rows[1:])]
    return tuple(Combination(n, w) for n, w in zip(theirs["xnames"], rows, strict=True))


@each
def test_tau(effects_of, name):
    fit, _ = fitted(effects_of, FITS[name])
    values = [FITS[name]["summary"][which][0] for which in ("median", "mean", "sd")]
    ours = fit.summary().loc["tau", ["median", "mean", "sd"]].to_numpy(float)
    np.testing.assert_allclose(ours, values, rtol=1e-6)
    for level, (below, above) in {0.99: (0, 10), 0.95: (1, 9), 0.9: (2, 8), 0.8: (3, 7)}.items():
        ends = fit.scales(level).loc["tau", ["lower", "upper"]].to_numpy(float)
        theirs = np.array(FITS[name]["tau_quantiles"])[[below, above]]
        np.testing.assert_allclose(ends, theirs, rtol=1e-6, atol=1e-6 * values[0])


@each
def test_evidence(effects_of, name):
    fit, _ = fitted(effects_of, FITS[name])
    theirs = FITS[name]["evidence"]
    if theirs is None:
        assert fit.log_evidence is None
    else:
        assert fit.log_evidence == pytest.approx(log(theirs), abs=1e-6)


@each
def test_coefficients(effects_of, name):
    theirs = FITS[name]
    fit, grouped = fitted(effects_of, theirs)
    wanted = their_coefficients(fit, theirs, grouped=grouped)
    ours = fit.combine(wanted)
    sd = ours["sd"].to_numpy()
    for column in ("median", "mean", "sd"):
        reference = np.array(theirs["summary"][column][1:])
        np.testing.assert_array_less(np.abs(ours[column] - reference), 1e-2 * sd)
    ends = np.array(theirs["beta_quantiles"], float)[:, [1, 9]]
    ours_ends = ours[["lower", "upper"]].to_numpy()
    np.testing.assert_array_less(np.abs(ours_ends - ends) / sd[:, None], 3e-2)


@each
def test_trials(effects_of, name):
    fit, _ = fitted(effects_of, FITS[name])
    effects = fit.summary().filter(like="theta[", axis=0)
    for column in ("median", "mean", "sd"):
        reference = np.array(FITS[name]["theta"][column])
        np.testing.assert_array_less(np.abs(effects[column] - reference), 4e-2 * effects["sd"])


@pytest.mark.parametrize("name", [name for name in FITS if "newx" in FITS[name]])
@pytest.mark.parametrize("scatter", [False, True], ids=["expectation", "new true effect"])
def test_new_rows(effects_of, name, scatter):
    theirs = FITS[name]
    fit, grouped = fitted(effects_of, theirs)
    asked = theirs["newx"]["summary_pred" if scatter else "summary_mean"]
    for row, reference in zip(theirs["newx"]["x"], asked["values"], strict=True):
        weights = expectation_at(fit, row, grouped=grouped).weights
        spread = fit.posterior.scatter.anywhere() if scatter else STILL
        ours = fit.combine((Combination("at", weights, scatter=spread),)).loc["at"]
        at = dict(zip(asked["cols"], np.array(reference, float), strict=True))
        for column in ("median", "mean", "sd"):
            assert ours[column] == pytest.approx(at[column], abs=1e-2 * ours["sd"])


@each
def test_brute_force_decides(brute, mixed, effects_of, name):
    theirs = FITS[name]
    fit, grouped = fitted(effects_of, theirs)
    X, v = np.array(theirs["X"], float), np.array(theirs["vi"], float)
    size = X.shape[1]
    prior = dense.log_prior(theirs["tau.prior"])
    own = (theirs["beta.prior.mean"] or [0.0] * size, theirs["beta.prior.sd"] or [inf] * size)
    model = brute(
        np.array(theirs["y"]), v, X, *np.array(own, float), (-1,) * size,
        (lambda tau: prior(tau, np.sqrt(v)),), reach=(-3.4, 12.0),
    )  # fmt: skip
    grid = model.grid()
    ours = fit.combine(their_coefficients(fit, theirs, grouped=grouped))
    exact = [mixed(model, grid, model.coefficient(*row)) for row in np.eye(size)]
    effects = fit.summary().filter(like="theta[", axis=0)
    exact += [mixed(model, grid, model.effect(i)) for i in range(len(X))]
    for row, marginal in zip([*ours.iloc, *effects.iloc], exact, strict=True):
        assert row["mean"] == pytest.approx(marginal.mean, abs=1e-7 * marginal.sd)
        assert row["sd"] == pytest.approx(marginal.sd, rel=1e-7)
        for column, share in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
            assert marginal.below(row[column]) == pytest.approx(share, abs=1e-7)
