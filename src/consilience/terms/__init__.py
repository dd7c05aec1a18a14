"""What shifts the mean of the true effects: moderators of the trials.

A term gives columns of the linear predictor, the prior of their coefficients, the rows of new
trials, and its PyMC form. To add one: write a file, list it here.
"""

from consilience.registry import lookup
from consilience.terms.base import Term
from consilience.terms.emax import Emax
from consilience.terms.exchangeable import Exchangeable
from consilience.terms.hinge import Hinge
from consilience.terms.linear import Linear
from consilience.terms.offset import Offset
from consilience.terms.spline import Spline
from consilience.terms.threshold import Threshold

__all__ = [
    "REGISTRY",
    "Emax",
    "Exchangeable",
    "Hinge",
    "Linear",
    "Offset",
    "Spline",
    "Term",
    "Threshold",
    "get",
]

REGISTRY: dict[str, type[Term]] = {
    "Emax": Emax,
    "Exchangeable": Exchangeable,
    "Hinge": Hinge,
    "Linear": Linear,
    "Offset": Offset,
    "Spline": Spline,
    "Threshold": Threshold,
}


def get(name: str, /, **settings: object) -> Term:
    """Build the term of this name with these settings.

    Raises
    ------
    ModelError
        For an unknown name or setting.
    """
    return lookup(REGISTRY, "term", name=name, settings=settings)
