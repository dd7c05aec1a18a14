"""A hinge: flat up to an unknown exposure, then a straight rise."""

from dataclasses import dataclass, field
from typing import final

import numpy as np

from consilience.priors import Prior, Uniform, UnitInformation
from consilience.terms.exposures import Exposures
from consilience.terms.located import Located
from consilience.terms.shapes import Ramp, Shape


@final
@dataclass(frozen=True, slots=True)
class Hinge(Located):
    """Nothing up to an unknown exposure c, then a straight rise to β at the highest exposure.

    θᵢ has expectation β·g(xᵢ; c), g = (xᵢ − c)₊/(x_max − c)₊, so that β has the unit of the effect
    whatever the unit of the exposure; with a spread s of exposure between participants both are
    their expectations, E(X − c)₊ = (x − c)Φ(z) + sφ(z), z = (x − c)/s. The slope is β/(x_max − c).
    Of μ and `from_zero` as in `Threshold`; with ``from_zero=False`` the curve is flat at
    μ − β·ḡ(c) up to c.

    Parameters
    ----------
    column : str
        Exposure of each trial.
    location : Prior
        Prior of c, on the scale of the column. The default is uniform from 0 to 100 percent.
    effect : Prior
        Prior of β, the effect at the highest exposure of the trials (more than at no exposure).
        The default is a Normal of half a unit-information SD.
    spread, error : str
        Columns as in `Threshold`, or none.
    unknown : tuple of Prior
        As in `Threshold`.
    from_zero : bool
        Whether there is no effect up to c.

    Raises
    ------
    ModelError
        If the column is no name, a prior no proper prior, or from_zero no truth value.

    References
    ----------
    Hudson (1966), Fitting segmented curves whose join points have to be estimated,
    doi:10.1080/01621459.1966.10482198.
    """

    column: str
    location: Prior = field(default_factory=lambda: Uniform(0.0, 100.0))
    effect: Prior = field(default_factory=UnitInformation)
    spread: str = ""
    error: str = ""
    unknown: tuple[Prior, ...] = ()
    from_zero: bool = True

    def shape(self, trials: Exposures) -> Shape:
        """See `Located.shape`."""
        top = int(np.argmax(trials.x))
        return Ramp(float(trials.x[top]), float(trials.s[top]))
