"""How the effects of a measure are written: on its shown scale, with fitting decimals."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from consilience.effects import Effects
from consilience.measures import Measure
from consilience.report import rounding
from consilience.trials.directions import signs


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale on which effects are shown.

    Parameters
    ----------
    measure : Measure
    digits : int
        Decimals.
    """

    measure: Measure
    digits: int

    def effect(self, value: object) -> str:
        """Write an effect of the analysed scale as it is shown; a dash for what is none."""
        return rounding.decimal(self._shown(value), self.digits)

    def spread(self, value: object) -> str:
        """Write a standard deviation of effects, which stays on the analysed scale."""
        return rounding.decimal(value, self.digits)

    def short(self, value: object) -> str:
        """Write a declared effect of the analysed scale as it is shown, no longer than it is."""
        return f"{self._shown(value):.4g}".replace("-", "−")

    @property
    def null(self) -> str:
        """No effect, as it is shown: 1 for ratios."""
        null = self.measure.null
        return self.short(0.0 if np.isnan(null) else null)

    @property
    def ratio(self) -> bool:
        """Whether effects are analysed as logarithms and shown as ratios."""
        return self.measure.scale == "log" and self._shown(0.0) == 1.0

    def _shown(self, value: object) -> float:
        if not isinstance(value, int | float):
            return float("nan")
        return float(np.asarray(self.measure.display(np.asarray(value, dtype=float))))


def scale_of(effects: Effects) -> Scale:
    """Give the scale of some effects, with two digits of a typical standard error.

    Parameters
    ----------
    effects : Effects
    """
    return Scale(effects.measure, rounding.digits_for(float(np.median(np.sqrt(effects.v)))))


def scales_of(measured: Iterable[Effects]) -> dict[str, Scale]:
    """Give the scale of each measure by its code.

    Parameters
    ----------
    measured : iterable of Effects
        One of each measure.
    """
    return {one.measure.code: scale_of(one) for one in measured}


def is_turned(effects: Effects) -> bool:
    """Tell whether ratios stand the other way round than their sources count: fewer is above 1.

    Parameters
    ----------
    effects : Effects
    """
    ratio = scale_of(effects).ratio
    return ratio and effects.directed and bool((signs(effects.table) < 0).all())
