"""What each operation of PyTensor becomes."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from consilience.engines.nuts.machine import codes as c
from consilience.engines.nuts.machine.matrices import MATRICES
from consilience.engines.nuts.machine.program import Places
from consilience.engines.nuts.machine.scalars import scalar
from consilience.engines.nuts.machine.writing import (
    Known,
    Scribe,
    UnwritableError,
    Value,
    performed,
)

if TYPE_CHECKING:
    from pytensor.graph import Apply

type Rule = Callable[[Scribe, "Apply", Sequence[Value]], Sequence[Value]]


def written(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Write a node, and give its outputs.

    Raises
    ------
    UnwritableError
        If there is no instruction for it.
    """
    graph = _inner if hasattr(node.op, "fgraph") else None
    rule = RULES.get(type(node.op).__name__, graph)
    if rule is None:
        raise UnwritableError(f"The machine has no instruction for {node.op}.")
    return rule(scribe, node, values)


def _elementwise(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    return scalar(scribe, node, [scribe.places(value) for value in values])


def _moved(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Move places instead of elements: the first input, the others being indices or shapes."""
    first, *rest = values
    if not all(isinstance(each, Known) for each in rest):
        raise UnwritableError(f"The machine cannot follow an index that varies: {node.op}.")
    known = [each.values for each in rest if isinstance(each, Known)]
    return _performed(node, [scribe.places(first), *known])


def _joined(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Join places instead of elements."""
    return _performed(node, [scribe.places(value) for value in values])


def _along(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Join along an axis that comes first, or as a property."""
    axis = getattr(node.op, "axis", None)
    if axis is None:
        first, *values = values
        axis = int(cast("Known", first).values)
    return [np.concatenate([scribe.places(value) for value in values], axis=axis)]


def _performed(node: "Apply", values: list[Any]) -> Sequence[Value]:
    """Let an operation work on places."""
    return [np.asarray(each).astype(np.intp) for each in performed(node, values)]


def _shape(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:  # noqa: ARG001
    shape = cast("Places", values[0]).shape
    if hasattr(node.op, "i"):
        return [Known(np.array(shape[node.op.i], dtype=np.int64))]
    return [Known(np.array(shape, dtype=np.int64))]


def _same(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:  # noqa: ARG001
    return [values[0]]


def _reduced(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Sum, multiply or find the largest along axes."""
    how = REDUCTIONS.get(type(node.op.scalar_op).__name__)
    if how is None:
        raise UnwritableError(f"The machine has no instruction for {node.op}.")
    places = scribe.places(values[0])
    axes = range(places.ndim) if node.op.axis is None else node.op.axis
    inside = [axis % places.ndim for axis in axes]
    outside = [axis for axis in range(places.ndim) if axis not in inside]
    shape = tuple(places.shape[axis] for axis in outside)
    count = int(np.prod(shape))
    flat = places.transpose(*outside, *inside).reshape(count, places.size // max(count, 1))
    out = scribe.writer.room(shape)
    first, down, step = scribe.writer.latticed(flat)
    scribe.writer.add(c.REDUCE, count, out.flat[0], first, down, flat.shape[1], step, how)
    return [out]


def _cumulated(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Sum or multiply up to each element along an axis, one after the other."""
    places, code = scribe.places(values[0]), c.ADD if node.op.mode == "add" else c.MUL
    axis = 0 if node.op.axis is None else node.op.axis
    first, *rest = np.moveaxis(places.ravel() if node.op.axis is None else places, axis, 0)
    parts = [first]
    for part in rest:
        parts.append(scribe.writer.elementwise(code, parts[-1], part))
    return [np.stack(parts, axis=axis)]


def _placed(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    """Set or increase what an index names; places of an index may repeat."""
    from pytensor.tensor.subtensor import unflatten_index_variables

    target, source = (scribe.places(value) for value in values[:2])
    known = [each.values for each in values[2:] if isinstance(each, Known)]
    if len(known) < len(values) - 2 or getattr(node.op, "ignore_duplicates", False):
        raise UnwritableError(f"The machine cannot follow {node.op}.")
    index = unflatten_index_variables(known, node.op.idx_list)
    if node.op.set_instead_of_inc:
        result = target.copy()
        result[index] = source
        return [result]
    out = scribe.writer.elementwise(c.COPY, target)
    named = out[index]
    first, step = scribe.writer.stepped(np.broadcast_to(source, named.shape))
    scribe.writer.add(c.SCATTER_ADD, named.size, scribe.writer.listed(named), first, step)
    return [out]


def _inner(scribe: Scribe, node: "Apply", values: Sequence[Value]) -> Sequence[Value]:
    return scribe.inner(node.op.fgraph, values)


REDUCTIONS: Mapping[str, int] = MappingProxyType(
    {
        "Add": c.SUM,
        "Mul": c.PRODUCT,
        "Maximum": c.LARGEST,
        "Minimum": c.LEAST,
        "AND": c.LEAST,
        "OR": c.LARGEST,
    }
)
_MOVES = (
    "Subtensor", "AdvancedSubtensor", "DimShuffle", "Reshape", "Alloc", "ExtractDiag", "AllocDiag",
    "SpecifyShape", "Split",
)  # fmt: skip
_SAME = ("ScalarFromTensor", "TensorFromScalar", "ViewOp", "DeepCopyOp")

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "Elemwise": _elementwise,
        "MakeVector": _joined,
        "Join": _along,
        "Shape": _shape,
        "Shape_i": _shape,
        "CumOp": _cumulated,
        "Cumsum": _cumulated,
        "Cumprod": _cumulated,
        "IncSubtensor": _placed,
        "AdvancedIncSubtensor": _placed,
        **dict.fromkeys(("CAReduce", "Sum", "Prod", "Max", "Min", "All", "Any"), _reduced),
        **dict.fromkeys(_MOVES, _moved),
        **dict.fromkeys(_SAME, _same),
        **MATRICES,
    }
)
"""By the name of the operation's class, so that PyTensor is not loaded to read this."""
