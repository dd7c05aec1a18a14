"""Draws and curves of a mixture over the places of a location."""

import numpy as np
import xarray as xr

from consilience.engines.exact.given import Given
from consilience.engines.exact.marginals import Marginal, draw
from consilience.engines.exact.mixture import Mixture
from consilience.engines.exact.outer import Outer, Piece, Stratum
from consilience.engines.exact.piled import quantile
from consilience.engines.tree import Draws, Layout
from consilience.gaussian import Array

_GRID, _END = 257, 1e-6


def sampled(given: Given, outer: Outer, layout: Layout, *, drawing: tuple[int, int, int]) -> Draws:
    """Draw everything jointly and independently.

    The location is drawn inside its interval where the curve jumps; elsewhere from the nodes of its
    rule, with their masses.

    Parameters
    ----------
    given : Given
        The model given a location.
    outer : Outer
        The strata.
    layout : Layout
        The model's parameters.
    drawing : tuple of int
        Seed, chains and draws.
    """
    seed, chains, draws = drawing
    rng, shape = np.random.default_rng(seed), (chains, draws)
    counts = rng.multinomial(chains * draws, outer.masses).tolist()
    strata = [(piece, each) for piece in outer.pieces for each in piece.strata]
    pieces = [
        _drawn(given, piece, each, count=count, rng=rng)
        for (piece, each), count in zip(strata, counts, strict=True)
        if count
    ]
    order = rng.permutation(chains * draws)
    phi, beta, theta, log_density = (
        np.concatenate(part)[order] for part in zip(*pieces, strict=True)
    )
    names = (*(hyper.name for hyper in given.form.hypers), given.location.name)
    hypers = {name: phi[:, n].reshape(shape) for n, name in enumerate(names)}
    return Draws(
        {hyper.name: hypers[hyper.name] for hyper in layout.hypers},
        beta.reshape(*shape, -1),
        theta.reshape(*shape, -1),
        log_density.reshape(*shape, -1),
    )


def _drawn(
    given: Given, piece: Piece, stratum: Stratum, *, count: int, rng: np.random.Generator
) -> tuple[Array, ...]:
    """Draw hyperparameters with the location, coefficients, true effects and log densities."""
    form = stratum.form
    phi = draw(stratum.integrated.rule, count, rng)
    conditional = form.given(phi)
    noise = rng.standard_normal((count, len(form.coefficients), 1))
    beta = conditional.mean + (conditional.root @ noise)[:, :, 0]
    joint, residual = form.joint(phi), form.y - beta @ form.W.T
    theta = form.known + beta @ form.truth.T + joint.true(residual, rng)
    c = np.full(count, stratum.location)
    if piece.constant:
        ends = piece.prior.cdf(np.array([piece.lower, piece.upper]))
        c = piece.prior.ppf(ends[0] + (ends[1] - ends[0]) * rng.random(count))
    free = given.free(beta, stratum.location)
    return np.column_stack([phi, c]), free, theta, joint.log_density(residual)


def curves(
    coefficients: tuple[str, ...], mixture: Mixture, marginals: dict[str, Marginal]
) -> xr.Dataset:
    """Give densities and distribution functions of all but the trials' own effects."""
    lower, upper = quantile(mixture, _END), quantile(mixture, 1.0 - _END)
    x = lower + (upper - lower) * np.linspace(0.0, 1.0, _GRID)[:, None]
    density, cdf = mixture.curves(x)
    found = [(x[:, q], density[:, q], cdf[:, q]) for q in range(x.shape[1])]
    for marginal in marginals.values():
        ends = marginal.quantile(np.array([_END, 1.0 - _END]))
        at = np.linspace(float(ends[0]), float(ends[1]), _GRID)
        found.append((at, marginal.density(at), marginal.cdf(at)))
    names = np.array([*coefficients, *marginals], dtype=object)
    stacked = (np.stack(part) for part in zip(*found, strict=True))
    named = zip(("x", "density", "cdf"), stacked, strict=True)
    dims = ("parameter", "point")
    return xr.Dataset({name: (dims, rows) for name, rows in named}, {"parameter": names})
