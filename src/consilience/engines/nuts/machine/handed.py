"""Programs as a model of nutpie's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from nutpie.compile_pymc import CompiledPyMCModel

from consilience.engines.nuts.machine.called import density, lying, record
from consilience.engines.nuts.machine.program import Places, Program, Variables
from consilience.gaussian import Array


@dataclass(frozen=True)
class Machined(CompiledPyMCModel):
    """A model that the machine runs.

    Parameters
    ----------
    programs : tuple of Program
        The density with its gradient; what is recorded.
    places : tuple of mapping of str to array of int
        Where each of them holds shared data.
    """

    programs: tuple[Program, ...] = ()
    places: tuple[Mapping[str, Places], ...] = ()

    def with_data(self, **updates: Any) -> "Machined":  # noqa: ANN401
        """Exchange shared data.

        Raises
        ------
        KeyError
            For a name that no shared data has.
        ValueError
            For data of another shape.
        """
        programs = tuple(
            _put(each, places, updates)
            for each, places in zip(self.programs, self.places, strict=True)
        )
        shared = dict(self.shared_data)
        for name, values in updates.items():
            if name not in shared:
                raise KeyError(f"Unknown shared variable: {name}")
            shared[name] = np.array(values, dtype=np.float64)
        changed: dict[str, Any] = {"shared_data": shared, "user_data": lying(programs)}
        return replace(self, programs=programs, **changed)

    def height(self, x: Array) -> tuple[float, Array]:
        """Give the log density and its gradient at parameters as they are moved."""
        found, slope, lies = np.empty(1), np.empty(len(x)), self.user_data
        self._call(density(), len(x), x, slope, found, lies)
        return float(found[0]), slope

    def recorded(self, x: Array) -> dict[str, Array]:
        """Give all that is recorded, by name."""
        found = np.empty(self.n_expanded)
        self._call(record(), len(x), len(found), x, found, self.user_data)
        names, _, shapes = self.shape_info
        ends = pairwise(np.cumsum([0, *map(prod, shapes)]).tolist())
        return {name: found[start:end].reshape(shape)
                for name, shape, (start, end) in zip(names, shapes, ends, strict=True)}  # fmt: skip

    @staticmethod
    def _call(function: Any, *given: Any) -> None:  # noqa: ANN401
        kinds = zip(function.ctypes.argtypes, given, strict=True)
        function.ctypes(*(
            each.ctypes.data_as(kind) if isinstance(each, np.ndarray) else each
            for kind, each in kinds
        ))  # fmt: skip


def handed(
    programs: tuple[Program, Program],
    places: tuple[Mapping[str, Places], ...],
    variables: Variables,
    *,
    shared: Mapping[str, Array],
    start: Callable[[int], Array],
) -> Machined:
    """Make a model of programs.

    Parameters
    ----------
    programs, places
        As in `Machined`.
    variables : Variables
        What is recorded.
    shared : mapping of str to array
        The shared data.
    start : callable
        Initial values, side by side, of a seed.
    """
    names, shapes = list(variables.names), list(variables.shapes)
    ends = np.cumsum([0, *map(prod, shapes)]).tolist()
    slices = [slice(*pair) for pair in pairwise(ends)]
    return Machined(
        dims=dict(variables.dims), reparameterized_names=list(variables.moved),
        compiled_logp_func=density(), compiled_expand_func=record(), initial_point_func=start,
        shared_data=dict(shared), shared_var_keys={}, user_data=lying(programs),
        n_expanded=ends[-1], shape_info=(names, slices, shapes), logp_func=None, expand_func=None,
        _n_dim=len(programs[0].coded.results) - 1, _shapes=dict(zip(names, shapes, strict=True)),
        _coords=dict(variables.coords), programs=programs, places=places,
    )  # fmt: skip


def _put(program: Program, places: Mapping[str, Places], values: Mapping[str, Any]) -> Program:
    """Give a program with other shared data in its memory."""
    memory = program.memory.copy()
    for name, at in places.items():
        if name in values:
            given = np.asarray(values[name], dtype=np.float64)
            if given.shape != at.shape:
                raise ValueError(f"Shared variable {name} must have the shape {at.shape}")
            memory[at] = given
    return replace(program, memory=memory)
