"""A threshold of exposure: nothing below it, the effect beyond."""

from dataclasses import dataclass, field
from typing import final

from consilience.priors import Prior, Uniform, UnitInformation
from consilience.terms.exposures import Exposures
from consilience.terms.located import Located
from consilience.terms.shapes import Shape, Step


@final
@dataclass(frozen=True, slots=True)
class Threshold(Located):
    """An unknown exposure c below which the treatment does nothing, and beyond which it does β.

    θᵢ has expectation β·g(xᵢ; c), c ~ location, β ~ effect, with g = 1(xᵢ ≥ c), or with a spread
    sᵢ of exposure between a trial's participants the share of them beyond c,
    g = Φ((xᵢ − c)/sᵢ). Below c nothing is left, so the model has no other level: μ keeps its
    meaning, the mean of the expectations over the trials, and follows as β·ḡ(c); the prior in the
    slot `Model.mu` is not used. Other terms are centred and add their differences on top. With
    ``from_zero=False`` trials below c have an effect too: the expectation is
    μ + β·(g(xᵢ; c) − ḡ(c)), β is the difference and the effect below is μ − β·ḡ(c).

    Parameters
    ----------
    column : str
        Exposure of each trial, in percent unless `location` says otherwise.
    location : Prior
        Prior of c, on the scale of the column. The default is uniform from 0 to 100 percent.
    effect : Prior
        Prior of β, on the effect's scale. The default is a Normal of half a unit-information SD (1
        for standardised mean differences).
    spread : str
        Column of the standard deviation of exposure between the participants of a trial, or none:
        then all of them count as having had the trial's exposure.
    error : str
        Column of the standard error of the trial's exposure, or none. The exposure is then latent,
        N(xᵢ, errorᵢ²), and NUTS answers; it asks for a spread.
    unknown : tuple of Prior
        The prior of an exposure that is not printed, over which NUTS integrates, or nothing: then
        such a trial is refused.
    from_zero : bool
        Whether there is no effect below the threshold.

    Raises
    ------
    ModelError
        If the column is no name, a prior no proper prior, or from_zero no truth value.

    References
    ----------
    Carlin, Gelfand & Smith (1992), Hierarchical Bayesian analysis of changepoint problems,
    doi:10.2307/2347570, for the unknown change point.
    """

    column: str
    location: Prior = field(default_factory=lambda: Uniform(0.0, 100.0))
    effect: Prior = field(default_factory=UnitInformation)
    spread: str = ""
    error: str = ""
    unknown: tuple[Prior, ...] = ()
    from_zero: bool = True

    def shape(self, trials: Exposures) -> Shape:  # noqa: ARG002 - the same for all trials
        """See `Located.shape`."""
        return Step()
