"""A graph of PyTensor as a program of the machine.

Every array is known by the places of its elements in the memory. What only moves elements about
(indexing, transposing, joining) moves places when the program is written, and costs nothing when it
runs. What depends on constants alone is computed when the program is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from consilience.engines.nuts.machine.program import Places, Program, Writer

if TYPE_CHECKING:
    from pytensor.graph import Apply, FunctionGraph, Variable


class UnwritableError(Exception):
    """The machine has no instruction for an operation."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """An array that is the same whatever the inputs."""

    values: Any


type Value = Known | Places


@dataclass(slots=True)
class Scribe:
    """What writes a graph, node by node."""

    writer: Writer = field(default_factory=Writer)
    found: "dict[Variable, Value]" = field(default_factory=dict)

    def graph(self, graph: "FunctionGraph") -> None:
        """Write all nodes of a graph whose inputs have been found."""
        for node in graph.toposort():
            self.node(node)

    def node(self, node: "Apply") -> None:
        """Write one node; what depends on constants alone is computed at once."""
        values = [self.value(variable) for variable in node.inputs]
        if all(isinstance(each, Known) for each in values):
            known = [each.values for each in values if isinstance(each, Known)]
            results: Sequence[Value] = [Known(each) for each in performed(node, known)]
        else:
            from consilience.engines.nuts.machine.operations import written

            results = written(self, node, values)
        self.found.update(zip(node.outputs, results, strict=True))

    def value(self, variable: "Variable") -> Value:
        """Give what is known of a variable."""
        from pytensor.graph import Constant

        if isinstance(variable, Constant):
            return Known(variable.data)
        return self.found[variable]

    def places(self, value: Value) -> Places:
        """Give the places of a value; constants are put into the memory."""
        return self.writer.hold(np.asarray(value.values)) if isinstance(value, Known) else value

    def inner(self, graph: "FunctionGraph", values: Sequence[Value]) -> "list[Value]":
        """Write a graph that stands for one node."""
        below = Scribe(self.writer, dict(zip(graph.inputs, values, strict=True)))
        below.graph(graph)
        return [below.value(variable) for variable in graph.outputs]


def performed(node: "Apply", values: Sequence[Any]) -> list[Any]:
    """Let an operation compute its outputs from values."""
    storage: list[list[Any]] = [[None] for _ in node.outputs]
    node.op.perform(node, list(values), storage)
    return [each[0] for each in storage]


def program_of(graph: "FunctionGraph", starts: Sequence[np.ndarray]) -> Program:
    """Write a graph as a program.

    Parameters
    ----------
    graph : FunctionGraph
        Rewritten, without operations in place.
    starts : sequence of array
        What each input holds to begin with; their shapes are those of the inputs.

    Raises
    ------
    UnwritableError
        If the machine has no instruction for an operation.
    """
    scribe = Scribe()
    inputs = tuple(scribe.writer.hold(np.asarray(start)) for start in starts)
    scribe.found.update(zip(graph.inputs, inputs, strict=True))
    scribe.graph(graph)
    outputs = tuple(scribe.places(scribe.value(variable)) for variable in graph.outputs)
    return scribe.writer.program(inputs, outputs)
