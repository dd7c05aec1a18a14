"""Functions of elements."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from consilience.engines.nuts.machine import codes as c
from consilience.engines.nuts.machine.program import Places
from consilience.engines.nuts.machine.writing import Scribe, UnwritableError

if TYPE_CHECKING:
    from pytensor.graph import Apply

CODES: Mapping[str, int] = MappingProxyType(
    {
        "Sub": c.SUB, "TrueDiv": c.DIV, "Identity": c.COPY,
        "Neg": c.NEG, "Exp": c.EXP, "Log": c.LOG, "Log1p": c.LOG1P, "Expm1": c.EXPM1,
        "Sqrt": c.SQRT, "Sigmoid": c.SIGMOID, "Softplus": c.SOFTPLUS, "Log1mexp": c.LOG1MEXP,
        "Abs": c.ABS, "Sign": c.SIGN, "Reciprocal": c.RECIPROCAL, "Erf": c.ERF, "Erfc": c.ERFC,
        "Erfcx": c.ERFCX, "GammaLn": c.GAMMALN, "Psi": c.PSI, "TriGamma": c.TRIGAMMA,
        "Tanh": c.TANH, "Sin": c.SIN, "Cos": c.COS, "ArcTan": c.ARCTAN,
        "IsNan": c.ISNAN, "IsInf": c.ISINF, "Pow": c.POW, "Maximum": c.MAXIMUM,
        "Minimum": c.MINIMUM, "LT": c.LT, "GT": c.GT, "LE": c.LE, "GE": c.GE, "EQ": c.EQ,
        "NEQ": c.NEQ, "Switch": c.SWITCH, "Clip": c.CLIP,
    }
)  # fmt: skip
_LONG: Mapping[str, int] = MappingProxyType({"Add": c.ADD, "Mul": c.MUL})
_TRUTHS: Mapping[str, int] = MappingProxyType({"AND": c.AND, "OR": c.OR, "Invert": c.INVERT})


def scalar(scribe: Scribe, node: "Apply", operands: Sequence[Places]) -> Sequence[Places]:
    """Write a function of elements.

    Parameters
    ----------
    scribe : Scribe
    node : Apply
        A function of scalars, or of elements.
    operands : sequence of array of int
        Places, which broadcast together.

    Raises
    ------
    UnwritableError
        If the machine has no instruction for it.
    """
    op = getattr(node.op, "scalar_op", node.op)
    name = type(op).__name__
    if name == "Composite":
        return _composite(scribe, op, operands)
    if name == "Second":
        return [_shaped(operands[1], operands)]
    if name == "Cast":
        return [_cast(scribe, node, operands[0])]
    if name == "Sqr":
        return [scribe.writer.elementwise(c.MUL, operands[0], operands[0])]
    if name in _LONG:
        total, *rest = operands
        for each in rest:
            total = scribe.writer.elementwise(_LONG[name], total, each)
        return [total]
    truths = all(each.type.dtype == "bool" for each in node.inputs)
    code = _TRUTHS.get(name) if truths else CODES.get(name)
    code = CODES.get(name) if code is None else code
    if code is None:
        raise UnwritableError(f"The machine has no instruction for {op}.")
    return [scribe.writer.elementwise(code, *operands)]


def _composite(scribe: Scribe, op: Any, operands: Sequence[Places]) -> Sequence[Places]:  # noqa: ANN401
    """Write the functions that are composed, one after the other."""
    found: dict[Any, Places] = dict(zip(op.fgraph.inputs, operands, strict=True))
    for node in op.fgraph.toposort():
        known = {each: scribe.writer.hold(each.data) for each in node.inputs if each not in found}
        own = [known[each] if each in known else found[each] for each in node.inputs]
        found.update(zip(node.outputs, scalar(scribe, node, own), strict=True))
    return [_shaped(found[each], operands) for each in op.fgraph.outputs]


def _shaped(places: Places, operands: Sequence[Places]) -> Places:
    """Give places the shape that some operands broadcast to."""
    return np.broadcast_to(places, np.broadcast_shapes(*(each.shape for each in operands)))


def _cast(scribe: Scribe, node: "Apply", operand: Places) -> Places:
    """Write a change of type: everything is kept as a double."""
    before, after = node.inputs[0].type.dtype, node.outputs[0].type.dtype
    if after == "bool":
        return scribe.writer.elementwise(c.TRUTH, operand)
    if after.startswith("float") or before.startswith(("int", "uint", "bool")):
        return operand
    raise UnwritableError(f"The machine has no whole numbers for {node.op}.")
