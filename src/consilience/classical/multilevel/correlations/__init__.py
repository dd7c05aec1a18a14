"""How the true effects of the levels of one cluster are correlated: matrices of few parameters."""

from consilience.classical.multilevel.correlations.autoregressive import Autoregressive
from consilience.classical.multilevel.correlations.base import Bounded, Correlation, Fixed
from consilience.classical.multilevel.correlations.compound import Compound
from consilience.classical.multilevel.correlations.continuous import Continuous
from consilience.classical.multilevel.correlations.distance import Distance
from consilience.classical.multilevel.correlations.unstructured import Unstructured

__all__ = [
    "Autoregressive",
    "Bounded",
    "Compound",
    "Continuous",
    "Correlation",
    "Distance",
    "Fixed",
    "Unstructured",
]
