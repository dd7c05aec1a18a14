"""The machine as nutpie calls it: two C functions, compiled once, the same for every model.

They find a model's programs where numbers say that they lie. Each call works on a copy of the
memory, so that chains may run side by side.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from numba import carray, cfunc, njit, types
from numba.extending import intrinsic

from consilience.engines.compiled import CACHE_KEY_ONLY, stamp
from consilience.engines.nuts.machine.codes import WIDTH
from consilience.engines.nuts.machine.loops import run
from consilience.engines.nuts.machine.program import FIRST, Program, Whole

_ROOM = "consilience.engines.nuts.machine"
_PARTS: Final = 8
"""Numbers for each program: address and size of rows, table, results and memory."""

_FAILED: Final = -1
_NO_SLOPE: Final = 3
_NO_DENSITY: Final = 4
"""What nutpie takes for a step that leads nowhere, as its own functions say it."""

_NUMBERS: Final = types.CPointer(types.double)
_PLACES: Final = types.CPointer(types.int64)


def lying(programs: Sequence[Program]) -> Whole:
    """Say where programs lie: the density with its gradient, then what is recorded."""
    parts = [part for each in programs for part in (*each.coded, each.memory)]
    return np.array([number for part in parts for number in (part.ctypes.data, part.size)])


@intrinsic
def _behind(typing: Any, address: Any) -> Any:  # noqa: ANN401, ARG001 - numba has no types
    """Take a number for an address."""

    def turned(context: Any, builder: Any, _: Any, given: Any) -> Any:  # noqa: ANN401
        return builder.inttoptr(given[0], context.get_value_type(types.voidptr))

    return types.voidptr(address), turned


@njit(error_model="numpy")
def _ran(lies: Any, first: int, x: Any) -> Any:  # noqa: ANN401
    """Run a program from parameters side by side; give the memory."""
    rows = carray(_behind(lies[first]), (lies[first + 1] // WIDTH, WIDTH), np.int64)
    table = carray(_behind(lies[first + 2]), (lies[first + 3],), np.int64)
    w = carray(_behind(lies[first + 6]), (lies[first + 7],), np.float64).copy()
    for i in range(len(x)):
        w[FIRST + i] = x[i]
    run(rows, table, w)
    return w


@njit(error_model="numpy")
def _results(lies: Any, first: int) -> Any:  # noqa: ANN401
    """Give where the outputs lie in the memory."""
    return carray(_behind(lies[first + 4]), (lies[first + 5],), np.int64)


@cache
def density() -> Any:  # noqa: ANN401
    """Give the function that fills in the log density and its gradient."""
    version = stamp(_ROOM)

    def over(dim: Any, x: Any, slope: Any, height: Any, lies: Any) -> int:  # noqa: ANN401, PLR0917
        """Run the first program; say whether nutpie may go on from there."""
        if version == CACHE_KEY_ONLY:
            return _FAILED
        known = carray(lies, (2 * _PARTS,))
        w, at = _ran(known, 0, carray(x, (dim,))), _results(known, 0)
        height[0], total = w[at[0]], 0.0
        for i in range(dim):
            slope[i] = w[at[i + 1]]
            total += slope[i]
        if not np.isfinite(total):
            return _NO_SLOPE
        return 0 if np.isfinite(height[0]) else _NO_DENSITY

    return _kept(types.int64(types.uint64, _NUMBERS, _NUMBERS, _NUMBERS, _PLACES))(over)


@cache
def record() -> Any:  # noqa: ANN401
    """Give the function that fills in the parameters, then all that is recorded."""
    version = stamp(_ROOM)

    def over(dim: Any, expanded: Any, x: Any, found: Any, lies: Any) -> int:  # noqa: ANN401, PLR0917
        """Run the second program; fail where there is room for another number of results."""
        if version == CACHE_KEY_ONLY:
            return _FAILED
        known = carray(lies, (2 * _PARTS,))
        w, at = _ran(known, _PARTS, carray(x, (dim,))), _results(known, _PARTS)
        if dim + len(at) != expanded:
            return _FAILED
        for i in range(dim):
            found[i] = x[i]
        for i in range(len(at)):
            found[dim + i] = w[at[i]]
        return 0

    return _kept(types.int64(types.uint64, types.uint64, _NUMBERS, _NUMBERS, _PLACES))(over)


def _kept(signature: Any) -> Callable[[Any], Any]:  # noqa: ANN401
    """Compile a C function, or load it from numba's cache of an earlier session."""

    def made(function: Any) -> Any:  # noqa: ANN401
        try:
            return cfunc(signature, cache=True, error_model="numpy")(function)
        except RuntimeError:  # no folder that can be written to
            return cfunc(signature, error_model="numpy")(function)

    return made
