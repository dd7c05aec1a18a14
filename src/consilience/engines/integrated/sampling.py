"""Independent draws from the posterior of a model of curves, and curves to look at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from consilience.engines.exact.marginals import draw
from consilience.engines.exact.rule import Rule
from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.frame import Frame
from consilience.engines.tree import Draws
from consilience.gaussian import Array

if TYPE_CHECKING:
    from consilience.engines.integrated.kernel import Table

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
    theta, log_mass = form.drawn(psi, rng)
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

    Where the likelihood has a hyperparameter, its curves are tabulated at 33 values. Each true
    effect is drawn at one of the two beside the draw's own, at random in proportion to its
    nearness, and log Lᵢ interpolated between both: off by a part of what one value differs from the
    next that is quadratic in their distance, a hundredth of the Monte Carlo error of 4 000 draws.
    """
    if not form.scatter.hypers:
        return form.expectation(psi), form.masses(psi).log_mass
    if not form.curves.hypers:
        return _drawn(form, psi, rng), form.masses(psi).log_mass
    both, share = _beside(form, psi)
    low, high = (form.masses(each).log_mass for each in both)
    near = np.where(rng.random((len(psi), 1)) < share, both[1], both[0])
    return _drawn(form, near, rng), low + share * (high - low)


def _drawn(form: Whole, psi: Array, rng: np.random.Generator) -> Array:
    """Draw true effects (n, k) from their densities at ψ."""
    from consilience.engines.integrated.kernel import Wish
    from consilience.engines.integrated.loops import asked_once, drawn

    eta, h = form.expectation(psi), np.array(form.variance(psi))
    theta, uniform = np.empty(eta.shape), rng.random(eta.shape)
    for rows, tabled in form.tabled(psi):
        some = np.empty((len(rows), eta.shape[1]))
        work = asked_once(eta[rows], h[rows], _FINE)
        drawn()(tabled.table, work, Wish(uniform[rows], some))
        theta[rows] = some
    return theta


@dataclass(frozen=True, slots=True)
class Own:
    """Log ℓᵢ of one trial at one ω.

    Parameters
    ----------
    alone : Table
        Its curve.
    """

    alone: "Table"

    @property
    def top(self) -> float:
        """The highest of it."""
        return float(self.alone.top[0])

    def __call__(self, x: Array) -> Array:
        """Give it at points, (x,)."""
        from consilience.engines.integrated.loops import heights

        column = np.empty((len(x), 1))
        heights()(self.alone, x[:, None].copy(), column)
        return column[:, 0]


def own_curve(form: Whole, place: int, psi: Array) -> Own:
    """Give log ℓᵢ of one trial as a function of points (x,), at ψ (1, d)."""
    ((_, tabled),) = form.tabled(psi)
    return Own(tabled.some(slice(place, place + 1)).table)


def _beside(form: Whole, psi: Array) -> tuple[tuple[Array, Array], Array]:
    """Give ψ with ω moved to the values below and above, and how near the latter is, (n, 1).

    The values are quantiles, which lie densest at both ends. Beside a coefficient and a scatter
    there is room for one ω.
    """
    (column,) = range(psi.shape[1] - len(form.curves.hypers), psi.shape[1])
    low, high, own = psi.copy(), psi.copy(), psi[:, column]
    probabilities = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, _LEVELS))
    levels = np.unique(np.quantile(own, probabilities))
    last = len(levels) - 1
    right = np.clip(np.searchsorted(levels, own), min(1, last), last)
    low[:, column], high[:, column] = levels[np.maximum(right - 1, 0)], levels[right]
    gap = high[:, column] - low[:, column]
    share = (own - low[:, column]) / np.where(gap > 0.0, gap, 1.0)
    return (low, high), share[:, None]
