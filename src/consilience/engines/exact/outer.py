"""Integration over a location outside the Gaussian form: intervals, and rules on them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.polynomial import legendre

from consilience.engines.exact.form import Form
from consilience.engines.exact.rule import OWED, Integrated
from consilience.errors import ConvergenceError
from consilience.gaussian import Array
from consilience.priors import Prior

_FIRST, _MOST, _DEEPEST = 6, 48, 12
FELT = 1e-16
"""Probability below which a place cannot be felt."""


@dataclass(frozen=True)
class Stratum:
    """The posterior given one location.

    Parameters
    ----------
    location : float
        c.
    log_prior : float
        Log of the prior mass that it stands for.
    form : Form
        The Gaussian form at c.
    integrated : Integrated
        The inner rule.
    """

    location: float
    log_prior: float
    form: Form
    integrated: Integrated

    @property
    def log_mass(self) -> float:
        """Log of prior mass times evidence."""
        return self.log_prior + self.integrated.rule.log_evidence

    @cached_property
    def moments(self) -> Array:
        """Give 1, first and second moments of the location, coefficients and hyperparameters."""
        rule = self.integrated.rule
        at = rule.conditional.solved & (rule.weights > 0.0)
        mass, mean, phi = rule.weights[at], rule.conditional.mean[at], rule.phi[at]
        square = mean**2 + rule.conditional.variance[at]
        firsts = [[self.location], mass @ mean, mass @ phi]
        seconds = [[self.location**2], mass @ square, mass @ phi**2]
        return np.concatenate([[1.0], *firsts, *seconds])


@dataclass(frozen=True)
class Piece:
    """An interval of the location, with its strata.

    Parameters
    ----------
    lower, upper : float
        The interval.
    prior : Prior
        Of the location.
    strata : tuple of Stratum
        One where the likelihood is constant, else those at the nodes of a Gauss–Legendre rule.
    """

    lower: float
    upper: float
    prior: Prior
    strata: tuple[Stratum, ...]

    @property
    def constant(self) -> bool:
        """Whether the likelihood does not depend on the location here."""
        return len(self.strata) == 1

    def density(self, x: Array, top: float) -> Array:
        """Give prior × likelihood / e^top at locations inside."""
        if self.constant:
            log = self.strata[0].integrated.rule.log_evidence - top
            return np.asarray(np.exp(self.prior.logpdf(x) + log))
        found = legendre.legval(self._local(x), self._series(top))
        return np.asarray(np.maximum(found, 0.0))

    def below(self, x: Array, top: float) -> Array:
        """Integrate the density from the lower end to locations inside."""
        if self.constant:
            log = self.strata[0].integrated.rule.log_evidence - top
            return np.asarray((self.prior.cdf(x) - self.prior.cdf(self.lower)) * np.exp(log))
        whole = legendre.legint(self._series(top), lbnd=-1)
        return np.asarray(self._half * legendre.legval(self._local(x), whole))

    @property
    def _half(self) -> float:
        return 0.5 * (self.upper - self.lower)

    def _local(self, x: Array) -> Array:
        return (np.asarray(x) - self.lower) / self._half - 1.0

    @cached_property
    def _top(self) -> float:
        return max(each.log_mass for each in self.strata)

    @cached_property
    def _own(self) -> Array:
        """Legendre coefficients of the polynomial through the nodes, relative to the highest."""
        count = len(self.strata)
        nodes, weights = gauss(count)
        logs = np.array([each.log_mass for each in self.strata])
        values = np.exp(logs - self._top) / (weights * self._half)
        basis = legendre.legvander(nodes, count - 1)
        return (2.0 * np.arange(count) + 1.0) / 2.0 * (basis.T @ (weights * values))

    def _series(self, top: float) -> Array:
        return self._own * np.exp(self._top - top)


@lru_cache
def gauss(count: int) -> tuple[Array, Array]:
    """Give the nodes and weights of the Gauss–Legendre rule on [−1, 1]."""
    return legendre.leggauss(count)


@dataclass(frozen=True)
class Outer:
    """All strata, and how closely two rules over the location agree.

    Parameters
    ----------
    pieces : tuple of Piece
        In the order of the location.
    error : float
        Disagreement of evidence, means and standard deviations, relative.
    """

    pieces: tuple[Piece, ...]
    error: float

    @cached_property
    def strata(self) -> tuple[Stratum, ...]:
        """Those of all pieces."""
        return tuple(each for piece in self.pieces for each in piece.strata)

    @cached_property
    def top(self) -> float:
        """The largest log mass."""
        return max(each.log_mass for each in self.strata)

    @cached_property
    def log_evidence(self) -> float:
        """Natural log of the marginal likelihood."""
        return self.top + float(np.log(np.sum(self.unscaled)))

    @cached_property
    def unscaled(self) -> Array:
        """Masses of the strata up to a factor."""
        return np.exp(np.array([each.log_mass for each in self.strata]) - self.top)

    @cached_property
    def masses(self) -> Array:
        """Posterior probabilities of the strata; they add up to 1."""
        return self.unscaled / self.unscaled.sum()


type At = Callable[[float, float], Stratum]
"""A function of a location and the log of its prior mass."""


type _Both = tuple[tuple[Piece, ...], tuple[Piece, ...]]


def constant(edges: Array, prior: Prior, at: At) -> Outer:
    """Take one stratum from each interval: the likelihood is constant inside."""
    ends = prior.cdf(edges)
    pieces = [
        Piece(a, b, prior, (at(0.5 * (a + b), float(np.log(mass))),))
        for a, b, mass in zip(edges[:-1].tolist(), edges[1:].tolist(), np.diff(ends), strict=True)
        if mass > 0.0
    ]
    return Outer(tuple(pieces), float(np.finfo(float).eps))


def refined(edges: Array, prior: Prior, at: At, *, wanted: float) -> Outer:
    """Refine Gauss–Legendre rules on each interval until two of them agree.

    Raises
    ------
    ConvergenceError
        If they still disagree by more than 1e-6.
    """
    ends = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    coarse = [_piece(end, prior, at, count=_FIRST) for end in ends]
    fine = [_piece(end, prior, at, count=2 * _FIRST) for end in ends]
    while True:
        errors = _errors(coarse, fine)
        late = [n for n in np.argsort(-errors) if errors[n] > wanted / (2 * len(fine))]
        if errors.sum() <= wanted or not late:
            break
        following = [(n, _next(fine[n], prior, at, edges=edges)) for n in late]
        done = [n for n, (_, new) in following if not new]
        if len(done) == len(late):
            break
        coarse, fine = _exchanged(coarse, fine, dict(following))
    error = float(_errors(coarse, fine).sum())
    if error > OWED:
        raise ConvergenceError(
            f"Two rules over the location still differ by {error:.1e}, more than {OWED:.0e} "
            "relative. Use engines.Nuts(), or a smoother prior of the location."
        )
    return Outer(tuple(sorted(fine, key=lambda piece: piece.lower)), error)


def _piece(ends: tuple[float, float], prior: Prior, at: At, *, count: int) -> Piece:
    """Lay Gauss–Legendre nodes over an interval, and solve a stratum at each."""
    lower, upper = ends
    nodes, weights = gauss(count)
    half = 0.5 * (upper - lower)
    c = lower + half * (nodes + 1.0)
    logs = prior.logpdf(c) + np.log(weights * half)
    strata = tuple(at(float(x), float(log)) for x, log in zip(c, logs, strict=True))
    return Piece(lower, upper, prior, strata)


def _next(piece: Piece, prior: Prior, at: At, *, edges: Array) -> _Both:
    """Give coarser and finer rules that take a piece's place; nothing at the end of the ladder."""
    count = len(piece.strata)
    if 2 * count <= _MOST:
        return (piece,), (_piece((piece.lower, piece.upper), prior, at, count=2 * count),)
    if piece.upper - piece.lower < (edges[-1] - edges[0]) * 2.0**-_DEEPEST:
        return (), ()
    middle = 0.5 * (piece.lower + piece.upper)
    halves = ((piece.lower, middle), (middle, piece.upper))
    return (
        tuple(_piece(half, prior, at, count=_FIRST) for half in halves),
        tuple(_piece(half, prior, at, count=2 * _FIRST) for half in halves),
    )


def _exchanged(
    coarse: list[Piece], fine: list[Piece], following: dict[int, _Both]
) -> tuple[list[Piece], list[Piece]]:
    """Put the rules that follow some pieces in their place; the others stay."""
    left: list[Piece] = []
    right: list[Piece] = []
    for n, (a, b) in enumerate(zip(coarse, fine, strict=True)):
        found = following.get(n, ((), ()))
        new = found if found[1] else ((a,), (b,))
        left.extend(new[0])
        right.extend(new[1])
    return left, right


def _errors(coarse: list[Piece], fine: list[Piece]) -> Array:
    """Disagreement of each piece's share of evidence, means and variances, relative."""
    top = max(each.log_mass for piece in fine for each in piece.strata)
    a, b = (np.array([_moments(piece, top) for piece in rules]) for rules in (coarse, fine))
    total = b.sum(axis=0)
    firsts, seconds = np.split(total[1:] / total[0], 2)
    sd = np.sqrt(np.maximum(seconds - firsts**2, 0.0))
    scale = total[0] * np.concatenate([[1.0], sd, seconds])
    gaps = np.divide(np.abs(a - b), scale, out=np.zeros_like(a), where=scale > 0.0)
    return np.asarray(gaps.max(axis=1))


def _moments(piece: Piece, top: float) -> Array:
    parts = [np.exp(each.log_mass - top) * each.moments for each in piece.strata]
    return np.asarray(np.sum(parts, axis=0))


def seen(outer: Outer) -> list[tuple[float, Stratum]]:
    """Give the strata that can be felt, with their probabilities."""
    pairs = zip(outer.masses.tolist(), outer.strata, strict=True)
    return [(mass, each) for mass, each in pairs if mass > FELT]
