"""The Gaussian form of a model, and its closed-form answers given hyperparameters."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array, Block, Hyper, Point, Scatter
from consilience.model import Model, blocks, resolve, weighed

_CELLS = 100_000  # what is worked on at a time stays in the cache: several times faster
_LOST = float(np.finfo(float).eps)  # a pivot below this share is rounding error
_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class Conditional:
    """The posterior given each node's hyperparameters.

    Parameters
    ----------
    log_likelihood : array (nodes,)
        log p(y | φ) with all coefficients integrated out.
    mean : array (nodes, m)
        Conditional means of the coefficients.
    root : array (nodes, m, m)
        Square roots R of their conditional covariances RR'.
    """

    log_likelihood: Array
    mean: Array
    root: Array

    @property
    def parts(self) -> tuple[Array, Array, Array]:
        """The three arrays, in their order."""
        return self.log_likelihood, self.mean, self.root

    def variance_of(self, weights: Array) -> Array:
        """Variance of w'β at each node, shape (nodes, r), for weights (r, m) or (nodes, r, m)."""
        return np.sum((weights @ self.root) ** 2, axis=-1)


@dataclass(frozen=True, slots=True)
class Form:
    """y | β, φ ~ N(Wβ, diag(v + h(φ))), βⱼ | φ ~ N(bⱼ, (sⱼ φ₍ⱼ₎)²).

    Parameters
    ----------
    y, v : array (k,)
        Estimates less what is known to shift them, and their sampling variances; infinite where an
        estimate does not count.
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
        h(φ).
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
    v: Array
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

    def spread(self, phi: Array) -> Array:
        """Prior standard deviations of the coefficients given φ, (nodes, m); 1 where flat."""
        point = self.point(phi)
        base = np.where(self.flat, 1.0, self.sd)
        columns = [point[name] if name else np.ones(len(phi)) for name in self.scales]
        return base * np.stack(columns, axis=1)

    def without(self, place: int) -> "Form":
        """Leave one estimate out; the columns stay, so that its row can still be foreseen."""
        keep = np.arange(len(self.y)) != place
        labels = tuple(label for label, kept in zip(self.labels, keep, strict=True) if kept)
        return replace(
            self,
            y=self.y[keep],
            v=self.v[keep],
            known=self.known[keep],
            W=self.W[keep],
            truth=self.truth[keep],
            scatter=self.scatter.without(place),
            labels=labels,
        )

    def given(self, phi: Array) -> Conditional:
        """Solve for the coefficients at every node.

        With β = b + c∘z, z ~ N(0, I) (or flat), S = v + h(φ) and r = y − Wb:
        A = P + c c' ∘ W'S⁻¹W, ẑ = A⁻¹ c∘(W'S⁻¹r), and
        −2 log p(y | φ) = k log 2π + Σ log S + log|A| + (r − Wcẑ)'S⁻¹(r − Wcẑ) + ẑ'Pẑ,
        at O(k·m²) per node and never a k × k matrix. The residual form of the quadratic avoids
        the cancellation of r'S⁻¹r − g'A⁻¹g where the effects are far from zero.
        """
        k, m = self.W.shape
        outer = (self.W[:, :, None] * self.W[:, None, :]).reshape(k, m * m)
        offset, nodes = self._offset(), len(phi)
        found = Conditional(np.empty(nodes), np.empty((nodes, m)), np.empty((nodes, m, m)))
        chunk = max(1, _CELLS // (k + m * m))
        for start in range(0, nodes, chunk):
            part = slice(start, start + chunk)
            solved = self._solved(phi[part], outer, offset)
            for whole, piece in zip(found.parts, solved.parts, strict=True):
                whole[part] = piece
        return found

    def _solved(self, phi: Array, outer: Array, offset: Array) -> Conditional:
        m = len(offset)
        noise = self.v + self.variance(phi)
        precision = 1.0 / noise
        c, r = self.spread(phi), self.y - self.W @ offset
        gram = (precision @ outer).reshape(-1, m, m)
        prior_precision = np.where(self.flat, 0.0, 1.0)
        A = c[:, :, None] * gram * c[:, None, :] + np.diag(prior_precision)
        root, log_determinant = _inverse_root(A)
        projected = (c * (precision @ (self.W * r[:, None])))[:, :, None]
        z = (root @ (np.swapaxes(root, 1, 2) @ projected))[:, :, 0]
        residual = r - (c * z) @ self.W.T
        quadratic = np.einsum("nk,nk->n", residual**2, precision) + z**2 @ prior_precision
        constant = (self.counted.sum() - self.flat.sum()) * _LOG_2PI
        logs = np.log(noise if self.counted.all() else noise[:, self.counted]).sum(axis=1)
        log_likelihood = -0.5 * (constant + logs + log_determinant + quadratic)
        return Conditional(log_likelihood, offset + c * z, c[:, :, None] * root)

    def _offset(self) -> Array:
        """Prior means; for flat columns the least-squares fit, which keeps residuals small."""
        if not self.flat.any():
            return self.mean
        columns = self.W[:, self.flat] / np.sqrt(self.v)[:, None]
        rest = (self.y - self.W @ self.mean) / np.sqrt(self.v)
        offset = self.mean.copy()
        offset[self.flat] = np.linalg.lstsq(columns, rest)[0]
        return offset


def _inverse_root(A: Array) -> tuple[Array, Array]:
    """Give R with RR' = A⁻¹ and log|A|, for symmetric positive definite matrices (n, m, m).

    Cholesky and forward substitution with the loop over m outside and the nodes inside: for many
    small matrices this is several times faster than one LAPACK call for each.
    """
    m = A.shape[1]
    a = np.ascontiguousarray(A.transpose(1, 2, 0))
    lower, inverse = np.zeros_like(a), np.zeros_like(a)
    log_determinant = np.zeros(A.shape[0])
    for j in range(m):
        rest = a[j:, j] - np.einsum("ikn,kn->in", lower[j:, :j], lower[j, :j])
        pivot = np.sqrt(np.maximum(rest[0], _LOST * a[j, j]))
        lower[j:, j] = rest / pivot
        inverse[j, :j] = -np.einsum("kn,kin->in", lower[j, :j], inverse[:j, :j]) / pivot
        inverse[j, j] = 1.0 / pivot
        log_determinant += 2.0 * np.log(pivot)
    return np.ascontiguousarray(inverse.transpose(2, 1, 0)), log_determinant


def assemble(model: Model, effects: Effects) -> Form:
    """Add up the components' shares of the Gaussian form.

    Raises
    ------
    ModelError
        If a component has no Gaussian form, or flat coefficients cannot be told apart.
    """
    concrete = resolve(model, effects)
    observed = concrete.likelihood.observed(weighed(concrete, effects))
    scatter = concrete.heterogeneity.scatter(effects)
    parts = blocks(concrete, effects)
    known = sum((part.known for part in parts), np.zeros(effects.k))
    moments = [part.prior.normal_moments() for part in parts]
    widths = [len(part.labels) for part in parts]
    form = Form(
        y=observed.y - known,
        v=observed.v,
        known=known,
        W=np.hstack([part.matrix for part in parts]),
        truth=np.hstack([(0.0 if part.distorts else 1.0) * part.matrix for part in parts]),
        mean=np.repeat([mean for mean, _ in moments], widths),
        sd=np.repeat([sd for _, sd in moments], widths),
        scales=tuple(_scale(part) for part in parts for _ in part.labels),
        scatter=scatter,
        hypers=(*scatter.hypers, *(hyper for part in parts for hyper in part.scales)),
        parts=parts,
        labels=effects.labels,
        unit=float(np.sqrt(np.median(observed.v[np.isfinite(observed.v)]))),
    )
    _refuse_aliased(form)
    return form


def _scale(part: Block) -> str:
    return part.scales[0].name if part.scales else ""


def identified(form: Form) -> bool:
    """Whether the estimates can tell the coefficients with flat priors apart."""
    flat = form.W[form.counted][:, form.flat]
    return not flat.shape[1] or bool(np.linalg.matrix_rank(flat) == flat.shape[1])


def _refuse_aliased(form: Form) -> None:
    if not identified(form):
        names = [name for name, free in zip(form.coefficients, form.flat, strict=True) if free]
        raise ModelError(
            f"With flat priors the coefficients {', '.join(names)} cannot be told apart by these "
            f"{int(form.counted.sum())} estimates. Give them proper priors, or leave one out."
        )
