"""The axes over which a model of curves is integrated: its parameters, or standardised ones."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.integrand import values_at
from consilience.engines.exact.marginals import HyperMarginal, hyper_marginals
from consilience.engines.exact.rule import Rule
from consilience.engines.exact.solve import Conditional, Equations, equations
from consilience.engines.exact.standing import NEAR, PAUSES, Standing
from consilience.engines.integrated.along import marginal
from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.laying import Affine, Sought, about, added_up, lined
from consilience.engines.integrated.sites import Normalised, Sites, sites
from consilience.gaussian import REAL, Array, Hyper
from consilience.priors import StudentT

STANDARD = StudentT(5.0, 0.0, 1.0)
_CLOSE = 4.2  # seventy standard deviations: tails may be straight lines


@dataclass(frozen=True, eq=False)
class Frame(Standing, ABC):
    """p(data | ψ) p(ψ) in coordinates x = (z, φ, ω) with β = c(φ, ω) + S(φ, ω) z.

    Parameters
    ----------
    whole : Whole
        The model.
    """

    whole: Whole

    @classmethod
    def of(cls, whole: Whole) -> Self:
        """Lay the axes for a model."""
        return cls(whole)

    @property
    @abstractmethod
    def hypers(self) -> tuple[Hyper, ...]:
        """The axes, each with the density that is taken out of the integrand along it."""

    @abstractmethod
    def affine(self, points: Array) -> Affine:
        """Give c and S at points (n, d); of their coordinates only φ and ω matter."""

    @abstractmethod
    def factor(self, points: Array) -> Array:
        """Give log p(β)|S| less the log density taken out along z, at points: (n,)."""

    @abstractmethod
    def coefficients(self, rule: Rule) -> tuple[HyperMarginal, ...]:
        """Give the marginals of the coefficients."""

    def marginals(self, rule: Rule) -> tuple[HyperMarginal, ...]:
        """Give the marginals of all parameters, in the order of the model's."""
        m = self.whole.W.shape[1]
        return (*self.coefficients(rule), *hyper_marginals(rule)[m:])

    def combined(self, rule: Rule, sought: Sought) -> HyperMarginal:
        """Give the marginal of a combination of coefficients with normal scatter on top."""
        m = len(sought.weights)
        middle = rule.phi[:, :m] @ sought.weights + sought.known
        where = about(rule, middle, sought.variance, m=m)
        at = self.affine(values_at(rule.coordinates, rule.panels))
        lines = lined(rule, at, sought, heights=rule.log_density)
        return marginal(lambda x: added_up(lines, x), where, moments=rule.moments)

    @property
    def unit(self) -> float:
        """The typical standard error of a trial by itself."""
        return self.whole.unit

    @property
    def grains(self) -> Mapping[str, float]:
        """See `Standing.grains`: those of the likelihood."""
        return self.whole.curves.grains

    @property
    def unseen(self) -> frozenset[str]:
        """See `Standing.unseen`: those for each of whose values every trial is tabulated."""
        whole = self.whole
        return frozenset(hyper.name for hyper in whole.curves.hypers if whole.scatter.hypers)

    @property
    def error(self) -> float:
        """Bound on the error of Σ log ℓᵢ that the tables bring."""
        return self.whole.error

    def sharper(self) -> Self:
        """Take sharper inner rules."""
        return replace(self, whole=self.whole.sharper())

    def given(self, points: Array) -> Conditional:
        """Give the likelihood at every node."""
        return self.given_some(points, np.arange(len(points)))

    def log_likelihood(self, points: Array) -> Array:
        """Give the log likelihood, and what the coordinates add to it, at every node."""
        return self.whole.log_likelihood(self.placed(points)) + self.factor(points)

    def given_some(self, points: Array, at: NDArray[np.intp]) -> Conditional:
        """Give it at some of the nodes; that of the others is zero. No coefficients are left."""
        total = np.full(len(points), -np.inf)
        total[at] = self.log_likelihood(points[at])
        nothing = np.zeros((len(points), 0))
        return Conditional(total, nothing, nothing, _none(len(self.whole.labels)), ())

    def part(self, given: Conditional, points: Array, span: slice) -> Conditional:  # noqa: ARG002
        """Keep the answers at some of the nodes."""
        found = given.log_likelihood[span], given.mean[span], given.variance[span]
        return Conditional(*found, given.equations, ())

    def ceiling(self, points: Array) -> Array | float:
        """See `Standing.ceiling`: each trial's own curve at its highest."""
        return self.whole.ceiling + self.factor(points)


@final
class Straight(Frame):
    """The parameters themselves: β = z."""

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Frame.hypers`: the priors."""
        return self.whole.hypers

    def affine(self, points: Array) -> Affine:
        """See `Frame.affine`."""
        m = self.whole.W.shape[1]
        return Affine(np.zeros((len(points), m)), np.broadcast_to(np.eye(m), (len(points), m, m)))

    def factor(self, points: Array) -> Array:
        """See `Frame.factor`: nothing."""
        return np.zeros(len(points))

    def coefficients(self, rule: Rule) -> tuple[HyperMarginal, ...]:
        """See `Frame.coefficients`: those along the axes."""
        return hyper_marginals(rule)[: self.whole.W.shape[1]]


@final
@dataclass(frozen=True, eq=False)
class Standardised(Frame):
    """Coefficients in units of what they would be known to, were what the trials say normal.

    β = c + Sz as in `Normalised`: z is nearly standard normal whatever φ and ω are. In z a funnel,
    whose neck is as narrow as the most precise trial and whose mouth is as wide as the scatter, or
    as events vary, is a cylinder. No approximation is made: c and S only say where to look.

    Along each z a density is taken out of the integrand whose tails are heavier than those of the
    posterior: what is left is highest in the middle, as interpolation needs it. One over that of
    Student's t with 5 degrees of freedom is a polynomial, which adds no singularity.

    Parameters
    ----------
    whole : Whole
        The model.
    sites : Sites
        What the trials are taken for.
    """

    sites: Sites

    @classmethod
    def of(cls, whole: Whole) -> Self:
        """Find out what the trials are to be taken for."""
        return cls(whole, sites(whole))

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """See `Frame.hypers`: the densities that are taken out, and the priors of φ and ω."""
        labels = self.whole.layout.labels
        return (*(Hyper(label, STANDARD, REAL) for label in labels), *self.whole.layout.hypers)

    @property
    def near(self) -> Array | float:
        """See `Standing.near`: where true effects do not scatter, z is close to normal."""
        if self.whole.scatter.hypers:
            return NEAR
        m = self.whole.W.shape[1]
        return np.where(np.arange(len(self.hypers)) < m, _CLOSE, NEAR)

    @property
    def pauses(self) -> Array:
        """See `Standing.pauses`: values of ω are cheaper side by side."""
        return PAUSES if self.whole.scatter.hypers else PAUSES[:1]

    def placed(self, points: Array) -> Array:
        """See `Standing.placed`."""
        m = self.whole.W.shape[1]
        beta = self.affine(points).at(points[:, :m])
        return np.concatenate([beta, points[:, m:]], axis=1)

    def affine(self, points: Array) -> Affine:
        """See `Frame.affine`."""
        return Normalised(self.whole, self.sites).affine(self.whole.noise(points))

    def factor(self, points: Array) -> Array:
        """See `Frame.factor`."""
        m, affine = self.whole.W.shape[1], self.affine(points)
        beta = affine.at(points[:, :m])
        priors = [part.prior for part in self.whole.parts for _ in part.labels]
        believed = sum(prior.logpdf(each) for prior, each in zip(priors, beta.T, strict=True))
        taken = STANDARD.logpdf(points[:, :m]).sum(axis=1)
        return np.asarray(believed + affine.log_determinant - taken)

    def coefficients(self, rule: Rule) -> tuple[HyperMarginal, ...]:
        """See `Frame.coefficients`: laid out along axes of their own."""
        m, sure = self.whole.W.shape[1], np.zeros(len(rule.phi))
        return tuple(self.combined(rule, Sought(row, 0.0, sure)) for row in np.eye(m))


def _none(k: int) -> Equations:
    """Give the equations of no coefficients."""
    nothing = np.zeros(0)
    return equations(np.zeros((k, 0)), np.zeros(k), np.ones(k), mean=nothing, sd=nothing)
