"""From a formula to a design matrix that can be laid on new trials unchanged.

The formula is read by this package's own small grammar first; only columns that passed it, under
names of our own, ever reach formulaic, which would otherwise run any Python found in a formula.
"""

from consilience.design.columns import Factor, factor
from consilience.design.grammar import mentions
from consilience.design.matrix import Design, constant, encode
from consilience.design.memory import once
from consilience.design.tangled import tangled

__all__ = ["Design", "Factor", "constant", "encode", "factor", "mentions", "once", "tangled"]
