"""The exact engine with three hyperparameters against brute force, and with unequal scatter.

The same as in test_exact_brute.py: dense normals on a product grid, no structure used. Few trials,
so that the grid of 50³ points and its dense matrices stay small.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

import consilience as cs
from consilience import bias, heterogeneity, priors, terms

Y, V = [0.22, 0.35, 0.80, 0.36, -0.05, 0.1], [0.034, 0.017, 0.034, 0.032, 0.133, 0.06]
KIND, PLACE = list("aabbcc"), list("xyxyxy")
RISK, DOSE = ["high", "low", "high", "low", "high", "low"], [1.0, 2.0, 2.0, 3.0, 5.0, 4.0]
MU, HALF, WIDE = priors.Normal(0.1, 1.0), priors.HalfNormal(0.5), priors.HalfNormal(0.3)
LOG_HALF, LOG_WIDE = stats.halfnorm(scale=0.5).logpdf, stats.halfnorm(scale=0.3).logpdf
BOUND = 1e-7
GRID = {"reach": (-3.0, 2.4), "step": 0.15}


class Case(NamedTuple):
    """A model of ours, its brute form, and the names of φ and of the coefficients."""

    model: cs.Model
    columns: np.ndarray
    sd: tuple[float, ...]
    scaled: tuple[int, ...]
    settings: dict
    hypers: tuple[str, ...]


def indicators(labels, levels=None):
    levels = sorted(set(labels)) if levels is None else levels
    return np.array([[label == level for level in levels] for label in labels], float)


def beside(*parts):
    return np.hstack([np.ones((6, 1)), *parts])


def crossed():
    model = cs.Model(
        mu=MU,
        terms=(terms.Exchangeable("kind", HALF), terms.Exchangeable("place", WIDE)),
        heterogeneity=heterogeneity.Normal(HALF),
    )
    columns = beside(indicators(KIND), indicators(PLACE))
    logs = {"log_priors": (LOG_HALF, LOG_HALF, LOG_WIDE)}
    scaled = (-1, 1, 1, 1, 2, 2)
    return Case(model, columns, (1.0,) * 6, scaled, logs, ("tau", "kind_scale", "place_scale"))


def nested():
    model = cs.Model(
        mu=MU,
        terms=(terms.Exchangeable("place", HALF), terms.Exchangeable("kind", WIDE, within="place")),
        heterogeneity=heterogeneity.Normal(HALF),
    )
    pairs = [f"{kind}:{place}" for kind, place in zip(KIND, PLACE, strict=True)]
    columns = beside(indicators(PLACE), indicators(pairs))
    logs = {"log_priors": (LOG_HALF, LOG_HALF, LOG_WIDE)}
    scaled = (-1, 1, 1, *[2] * 6)
    names = ("tau", "place_scale", "kind:place_scale")
    return Case(model, columns, (1.0,) * 9, scaled, logs, names)


def biased():
    model = cs.Model(
        mu=MU,
        terms=(terms.Exchangeable("kind", HALF),),
        heterogeneity=heterogeneity.Normal(HALF),
        bias=bias.RiskOfBias("risk", "high", priors.Normal(0.0, 0.4), WIDE),
    )
    high = indicators(RISK, ["high"])
    own = np.eye(6)[:, high[:, 0] == 1.0]
    columns = beside(indicators(KIND), high, own)
    logs = {"log_priors": (LOG_HALF, LOG_HALF, LOG_WIDE)}
    sd, scaled = (*[1.0] * 4, 0.4, *[1.0] * 3), (-1, 1, 1, 1, -1, 2, 2, 2)
    names = ("tau", "kind_scale", "bias_scale[risk]")
    return Case(model, columns, sd, scaled, logs, names)


def by_group():
    model = cs.Model(mu=MU, heterogeneity=heterogeneity.ByGroup("kind", HALF))
    places = np.array(["abc".index(kind) for kind in KIND])
    settings = {"log_priors": (LOG_HALF,) * 3, "scatter": lambda phi: phi[:, places] ** 2}
    return Case(model, beside(), (1.0,), (-1,), settings, ("tau[a]", "tau[b]", "tau[c]"))


def location_scale():
    model = cs.Model(
        mu=MU,
        terms=(terms.Exchangeable("place", WIDE),),
        heterogeneity=heterogeneity.LogLinear("dose", HALF, priors.Normal(0.0, 0.4)),
    )
    x = np.array(DOSE) - np.mean(DOSE)
    settings = {
        "log_priors": (LOG_HALF, stats.norm(0, 0.4).logpdf, LOG_WIDE),
        "scatter": lambda phi: (phi[:, :1] * np.exp(np.minimum(phi[:, 1:2] * x, 300.0))) ** 2,
        "signed": (1,),
    }
    names = ("tau", "log_tau[dose]", "place_scale")
    return Case(model, beside(indicators(PLACE)), (1.0,) * 3, (-1, 2, 2), settings, names)


CASES = {each.__name__: each() for each in (crossed, nested, biased, by_group, location_scale)}


@pytest.fixture(scope="module", params=CASES, ids=str)
def pair(request, brute, effects_of):
    case = CASES[request.param]
    effects = effects_of(Y, V, kind=KIND, place=PLACE, risk=RISK, dose=DOSE)
    b = np.zeros(len(case.sd))
    b[0] = 0.1
    model = brute(
        np.array(Y), np.array(V), case.columns, b, np.array(case.sd), case.scaled,
        **(GRID | case.settings),
    )  # fmt: skip
    fit = cs.fit(case.model, effects, "exact")
    return fit, fit.summary(), model, model.grid(), case


def near(found, exact, scale, bound=BOUND):
    assert abs(found - exact) <= bound * scale, (found, exact)


def test_evidence(pair):
    fit, _, _, grid, case = pair
    assert tuple(hyper.name for hyper in fit.posterior.layout.hypers) == case.hypers
    near(fit.log_evidence, grid.log_evidence, 1.0)


def test_hyperparameters(pair):
    _, table, model, grid, case = pair
    for place, name in enumerate(case.hypers):
        row, phi = table.loc[name], grid.phi[:, place]
        mean = grid.mass @ phi
        sd = np.sqrt(grid.mass @ (phi - mean) ** 2)
        near(row["mean"], mean, sd)
        near(row["sd"], sd, sd)
        if place not in model.signed:
            for column, share in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
                near(model.below(place, row[column]), share, 1.0)


def test_coefficients(pair, mixed):
    """Near 0, at the cusp of levels, this grid is good to 1e-5; test_exact_levels.py has finer."""
    fit, table, model, grid, _ = pair
    names = fit.posterior.coefficients
    for weights, name in zip(np.eye(len(names)), names, strict=True):
        row, marginal = table.loc[name], mixed(model, grid, model.coefficient(*weights))
        near(row["mean"], marginal.mean, marginal.sd)
        near(row["sd"], marginal.sd, marginal.sd)
        for column, share in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
            near(marginal.below(row[column]), share, 1.0, BOUND if name == "mu" else 1e-5)


def test_true_effects(pair, mixed):
    """As the trials have them: without the bias, which shifts their estimates only."""
    fit, table, model, grid, case = pair
    if case.model.bias != bias.Nothing():
        pytest.skip("the brute form has the estimates' expectation, not the true effects'")
    for i, label in enumerate(fit.effects.labels):
        row, marginal = table.loc[f"theta[{label}]"], mixed(model, grid, model.effect(i))
        near(row["mean"], marginal.mean, marginal.sd)
        near(row["sd"], marginal.sd, marginal.sd)


def test_the_grid_is_fine_enough(pair):
    """With steps a quarter wider the evidence is good to 1e-7 still; the error falls like e^(−c/h),
    so that the grid itself is good to (1e-7)^1.25 = 2e-9.
    """
    _, _, model, grid, _ = pair
    coarser = replace(model, step=model.step * 1.25)
    assert coarser.grid().log_evidence == pytest.approx(grid.log_evidence, abs=1e-7)
