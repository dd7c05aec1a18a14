"""PyMC models for nutpie, by the machine instead of a compiler.

nutpie has numba compile each model, which takes from ten seconds to two minutes. The machine is
compiled once and for all, and reads a model in a second.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from consilience.engines.nuts.machine.program import Places, Program, Variables
from consilience.engines.nuts.machine.writing import program_of
from consilience.gaussian import Array

if TYPE_CHECKING:
    import pymc
    from pytensor.compile.mode import Mode
    from pytensor.tensor import TensorVariable

_WITHOUT = ("fusion", "inplace", "cxx_only", "BlasOpt", "local_careduce_fusion")
"""Rewrites for compilers: many steps in one, results in place of operands, calls of libraries."""

_MOVED = "unconstrained_parameter"
"""nutpie's name of the dimension of the parameters as it moves them."""


def translated(model: "pymc.Model") -> Any:  # noqa: ANN401 - nutpie has no types
    """Give a PyMC model to nutpie: its density with the gradient, and what is recorded.

    Parameters
    ----------
    model : pymc.Model
        With shapes that are known.

    Returns
    -------
    nutpie.CompiledModel
        With the variables, coordinates and shared data that nutpie's own would have.

    Raises
    ------
    UnwritableError
        If the machine has no instruction for one of its operations.
    """
    from pymc.initial_point import make_initial_point_fn

    from consilience.engines.nuts.machine.handed import handed

    start = make_initial_point_fn(model=model, jitter_rvs=set(model.free_RVs))
    values = [model.rvs_to_values[variable] for variable in model.free_RVs]
    point = start(0)
    starts = [np.asarray(point[value.name], dtype=np.float64) for value in values]
    names = {value.name for value in values}
    others = [each for each in model.unobserved_value_vars if each.name not in names]
    density, shared = _program(model, _sloped(model), starts)
    recorded, again = _program(model, others, starts)
    shapes = [part.shape for part in (*starts, *recorded.outputs)]
    named = [str(each.name) for each in (*values, *others)]
    own = {value: rv for rv, value in model.rvs_to_values.items()}
    moved = [value.name for value in values if model.rvs_to_transforms.get(own[value]) is not None]
    coords = _coords(model, zip(named[: len(starts)], starts, strict=True))
    dims = _dims(model, dict(zip(named, shapes, strict=True)))
    return handed(
        (density, recorded),
        (_held(density, shared), _held(recorded, again)),
        Variables(named, shapes, dims, coords, moved),
        shared=shared | again,
        start=_Start(start, tuple(value.name for value in values)),
    )


def _held(program: Program, shared: Iterable[str]) -> dict[str, Places]:
    """Say where a program holds shared data: its last inputs."""
    names = list(shared)
    return dict(zip(names, program.inputs[len(program.inputs) - len(names) :], strict=True))


@dataclass(frozen=True, slots=True)
class _Start:
    """Gives initial values laid side by side, to one chain after the other."""

    point: Callable[[int], Mapping[str, Array]]
    names: tuple[str, ...]
    lock: Lock = field(default_factory=Lock)

    def __call__(self, seed: int) -> Array:
        """Give those of a seed."""
        with self.lock:  # PyTensor's functions keep their arguments in places of their own
            found = self.point(seed)
        return np.concatenate([np.ravel(found[name]) for name in self.names]).astype(np.float64)


def _program(
    model: "pymc.Model", outputs: "Sequence[TensorVariable]", starts: Sequence[Array]
) -> tuple[Program, dict[str, Array]]:
    """Write variables as a program of the free parameters, and give the shared data by name."""
    from pymc.pytensorf import compile as function

    values = [model.rvs_to_values[variable] for variable in model.free_RVs]
    with model:
        built = function(values, list(outputs), mode=_mode(), on_unused_input="ignore")
    shared = {str(each.name): np.asarray(each.get_value()) for each in built.get_shared()}
    return program_of(built.maker.fgraph, [*starts, *shared.values()]), shared


def _mode() -> "Mode":
    """Give PyTensor's rewrites without those for compilers."""
    from pytensor.compile.mode import Mode
    from pytensor.graph.rewriting.db import RewriteDatabaseQuery

    query = RewriteDatabaseQuery(include=["fast_run"], exclude=list(_WITHOUT))
    return Mode(linker="py", optimizer=query)


def _sloped(model: "pymc.Model") -> "Sequence[TensorVariable]":
    """Write the log density on the unconstrained scale, and its gradient."""
    import pytensor.tensor as pt
    from pytensor.graph import rewrite_graph

    values = [model.rvs_to_values[variable] for variable in model.free_RVs]
    stable: Any = rewrite_graph(model.logp(), include=["canonicalize", "stabilize"])
    slopes: Any = pt.grad(stable, values)
    return [stable, *slopes]


def _coords(model: "pymc.Model", moved: Iterable[tuple[str, Array]]) -> dict[str, pd.Index]:
    """Give the labels of every dimension, and of the parameters as they are moved."""
    lengths = model.dim_lengths
    found = {
        name: pd.RangeIndex(int(lengths[name].eval())) if labels is None else pd.Index(labels)
        for name, labels in model.coords.items()
    }
    own = [
        ".".join([name, *map(str, at)]) if at else name
        for name, start in moved
        for at in np.ndindex(start.shape)
    ]
    return found | {_MOVED: pd.Index(own)}


def _dims(model: "pymc.Model", shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """Name the dimensions of every variable; a parameter as it is moved has those of its own."""
    found = dict(model.named_vars_to_dims)
    for value, variable in model.values_to_rvs.items():
        same = shapes.get(str(value.name), ()) == shapes.get(str(variable.name))
        if variable.name in found and value.name in shapes and same:
            found[str(value.name)] = found[variable.name]
    return found
