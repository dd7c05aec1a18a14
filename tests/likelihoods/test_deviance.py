"""Probabilities of overdispersed counts, against products in decimal arithmetic of 40 digits."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from consilience.likelihoods.counting import overdispersed
from consilience.likelihoods.kernels.deviance import LARGE, Overdispersed
from consilience.likelihoods.kernels.loops import shared, varied

COUNTS = [(505, 20_000), (1500, 3000), (3, 3000), (0, 1001), (2990, 3000), (17, 1002), (7, 12),
          (0, 5), (1, 1), (0, 0)]  # fmt: skip


def by_products(x, n, *, a, b):
    with localcontext() as context:
        context.prec = 40
        one, two, product = Decimal(a), Decimal(b), Decimal(1)
        whole = one + two
        for j in range(x):
            product *= (one + j) / (x - j) * (n - j) / (whole + j)
        for j in range(n - x):
            product *= (two + j) / (whole + x + j)
        return float(product.ln())


@pytest.mark.parametrize(("x", "n"), COUNTS)
def test_nothing_cancels(x, n):
    """From sizes that leave all or none with the event to those that leave the binomial."""
    sizes = np.array([1e-9, 0.3, 25.0, 1e3, 1e6, 1e14])
    shares = np.array([1e-12, 0.004, 0.5, 0.97])
    a = np.outer(sizes, shares).ravel()
    b = np.outer(sizes, 1.0 - shares).ravel()
    found, fixed = np.empty(len(a)), np.full(len(a), float(x))
    shared()((a, b), (fixed, n - fixed), found)
    some = slice(None, None, 1 if n < 2000 else 5)
    wanted = [by_products(x, n, a=one, b=two) for one, two in zip(a[some], b[some], strict=True)]
    np.testing.assert_allclose(found[some], wanted, rtol=1e-14, atol=1e-13)


def test_arms_of_any_size_meet_where_the_formula_changes():
    """The same of one participant more or less, by curves of one arm and by whole probabilities."""
    place = np.linspace(-9.0, 3.0, 7)[:, None] + np.zeros(2)
    n = np.array([LARGE, LARGE + 1.0])
    x, size = np.array([11.0, 11.0]), np.array([9.0, 9.0])
    p = 1.0 / (1.0 + np.exp(-place))
    whole = overdispersed(x, n, size=size[None], chances=(np.log(p), np.log1p(-p)))
    curve = np.empty(place.shape)
    varied()(Overdispersed(x, n - x, size), place, curve)
    np.testing.assert_allclose(curve[:, 1], whole[:, 1], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.ptp(curve[:, 0] - whole[:, 0]), 0.0, atol=1e-9)
    wanted = [by_products(11, int(each), a=9.0 * p[3, 0], b=9.0 * (1.0 - p[3, 0])) for each in n]
    np.testing.assert_allclose(whole[3], wanted, rtol=1e-11)
