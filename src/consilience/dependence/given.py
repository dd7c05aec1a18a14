"""A covariance that somebody printed or computed from the participants' data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from consilience.dependence.base import Dependence, Floats, Rows, Spoken
from consilience.dependence.pairs import Pairs
from consilience.errors import DataError, ModelError, Problem

type Matrix = tuple[tuple[float, ...], ...]

WHOLE = ""
"""The name of a matrix that is that of all estimates."""


@final
@dataclass(frozen=True, slots=True)
class Given(Dependence):
    """The sampling covariance of some studies, or of all estimates, as it is given.

    Whatever the other rules say of the same pairs is not heard. The diagonal must be the variances
    of the estimates, to one per cent (printed numbers are rounded).

    Parameters
    ----------
    matrix : mapping, array or DataFrame
        From the name of a study to the covariance of its estimates in the order of their rows; or
        one matrix (k, k) of all estimates in their order.

    Raises
    ------
    ModelError
        If a covariance is no square matrix of finite numbers.
    """

    matrix: Mapping[str, ArrayLike] | ArrayLike | pd.DataFrame

    title: ClassVar[str] = "Given covariance"
    source: ClassVar[str] = (
        "Jackson, Riley & White (2011), Stat. Med. 30, 2481-2498, doi:10.1002/sim.4172"
    )
    rank: ClassVar[int] = 0

    def __post_init__(self) -> None:
        """Write the matrices down as plain tuples, so that equal ones are equal."""
        held = self.matrix if isinstance(self.matrix, Mapping) else {WHOLE: self.matrix}
        if isinstance(self.matrix, pd.DataFrame):
            held = {WHOLE: self.matrix.to_numpy()}
        elif _written(self.matrix):
            held = dict(self.matrix)  # type: ignore[arg-type]
        plain = tuple((str(name), _square(matrix, str(name))) for name, matrix in held.items())
        object.__setattr__(self, "matrix", plain)

    @property
    @override
    def label(self) -> str:
        names = ", ".join(name or "all estimates" for name, _ in self._blocks)
        return f"the covariance of {names} as given"

    @property
    def _blocks(self) -> tuple[tuple[str, Matrix], ...]:
        return self.matrix  # type: ignore[return-value]

    @override
    def speak(self, rows: Rows) -> Spoken:
        """Speak of the pairs within each matrix.

        Raises
        ------
        DataError
            If a matrix is of another size than its estimates, is not symmetric, or has other
            variances on its diagonal.
        """
        told = [_block(rows, name, block=np.array(block)) for name, block in self._blocks]
        first, second, correlation = (np.concatenate(each) for each in zip(*told, strict=True))
        return Spoken(Pairs(first, second), correlation)


def _written(value: object) -> bool:
    return isinstance(value, tuple) and all(
        isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], str) for each in value
    )


def _square(matrix: object, name: str) -> Matrix:
    """Read a square matrix of numbers."""
    try:
        values = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError):
        values = np.zeros(0)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not np.isfinite(values).all():
        raise ModelError(
            f"Given: the covariance{f' of {name!r}' * bool(name)} must be a square matrix of "
            "numbers, one row and one column for each estimate."
        )
    return tuple(tuple(row) for row in values.tolist())


def _at(rows: Rows, name: str) -> np.ndarray:
    here = (rows.table["study"] == name).to_numpy(dtype=bool, na_value=False) | (name == WHOLE)
    if not here.any():
        remedy = "Name a study of the table, or leave its covariance out."
        raise DataError([Problem("Given: no such study", remedy, name)])
    return np.flatnonzero(here)


def _block(rows: Rows, name: str, *, block: Floats) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Give pairs that are correlated or of one study, by a matrix whose diagonal must be vi."""
    at = _at(rows, name)
    if len(at) != len(block):
        what = f"Given: the covariance is that of {len(block)} estimates, and there are {len(at)}"
        raise DataError([Problem(what, "Give one row and column for each estimate.", name)])
    v = rows.v[at]
    wrong = ~np.isclose(np.diag(block), v, rtol=0.01, atol=0.0)
    if wrong.any() or not np.allclose(block, block.T, rtol=1e-8, atol=0.0):
        _refuse(rows, at, block=block, wrong=wrong)
    scaled = block / np.sqrt(np.outer(np.diag(block), np.diag(block)))
    one, two = np.triu_indices(len(at), 1)
    studies = pd.factorize(rows.table["study"])[0][at]
    kept = (scaled[one, two] != 0) | (studies[one] == studies[two])
    return at[one[kept]], at[two[kept]], scaled[one, two][kept]


def _refuse(rows: Rows, at: np.ndarray, *, block: Floats, wrong: np.ndarray) -> None:
    """Name the estimates whose variances differ from the matrix's, or the lack of symmetry."""
    remedy = "Give the covariance on the scale on which the effects are analysed."
    problems = [
        Problem(f"Given: the variance {block[i, i]:.6g} is not that of the estimate",
                remedy, str(rows.names[at[i]]), "vi", f"{rows.v[at[i]]:.6g}")
        for i in np.flatnonzero(wrong)
    ]  # fmt: skip
    if not problems:
        problems = [
            Problem("Given: the covariance is not symmetric", remedy, str(rows.names[at[0]]))
        ]
    raise DataError(problems)
