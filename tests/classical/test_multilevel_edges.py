"""Correlations that end at a distance: no place beside the answer is higher, on an edge or off."""

import numpy as np
import pytest
from tests.classical.test_scale_structures import BASE, component

import consilience as cs


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("code", ["SPLIN", "SPSPH"])
def test_nothing_near_or_along_the_range_is_higher(code, method):
    fit = cs.pool_multilevel(BASE, (component(code), "estimate"), method=method)
    objective, point = fit.solution.objective, fit.solution.point
    rng = np.random.default_rng(4)
    for size in 10.0 ** np.arange(-7, 0):
        for step in rng.normal(0, size, (60, len(point.u))):
            assert objective.value(point.u + step) <= point.value + 1e-12
    at = int(np.flatnonzero(~objective.deviations)[0])
    for angle in np.linspace(-np.pi / 2, np.pi / 2, 400):
        u = point.u.copy()
        u[at] = angle
        assert objective.value(u) <= point.value + 1e-12


def test_both_kinds_of_answer_occur():
    """The straight kernel's answer lies on an edge, at a distance; the round one's does not."""
    distances = component("SPLIN").distances.to_numpy()
    apart = {}
    for code in ("SPLIN", "SPSPH"):
        fit = cs.pool_multilevel(BASE, (component(code), "estimate"), moderators="x")
        rho = fit.variance_components().query("parameter == 'rho'")["estimate"].iloc[0]
        apart[code] = np.abs(distances - rho).min()
    assert apart["SPLIN"] < 1e-12
    assert apart["SPSPH"] > 1e-3


def test_a_range_that_nothing_depends_on_stays_where_the_search_began(effects_of):
    """Estimates that agree: no scatter, so that any range does; the answer is one all the same."""
    names = sorted(set(BASE.frame["place"]))
    effects = effects_of(np.zeros(12), np.full(12, 0.1), place=names)
    ranges = [
        cs.pool_multilevel(each, component("SPLIN")).variance_components()["estimate"]
        for each in (effects, effects_of(np.zeros(12), np.full(12, 1e7), place=names))
    ]
    assert ranges[0].iloc[0] == 0.0
    assert ranges[0].iloc[1] == pytest.approx(ranges[1].iloc[1], rel=1e-9)
