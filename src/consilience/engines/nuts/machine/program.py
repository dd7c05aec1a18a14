"""Programs of the machine, and how they are put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, SupportsInt

import numpy as np
from numpy.typing import NDArray

from consilience.engines.nuts.machine import codes as c
from consilience.gaussian import Array

type Places = NDArray[np.intp]
"""Where the elements of an array lie in the memory, in the array's shape."""

type Whole = NDArray[np.int64]

ZERO = 0
"""Where the memory holds a zero."""

FIRST = 1
"""Where the first input begins; the others follow."""


class Coded(NamedTuple):
    """A program as the machine takes it."""

    rows: Whole
    """See `codes`, (instructions, WIDTH)."""
    table: Whole
    """Places that are no progression."""
    results: Whole
    """Where the outputs lie, side by side."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Instructions, and the memory they begin with.

    Parameters
    ----------
    coded : Coded
        The instructions.
    memory : array
        Constants, with inputs at their initial values.
    inputs, outputs : tuple of array of int
        Where each input and output lies.
    """

    coded: Coded
    memory: Array
    inputs: tuple[Places, ...]
    outputs: tuple[Places, ...]


class Variables(NamedTuple):
    """What is recorded of a model: first its parameters as they are moved, then all others."""

    names: Sequence[str]
    shapes: Sequence[tuple[int, ...]]
    dims: Mapping[str, Any]
    """Names of the dimensions, by variable."""
    coords: Mapping[str, Any]
    """Labels, by dimension."""
    moved: Sequence[str]
    """Parameters that are moved on another scale than their own."""


@dataclass(slots=True)
class Writer:
    """A program while it is written."""

    rows: list[tuple[int, ...]] = field(default_factory=list)
    tables: list[Places] = field(default_factory=list)
    blocks: list[Array] = field(default_factory=lambda: [np.zeros(1)])
    size: int = 1
    tabled: int = 0

    def hold(self, values: Array) -> Places:
        """Keep values in the memory, and say where."""
        places = self.room(values.shape)
        self.blocks[-1] = np.asarray(values, dtype=np.float64).ravel()
        return places

    def room(self, shape: tuple[int, ...]) -> Places:
        """Make room for a result; its elements lie one after the other."""
        count = int(np.prod(shape))
        places = np.arange(self.size, self.size + count).reshape(shape)
        self.blocks.append(np.zeros(count))
        self.size += count
        return places

    def listed(self, places: Places) -> int:
        """Put places into the table, and say where."""
        first = self.tabled
        self.tables.append(places.ravel())
        self.tabled += places.size
        return first

    def add(self, *row: SupportsInt) -> None:
        """Write an instruction."""
        self.rows.append((*map(int, row), *(0,) * (c.WIDTH - len(row))))

    def elementwise(self, code: int, *operands: Places) -> Places:
        """Write a function of elements of arrays that broadcast together."""
        shape = np.broadcast_shapes(*(each.shape for each in operands))
        steps = [self.stepped(np.broadcast_to(each, shape)) for each in operands]
        out = self.room(shape)
        if out.size:
            self.add(code, out.size, out.flat[0], *(each for pair in steps for each in pair))
        return out

    def stepped(self, places: Places) -> tuple[int, int]:
        """Give the first place and the step of elements that lie in equal steps.

        Where they do not they are gathered first.
        """
        flat = places.ravel()
        if flat.size < 2:
            return (int(flat[0]) if flat.size else ZERO), 0
        step = int(flat[1] - flat[0])
        if np.all(np.diff(flat) == step):
            return int(flat[0]), step
        return int(self.gathered(places).flat[0]), 1

    def gathered(self, places: Places) -> Places:
        """Copy elements so that they lie one after the other."""
        out = self.room(places.shape)
        self.add(c.GATHER, out.size, out.flat[0], self.listed(places))
        return out

    def latticed(self, places: Places) -> tuple[int, int, int]:
        """Give the first place of a matrix, and its steps along rows and columns."""
        first = int(places.flat[0]) if places.size else ZERO
        down = int(places[1, 0]) - first if places.shape[0] > 1 else 0
        along = int(places[0, 1]) - first if places.shape[1] > 1 else 0
        rows, columns = np.indices(places.shape)
        if np.array_equal(places, first + rows * down + columns * along):
            return first, down, along
        return int(self.gathered(places).flat[0]), places.shape[1], 1

    def program(self, inputs: tuple[Places, ...], outputs: tuple[Places, ...]) -> Program:
        """Close the program."""
        rows = np.array(self.rows, dtype=np.int64).reshape(-1, c.WIDTH)
        table = np.concatenate([np.zeros(0, dtype=np.int64), *self.tables])
        results = np.concatenate([np.zeros(0, dtype=np.int64), *(each.ravel() for each in outputs)])
        coded = Coded(rows, table, results)
        return Program(coded, np.concatenate(self.blocks), inputs, outputs)
