"""The uniform shrinkage prior of tau."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.priors.custom import Custom
from consilience.priors.given_scale import GivenScale
from consilience.priors.lomax import Lomax
from consilience.priors.squared import Squared


@final
@dataclass(frozen=True, slots=True)
class Shrinkage(GivenScale):
    """Uniform shrinkage prior: f(x) = 2 s² x / (s² + x²)², s² = k / Σᵢ 1 / vᵢ, x ≥ 0.

    Proper: the shrinkage factor s² / (s² + tau²) of a typical trial is uniform on [0, 1]; s² is the
    harmonic mean of the sampling variances [1]_.

    Parameters
    ----------
    v : tuple of float
        Sampling variances of the estimates, on the squared scale of the effect; left empty, those
        of the effects that a model meets.

    Raises
    ------
    ModelError
        If v holds anything but finite numbers > 0, and from every question but `resolve` where v is
        not known.

    References
    ----------
    .. [1] Spiegelhalter, Abrams & Myles (2004). Bayesian Approaches to Clinical Trials and
       Health-Care Evaluation, section 5.7.3. Wiley. doi:10.1002/0470092602
    """

    v: tuple[float, ...] = ()

    equation: ClassVar[str] = "f(x) = 2 s² x / (s² + x²)², s² = k / Σᵢ 1 / vᵢ, x ≥ 0"

    @property
    def known(self) -> Custom:
        """The distribution of tau whose square is Lomax."""
        return Squared(Lomax(1.0, self._harmonic()))
