"""Curves of trials whose effect shifts one arm against the other: a correlation of two functions.

Where the intervention's arm depends on b + d alone,

    ℓ(d) = ∫ A₁(b + d) A₂(b) π(b) db

takes each arm's likelihood at the points of one lattice, whatever the number of effects: the
trapezoid rule on the whole line, which for analytic functions is exact to e^(−2πa/h) with steps h
and singularities at a distance a. Two rules, one with every other point, say whether it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from consilience.gaussian import Array
from consilience.likelihoods.arms import Shifting
from consilience.likelihoods.curves import ORDER, Curves, columns
from consilience.likelihoods.inner import hull
from consilience.likelihoods.two_arms import TwoArms

_FINE = 3
"""Points of the fine lattice for each of the coarse one."""
_STENCIL = 14
_STEP, _WIDEST = 0.45, 0.25
_FAR = 24.0  # widths: further out most curves are straight lines
_STRAIGHT = 1e-10
_HOPELESS = -1000.0  # deeper than any table: a straight line will do; the check looks deeper
_NEVER = -1e4
_FEW = 16
_CELLS = 20_000_000
_ALIKE = 3e-6  # halving the steps squares such an error
_HIT = 1e-9
_SHARP = 3 * ORDER
_LEAST = -600.0  # e^-600, near the end of numbers


class _Lattice(NamedTuple):
    """Points d = first + j·step/_FINE and b = lower + m·step of each trial, (k,) each."""

    first: Array
    lower: Array
    step: Array
    counts: NDArray[np.intp]
    """Effects of each trial, the stencil's margins included."""
    effects: int
    baselines: int


@dataclass(frozen=True, eq=False)
class Shifted(Curves):
    """What `TwoArms` says, by correlation; where that is not exact, as `TwoArms` says it.

    Parameters
    ----------
    centre, width, hypers, silent
        As in `Curves`.
    plain : TwoArms
        The same curves.
    arms : Shifting
        Their arms, which the effect shifts against each other.
    """

    plain: TwoArms
    arms: Shifting

    @classmethod
    def of(cls, plain: TwoArms) -> Curves:
        """Give these curves where the arms allow it, else those that are given."""
        arms = plain.arms
        if not (isinstance(arms, Shifting) and arms.shifts):
            return plain
        return cls(plain.centre, plain.width, plain.hypers, plain.silent, plain, arms)

    def baselines(
        self, theta: Array, point: Mapping[str, Array], rng: np.random.Generator
    ) -> Array:
        """See `Curves.baselines`."""
        return self.plain.baselines(theta, point, rng)

    def log(self, theta: Array, point: Mapping[str, Array], *, order: int = ORDER) -> Array:
        """See `Curves.log`; values of ω one after the other."""
        whole = [np.broadcast_to(values, (len(theta),)) for values in point.values()]
        omega = np.stack(whole, axis=1) if whole else np.zeros((len(theta), 0))
        distinct, which = np.unique(omega, axis=0, return_inverse=True)
        found, few = np.empty(theta.shape), np.zeros(len(theta), dtype=bool)
        for number, row in enumerate(distinct):
            at = np.flatnonzero(which.ravel() == number)
            own = dict(zip(point, row[:, None], strict=True))
            if len(at) < _FEW:
                few[at] = True
            else:
                found[at] = self._alike(theta[at], own, order)
        if few.any():
            rest = {name: values[few] for name, values in zip(point, whole, strict=True)}
            found[few] = self.plain.log(theta[few], rest, order=order)
        return found

    def _alike(self, theta: Array, point: Mapping[str, Array], order: int) -> Array:
        """Give curves (n, k) at one value of ω."""
        d = self.plain.sign * theta
        middle, reach = self.plain.sign * self.centre, _FAR * self.width
        held = np.clip(d, middle - reach, middle + reach)
        for finer in (order, 2 * order):
            lattice = self._lattice(held, point, finer)
            if lattice.effects * lattice.baselines > _CELLS / len(middle):
                return self.plain.log(theta, point, order=_SHARP)
            heights, exact = self._correlated(lattice, point)
            if exact.all():
                break
        found, straight = _read(lattice, heights, held), _continued(lattice, heights, d - held)
        found += straight.height
        near = found > heights.max(axis=0) + (_HOPELESS if order == ORDER else _NEVER)
        odd = ~exact | ((d != held) & near & ~straight.exact)
        return self._mended(found, theta, point, odd=odd) if odd.any() else found

    def _mended(
        self, found: Array, theta: Array, point: Mapping[str, Array], *, odd: NDArray[np.bool_]
    ) -> Array:
        """Put the plain integrals where a correlation is not exact."""
        rows = odd.any(axis=1)
        plain = self.plain.log(theta[rows], point, order=_SHARP)
        found[rows] = np.where(odd[rows], plain, found[rows])
        return found

    def _lattice(self, d: Array, point: Mapping[str, Array], order: int) -> _Lattice:
        """Lay out a lattice that holds the effects, and all baselines that matter to them."""
        known = self.arms.information(columns(point))[0]
        step = np.minimum(_WIDEST, _STEP / np.sqrt(known)) * (ORDER / order)
        ends = np.stack([d.min(axis=0), d.max(axis=0)])
        log_f, support = self.plain.integrand(ends, columns(point), ORDER)
        with np.errstate(all="ignore"):
            lowest, highest = hull(log_f, *support)
        lower, upper = lowest.min(axis=0), highest.max(axis=0)
        counts = np.ceil(np.ptp(ends, axis=0) * _FINE / step).astype(int) + _STENCIL + 1
        first = ends[0] - (0.5 * _STENCIL) * step / _FINE
        baselines = int(np.ceil((upper - lower) / step).max()) + 1
        return _Lattice(first, lower, step, counts, int(counts.max()), baselines)

    def _correlated(
        self, at: _Lattice, point: Mapping[str, Array]
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Give log ℓ on the fine lattice (j, k), and for which trials it is exact."""
        b = at.lower + np.arange(at.baselines)[:, None] * at.step
        shifted = np.arange(_FINE * (at.baselines + at.effects // _FINE + 1))[:, None]
        own, arms = columns(point), self.arms
        with np.errstate(all="ignore"):
            first = arms.first(at.first + at.lower + shifted * (at.step / _FINE), own)
            second = arms.second(b, own) + self.plain.baseline.log_density(b, own)
        (one, top_one), (two, top_two) = _scaled(first), _scaled(second)
        whole = _correlation(one, two)[: at.effects]
        half = _correlation(one, 2.0 * two * (np.arange(at.baselines) % 2 == 0)[:, None])
        with np.errstate(all="ignore"):
            heights, gap = np.log(whole), np.abs(half[: at.effects] / whole - 1.0)
        seen = (heights > _LEAST) & (np.arange(at.effects)[:, None] < at.counts)
        exact = np.max(np.where(seen, gap, 0.0), axis=0) < _ALIKE
        return _extended(heights, seen) + top_one + top_two + np.log(at.step), exact


class _Straight(NamedTuple):
    """What is added beyond the ends of a lattice, and where that is exact."""

    height: Array
    exact: NDArray[np.bool_]


def _scaled(heights: Array) -> tuple[Array, Array]:
    """Give exp(heights − top), and the top of each column."""
    known = np.where(np.isnan(heights), -np.inf, heights)
    top = known.max(axis=0)
    return np.exp(known - top), top


def _correlation(one: Array, two: Array) -> Array:
    """Give Σₘ one[j + _FINE·m] two[m] for each column, (j, k)."""
    found = np.empty((len(one) - _FINE * (len(two) - 1), one.shape[1]))
    for i in range(one.shape[1]):
        for phase in range(_FINE):
            row = np.correlate(one[phase::_FINE, i], two[:, i], "valid")
            found[phase::_FINE, i] = row[: len(found[phase::_FINE])]
    return found


def _extended(heights: Array, seen: NDArray[np.bool_]) -> Array:
    """Draw columns on as straight lines from where they are seen."""
    k = np.arange(heights.shape[1])
    first, last = seen.argmax(axis=0), len(seen) - 1 - seen[::-1].argmax(axis=0)
    last = np.maximum(last, first + 1)
    place = np.arange(len(heights))[:, None]
    low, high = heights[first, k], heights[np.minimum(last, len(seen) - 1), k]
    with np.errstate(invalid="ignore"):
        down = low + (place - first) * (heights[np.minimum(first + 1, len(seen) - 1), k] - low)
        up = high + (place - last) * (high - heights[last - 1, k])
    return np.where(place < first, down, np.where(place > last, up, heights))


def _read(at: _Lattice, heights: Array, d: Array) -> Array:
    """Interpolate the columns of a lattice at effects (n, k) inside it."""
    place = (d - at.first) * (_FINE / at.step)
    start = np.floor(place).astype(int) - (_STENCIL // 2 - 1)
    start = np.clip(start, 0, len(heights) - _STENCIL)
    away = (place - start)[..., None] - np.arange(_STENCIL)
    hit = np.abs(away) < _HIT
    shares = _lagrange() / np.where(hit, 1.0, away)
    shares = np.where(hit.any(axis=-1, keepdims=True), hit, shares)
    own = heights[start[..., None] + np.arange(_STENCIL), np.arange(d.shape[1])[:, None]]
    return np.asarray(np.sum(shares * own, axis=-1) / np.sum(shares, axis=-1))


def _continued(at: _Lattice, heights: Array, away: Array) -> _Straight:
    """Continue columns beyond their ends by d − end, (n, k)."""
    k, margin = np.arange(heights.shape[1]), _STENCIL // 2
    last = at.counts - 1
    ends = [(heights[0], heights[margin], heights[2 * margin])]
    ends += [(heights[last, k], heights[last - margin, k], heights[last - 2 * margin, k])]
    low, high = ((middle - outer) / margin for outer, middle, _ in ends)
    bends = [np.abs(outer - 2.0 * middle + inner) / margin for outer, middle, inner in ends]
    steps = away * (_FINE / at.step)
    left = np.where(away < 0.0, *bends) * np.abs(steps)
    return _Straight(np.where(away < 0.0, low, -high) * steps, left < _STRAIGHT)


@lru_cache
def _lagrange() -> Array:
    """Barycentric weights of equally spaced points."""
    j = np.arange(_STENCIL)
    return np.asarray((-1.0) ** j * comb(_STENCIL - 1, j))
