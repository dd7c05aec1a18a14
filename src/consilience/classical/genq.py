"""The generalised Q estimator: by the method of moments with weights of one's choice."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.classical.moment import MomentEstimator
from consilience.classical.weighting import PowerOfVariance, Weighting, refuse_others
from consilience.classical.wls import Floats

_DEFAULT = PowerOfVariance()


@final
@dataclass(frozen=True, slots=True)
class GeneralisedQ(MomentEstimator):
    """``tau² = max(0, (Q - tr PV) / tr P)``; weights ``1 / √v`` unless told otherwise.

    Parameters
    ----------
    weighting : Weighting
        ``PowerOfVariance(1)`` gives DerSimonian and Laird's estimator, ``PowerOfVariance(0)``
        Hedges's; ``GivenWeights`` takes a number for each estimate.

    Raises
    ------
    ModelError
        For weights that are no rule.

    References
    ----------
    DerSimonian R, Kacker R (2007). Contemporary Clinical Trials 28:105–114.
    Jackson D (2013). Research Synthesis Methods 4:220–229, for the default.
    doi:10.1002/jrsm.1081
    """

    code: ClassVar[str] = "GENQ"
    label: ClassVar[str] = "Generalised Q"
    weighting: Weighting = _DEFAULT

    def __post_init__(self) -> None:
        """Refuse what gives no weights."""
        refuse_others(self.weighting)

    def weights(self, v: Floats) -> Floats:
        """Read the weights off the variances, or as they are given."""
        return self.weighting.weights(v)
