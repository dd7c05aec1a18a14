"""Who took part: trials and participants, each counted once."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.effects import Effects
from consilience.measures.base import participants

OCCASION = ("outcome", "scale", "timepoint", "weeks", "population")
"""Columns by which several estimates of one study concern the same people."""

_NAMES = {1: "intervention", 2: "comparator"}
_FIGURES = ("mean", "sd", "se", "events", "person_time")


@dataclass(frozen=True, slots=True)
class People:
    """How many took part.

    Parameters
    ----------
    studies, estimates : int
    participants : int
        Of the studies whose numbers are known, each person once.
    silent : tuple of str
        Studies whose numbers of participants are not known.
    repeated : tuple of str
        Studies with several estimates of which people were counted once.
    unsure : tuple of str
        Studies with several estimates that do not say whether they share an arm: added up.
    """

    studies: int
    estimates: int
    participants: int
    silent: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


NOBODY = People(0, 0, 0)
"""No trial measured it."""


def people(effects: Effects) -> People:
    """Count trials and participants, each once.

    Estimates of one study at different times, or of different outcomes, scales and populations, are
    of the same people: the largest count stands for the study. Within one of these, an arm that
    stands in several rows (the same name, size and figures) is counted once.

    Parameters
    ----------
    effects : Effects

    Returns
    -------
    People
    """
    table = effects.table.assign(_n=participants(effects.table), _block=_blocks(effects))
    studies = table["study"].astype(str)
    counted = {str(name): _study(rows) for name, rows in table.groupby(studies, sort=False)}
    return People(
        studies=len(counted),
        estimates=effects.k,
        participants=round(sum(one.n for one in counted.values() if one.n > 0)),
        silent=tuple(name for name, one in counted.items() if not one.n > 0),
        repeated=tuple(name for name, one in counted.items() if one.repeated),
        unsure=tuple(name for name, one in counted.items() if one.unsure),
    )


def comparator_arms(effects: Effects) -> pd.DataFrame:
    """Return the rows of a table in which each comparator arm stands once.

    Parameters
    ----------
    effects : Effects
    """
    table = effects.table.assign(_block=_blocks(effects))
    keys = [
        (str(row["study"]), _identity(row, 2, place)) for place, (_, row) in enumerate(_rows(table))
    ]
    return effects.table[~pd.Series(keys, index=table.index).duplicated()]


@dataclass(frozen=True, slots=True)
class _Count:
    n: float
    repeated: bool = False
    unsure: bool = False


def _study(rows: pd.DataFrame) -> _Count:
    """Count the people of one study."""
    if len(rows) == 1:
        return _Count(float(rows["_n"].iloc[0]))
    columns = [name for name in OCCASION if name in rows and rows[name].notna().any()]
    groups = rows.groupby(columns, sort=False, dropna=False) if columns else [((), rows)]
    counts = [_occasion(group) for _, group in groups]
    known = [one for one in counts if one.n > 0]
    if not known:
        return _Count(float("nan"))
    largest = max(known, key=lambda one: one.n)
    repeated = len(counts) > 1 or any(one.repeated for one in counts)
    return _Count(largest.n, repeated, largest.unsure)


def _occasion(rows: pd.DataFrame) -> _Count:
    """Count the people of one study of which one outcome was read at one time."""
    if len(rows) == 1:
        return _Count(float(rows["_n"].iloc[0]))
    if not {"n1", "n2"} <= set(rows) or rows[["n1", "n2"]].isna().any(axis=None):
        return _Count(float(rows["_n"].sum(min_count=1)), unsure=True)
    arms: dict[Hashable, float] = {}
    for place, (_, row) in enumerate(_rows(rows)):
        for side in (1, 2):
            arms[_identity(row, side, place)] = float(row[f"n{side}"])
    total = sum(arms.values())
    return _Count(total, repeated=total < float(rows["_n"].sum()))


def _rows(table: pd.DataFrame) -> Iterator[tuple[Hashable, pd.Series]]:
    return table.iterrows()


def _identity(row: pd.Series, side: int, place: int) -> Hashable:
    """Name an arm: by its column, by its figures, or by its row where nothing says what it shares.

    Two rows whose sampling errors are related, and that agree in all they say of an arm, share it.
    """
    column = row.get(f"arm{side}")
    if isinstance(column, str) and column:
        return column
    figures = [row.get(f"{name}{side}") for name in _FIGURES]
    told = tuple(None if pd.isna(cell) else cell for cell in (row.get(_NAMES[side]), *figures))
    if row["_block"] < 0 and all(cell is None for cell in told[1:]):
        return side, "row", place
    return side, row.get(f"n{side}"), *told


def _blocks(effects: Effects) -> np.ndarray:
    """Give each estimate the number of its block of the sampling covariance, (k,); −1 for none."""
    found = np.full(effects.k, -1)
    for number, at in enumerate(effects.shared.members):
        found[at] = number
    return found
