"""The Emax curve: a rise that levels off."""

from dataclasses import dataclass, field
from typing import final

import numpy as np

from consilience.errors import DataError, ModelError, Problem
from consilience.priors import Prior, Uniform, UnitInformation
from consilience.terms.exposures import Exposures
from consilience.terms.located import Located, settled
from consilience.terms.shapes import Saturating, Shape


@final
@dataclass(frozen=True, slots=True)
class Emax(Located):
    """A rise that levels off: half of the effect β at an unknown exposure c, the ED50.

    θᵢ has expectation β·g(xᵢ; c), g = xᵢ/(xᵢ + c): β is the effect at endless exposure. Of μ and
    `from_zero` as in `Threshold`. There is no `spread`: the mean of such a curve over participants
    has no closed form, so xᵢ is the trial's.

    Parameters
    ----------
    column : str
        Exposure of each trial, at least 0.
    location : Prior
        Prior of the ED50, on the scale of the column and nowhere below 0. The default is uniform
        from 0 to 100 percent.
    effect : Prior
        Prior of β, on the effect's scale. The default is a Normal of half a unit-information SD.
    error : str
        Column as in `Threshold`, or none.
    unknown : tuple of Prior
        As in `Threshold`.
    from_zero : bool
        Whether there is no effect without exposure.

    Raises
    ------
    ModelError
        If the column is no name, a prior no proper prior, or the ED50 may be negative.

    References
    ----------
    Macdougall (2006), Analysis of dose–response studies: Emax model,
    doi:10.1007/0-387-33706-7_9.
    """

    column: str
    location: Prior = field(default_factory=lambda: Uniform(0.0, 100.0))
    effect: Prior = field(default_factory=UnitInformation)
    error: str = ""
    unknown: tuple[Prior, ...] = ()
    from_zero: bool = True

    def __post_init__(self) -> None:
        """Look names up, and refuse what cannot stand there."""
        settled(self)
        if self.location.support[0] < 0.0:
            raise ModelError(
                f"Emax: the prior of the location, {self.location.label}, gives mass to exposures "
                "below 0. Use one on [0, ∞), such as Uniform(0, 100)."
            )

    def shape(self, trials: Exposures) -> Shape:
        """See `Located.shape`.

        Raises
        ------
        DataError
            If an exposure is negative.
        """
        if np.any(trials.x < 0.0):
            least = f"{trials.x.min():g}"
            remedy = "Give exposures of 0 or more, or use Hinge."
            raise DataError([Problem("a negative exposure", remedy, "", self.column, least)])
        return Saturating()
