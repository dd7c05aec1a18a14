"""Axes of a model with a population of baselines: some belong to effects, the others to baselines.

    x = (z, w, φ, s):  β = c(φ) + S(φ) z,  m = e(s) + r(s) w.

Coefficients are standardised given the scatter of effects, the mean of the baselines given theirs,
neither given the other: so what the arms say falls apart into rows, see `pairing`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, Self, final

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.integrand import values_at
from consilience.engines.exact.marginals import HyperMarginal, hyper_marginals
from consilience.engines.exact.rule import Rule
from consilience.engines.exact.search import product
from consilience.engines.integrated.along import marginal
from consilience.engines.integrated.balance import both_sites, of_baselines, of_effects
from consilience.engines.integrated.beside import alone
from consilience.engines.integrated.frame import STANDARD, Frame
from consilience.engines.integrated.laying import Affine, Sought, about, added_up, lined
from consilience.engines.integrated.populated import Nodes, Populated, distinct
from consilience.engines.integrated.sites import Sites
from consilience.gaussian import REAL, Array, Hyper


@final
@dataclass(frozen=True, eq=False)
class Parted(Frame):
    """Axes of effects and axes of baselines.

    Parameters
    ----------
    whole : Populated
        The model.
    sites, population_sites : Sites
        What the trials' effects, and their baselines, are taken for.
    """

    whole: Populated
    sites: Sites
    population_sites: Sites

    @classmethod
    def of(cls, whole: Populated) -> Self:  # type: ignore[override]
        """Find out what the trials are to be taken for."""
        return cls(whole, *both_sites(whole))

    @property
    def count(self) -> int:
        """Number of coefficients."""
        return self.whole.W.shape[1]

    @property
    def population(self) -> tuple[Hyper, Hyper]:
        """Mean and standard deviation of the baselines."""
        mean, sd = self.whole.curves.hypers
        return mean, sd

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Frame.hypers`."""
        mean, sd = self.population
        labels = (*self.whole.layout.labels, mean.name)
        standard = (Hyper(label, STANDARD, REAL) for label in labels)
        return (*standard, *self.whole.scatter.hypers, sd)

    def affine(self, points: Array) -> Affine:
        """See `Frame.affine`; points (n, m + …) of the axes of effects alone: z and φ."""
        named = zip(self.whole.scatter.hypers, points[:, self.count :].T, strict=True)
        h = self.whole.scatter.variance({hyper.name: column for hyper, column in named})
        return of_effects(self.whole, self.sites, np.broadcast_to(h, (len(points), self._k)))

    def population_affine(self, points: Array) -> Affine:
        """Give e and r at points (n, 2) of the axes of baselines: w and s."""
        return of_baselines(self.whole, self.population_sites, points[:, 1])

    def placed(self, points: Array) -> Array:
        """See `Standing.placed`; each of the axes' two parts once."""
        cut = self._cut(points)
        return np.concatenate([cut.effects[cut.left], cut.population[cut.right]], axis=1)

    def log_likelihood(self, points: Array) -> Array:
        """See `Frame.log_likelihood`."""
        cut = self._cut(points)
        nodes = self._seen(cut.effects, cut.population)._replace(left=cut.left, right=cut.right)
        found = self.whole.added(nodes)
        return found + cut.factors[0][cut.left] + cut.factors[1][cut.right]

    def nodes(self, effects: Array, baselines: Array) -> Nodes:
        """Give the parameters at points of both kinds of axes, in pairs of which there are none."""
        beta = self.affine(effects).at(effects[:, : self.count])
        mean = self.population_affine(baselines).at(baselines[:, :1])
        own = np.concatenate([beta, effects[:, self.count :]], axis=1)
        return self._seen(own, np.concatenate([mean, baselines[:, 1:]], axis=1))

    def _seen(self, own: Array, population: Array) -> Nodes:
        """Do so for parameters: (β, φ) and (m, s)."""
        psi, none = (
            np.concatenate([own, np.zeros((len(own), 2))], axis=1),
            np.zeros(0, dtype=np.intp),
        )
        eta, h = self.whole.expectation(psi), self.whole.variance(psi)
        return Nodes(eta, h, population, none, none)

    def sides(self, rule: Rule) -> tuple[Array, Array]:
        """Give the points along the axes of effects, and along those of baselines."""
        own = self._of_population(len(rule.shape))
        axes = zip(rule.coordinates, rule.panels, strict=True)
        values = [each.value(panels.nodes) for each, panels in axes]
        return tuple(
            product([values[place] for place in np.flatnonzero(some)]) for some in (~own, own)
        )  # type: ignore[return-value]

    def table(self, rule: Rule, values: Array) -> Array:
        """Lay values at nodes out: points of effects along rows, of baselines along columns."""
        places = np.flatnonzero(self._of_population(len(rule.shape))).tolist()
        laid = np.moveaxis(values.reshape(rule.shape), places, (-2, -1))
        return laid.reshape(-1, int(np.prod([rule.shape[place] for place in places])))

    def factor(self, points: Array) -> Array:
        """See `Frame.factor`."""
        cut = self._cut(points)
        return cut.factors[0][cut.left] + cut.factors[1][cut.right]

    def _cut(self, points: Array) -> "_Cut":
        """Take points apart."""
        effects, baselines = self._apart(points)
        (first, left), (second, right) = distinct(effects), distinct(baselines)
        effects, baselines = effects[first], baselines[second]
        beta = self.affine(effects).at(effects[:, : self.count])
        mean = self.population_affine(baselines).at(baselines[:, :1])
        factors = self._factor(effects), self._population_factor(baselines)
        return _Cut(
            np.concatenate([beta, effects[:, self.count :]], axis=1),
            np.concatenate([mean, baselines[:, 1:]], axis=1), factors, left, right,
        )  # fmt: skip

    def _factor(self, effects: Array) -> Array:
        z, affine = effects[:, : self.count], self.affine(effects)
        priors = [part.prior for part in self.whole.parts for _ in part.labels]
        beta = affine.at(z)
        believed = sum(prior.logpdf(each) for prior, each in zip(priors, beta.T, strict=True))
        return np.asarray(believed + affine.log_determinant - STANDARD.logpdf(z).sum(axis=1))

    def _population_factor(self, baselines: Array) -> Array:
        affine = self.population_affine(baselines)
        believed = self.population[0].prior.logpdf(affine.at(baselines[:, :1])[:, 0])
        return np.asarray(believed + affine.log_determinant - STANDARD.logpdf(baselines[:, 0]))

    def marginals(self, rule: Rule) -> tuple[HyperMarginal, ...]:
        """See `Frame.marginals`; the mean of the baselines is laid out along an axis of its own."""
        own, sure = self._of_baselines(rule), np.zeros(1)
        mean = _combined(own, self.population_affine, Sought(np.ones(1), 0.0, sure))
        along = hyper_marginals(rule)[self.count + 1 :]
        return (*self.coefficients(rule), *along[:-1], mean, along[-1])

    def coefficients(self, rule: Rule) -> tuple[HyperMarginal, ...]:
        """See `Frame.coefficients`."""
        own, sure = self._of_effects(rule), np.zeros(1)
        rows = np.eye(self.count)
        return tuple(_combined(own, self.affine, Sought(row, 0.0, sure)) for row in rows)

    def combined(self, rule: Rule, sought: Sought) -> HyperMarginal:
        """See `Frame.combined`; what scatters on top depends on axes of effects alone."""
        own = replace(sought, variance=self.table(rule, sought.variance)[:, 0])
        return _combined(self._of_effects(rule), self.affine, own)

    def _of_effects(self, rule: Rule) -> Rule:
        """Leave the axes of effects."""
        points, _ = self.sides(rule)
        places = np.flatnonzero(~self._of_population(len(rule.shape)))
        beta = self.affine(points).at(points[:, : self.count])
        own = np.concatenate([beta, points[:, self.count :]], axis=1)
        return alone(rule, tuple(places.tolist()), own)

    def _of_baselines(self, rule: Rule) -> Rule:
        """Leave the axes of baselines."""
        _, points = self.sides(rule)
        mean = self.population_affine(points).at(points[:, :1])
        own = np.concatenate([mean, points[:, 1:]], axis=1)
        return alone(rule, (self.count, len(rule.shape) - 1), own)

    @property
    def _k(self) -> int:
        return len(self.whole.labels)

    def _apart(self, points: Array) -> tuple[Array, Array]:
        """Give the columns of effects, and those of baselines."""
        own = self._of_population(points.shape[1])
        return points[:, ~own], points[:, own]

    def _of_population(self, axes: int) -> NDArray[np.bool_]:
        """Say which of so many axes are those of baselines."""
        places = np.arange(axes)
        return (places == self.count) | (places == axes - 1)


class _Cut(NamedTuple):
    """Points in two parts, each part as often as it differs."""

    effects: Array
    """β and φ, (p, m + …)."""
    population: Array
    """m and s, (q, 2)."""
    factors: tuple[Array, Array]
    """What each adds to the log likelihood, (p,) and (q,)."""
    left: NDArray[np.intp]
    """Which of the first each point has, (n,)."""
    right: NDArray[np.intp]


def _combined(rule: Rule, affine: Callable[[Array], Affine], sought: Sought) -> HyperMarginal:
    """Lay a combination of coefficients out along an axis of its own."""
    m, variance = len(sought.weights), np.broadcast_to(sought.variance, len(rule.phi))
    sought = replace(sought, variance=variance)
    middle = rule.phi[:, :m] @ sought.weights + sought.known
    where = about(rule, middle, variance, m=m)
    at = affine(values_at(rule.coordinates, rule.panels))
    lines = lined(rule, at, sought, heights=rule.log_density)
    return marginal(lambda x: added_up(lines, x), where, moments=rule.moments)
