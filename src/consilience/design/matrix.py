"""The design matrix of a formula, and the record that lays the same coding on new rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.design.columns import Factor, Number, factor, is_factor, refuse_rows
from consilience.design.grammar import Parsed, parse
from consilience.errors import ModelError

Columns = Mapping[str, Factor | Number]
_CONTEXT = {"sqrt": np.sqrt}
_ALIASED = 1e-10
_BEYOND = "a value lies beyond the ends of a spline, where the fitted trials say nothing."
_FINITE = "This term of the formula has no finite value"


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A formula's columns for ``k`` rows, and how to make them again.

    Parameters
    ----------
    formula : str
        As the user wrote it.
    names : tuple of str
        One per column: ``year``, ``comparator_type[TAU]`` (that level against the reference),
        ``a[x]:b[y]``.
    matrix : ndarray, shape (k, p)
        The columns as they stand, not centred, without the intercept.
    factors : mapping of str to tuple of str
        The levels of each factor, the reference first (numbers ascending, text in
        case-insensitive order).
    intercept : bool
        Whether an intercept belongs to the matrix; ``False`` if the formula takes it out
        (``0 + a``: one column per level of ``a``).
    """

    formula: str
    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    factors: Mapping[str, tuple[str, ...]]
    intercept: bool
    _coding: "_Coding | _NoColumns" = field(repr=False)

    @property
    def full(self) -> NDArray[np.float64]:
        """The columns behind the intercept, where there is one."""
        ones = np.ones((len(self.matrix), int(self.intercept)))
        return np.hstack([ones, self.matrix])

    @property
    def mean(self) -> NDArray[np.float64]:
        """Means of the columns over the k rows, shape (p,)."""
        return self.matrix.mean(axis=0)

    def rows(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """Lay the same coding on other rows.

        Parameters
        ----------
        table : DataFrame, r rows
            With every column of the formula.

        Returns
        -------
        ndarray, shape (r, p)

        Raises
        ------
        ModelError
            For a missing column, a level that the design does not know, a value beyond the ends
            of a spline.
        DataError
            For a missing value.
        """
        return self._coding.rows(table)


def encode(formula: str, table: pd.DataFrame, *, distinct: bool = True) -> Design:
    """Make the design matrix of a formula.

    Text columns (and true/false) are treatment-coded against their first level. The grammar is in
    :mod:`consilience.design.grammar`.

    Parameters
    ----------
    formula : str
        Right-hand side only: ``"comparator_type + year"``.
    table : DataFrame, k rows
        Labels and moderators; a column ``study`` is used to name rows in errors.
    distinct : bool
        Whether to refuse columns that are combinations of others, as least squares must; proper
        priors on the coefficients can do with them.

    Raises
    ------
    ModelError
        For anything outside the grammar, an unknown column, a factor with one level and, if
        `distinct`, columns that are combinations of others.
    DataError
        For missing or infinite moderators, listing the studies.
    """
    import formulaic

    kinds = {str(name): is_factor(kind) for name, kind in table.dtypes.items()}
    parsed = parse(formula, kinds)
    columns = _columns(parsed, table)
    evaluated = _evaluated(formulaic.Formula(parsed.text), table, columns, formula=formula)
    coding = _Coding(formula, columns, evaluated.model_spec)
    matrix = coding.without_intercept(evaluated, table)
    if not evaluated.shape[1]:
        raise ModelError(f"The formula {formula!r} leaves no coefficient. Name a column.")
    if distinct:
        _refuse_aliased(matrix, coding)
    factors = {c.name: c.levels for c in columns.values() if isinstance(c, Factor)}
    return Design(formula, coding.names, matrix, factors, coding.intercept, coding)


def constant(k: int) -> Design:
    """Make the design without moderators for ``k`` rows: an intercept and no columns."""
    return Design("1", (), np.empty((k, 0)), {}, intercept=True, _coding=_NoColumns())


@dataclass(frozen=True, slots=True)
class _NoColumns:
    def rows(self, table: pd.DataFrame) -> NDArray[np.float64]:
        return np.empty((len(table), 0))


@dataclass(frozen=True, slots=True, eq=False)
class _Coding:
    """What is needed to code new rows; ``spec`` is formulaic's ModelSpec."""

    formula: str
    columns: Columns
    spec: Any

    @property
    def intercept(self) -> bool:
        return "Intercept" in self.spec.column_names

    @property
    def names(self) -> tuple[str, ...]:
        names = self.spec.column_names[int(self.intercept) :]
        return tuple(_named(name, self.columns) for name in names)

    def rows(self, table: pd.DataFrame) -> NDArray[np.float64]:
        evaluated = _evaluated(self.spec, table, self.columns, formula=self.formula)
        return self.without_intercept(evaluated, table)

    def without_intercept(self, evaluated: Any, table: pd.DataFrame) -> NDArray[np.float64]:  # noqa: ANN401
        matrix = np.asarray(evaluated, dtype=float)[:, int(self.intercept) :]
        for column, name in zip(matrix.T, self.names, strict=True):
            refuse_rows(table, ~np.isfinite(column), column=name, rule=_FINITE)
        return matrix


def _columns(parsed: Parsed, table: pd.DataFrame) -> Columns:
    numbers = {alias: Number(name) for alias, name in parsed.numbers.items()}
    factors = {alias: factor(table, name) for alias, name in parsed.factors.items()}
    return {**numbers, **factors}


def _evaluated(spec: Any, table: pd.DataFrame, columns: Columns, *, formula: str) -> Any:  # noqa: ANN401
    read = {alias: column.read(table) for alias, column in columns.items()}
    coded = pd.DataFrame(read, index=range(len(table)))
    with _told(formula, columns), np.errstate(all="ignore"):
        return spec.get_model_matrix(coded, context=_CONTEXT, na_action="ignore", output="numpy")


@contextmanager
def _told(formula: str, columns: Columns) -> Iterator[None]:
    """Say formulaic's errors with the user's names."""
    from formulaic.errors import FormulaicError

    try:
        yield
    except (FormulaicError, ValueError) as error:
        reason = _BEYOND if "extend beyond" in str(error) else _named(str(error), columns)
        message = f"The formula {formula!r} cannot be evaluated: {reason}"
        raise ModelError(message) from error


def _named(text: str, columns: Columns) -> str:
    """Write a column of the matrix with the names of the table's columns and levels."""

    def written(found: re.Match[str]) -> str:
        column = columns[found[1]]
        if isinstance(column, Factor) and found[2]:
            return f"{column.name}[{column.levels[int(found[2])]}]"
        return column.name

    alias = "|".join(columns) or "$^"
    plain = text.replace(", constraints='center'", "")
    return re.sub(rf"\b({alias})\b(?:\[(?:T\.)?(\d+)\])?", written, plain)


def _refuse_aliased(matrix: NDArray[np.float64], coding: _Coding) -> None:
    """Refuse columns that are combinations of those before them."""
    aliased = aliased_columns(matrix, coding.names, intercept=coding.intercept)
    if aliased:
        message = (
            f"In the formula {coding.formula!r} these columns are combinations of the columns "
            f"before them{' and the intercept' if coding.intercept else ''}: "
            f"{', '.join(aliased)}. These {len(matrix)} rows cannot tell their effects apart; "
            "leave a term out."
        )
        raise ModelError(message)


def aliased_columns(
    matrix: NDArray[np.float64], names: Sequence[str], *, intercept: bool
) -> tuple[str, ...]:
    """Name the columns that are linear combinations of the intercept and earlier columns.

    By Gram–Schmidt, twice for accuracy; a column counts as aliased when less than 1e-10 of its
    length is left.
    """
    k = len(matrix)
    basis = np.full((k, 1), k**-0.5) if intercept else np.empty((k, 0))
    found = []
    for column, name in zip(matrix.T, names, strict=True):
        length = float(np.linalg.norm(column))
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        left = float(np.linalg.norm(rest))
        if left <= _ALIASED * length:
            found.append(name)
        else:
            basis = np.column_stack([basis, rest / left])
    return tuple(found)
