"""Names of clusters: those of the trials that were analysed, and those of new ones."""

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from consilience.design.columns import as_labels

if TYPE_CHECKING:
    import pandas as pd


def numbered[T: Hashable](names: Iterable[T]) -> dict[T, int]:
    """Give different names numbers, in the order in which they come."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def labels_or_new(new: "pd.DataFrame", column: str) -> list[str]:
    """Read the clusters of new trials; one that is not named is a new one, of its own.

    Parameters
    ----------
    new : DataFrame
        One row per new trial.
    column : str
        The column that names the clusters; it may be missing.
    """
    if column not in new:
        return [f"\0{place}" for place in range(len(new))]
    given = new[column]
    filled = given.astype(object).where(given.notna(), [f"\0{place}" for place in range(len(new))])
    return as_labels(new.assign(**{column: filled}), column)
