"""Correlated normal estimates in PyMC, with tied true effects integrated out."""

from typing import TYPE_CHECKING

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Bonds, Errors, Tie, Ties

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

    from consilience.gaussian.bonds import Blocks

type Valued = "tuple[Tie, TensorVariable]"
"""A tie, and the values c(φ), (q,), that it takes."""


def observe(
    location: "TensorVariable",
    variance: "TensorVariable",
    *,
    effects: Effects,
    ties: "tuple[tuple[Valued, ...], tuple[Valued, ...]]",
) -> None:
    """Add y ~ N(location, V + H), block by block, to the PyMC model in context.

    Estimates that are independent are ``yi``, the blocks of m estimates ``yi_m``.

    Parameters
    ----------
    location : TensorVariable (k,)
        Expectation of the estimates.
    variance : TensorVariable
        The diagonal of H.
    effects : Effects
        The trials, with the variances that the bias lets them have.
    ties : tuple
        Ties of true effects, and of errors, with their values.
    """
    import pymc as pm
    import pytensor.tensor as pt

    own, noise = ties
    errors = Errors.of(effects.v, effects.shared)
    bonds = Bonds(errors, Ties(tuple(t for t, _ in own), tuple(t for t, _ in noise)))  # type: ignore[misc]
    wide = variance + pt.zeros(effects.k)
    alone = np.flatnonzero(~bonds.blocked & np.isfinite(errors.v))
    if alone.size:
        deviation = pm.math.sqrt(errors.v[alone] + wide[alone])
        pm.Normal("yi", location[alone], deviation, observed=effects.y[alone])
    for block in bonds.blocks:
        total = _total(block, wide, values=[value for _, value in (*own, *noise)])
        name = f"yi_{block.at.shape[1]}"
        pm.MvNormal(name, location[block.at], cov=total, observed=effects.y[block.at])


def _total(
    block: "Blocks", variance: "TensorVariable", *, values: "list[TensorVariable]"
) -> "TensorVariable":
    """Give V + H of blocks of one size, (n, m, m)."""
    total = block.V + variance[block.at][:, :, None] * np.eye(block.at.shape[1])
    for pairs, value in zip((*block.effects, *block.errors), values, strict=True):
        total = total + value[pairs.codes] * pairs.factors
    return total
