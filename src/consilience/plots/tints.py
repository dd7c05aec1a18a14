"""The colour of a cell of a matrix: how far its mean effect lies from none, or how surely."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, final

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex, to_rgb

from consilience.plots.style import BAYES, CLASSICAL

_FULL, _DEEPEST = 1.0, 0.55
"""The effect, in unit SDs or logs, at which a colour is deepest; how deep that is."""


class Tint(Protocol):
    """From a row of a grid's table to the colour of its cell."""

    deeper: ClassVar[str]
    """What makes a colour deeper, in words."""

    def colour(self, row: Mapping[Any, Any]) -> str:
        """Give the colour; white where there is no estimate."""


@final
@dataclass(frozen=True, slots=True)
class BySize:
    """The deeper, the further the mean effect lies from none: all cells have one measure."""

    deeper: ClassVar[str] = "the deeper, the further"

    def colour(self, row: Mapping[Any, Any]) -> str:
        """Give the colour.

        Parameters
        ----------
        row : mapping
            With ``estimate`` on the analysed scale.
        """
        estimate = float(row["estimate"])
        return _mixed(np.sign(estimate) * min(1.0, abs(estimate) / _FULL))


@final
@dataclass(frozen=True, slots=True)
class ByCertainty:
    """The deeper, the surer the direction: sizes of different measures cannot be compared."""

    deeper: ClassVar[str] = "the deeper, the surer the direction, since measures differ in size"

    def colour(self, row: Mapping[Any, Any]) -> str:
        """Give the colour.

        Parameters
        ----------
        row : mapping
            With ``estimate`` and ``p_gt_0``, P(mean effect > 0).
        """
        certainty = 2.0 * float(row["p_gt_0"]) - 1.0
        return _mixed(certainty if np.isfinite(row["estimate"]) else np.nan)


def tint_of(table: pd.DataFrame) -> Tint:
    """Choose the colours that suit a table: by size where all its cells have one measure.

    Parameters
    ----------
    table : DataFrame
        As of `Grid.table`.
    """
    codes = set(table["measure"]) if "measure" in table else set()
    return ByCertainty() if len(codes) > 1 else BySize()


def _mixed(depth: float) -> str:
    """Mix white with blue (above no effect) or orange (below it), from −1 to 1."""
    if not np.isfinite(depth):
        return "#ffffff"
    ink = np.array(to_rgb(BAYES if depth > 0 else CLASSICAL))
    red, green, blue = (1.0 - _DEEPEST * abs(depth) * (1.0 - ink)).tolist()
    return to_hex((red, green, blue))
