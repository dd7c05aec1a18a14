"""Quadratic forms of many data sets are those of each by itself, and their roots are roots."""

import numpy as np
import pytest
from scipy.optimize import brentq

from consilience import classical
from consilience.classical.batch import Batch
from consilience.classical.batch_forms import BatchForm
from consilience.classical.forms import QuadraticForm
from consilience.classical.quantile import Growth, tau2_at_probability


def drawn(sizes, seed=1):
    """Data sets padded to one width: y about its mean, v, and where there is an estimate."""
    rng = np.random.default_rng(seed)
    present = np.arange(max(sizes)) < np.array(sizes)[:, None]
    v = np.where(present, np.exp(rng.normal(-2, 1.5, present.shape)), 1.0)
    y = rng.normal(0.0, np.sqrt(v + 0.2)) * present
    y = np.where(present, y - y.sum(axis=1, keepdims=True) / np.array(sizes)[:, None], 0.0)
    return Batch(y, v, present)


@pytest.fixture(scope="module")
def batch():
    return drawn([2, 3, 5, 9, 14, 30, 30])


@pytest.fixture(scope="module")
def form(batch):
    return BatchForm(batch, np.where(batch.present, batch.v**-0.5, 0.0))


def singles(batch):
    return [QuadraticForm(y, X, v**-0.5) for y, v, X in batch.sets()]


def test_moments_grow_with_tau2_as_of_each_form(batch, form):
    growth = form.growth()
    for i, (alone, (_, v, _)) in enumerate(zip(singles(batch), batch.sets(), strict=True)):
        own = Growth.of(alone, v)
        for name in ("value", "mean", "trace", "variance", "mixed", "square"):
            expected = float(getattr(own, name)[0])
            assert getattr(growth, name)[i] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("tau2", [0.0, 0.1, 3.0])
@pytest.mark.parametrize("share", [0.2, 1.0, 2.5])
def test_distribution_is_that_of_each_form(batch, form, tau2, share):
    growth = form.growth()
    q = share * (growth.mean + growth.trace * tau2)
    found = form.cdf(q, np.full(len(q), tau2), places=np.arange(len(q)))
    pairs = zip(singles(batch), batch.sets(), strict=True)
    alone = [form.cdf(float(x), v + tau2) for x, (form, (_, v, _)) in zip(q, pairs, strict=True)]
    np.testing.assert_allclose(found, alone, rtol=0, atol=1e-12)


def test_two_estimates_are_a_chi_square(form):
    """Q of two estimates is one squared normal deviate, whatever the weights."""
    from scipy.special import chdtr

    growth = form.growth()
    found = form.cdf(growth.value, np.zeros(7), places=np.arange(7))[0]
    assert found == pytest.approx(chdtr(1, growth.value[0] / growth.mean[0]), abs=1e-12)


@pytest.mark.parametrize("probability", [0.025, 0.5, 0.975])
def test_roots_are_those_of_a_bracketing_search(batch, probability):
    for alone, (_, v, _) in zip(singles(batch), batch.sets(), strict=True):
        q = alone.value

        def excess(tau2, alone=alone, v=v, q=q):
            return alone.cdf(q, v + tau2) - probability

        found = tau2_at_probability(alone, v, probability=probability)
        if excess(0.0) <= 0:
            assert found == 0
            continue
        high = q / alone.trace
        while excess(high) > 0:
            high *= 4
        assert found == pytest.approx(brentq(excess, 0, high, xtol=1e-300, rtol=1e-14), rel=1e-10)


def test_estimates_that_agree_altogether_do_not_scatter():
    flat = Batch(np.zeros((2, 4)), np.ones((2, 4)), np.ones((2, 4), dtype=bool))
    assert classical.get("GENQM").tau2_many(flat).tolist() == [0, 0]
    alone = QuadraticForm(np.zeros(4), np.ones((4, 1)), np.ones(4))
    assert tau2_at_probability(alone, np.ones(4), probability=0.5) == 0


@pytest.mark.parametrize("c", [1e-8, 1e8])
def test_scale(batch, c):
    estimator = classical.get("GENQM")
    scaled = Batch(c * batch.y, c**2 * batch.v, batch.present)
    expected = c**2 * estimator.tau2_many(batch)
    np.testing.assert_allclose(estimator.tau2_many(scaled), expected, rtol=1e-11)
