"""The NUTS engine: sampler, gate and answers."""

from consilience.engines.nuts.engine import Nuts
from consilience.engines.nuts.posterior import SampledPosterior

__all__ = ["Nuts", "SampledPosterior"]
