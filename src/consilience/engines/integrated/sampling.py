"""Independent draws from the posterior of a model of curves, and curves to look at."""

from collections.abc import Callable

import numpy as np

from consilience.engines.exact.marginals import draw
from consilience.engines.exact.rule import Rule
from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.frame import Frame
from consilience.engines.tree import Draws
from consilience.gaussian import Array

_FINE = 0.15
_LEVELS = 33


def sample(frame: Frame, rule: Rule, *, seed: int, shape: tuple[int, int]) -> Draws:
    """Draw everything jointly: parameters by inversion, true effects given them.

    Parameters
    ----------
    frame : Frame
        The model, and the axes.
    rule : Rule
        Its posterior.
    seed : int
        Seed of the draws.
    shape : tuple of int
        Chains and draws of each.
    """
    rng = np.random.default_rng(seed)
    form, psi = frame.whole, frame.placed(draw(rule, shape[0] * shape[1], rng))
    theta, log_mass = true_effects(form, psi, rng)
    m = form.W.shape[1]
    point = form.point(psi)
    return Draws(
        {hyper.name: point[hyper.name].reshape(shape) for hyper in form.layout.hypers},
        psi[:, :m].reshape(*shape, m),
        theta.reshape(*shape, -1),
        log_mass.reshape(*shape, -1),
    )


def true_effects(form: Whole, psi: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw true effects, and give log Lᵢ, (n, k) each, at ψ (n, d).

    Where the likelihood has a hyperparameter, its curves are tabulated at 33 quantiles; each draw
    takes one of its two neighbours at random, in proportion to its nearness.
    """
    near = _snapped(form, psi, rng)
    log_mass = form.masses(near).log_mass
    if not form.scatter.hypers:
        return form.expectation(psi), log_mass
    from consilience.engines.integrated.kernel import Wish
    from consilience.engines.integrated.loops import asked_once, drawn

    eta, h = form.expectation(near), np.array(form.variance(near))
    theta, uniform = np.empty(eta.shape), rng.random(eta.shape)
    for rows, tabled in form.tabled(near):
        some = np.empty((len(rows), eta.shape[1]))
        work = asked_once(eta[rows], h[rows], _FINE)
        drawn()(tabled.table, work, Wish(uniform[rows], some))
        theta[rows] = some
    return theta, log_mass


def own_curve(form: Whole, place: int, psi: Array) -> Callable[[Array], Array]:
    """Give log ℓᵢ/max ℓᵢ of one trial as a function of points (x,), at ψ (1, d)."""
    from consilience.engines.integrated.kernel import Table
    from consilience.engines.integrated.loops import heights

    ((_, tabled),) = form.tabled(psi)
    alone = Table(*(part[place : place + 1] for part in tabled.table))

    def log(x: Array) -> Array:
        """Give it at points, (x,)."""
        column = np.empty((len(x), 1))
        heights()(alone, x[:, None].copy(), column)
        return column[:, 0] - float(tabled.table.top[place])

    return log


def _snapped(form: Whole, psi: Array, rng: np.random.Generator) -> Array:
    count = len(form.curves.hypers)
    if not count or not form.scatter.hypers:
        return psi
    near = psi.copy()
    for column in range(psi.shape[1] - count, psi.shape[1]):
        levels = np.unique(np.quantile(psi[:, column], np.linspace(0.0, 1.0, _LEVELS)))
        right = np.clip(np.searchsorted(levels, psi[:, column]), 1, len(levels) - 1)
        left = levels[right - 1]
        share = (psi[:, column] - left) / (levels[right] - left)
        near[:, column] = np.where(rng.random(len(psi)) < share, levels[right], left)
    return near
