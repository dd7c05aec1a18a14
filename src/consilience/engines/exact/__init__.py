"""The exact engine, from the inside out.

`form` holds the algebra given hyperparameters, `coordinate` and `panels` the quadrature, `search`
the bracket, `rule` the integration to a stated accuracy, `mixture` and `marginals` what can be read
off it, `posterior` the answers.
"""

from consilience.engines.exact.engine import Exact
from consilience.engines.exact.posterior import ExactPosterior

__all__ = ["Exact", "ExactPosterior"]
