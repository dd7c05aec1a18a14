"""The prior of tau that is uniform in I²."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from consilience.errors import ModelError
from consilience.priors.custom import Custom
from consilience.priors.given_scale import GivenScale
from consilience.priors.lomax import Lomax
from consilience.priors.squared import Squared


@final
@dataclass(frozen=True, slots=True)
class I2(GivenScale):
    """Uniform prior on I²: f(x) = 2 s² x / (s² + x²)², x ≥ 0.

    Proper: I² = tau² / (s² + tau²) is uniform on [0, 1], with the typical sampling variance
    s² = (k − 1) Σ 1/vᵢ / ((Σ 1/vᵢ)² − Σ 1/vᵢ²) of Higgins and Thompson [1]_, [2]_.

    Parameters
    ----------
    v : tuple of float
        Sampling variances of at least two estimates, on the squared scale of the effect; left
        empty, those of the effects that a model meets.

    Raises
    ------
    ModelError
        If v holds anything but finite numbers > 0, and from every question but `resolve` where v is
        not known or holds one variance only.

    References
    ----------
    .. [1] Higgins & Thompson (2002). Quantifying heterogeneity in a meta-analysis. Statistics in
       Medicine 21:1539-1558. doi:10.1002/sim.1186
    .. [2] Röver (2020). Bayesian random-effects meta-analysis using the bayesmeta R package.
       Journal of Statistical Software 93(6):1-51. doi:10.18637/jss.v093.i06
    """

    v: tuple[float, ...] = ()

    equation: ClassVar[str] = (
        "f(x) = 2 s² x / (s² + x²)², s² = (k − 1) Σ 1/vᵢ / ((Σ 1/vᵢ)² − Σ 1/vᵢ²), x ≥ 0"
    )

    @property
    def known(self) -> Custom:
        """The distribution of tau whose square is Lomax."""
        return Squared(Lomax(1.0, self._typical()))

    def _typical(self) -> float:
        """Give Higgins and Thompson's typical sampling variance."""
        weights = 1.0 / self._variances()
        if len(weights) < 2:
            raise ModelError(
                "I2() needs at least two estimates: with one there is no typical sampling "
                "variance. Use Shrinkage(), or a prior such as HalfNormal(0.5)."
            )
        # (Σw)² − Σw² as a sum of products of different trials, which cannot cancel.
        others = np.sum(weights) - weights
        return float((len(weights) - 1) * np.sum(weights) / np.sum(weights * others))
