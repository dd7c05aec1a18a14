"""How functions are compiled: numpy's rules for division, and only safe fast mathematics.

Infinities and NaN keep their meaning everywhere, because they mark what cannot be computed.
"""

from collections.abc import Callable
from importlib.resources import files
from zlib import crc32

from numba import njit

CACHE_KEY_ONLY = -1
"""No stamp is this."""


def exact[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile with every operation in the order in which it is written."""
    return njit(_nrt=False, error_model="numpy", fastmath={"contract"})(function)


def summing[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile with sums in any order, so that they become sums of vectors."""
    compile_ = njit(_nrt=False, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
    return compile_(function)


def inlined[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile into the place of the call."""
    compile_ = njit(_nrt=False, error_model="numpy", fastmath={"contract"}, inline="always")
    return compile_(function)


def stamp(package: str) -> int:
    """Sum up the sources of a package and of this file: numba's cache knows a loop's own file only.

    A loop that compares this constant with `CACHE_KEY_ONLY` is compiled anew whenever a file beside
    it has changed.
    """
    sources = [each for each in files(package).iterdir() if each.name.endswith(".py")]
    own = files("consilience") / "compiled.py"
    ordered = sorted(sources, key=lambda source: source.name)
    return crc32(b"".join(source.read_bytes() for source in (*ordered, own)))


def kept[**P, R](loop: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop over compiled functions, or load it from numba's cache of an earlier session.

    It lets other threads run.
    """
    try:
        return njit(nogil=True, cache=True, _nrt=False)(loop)
    except RuntimeError:  # no folder that can be written to
        return njit(nogil=True, _nrt=False)(loop)
