"""Curves of trials whose effect shifts one arm against the other: a correlation of two functions.

Where the intervention's arm depends on b + d alone,

    ℓ(d) = ∫ A₁(b + d) A₂(b) π(b) db

takes each arm's likelihood at the points of one lattice, whatever the number of effects: the
trapezoid rule on the whole line, which for analytic functions is exact to e^(−2πa/h) with steps h
and singularities at a distance a. Two rules, one with every other point, say whether it is. Effects
lie on a lattice as well, on which the integral is a sum of products; between its points log ℓ is
interpolated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from consilience.gaussian import Array
from consilience.likelihoods.apart import Apart
from consilience.likelihoods.arms import Shifting
from consilience.likelihoods.curves import ORDER, Curves, columns
from consilience.likelihoods.inner import FARTHEST
from consilience.likelihoods.kernels.lattices import Asked, Curve, Lattices, laid_out
from consilience.likelihoods.two_arms import TwoArms

_STEP, _WIDEST = 0.42, 0.24
_FEW = 3  # so few effects are asked for one by one sooner than arms are laid out
_COLUMNS = 500
_ALIKE, _LOOSE = 3e-6, 1e-3  # halving the steps squares such an error
_NEAR, _FELT = 60.0, 600.0  # where what is nearly nothing has nearly no digits to lose
_FINER = (1, 2, 4)
_SHARP = 3 * ORDER
_ROOM = 16_000_000  # numbers: 128 MB
_WIDER = 0.05


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

    @property
    def quick(self) -> bool:
        """See `Curves.quick`: they do."""
        return True

    @property
    def apart(self) -> Apart | None:
        """See `Curves.apart`."""
        baseline = self.plain.baseline
        if not baseline.normal or self.hypers != baseline.hypers:
            return None
        return Apart(*self.arms.sides, self.plain.sign)

    @property
    def grains(self) -> Mapping[str, float]:
        """See `Curves.grains`."""
        return self.plain.grains

    def spread(self, point: Mapping[str, Array]) -> Array:
        """See `Curves.spread`: from what both arms know."""
        if not self.hypers:
            return Curves.spread(self, point)
        one, two = (side.information(columns(point)) for side in self.arms.sides)
        shape = len(next(iter(point.values()))), len(self.centre)
        return np.broadcast_to(np.sqrt(1.0 / one + 1.0 / two), shape)

    def baselines(
        self, theta: Array, point: Mapping[str, Array], rng: np.random.Generator
    ) -> Array:
        """See `Curves.baselines`."""
        return self.plain.baselines(theta, point, rng)

    def log(self, theta: Array, point: Mapping[str, Array], *, order: int = ORDER) -> Array:
        """See `Curves.log`; values of ω side by side, those of few effects at once."""
        found, few, many = np.empty(theta.shape), np.zeros(len(theta), dtype=bool), []
        for rows, own in alike(len(theta), point):
            if len(rows) < _FEW and len(rows) < len(theta):
                few[rows] = True
            else:
                many.append((rows, own))
        for some in batched(many, max(_COLUMNS // theta.shape[1], 1)):
            self._fill(found, theta, tuple(some), order=order)
        if few.any():
            rest = {name: np.broadcast_to(values, (len(theta),))[few]
                    for name, values in point.items()}  # fmt: skip
            found[few] = self.plain.log(theta[few], rest, order=order)
        return found

    def _fill(
        self, found: Array, theta: Array, groups: tuple["_Group", ...], *, order: int
    ) -> None:
        """Fill in the rows of some values of ω, each as if it had trials of its own."""
        k, longest = theta.shape[1], max(len(rows) for rows, _ in groups)
        beside = np.full((longest, len(groups), k), np.nan)
        for place, (rows, _) in enumerate(groups):
            beside[: len(rows), place] = theta[rows]
        own = {name: np.repeat([omega[name].item() for _, omega in groups], k)
               for name in groups[0][1]}  # fmt: skip
        heights = self._correlated(beside.reshape(longest, -1), own, order)
        for place, (rows, _) in enumerate(groups):
            found[rows] = heights.reshape(beside.shape)[: len(rows), place]

    def _correlated(self, theta: Array, point: Mapping[str, Array], order: int) -> Array:
        """Give curves (n, a·k) of a values of ω, (a·k,), by finer steps where they are not exact.

        The k trials at one value of ω follow those at the one before.
        """
        from consilience.likelihoods.kernels.correlation import Sums
        from consilience.likelihoods.kernels.loops import correlated

        at = np.arange(theta.shape[1])
        sign, centre = (np.resize(each, len(at)) for each in (self.plain.sign, self.centre))
        d, found, middle = sign * theta, np.full(theta.shape, np.nan), sign * centre
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
        for some, own in alike(len(at), {name: values[at] for name, values in point.items()}):
            column = at[some]
            plain = self.plain.some(column % len(self.centre))
            heights = plain.log(theta[:, column], own, order=_SHARP)
            found[:, column] = np.where(np.isnan(d[:, column]), found[:, column], heights)
        return found

    def _laid(self, at: NDArray[np.intp], point: Mapping[str, Array], given: "_Wish") -> "_Laid":
        """Lay the arms of some columns out, or find them where they were last laid out."""
        own = {name: values[at] for name, values in point.items()}
        omega = np.concatenate([np.zeros(0), *own.values()])
        key = given.order, omega.tobytes() + at.tobytes()
        kept = self._kept.get(key)
        if kept is None or not kept.holds(given):
            if sum(each.size for each in self._kept.values()) > _ROOM:
                self._kept.clear()
            kept = self._kept[key] = self._lay(at % len(self.centre), own, given.wider())
        return kept

    def _lay(self, at: NDArray[np.intp], point: Mapping[str, Array], given: "_Wish") -> "_Laid":
        one, two = (side.some(at) for side in self.arms.sides)
        known = one.information(point), two.information(point)
        lower, upper = np.clip(self.plain.baseline.support, -FARTHEST, FARTHEST)
        ends = np.full(len(at), lower), np.full(len(at), upper)
        density = self.plain.baseline.log_density

        def of(column: NDArray[np.intp]) -> dict[str, Array]:
            return {name: values[column] for name, values in point.items()}

        def first(place: Array, column: NDArray[np.intp]) -> Array:
            return one.some(column).log(place, of(column))

        def second(b: Array, column: NDArray[np.intp]) -> Array:
            return two.some(column).log(b, of(column)) + density(b, of(column))

        wide = [1.0 / np.sqrt(each) for each in known]
        f = Curve(first, one.peak, wide[0], *one.straight(point))
        g = Curve(second, two.peak, wide[1], *ends)
        step = np.minimum(_WIDEST, _STEP / np.sqrt(known[0] + known[1])) * (ORDER / given.order)
        slopes = np.stack(one.slopes(), axis=1)
        lattices = laid_out(f, g, Asked(step, given.least, given.most), slopes=slopes)
        return _Laid(lattices, one.top(point) + two.top(point), given)


type _Group = tuple[NDArray[np.intp], dict[str, Array]]
"""Rows, and the value of ω that they share."""


class _Wish(NamedTuple):
    """What lattices have to serve: an order, and d between two ends (k,)."""

    order: int
    least: Array
    most: Array

    def wider(self) -> "_Wish":
        """Ask for more: whoever looks closer looks a little further out as well."""
        more = _WIDER * (self.most - self.least)
        return _Wish(self.order, self.least - more, self.most + more)


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """The arms on lattices, less how high they are at their peaks: (k,) together."""

    lattices: Lattices
    top: Array
    served: _Wish

    @property
    def size(self) -> int:
        """How many numbers it holds, about."""
        return len(self.lattices.first) + 2 * len(self.lattices.heights)

    def holds(self, other: _Wish) -> bool:
        """Say whether they serve another wish of the same order as well."""
        inside = (self.served.least <= other.least) & (other.most <= self.served.most)
        return bool(inside.all())


def _inexact(heights: Array, gap: Array) -> NDArray[np.bool_]:
    """Say where halved steps are called for, (n, k)."""
    top = np.fmax.reduce(heights, axis=0, initial=-np.inf)
    rough = gap > np.where(heights > top - _NEAR, _ALIKE, _LOOSE)
    return (heights > top - _FELT) & rough


def alike(count: int, point: Mapping[str, Array]) -> Iterator[_Group]:
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
