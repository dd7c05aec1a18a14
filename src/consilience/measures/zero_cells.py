"""What is done about zero counts before logarithms are taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import final

import numpy as np
from numpy.typing import NDArray

from consilience.errors import ModelError

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]

TO: Mapping[str, Callable[[Mask], Mask]] = {
    "only0": lambda zero: zero,
    "all": np.ones_like,
    "if0all": lambda zero: np.full_like(zero, zero.any()),
    "none": np.zeros_like,
}
"""To which rows the constant is added, from the rows with a zero count, by metafor's names."""


@final
@dataclass(frozen=True, slots=True)
class ZeroCells:
    """The policy for zero counts: a constant added to all counts of a row.

    Parameters
    ----------
    add : float
        The constant; ≥ 0.
    to : str
        Rows that get it: ``"only0"`` those with a zero count, ``"all"``, ``"if0all"`` all if any
        has a zero count, ``"none"``.
    drop00 : bool
        Leave out rows that say nothing about a contrast: no event in either arm, or only events.

    Raises
    ------
    ModelError
        For a constant that is negative or no number, an unknown `to`, a `drop00` that is no bool.

    References
    ----------
    Sweeting, Sutton & Lambert (2004), Stat. Med. 23, 1351-1375. doi:10.1002/sim.1761
    """

    add: float = 0.5
    to: str = "only0"
    drop00: bool = False

    def __post_init__(self) -> None:
        """Refuse settings that are none."""
        number = isinstance(self.add, int | float) and not isinstance(self.add, bool)
        if not (number and isfinite(self.add) and self.add >= 0):
            raise ModelError(f"add={self.add!r} is no number ≥ 0 to add to zero counts; try 0.5.")
        if self.to not in TO:
            known = ", ".join(map(repr, TO))
            raise ModelError(f"There is no to={self.to!r} for zero counts. Choose from: {known}.")
        if not isinstance(self.drop00, bool):
            raise ModelError(f"drop00={self.drop00!r} must be True or False.")

    def adjust(self, counts: tuple[Floats, ...], empty: Mask) -> tuple[Floats, ...]:
        """Add the constant to the counts of the rows that get it.

        Parameters
        ----------
        counts : tuple of ndarray (k,)
            The counts of each row; NaN where missing.
        empty : ndarray (k,) of bool
            The rows that say nothing about the contrast.

        Returns
        -------
        tuple of ndarray (k,)
            NaN where the row is left out.
        """
        kept = np.where(empty & self.drop00, np.nan, 0.0)
        extra = self.add * self.raised(counts, empty)
        return tuple(count + kept + extra for count in counts)

    def raised(self, counts: tuple[Floats, ...], empty: Mask) -> Mask:
        """Say which rows get the constant, (k,), from the same arguments."""
        left_out = empty & self.drop00
        zero = np.logical_or.reduce([count == 0 for count in counts]) & ~left_out
        return TO[self.to](zero) & ~left_out & (self.add > 0)

    def notes(self, names: NDArray, counts: tuple[Floats, ...], empty: Mask) -> tuple[str, ...]:
        """Say in words which rows got the constant and which were left out.

        Parameters
        ----------
        names : ndarray (k,) of str
        counts, empty
            As for `adjust`.

        Returns
        -------
        tuple of str
        """
        rows = {
            f"{self.add:g} was added to the counts (to={self.to!r}) of": self.raised(counts, empty),
            "Left out, because all arms had no event or only events (drop00)": empty & self.drop00,
        }
        told = [(what, names[mask]) for what, mask in rows.items() if mask.any()]
        return tuple(f"{what}: {', '.join(map(str, named))}." for what, named in told)
