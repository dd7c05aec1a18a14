"""Products, roots and solutions of matrices."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from consilience.engines.nuts.machine import codes as c
from consilience.engines.nuts.machine.program import Places
from consilience.engines.nuts.machine.writing import Scribe, UnwritableError, Value, performed

if TYPE_CHECKING:
    from pytensor.graph import Apply


def _dot(scribe: Scribe, op: Any, operands: Sequence[Places]) -> Places:  # noqa: ARG001, ANN401
    """Write a product of two matrices."""
    left, right = operands
    a, down, along = scribe.writer.latticed(left)
    b, deep, across = scribe.writer.latticed(right)
    out = scribe.writer.room((left.shape[0], right.shape[1]))
    scribe.writer.add(
        c.DOT, left.shape[0], out.flat[0], a, down, b, across, left.shape[1], along, deep,
        right.shape[1],
    )  # fmt: skip
    return out


def _cholesky(scribe: Scribe, op: Any, operands: Sequence[Places]) -> Places:  # noqa: ANN401
    """Write a lower root; an upper one is its transpose."""
    (square,) = operands
    own = square if op.lower else square.T
    first, down, along = scribe.writer.latticed(own)
    if (down, along) != (own.shape[1], 1) and own.size > 1:
        first = int(scribe.writer.gathered(own).flat[0])
    out = scribe.writer.room(own.shape)
    scribe.writer.add(c.CHOLESKY, own.shape[0], out.flat[0], first)
    return out if op.lower else out.T


def _solve(scribe: Scribe, op: Any, operands: Sequence[Places]) -> Places:  # noqa: ANN401
    """Write the solution of a triangular system; b may be a vector."""
    square, b = operands
    first, down, along = scribe.writer.latticed(square)
    out = scribe.writer.elementwise(c.COPY, b)
    columns = out.size // len(out)
    scribe.writer.add(
        c.SOLVE, len(out), out.flat[0], first, down, along, columns, op.lower, op.unit_diagonal
    )
    return out


type Core = Callable[[Scribe, Any, Sequence[Places]], Places]

_CORES: Mapping[str, Core] = MappingProxyType(
    {"Dot": _dot, "Cholesky": _cholesky, "SolveTriangular": _solve}
)


def _alone(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    own = _CORES[type(node.op).__name__]
    return [own(scribe, node.op, [scribe.places(value) for value in values])]


def _each(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Write an operation for each of a batch."""
    places = [scribe.places(value) for value in values]
    name = type(node.op.core_op).__name__
    if name in ("AllocDiag", "ExtractDiag", "Reshape", "Subtensor"):
        return [np.asarray(each).astype(np.intp) for each in performed(node, places)]
    if name not in _CORES:
        raise UnwritableError(f"The machine has no instruction for {node.op}.")
    cores = [len(each) for each in node.op.inputs_sig]
    batches = [each.shape[: each.ndim - core] for each, core in zip(places, cores, strict=True)]
    batch = np.broadcast_shapes(*batches)
    wide = [
        np.broadcast_to(each, (*batch, *each.shape[each.ndim - core :]))
        for each, core in zip(places, cores, strict=True)
    ]
    own = _CORES[name]
    results = [own(scribe, node.op.core_op, [w[at] for w in wide]) for at in np.ndindex(*batch)]
    return [np.stack(results).reshape(*batch, *results[0].shape)]


def _batched(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Write a product of matrices for each of a batch."""
    left, right = (scribe.places(value) for value in values)
    return [np.stack([_dot(scribe, node.op, pair) for pair in zip(left, right, strict=True)])]


MATRICES = MappingProxyType(
    {**dict.fromkeys(_CORES, _alone), "Blockwise": _each, "BatchedDot": _batched}
)
"""By the name of the operation's class."""
