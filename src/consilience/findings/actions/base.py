"""What an effect does to a baseline."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]


class Action(ABC):
    """From a baseline and an effect to the value with the intervention: it rises with the effect.

    Attributes
    ----------
    most : float
        The largest value that baselines and results may have.
    """

    __slots__ = ()

    most: ClassVar[float] = 1.0

    @abstractmethod
    def moved(self, baseline: float, x: ArrayLike) -> Floats:
        """Return the value with the intervention.

        Parameters
        ----------
        baseline : float
            Risk or rate with the comparator, inside (0, `most`).
        x : array_like
            Effects on the analysed scale of the measure, intervention minus comparator.

        Returns
        -------
        ndarray
            As the shape of `x`, within [0, `most`].
        """

    @abstractmethod
    def needed(self, baseline: float, target: float) -> float:
        """Return the effect that moves a baseline to a target; both lie inside (0, `most`)."""

    def beyond(self, baseline: float, x: float) -> bool:
        """Say whether an effect would move the baseline to where nothing can be; never here."""
        del baseline, x
        return False
