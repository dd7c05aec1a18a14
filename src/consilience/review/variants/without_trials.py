"""Without trials that are named."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final, override

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.review.variants.base import Variant


@final
@dataclass(frozen=True, slots=True)
class WithoutTrials(Variant):
    """Leave out trials by their codes; a cell that has none of them stays as it is.

    Parameters
    ----------
    trials : tuple of str
        As in the column `trial`.

    Raises
    ------
    ModelError
        If none is named.
    """

    trials: tuple[str, ...]

    title: ClassVar[str] = "Without trials that are named"

    def __post_init__(self) -> None:
        """Refuse an empty list; take one name or several."""
        names = (self.trials,) if isinstance(self.trials, str) else tuple(self.trials)
        if not names or not all(isinstance(name, str) and name for name in names):
            raise ModelError(f"WithoutTrials: trials must name one or more, got {self.trials!r}.")
        object.__setattr__(self, "trials", names)

    @override
    def keeps(self, effects: Effects) -> NDArray[np.bool_]:
        return ~effects.table["trial"].isin(self.trials).to_numpy(dtype=bool)

    @override
    def unknown(self, table: pd.DataFrame) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        known = tuple(dict.fromkeys(table["trial"]))
        yield from (("no such name", name, known) for name in self.trials if name not in known)
