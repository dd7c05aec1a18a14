"""A model whose trials speak by curves: everything but their own parameters is an axis."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.engines.tree import Layout
from consilience.errors import RefusalError
from consilience.gaussian import REAL, Array, Block, Hyper, Point, Scatter
from consilience.likelihoods.curves import ORDER, Curves
from consilience.model import Model, blocks, resolve, weighed

if TYPE_CHECKING:
    from consilience.engines.integrated.kernel import Found
    from consilience.engines.integrated.table import Tabled

MOST_AXES, MOST_POPULATED = 3, 4
KAPPA = 0.7
_SHARPER = 3 * ORDER // 2


@dataclass(frozen=True, eq=False)
class Whole:
    """log p(data | ψ) = Σᵢ log ∫ ℓᵢ(θ; ω) N(θ; ηᵢ, hᵢ(φ)) dθ, ψ = (β, φ, ω), η = o + Wβ.

    Parameters
    ----------
    parts : tuple of Block
        Where the coefficients come from.
    scatter : Scatter
        h(φ).
    curves : Curves
        ℓ and its hyperparameters ω.
    labels : tuple of str
        The estimates' labels.
    unit : float
        The typical standard error of a trial by itself.
    kept : array (k,)
        Which trials speak, as booleans.
    kappa : float
        Steps of the inner rule, in standard deviations.
    """

    parts: tuple[Block, ...]
    scatter: Scatter
    curves: Curves
    labels: tuple[str, ...]
    unit: float
    kept: NDArray[np.bool_]
    kappa: float = KAPPA
    tables: dict[bytes, "Tabled"] = field(default_factory=dict, repr=False)

    @property
    def populated(self) -> bool:
        """Whether baselines are draws from a population while effects scatter."""
        return False

    @property
    def layout(self) -> Layout:
        """The model's parameters."""
        return Layout(self.parts, (*self.scatter.hypers, *self.curves.hypers))

    @property
    def hypers(self) -> tuple[Hyper, ...]:
        """Every axis: coefficients as well."""
        coefficients = (
            Hyper(label, part.prior, REAL) for part in self.parts for label in part.labels
        )
        return (*coefficients, *self.layout.hypers)

    @property
    def W(self) -> Array:
        """Columns of the coefficients as the estimates see them, (k, m)."""
        return np.hstack([part.matrix for part in self.parts])

    @property
    def known(self) -> Array:
        """What is known to shift the estimates, (k,)."""
        return sum((part.known for part in self.parts), np.zeros(len(self.labels)))

    @property
    def error(self) -> float:
        """Bound on the error of Σ log ℓᵢ that the tables bring."""
        return max((tabled.error for tabled in self.tables.values()), default=0.0)

    def sharper(self) -> "Whole":
        """Halve the steps of the inner rule, or take more nodes for baselines."""
        return replace(self, kappa=0.5 * self.kappa)

    def without(self, place: int) -> "Whole":
        """Let one trial say nothing; its row stays, so that it can still be foreseen."""
        return replace(self, kept=self.kept & (np.arange(len(self.labels)) != place))

    def point(self, psi: Array) -> Point:
        """Name the columns of ψ (nodes, d)."""
        return {hyper.name: psi[:, place] for place, hyper in enumerate(self.hypers)}

    def expectation(self, psi: Array) -> Array:
        """Give η (nodes, k) as the estimates see it."""
        return self.known + psi[:, : self.W.shape[1]] @ self.W.T

    def variance(self, psi: Array) -> Array:
        """Give h (nodes, k)."""
        found = self.scatter.variance(self.point(psi))
        return np.broadcast_to(found, (len(psi), len(self.labels)))

    def noise(self, psi: Array) -> Array:
        """Give the variance with which each trial shows its expectation, about, (nodes, k)."""
        return self.curves.spread(self._omega(psi)) ** 2 + self.variance(psi)

    def log_likelihood(self, psi: Array) -> Array:
        """Give log p(data | ψ) at every node, (nodes,)."""
        return np.asarray(self.masses(psi).log_mass[:, self.kept].sum(axis=1))

    @property
    def ceiling(self) -> float:
        """What the log likelihood cannot exceed: each curve at its highest.

        A mean of a curve over true effects is no higher than the curve. Between the nodes of a
        table a curve rises by less than 1. Without tables the curves themselves know.
        """
        if not self.scatter.hypers or self.curves.hypers:
            return self.curves.ceiling
        (tabled,) = self._tables(np.zeros((1, 0)))
        return float(np.sum(tabled.table.top[self.kept] + 1.0))

    def masses(self, psi: Array) -> "Found":
        """Give log Lᵢ, and mean and variance of θᵢ given ψ and its own data, (nodes, k) each."""
        return self.read(self.expectation(psi), psi)

    def read(self, eta: Array, psi: Array) -> "Found":
        """Give the same at other expectations η (nodes, k), of ψ only φ and ω."""
        from consilience.engines.integrated.kernel import Found
        from consilience.engines.integrated.loops import asked, filled

        if not self.scatter.hypers:
            order = ORDER if self.kappa == KAPPA else _SHARPER
            log_mass = self.curves.log(eta, self._omega(psi), order=order)
            return Found(log_mass, eta, np.zeros(eta.shape))
        h, found = self.variance(psi), Found(*(np.empty(eta.shape) for _ in range(3)))
        for rows, tabled in self.tabled(psi):
            some = Found(*(np.empty((len(rows), eta.shape[1])) for _ in range(3)))
            filled()(tabled.table, asked(eta[rows], np.array(h[rows]), self.kappa), some)
            for whole, part in zip(found, some, strict=True):
                whole[rows] = part
        return found

    def drawn(self, psi: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw true effects, and give log Lᵢ, (n, k) each, at ψ (n, d)."""
        from consilience.engines.integrated.sampling import true_effects

        return true_effects(self, psi, rng)

    def tabled(self, psi: Array) -> list[tuple[NDArray[np.intp], "Tabled"]]:
        """Give the curves at the ω of nodes: places of nodes that share them, and their table."""
        distinct, which = np.unique(self._last(psi), axis=0, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        ends = np.searchsorted(which.ravel()[order], np.arange(len(distinct) + 1))
        return [
            (np.sort(order[start:stop]), table)
            for start, stop, table in zip(ends, ends[1:], self._tables(distinct), strict=False)
        ]

    def _last(self, psi: Array) -> Array:
        """Give ω at nodes, one column for each part."""
        return psi[:, len(self.hypers) - len(self.curves.hypers) :]

    def _omega(self, psi: Array) -> Mapping[str, Array]:
        names = [hyper.name for hyper in self.curves.hypers]
        return dict(zip(names, self._last(psi).T, strict=True))

    def _tables(self, omega: Array) -> list["Tabled"]:
        from consilience.engines.integrated.shelf import tables_at

        return tables_at(omega, self.curves, self.tables)


def assemble(model: Model, effects: Effects) -> Whole:
    """Put a model of curves together.

    Raises
    ------
    RefusalError
        If it has more axes than can be integrated over, levels of a population, a scatter that is
        not normal, or an improper prior.
    ModelError, DataError
        If the likelihood cannot read these effects.
    """
    concrete = resolve(model, effects)
    concrete.bias.refuse_selection("The exact engine", instead="Use engines.Nuts().")
    curves = concrete.likelihood.curves(weighed(concrete, effects))
    scatter, parts = concrete.heterogeneity.scatter(effects), blocks(concrete, effects)
    _refuse_ties(scatter, model)
    _refuse_bends(parts, model)
    _refuse_levels(parts, model)
    _refuse_distorted(parts, model)
    hypers = (*scatter.hypers, *curves.hypers)
    _refuse_improper(parts, hypers)
    labels = tuple(label for part in parts for label in part.labels)
    names = (*labels, *(hyper.name for hyper in hypers))
    populated = bool(scatter.hypers) and curves.apart is not None
    most = MOST_POPULATED if populated else MOST_AXES
    if len(names) > most:
        raise RefusalError(
            f"engines.Exact integrates a {type(model.likelihood).__name__} likelihood over up to "
            f"{most} parameters together; this model has {len(names)} ({', '.join(names)}). "
            "Use engines.Nuts(), or fewer terms."
        )
    if curves.hypers and scatter.hypers and not (populated or curves.quick):
        own = ", ".join(hyper.name for hyper in curves.hypers)
        raise RefusalError(
            f"engines.Exact would have to tabulate every trial anew for each value of {own}, which "
            "takes longer than to sample where true effects scatter and do more than to shift the "
            "log odds of an arm. Use engines.Nuts(), links.Logit() or heterogeneity.Nothing()."
        )
    if populated:
        _refuse_ended(parts, hypers)
    unit, kept = float(np.median(curves.width)), np.ones(effects.k, dtype=bool)
    return _kinds()[populated](parts, scatter, curves, effects.labels, unit, kept)


def _refuse_ended(parts: tuple[Block, ...], hypers: tuple[Hyper, ...]) -> None:
    """Refuse what a population of baselines is not laid along: see `parted.Parted`."""
    columns = [(part.variable, part.prior) for part in parts for _ in part.labels]
    real = [(hyper.name, hyper.prior) for hyper in hypers if hyper.support == REAL]
    ended = [name for name, prior in (*columns, *real) if np.isfinite(prior.support).any()]
    if ended or len(columns) != 1:
        why = f"that of {', '.join(ended)} ends" if ended else f"this model has {len(columns)}"
        raise RefusalError(
            "engines.Exact integrates a population of baselines with one coefficient beside it, "
            f"under priors on the whole line; {why}. Use engines.Nuts()."
        )


def _kinds() -> tuple[type[Whole], type[Whole]]:
    """Give what a model becomes, and what it does with a population of baselines."""
    from consilience.engines.integrated.populated import Populated

    return Whole, Populated


def _refuse_ties(scatter: Scatter, model: Model) -> None:
    if scatter.ties:
        raise RefusalError(
            f"A {type(model.likelihood).__name__} likelihood reads the arms of one trial at a "
            f"time, and {type(model.heterogeneity).__name__} heterogeneity ties true effects to "
            "one another. Use likelihoods.Normal() with it, or heterogeneity.Normal()."
        )


def _refuse_bends(parts: tuple[Block, ...], model: Model) -> None:
    bent = [part.variable for part in parts if part.curve.hypers]
    if bent:
        raise RefusalError(
            f"engines.Exact does not take a {type(model.likelihood).__name__} likelihood together "
            f"with a curve along an exposure ({', '.join(bent)}). Use likelihoods.Normal()."
        )


def _refuse_levels(parts: tuple[Block, ...], model: Model) -> None:
    scaled = [part.variable for part in parts if part.scales]
    if scaled:
        raise RefusalError(
            f"engines.Exact integrates a {type(model.likelihood).__name__} likelihood over few "
            f"parameters, and {', '.join(scaled)} has a level for each of its values. Use "
            "engines.Nuts(), or terms.Linear."
        )


def _refuse_distorted(parts: tuple[Block, ...], model: Model) -> None:
    if any(part.distorts and part.labels for part in parts):
        raise RefusalError(
            f"engines.Exact does not take a {type(model.likelihood).__name__} likelihood together "
            f"with a bias that shifts ({type(model.bias).__name__}). Use engines.Nuts()."
        )


def _refuse_improper(parts: tuple[Block, ...], hypers: tuple[Hyper, ...]) -> None:
    loose = [part.variable for part in parts if part.labels and not part.prior.proper]
    loose += [hyper.name for hyper in hypers if not hyper.prior.proper]
    if loose:
        raise RefusalError(
            "engines.Exact integrates models of counts under proper priors, and that of "
            f"{', '.join(loose)} is improper. Give it a wide proper one, such as Normal(0, 10) or "
            "HalfNormal(2), or use engines.Nuts()."
        )
