"""The compiled loops as they are called; numba's cache knows them by what stands in this file."""

from collections.abc import Callable
from functools import cache

from consilience.compiled import CACHE_KEY_ONLY, kept, stamp
from consilience.gaussian import Array
from consilience.likelihoods.kernels.correlation import Sums, correlate, exponentiate
from consilience.likelihoods.kernels.deviance import (
    Overdispersed,
    fill_overdispersed,
    fill_shares,
)
from consilience.likelihoods.kernels.lattices import Lattices, Samples
from consilience.likelihoods.kernels.rising import fill_rising

_ROOM = "consilience.likelihoods.kernels"


@cache
def correlated() -> Callable[[Lattices, Array, Sums], None]:
    """Give `correlate`, compiled, or loaded from numba's cache."""
    version = stamp(_ROOM)

    def over(given: Lattices, d: Array, found: Sums) -> None:
        if version != CACHE_KEY_ONLY:
            correlate(given, d, found)

    return kept(over)


@cache
def exponentiated() -> Callable[[Lattices, Samples], None]:
    """Give `exponentiate`, compiled, or loaded from numba's cache."""
    version = stamp(_ROOM)

    def over(given: Lattices, samples: Samples) -> None:
        if version != CACHE_KEY_ONLY:
            exponentiate(given, samples)

    return kept(over)


@cache
def risen() -> Callable[[Array, Array, Array], None]:
    """Give `fill_rising`, compiled, or loaded from numba's cache."""
    version = stamp(_ROOM)

    def over(a: Array, x: Array, found: Array) -> None:
        if version != CACHE_KEY_ONLY:
            fill_rising(a, x, found)

    return kept(over)


@cache
def shared() -> Callable[[tuple[Array, Array], tuple[Array, Array], Array], None]:
    """Give `fill_shares`, compiled, or loaded from numba's cache."""
    version = stamp(_ROOM)

    def over(sizes: tuple[Array, Array], counts: tuple[Array, Array], found: Array) -> None:
        if version != CACHE_KEY_ONLY:
            fill_shares(sizes, counts, found)

    return kept(over)


@cache
def varied() -> Callable[[Overdispersed, Array, Array], None]:
    """Give `fill_overdispersed`, compiled, or loaded from numba's cache."""
    version = stamp(_ROOM)

    def over(given: Overdispersed, place: Array, found: Array) -> None:
        if version != CACHE_KEY_ONLY:
            fill_overdispersed(given, place, found)

    return kept(over)
