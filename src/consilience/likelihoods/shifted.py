"""Curves of trials whose effect shifts one arm against the other: a correlation of two functions.

Where the intervention's arm depends on b + d alone,

    ℓ(d) = ∫ A₁(b + d) A₂(b) π(b) db

takes each arm's likelihood at the points of one lattice, whatever the number of effects: the
trapezoid rule on the whole line, which for analytic functions is exact to e^(−2πa/h) with steps h
and singularities at a distance a. Two rules, one with every other point, say whether it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array
from consilience.likelihoods.arms import Shifting
from consilience.likelihoods.curves import ORDER, Curves, columns
from consilience.likelihoods.inner import FARTHEST
from consilience.likelihoods.kernels.lattices import Asked, Curve, Lattices, laid_out
from consilience.likelihoods.two_arms import TwoArms

_STEP, _WIDEST = 0.42, 0.24
_FEW = 4
_ALIKE, _LOOSE = 3e-6, 1e-3  # halving the steps squares such an error
_NEAR, _FELT = 60.0, 600.0  # where what is nearly nothing has nearly no digits to lose
_FINER = (1, 2, 4)
_SHARP = 3 * ORDER
_KEPT = 12


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
    _kept: dict[tuple[int, bytes], "_Laid"] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, plain: TwoArms) -> Curves:
        """Give these curves where the arms allow it, else those that are given."""
        arms = plain.arms
        if not (isinstance(arms, Shifting) and arms.shifts):
            return plain
        return cls(plain.centre, plain.width, plain.hypers, plain.silent, plain, arms)

    @property
    def ceiling(self) -> float:
        """See `Curves.ceiling`."""
        return self.plain.ceiling

    def baselines(
        self, theta: Array, point: Mapping[str, Array], rng: np.random.Generator
    ) -> Array:
        """See `Curves.baselines`."""
        return self.plain.baselines(theta, point, rng)

    def log(self, theta: Array, point: Mapping[str, Array], *, order: int = ORDER) -> Array:
        """See `Curves.log`; values of ω one after the other, those of few effects at once."""
        found, few = np.empty(theta.shape), np.zeros(len(theta), dtype=bool)
        for rows, own in alike(len(theta), point):
            if len(rows) < _FEW and len(rows) < len(theta):
                few[rows] = True
            else:
                found[rows] = self._correlated(theta[rows], own, order)
        if few.any():
            rest = {name: np.broadcast_to(values, (len(theta),))[few]
                    for name, values in point.items()}  # fmt: skip
            found[few] = self.plain.log(theta[few], rest, order=order)
        return found

    def _correlated(self, theta: Array, point: Mapping[str, Array], order: int) -> Array:
        """Give curves (n, k) at one value of ω, by steps half as long where they are not exact."""
        from consilience.likelihoods.kernels.correlation import Sums
        from consilience.likelihoods.kernels.loops import correlated

        d, at = self.plain.sign * theta, np.arange(theta.shape[1])
        found, middle = np.full(theta.shape, np.nan), self.plain.sign * self.centre
        for finer in _FINER:
            ends = [many.reduce(d[:, at], axis=0) for many in (np.fmin, np.fmax)]
            ends = [np.where(np.isnan(end), middle[at], end) for end in ends]
            laid = self._laid(at, point, _Wish(finer * order, *ends))
            sums = Sums(*(np.empty((len(theta), len(at))) for _ in range(2)))
            correlated()(laid.lattices, np.ascontiguousarray(d[:, at]), sums)
            found[:, at] = np.where(np.isnan(d[:, at]), found[:, at], sums.height + laid.top)
            odd = _inexact(found[:, at], sums.gap)
            d[:, at] = np.where(odd, d[:, at], np.nan)
            at = at[odd.any(axis=0)]
            if not at.size:
                return found
        plain = self.plain.some(at).log(theta[:, at], point, order=_SHARP)
        found[:, at] = np.where(np.isnan(d[:, at]), found[:, at], plain)
        return found

    def _laid(self, at: NDArray[np.intp], point: Mapping[str, Array], given: "_Wish") -> "_Laid":
        """Lay the arms of some trials out, or find them where they were last laid out."""
        omega = np.concatenate([np.zeros(0), *(np.ravel(values) for values in point.values())])
        key = given.order, omega.tobytes() + at.tobytes()
        kept = self._kept.get(key)
        if kept is None or not kept.holds(given):
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = self._kept[key] = self._lay(at, columns(point), given)
        return kept

    def _lay(self, at: NDArray[np.intp], point: Mapping[str, Array], given: "_Wish") -> "_Laid":
        one, two = (side.some(at) for side in self.arms.sides)
        known = one.information(point), two.information(point)
        lower, upper = np.clip(self.plain.baseline.support, -FARTHEST, FARTHEST)
        ends = np.full(len(at), lower), np.full(len(at), upper)
        density = self.plain.baseline.log_density

        def first(place: Array, trial: NDArray[np.intp]) -> Array:
            return one.some(trial).log(place, point)

        def second(b: Array, trial: NDArray[np.intp]) -> Array:
            return two.some(trial).log(b, point) + density(b, point)

        wide = [1.0 / np.sqrt(each) for each in known]
        f = Curve(first, one.peak, wide[0], *one.straight(point))
        g = Curve(second, two.peak, wide[1], *ends)
        step = np.minimum(_WIDEST, _STEP / np.sqrt(known[0] + known[1])) * (ORDER / given.order)
        slopes = np.stack(one.slopes(), axis=1)
        lattices = laid_out(f, g, Asked(step, given.least, given.most), slopes=slopes)
        return _Laid(lattices, one.top(point) + two.top(point), given)


class _Wish(NamedTuple):
    """What lattices have to serve: an order, and d between two ends (k,)."""

    order: int
    least: Array
    most: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """The arms on lattices, less how high they are at their peaks: (k,) together."""

    lattices: Lattices
    top: Array
    served: _Wish

    def holds(self, other: _Wish) -> bool:
        """Say whether they serve another wish of the same order as well."""
        inside = (self.served.least <= other.least) & (other.most <= self.served.most)
        return bool(inside.all())


def _inexact(heights: Array, gap: Array) -> NDArray[np.bool_]:
    """Say where halved steps are called for, (n, k)."""
    top = np.fmax.reduce(heights, axis=0, initial=-np.inf)
    return (heights > top - _FELT) & (gap > np.where(heights > top - _NEAR, _ALIKE, _LOOSE))


def alike(
    count: int, point: Mapping[str, Array]
) -> Iterator[tuple[NDArray[np.intp], dict[str, Array]]]:
    """Give each value of ω, and the places among as many where it stands.

    Parameters
    ----------
    count : int
        Places.
    point : mapping of str to array (count,) or (1,)
        ω.
    """
    if all(values.size == 1 for values in point.values()):
        yield np.arange(count), dict(point)
        return
    omega = np.stack([np.broadcast_to(values, (count,)) for values in point.values()], axis=1)
    distinct, which = np.unique(omega, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.searchsorted(which.ravel()[order], np.arange(len(distinct) + 1))
    for number, row in enumerate(distinct):
        yield order[ends[number] : ends[number + 1]], dict(zip(point, row[:, None], strict=True))
