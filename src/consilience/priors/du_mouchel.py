"""The DuMouchel prior of tau."""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, final

from consilience.priors.custom import Custom
from consilience.priors.given_scale import GivenScale
from consilience.priors.lomax import Lomax


@final
@dataclass(frozen=True, slots=True)
class DuMouchel(GivenScale):
    """DuMouchel prior: f(x) = s / (s + x)², s² = k / Σᵢ 1 / vᵢ, x ≥ 0.

    Proper: the Lomax distribution of shape 1 whose median s is the harmonic-mean standard error, so
    that the weight s / (s + tau) is uniform on [0, 1] [1]_.

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

    equation: ClassVar[str] = "f(x) = s / (s + x)², s² = k / Σᵢ 1 / vᵢ, x ≥ 0"

    @property
    def known(self) -> Custom:
        """A Lomax distribution."""
        return Lomax(1.0, sqrt(self._harmonic()))
