"""The answer under every prior of mu that a reader might hold, and the nearest that changes it.

All that the trials say about μ, whatever its prior, is one curve: L(μ), their likelihood with
everything else integrated out. It is computed once; each prior is then a multiplication.
"""

from consilience.prior_map.surface import prior_map
from consilience.prior_map.tipping import TippingPoint, tipping_point

__all__ = ["TippingPoint", "prior_map", "tipping_point"]
