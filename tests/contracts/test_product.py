"""Every two components that a model may hold, together: PyMC, the exact engine, and by hand.

A small set of models in which every pair of components of different slots stands at least once. At
random points the PyMC model, and where it takes the model the exact engine, have the log density
that SciPy gives, up to a constant. Pairs that no model may hold are refused, in words. Few models,
in which those components stand that no file of models/ holds, are sampled; under the mark `slow`
as many as it takes for every component.
"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats
from tests.across import across
from tests.contracts import by_hand
from tests.contracts.alike import agree
from tests.contracts.by_hand import Spot
from tests.contracts.points import drawn, in_pymc, log_density_of
from tests.contracts.product import (
    EVERY,
    LIGHTER,
    NEUTRAL,
    OF_ARMS,
    REFUSED,
    SAMPLED,
    SLOTS,
    UNSAMPLED,
    VARIATIONS,
    accepted,
    alone,
    covering,
    every_pair,
    holds,
    model_of,
    pairs,
    parts_of,
    trials_of,
)

import consilience as cs
from consilience import bias, engines, heterogeneity, likelihoods, terms
from consilience.engines import integrated
from consilience.engines.exact.form import assemble
from consilience.errors import RefusalError
from consilience.heterogeneity import structures

COVERING = covering(EVERY, pairs)
MORE = [names for names in covering(EVERY, every_pair) if names not in COVERING]
EXACT = r"engines\.Nuts\(\)|likelihoods\.Normal\(\)"
"""What the exact engine names as the remedy for a model that is not for it."""
POINTS, ARMS = 2, 1e-7


def spot_of(names, built, rng):
    """Draw a point of all that the PyMC model leaves free."""
    model, effects = model_of(names), trials_of(names[4])
    hypers, point, units = drawn(model, effects, rng)
    bare = Spot(names, model, effects, point, units, {})
    shapes = {"imor_unit": (effects.k, 2), "went_location_unit": ()}
    if any(variable.name == "sampling_error_unit" for variable in built.free_RVs):
        shapes["sampling_error_unit"] = (by_hand.shared_errors(bare)[1].shape[1],)
    known = in_pymc(model, effects, built, point=point, units=units)
    rest = {v.name: v for v in built.free_RVs if built.rvs_to_values[v].name not in known}
    extra = {name: rng.uniform(0.1, 0.9, shapes.get(name, (effects.k,))) for name in rest}
    own = {built.rvs_to_values[v].name: np.array(extra[name]) for name, v in rest.items()}
    return hypers, replace(bare, extra=extra), known | own


def check_names(names, built):
    """Coordinates name the rows of the summary, and the estimates that count."""
    effects = trials_of(names[4])
    coords = {label for values in built.coords.values() for label in values}
    assert {label for part in parts_of(names)[1:] for label in part.labels} <= coords
    left_out = effects.table["risk"].eq("high") & (names[2] == "left out")
    assert set(effects.labels) - coords == set(effects.table.index[left_out])


def compared(names):
    """Log densities of PyMC less those by hand, at some points: a constant."""
    built = model_of(names).pymc(trials_of(names[4]))
    check_names(names, built)
    log_density, rng = log_density_of(built), np.random.default_rng(17)
    for _ in range(POINTS):
        hypers, spot, values = spot_of(names, built, rng)
        whole = by_hand.log_arms if spot.data in OF_ARMS else by_hand.log_estimates
        yield log_density(values) - by_hand.log_prior(spot, hypers) - whole(spot)


def check_density(names):
    if holds(names, UNSAMPLED):
        with pytest.raises(RefusalError, match="|".join(UNSAMPLED.values())):
            model_of(names).pymc(trials_of(names[4]))
    else:
        gaps = list(compared(names))
        assert np.ptp(gaps) < 1e-9, gaps
    check_exact(names)


def check_exact(names):
    model, effects = model_of(names), trials_of(names[4])
    if not accepted(names):
        assert not holds(names, UNSAMPLED)
        with pytest.raises(RefusalError, match=EXACT):
            engines.Exact().accept(model, effects)
        return
    rng = np.random.default_rng(18)
    for _ in range(POINTS):
        hypers, point, units = drawn(model, effects, rng)
        spot = Spot(names, model, effects, point, units, {})
        if names[4] == "Binomial partly seen":  # four integrals: tests/likelihoods/test_counted.py
            return
        if names[4] in OF_ARMS:
            whole = integrated.assemble(model, effects)
            at = point | dict(zip(whole.layout.labels, np.concatenate(units), strict=True))
            psi = np.array([[at[hyper.name] for hyper in whole.hypers]])
            found = whole.log_likelihood(psi)[0]
            assert found == pytest.approx(by_hand.log_integrated(spot), abs=ARMS)
        else:
            ours = by_hand.log_prior(spot, hypers)
            ours += by_hand.over_places(spot, lambda c, spot=spot: by_hand.marginal(spot, c))
            assert closed_form(spot) == pytest.approx(ours, abs=1e-9)


def closed_form(spot):
    """Log p(y, β, φ) = log p(φ) + log p(y | φ) + log p(β | y, φ), as the exact engine has them.

    Levels of a population are counted in units of their scale, as the PyMC model does.
    """
    form = assemble(spot.model, spot.effects)
    place = next((p.curve.hypers[0] for p in form.parts if p.curve.hypers), None)
    total = sum(float(hyper.prior.logpdf(spot.point[hyper.name])) for hyper in form.hypers)
    if place is not None and spot.term != by_hand.STEP:
        total += float(place.prior.logpdf(spot.point[place.name]))
    return total + by_hand.over_places(spot, lambda c: _at(bent(form, c), spot))


def bent(form, c):
    """Put a location's column in its place."""
    W, start = form.W.copy(), 0
    for part in form.parts:
        width = len(part.labels)
        if part.curve.hypers:
            at = {part.curve.hypers[0].name: np.array([c])}
            W[:, start : start + width] = part.curve.columns(part.matrix, at)[0]
        start += width
    return replace(form, W=W, truth=W)


def _at(form, spot):
    given = form.given(np.array([[spot.point[hyper.name] for hyper in form.hypers]]))
    scales = [spot.point[part.scales[0].name] if part.scales else 1.0 for part in form.parts]
    beta = np.concatenate([s * unit for s, unit in zip(scales, spot.units, strict=True)])
    covariance = given.root[0] @ given.root[0].T
    widths = [len(part.labels) for part in form.parts]
    total = given.log_likelihood[0] + np.repeat(np.log(scales), widths).sum()
    pairs_of = zip(form.parts, spot.units, strict=True)
    implied = sum(float(part.prior.logpdf(unit).sum()) for part, unit in pairs_of if part.implied)
    return total - implied + stats.multivariate_normal(given.mean[0], covariance).logpdf(beta)


@pytest.mark.parametrize("names", COVERING, ids=", ".join)
def test_all_have_one_density_wherever_two_components_meet(names):
    check_density(names)


@pytest.mark.slow
@pytest.mark.parametrize("names", MORE, ids=", ".join)
def test_so_they_have_wherever_two_variations_meet(names):
    check_density(names)


def test_every_component_of_the_registries_is_in_the_product():
    models = [model_of(names) for names in COVERING]
    parts = {
        type(part) for m in models for part in (m.heterogeneity, m.likelihood, m.bias, *m.terms)
    }
    for registry in (terms, heterogeneity, likelihoods, bias):
        assert set(registry.REGISTRY.values()) <= parts
    built = [m.heterogeneity.structure for m in models if hasattr(m.heterogeneity, "structure")]
    assert {type(each) for each in built} == set(structures.REGISTRY.values())


def test_every_pair_stands_in_a_model_or_among_the_refusals():
    there = {pair for names in (*COVERING, *MORE) for pair in every_pair(names)}
    possible = {pair for names in product(*SLOTS) for pair in every_pair(names)}
    assert there | set(REFUSED) == possible
    assert not there & set(REFUSED)
    plain = {pair for pair in possible - set(REFUSED) if not set(pair) & set(VARIATIONS)}
    assert plain <= {pair for names in COVERING for pair in every_pair(names)}


@across(("pair", "said"), REFUSED.items())
def test_what_no_model_may_hold_is_refused_by_both_engines(pair, said):
    names = tuple(
        next((one for one in pair if one in slot), usual)
        for slot, usual in zip(SLOTS, NEUTRAL, strict=True)
    )
    model, effects = model_of(names), trials_of(names[4])
    with pytest.raises(RefusalError, match=said):
        model.pymc(effects)
    with pytest.raises(RefusalError):
        engines.Exact().accept(model, effects)


FEW = ("Normal", "Spline and Offset", "PowerWeight", "heavy tails", "independent")
"""What no file of models/ holds, and no test of its own samples."""


@pytest.mark.nuts
def test_the_engines_agree_on_what_no_model_file_holds():
    agree_on(FEW)


@pytest.mark.slow
@pytest.mark.nuts
@pytest.mark.parametrize("names", covering(SAMPLED, alone), ids=", ".join)
def test_the_engines_agree_on_every_component(names):
    agree_on(names)


def agree_on(names):
    model, effects = model_of(names), trials_of(names[4])
    model = replace(model, likelihood=LIGHTER.get(names[4], model.likelihood))
    agree(cs.fit(model, effects, "exact"), cs.fit(model, effects, engines.Nuts(seed=5)))
