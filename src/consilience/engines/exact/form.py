"""The Gaussian form of a model, and its closed-form answers given hyperparameters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.engines.exact import systems
from consilience.engines.exact.solve import Conditional, Equations
from consilience.engines.exact.standing import Standing
from consilience.engines.identified import refuse_tangled
from consilience.engines.tree import Layout
from consilience.gaussian import (
    Array,
    Block,
    Bonds,
    Errors,
    Hyper,
    Joint,
    Point,
    Scatter,
    Ties,
    inverse,
)
from consilience.model import Model, blocks, gaussian_hypers, resolve, weighed

_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Form(Standing):
    """y | β, φ ~ N(Wβ, V(φ) + H(φ)), βⱼ | φ ~ N(bⱼ, (sⱼ φ₍ⱼ₎)²).

    Where only V has entries off the diagonal and the scatter of true effects is the same within
    each of its blocks, the normal equations are those of estimates turned so that V is diagonal,
    ``Q'y`` and ``Q'W``; elsewhere every block is factored at every node. Every field is in the
    coordinates of the estimates themselves.

    Parameters
    ----------
    y : array (k,)
        Estimates less what is known to shift them.
    bonds : Bonds
        Their sampling errors, with covariance V, variances infinite where one does not count; and
        what ties them together besides.
    known : array (k,)
        What is known to shift them.
    W : array (k, m)
        Columns of all coefficients as the estimates see them.
    truth : array (k, m)
        The same as the true effects see them: zero in the columns of the bias.
    mean, sd : array (m,)
        Prior moments of the coefficients; sd is infinite where the prior is flat.
    scales : tuple of str
        For each coefficient the hyperparameter that multiplies it, or an empty name.
    scatter : Scatter
        h(φ), the diagonal of H.
    hypers : tuple of Hyper
        All hyperparameters: the scatter's, then the blocks'.
    parts : tuple of Block
        Where the columns come from.
    labels : tuple of str
        The estimates' labels.
    unit : float
        The typical standard error, the scale on which the search for hyperparameters starts.
    """

    y: Array
    bonds: Bonds
    known: Array
    W: Array
    truth: Array
    mean: Array
    sd: Array
    scales: tuple[str, ...]
    scatter: Scatter
    hypers: tuple[Hyper, ...]
    parts: tuple[Block, ...]
    labels: tuple[str, ...]
    unit: float
    equations: Equations = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare what is the same at all nodes."""
        prior, put = (self.mean, self.sd), object.__setattr__
        if self.tied:
            wide = self._sample.shape[1] > 1
            found = systems.factored(self.W, self.y, bonds=self.bonds, wide=wide, prior=prior)
            put(self, "equations", found)
        else:
            put(self, "equations", systems.turned(self.W, self.y, errors=self.errors, prior=prior))

    @property
    def errors(self) -> Errors:
        """Sampling errors, but for what of their covariance depends on hyperparameters."""
        return self.bonds.errors

    @property
    def tied(self) -> bool:
        """Whether no rotation makes the estimates independent at all nodes."""
        if not self.bonds.ties.none:
            return True
        return not self.errors.independent and bool(len(self.errors.uneven(self._sample)))

    @property
    def _sample(self) -> Array:
        """H at some values of the hyperparameters that no coincidence makes equal, (1, k or 1)."""
        apart = np.linspace(0.31, 0.73, max(1, len(self.hypers)))[None, : len(self.hypers)]
        return self.variance(apart)

    @property
    def v(self) -> Array:
        """Variances (k,) of the sampling errors, infinite where an estimate does not count."""
        return self.errors.v

    @property
    def coefficients(self) -> tuple[str, ...]:
        """Row names of the coefficients."""
        return tuple(label for part in self.parts for label in part.labels)

    @property
    def flat(self) -> Array:
        """Which coefficients have an improper uniform prior, as booleans (m,)."""
        return np.isinf(self.sd)

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Which estimates count, (k,): those with a finite variance."""
        return np.isfinite(self.v)

    def point(self, phi: Array) -> Point:
        """Name the columns of φ (nodes, d)."""
        return {hyper.name: phi[:, place] for place, hyper in enumerate(self.hypers)}

    def variance(self, phi: Array) -> Array:
        """h(φ), shape (nodes, k) or (nodes, 1)."""
        return self.scatter.variance(self.point(phi))

    def without(self, *places: int) -> "Form":
        """Leave estimates out; the columns stay, so that their rows can still be foreseen."""
        keep, scatter = ~np.isin(np.arange(len(self.y)), places), self.scatter
        for place in sorted(places, reverse=True):
            scatter = scatter.without(place)
        labels = tuple(label for label, kept in zip(self.labels, keep, strict=True) if kept)
        return replace(
            self,
            y=self.y[keep],
            bonds=self.bonds.keep(keep),
            known=self.known[keep],
            W=self.W[keep],
            truth=self.truth[keep],
            scatter=scatter,
            labels=labels,
        )

    def joint(self, phi: Array) -> Joint:
        """Give the distribution of the estimates about their expectation at nodes φ (nodes, d)."""
        h = np.broadcast_to(self.variance(phi), (len(phi), len(self.y)))
        return Joint(self.bonds, h, self.point(phi))

    def true_effects(self, phi: Array, *, mean: Array, root: Array) -> tuple[Array, Array]:
        """Give conditional means and variances of the true effects, (nodes, k) each.

        θ | β, y ~ N(η + G (y − Wβ), G V), with G = H (V + H)⁻¹ of each block: no division by τ².
        With β integrated out the weights of β are those of η less G W. Outside the blocks
        G = hᵢ/(hᵢ + vᵢ).

        Parameters
        ----------
        phi : array (nodes, d)
            The nodes.
        mean, root : array (nodes, m), (nodes, m, m)
            Conditional means of the coefficients, and square roots of their covariances.
        """
        joint = self.joint(phi)
        weights = self.truth - joint.pulled(self.W[None])
        means = np.einsum("nkm,nm->nk", weights, mean) + joint.pulled(self.y[None])
        return means + self.known, np.sum((weights @ root) ** 2, axis=-1) + joint.left()

    def observation(
        self, phi: Array, place: int, *, left: Sequence[int], own: float
    ) -> tuple[Array, Array, Array]:
        """Give an estimate as an observation of β by itself, given the others of its block.

        y* = w*'β + e, e ~ N(0, s): with P the inverse of the block's V + H without those that are
        left out, w* = (P W)ᵢ / Pᵢᵢ, y* = (P y)ᵢ / Pᵢᵢ, s = 1 / Pᵢᵢ.

        Parameters
        ----------
        phi : array (nodes, d)
            The nodes.
        place : int
            The estimate.
        left : sequence of int
            The others that are left out.
        own : float
            Its variance: as reported, or as a bias lets it have.

        Returns
        -------
        w, y, s : array (nodes, m), (nodes,), (nodes,)
        """
        at, some = self.bonds.company(place, tuple(left), own=own)
        h = np.broadcast_to(self.variance(phi), (len(phi), len(self.y)))[:, at]
        first = int(np.searchsorted(at, place))
        precision = inverse(some.total(h, self.point(phi)))[:, first]
        shares = precision / precision[:, [first]]
        return shares @ self.W[at], shares @ self.y[at], 1.0 / precision[:, first]

    def given(self, phi: Array) -> Conditional:
        """Solve for the coefficients at every node; see `Equations.solve`."""
        return self.given_some(phi, np.arange(len(phi)))

    def log_likelihood(self, phi: Array) -> Array:
        """Give log p(y | φ) at every node."""
        return self.equations.log_likelihood(_Pieces(self, phi, np.arange(len(phi))), len(phi))

    def given_some(self, phi: Array, at: NDArray[np.intp]) -> Conditional:
        """Solve at some of the nodes, by their places; the likelihood of the others is zero."""
        return self.equations.solve(_Pieces(self, phi, at), len(phi))

    def part(self, given: Conditional, phi: Array, span: slice) -> Conditional:
        """Keep the answers at some of the nodes φ (nodes, d)."""
        own = phi[span]
        found = given.log_likelihood[span], given.mean[span], given.variance[span]
        return Conditional(*found, self.equations, _Pieces(self, own, np.arange(len(own))))

    def pieces(self, phi: Array, at: NDArray[np.intp]) -> Iterator[tuple[NDArray, Array, Array]]:
        """Cut nodes into pieces small enough that h(φ) can be held; see `Equations.solve`."""
        chunk = max(1, _CELLS // max(1, len(self.y)))
        every = len(at) == len(phi)
        for start in range(0, len(at), chunk):
            piece = at[start : start + chunk]
            point = self.point(phi[start : start + chunk] if every else phi[piece])
            spread = systems.scaled(self.equations.spread, self.scales, point)
            yield piece, systems.values_at(self.bonds, self.scatter, point), spread


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The pieces of a form's nodes, made anew whenever they are gone through."""

    form: Form
    phi: Array
    at: NDArray[np.intp]

    def __iter__(self) -> Iterator[tuple[NDArray, Array, Array]]:
        """Cut them anew."""
        return self.form.pieces(self.phi, self.at)


def assemble(model: Model, effects: Effects) -> Form:
    """Add up the components' shares of the Gaussian form.

    Raises
    ------
    ModelError
        If a component has no Gaussian form, or flat coefficients cannot be told apart.
    """
    concrete = resolve(model, effects)
    concrete.bias.refuse_selection("The exact engine", instead="Use engines.Nuts().")
    seen = weighed(concrete, effects)
    observed = concrete.likelihood.observed(seen)
    scatter = concrete.heterogeneity.scatter(effects)
    parts = blocks(concrete, effects)
    ties = Ties(scatter.ties, concrete.likelihood.ties(seen))
    known = sum((part.known for part in parts), np.zeros(effects.k))
    moments = [part.prior.normal_moments() for part in parts]
    W = parts[0].matrix if len(parts) == 1 else np.hstack([part.matrix for part in parts])
    each = [place for place, part in enumerate(parts) for _ in part.labels]
    hidden = [place for place, part in enumerate(each) if parts[part].distorts]
    form = Form(
        y=observed.y - known,
        bonds=Bonds(Errors.of(observed.v, observed.shared), ties),
        known=known,
        W=W,
        truth=systems.without_columns(W, hidden),
        mean=np.array([moments[place][0] for place in each], dtype=float),
        sd=np.array([moments[place][1] for place in each], dtype=float),
        scales=tuple(_scale(part) for part in parts for _ in part.labels),
        scatter=scatter,
        hypers=gaussian_hypers(concrete, effects, parts),
        parts=parts,
        labels=effects.labels,
        unit=systems.typical(observed.v),
    )
    refuse_tangled(Layout(form.parts, form.hypers), form.counted)
    return form


def _scale(part: Block) -> str:
    return part.scales[0].name if part.scales else ""


def identified(form: Form) -> bool:
    """Whether the estimates can tell the coefficients with flat priors apart."""
    flat = form.W[form.counted][:, form.flat]
    return not flat.shape[1] or bool(np.linalg.matrix_rank(flat) == flat.shape[1])
