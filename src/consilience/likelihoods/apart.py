"""Arms that speak by themselves, with baselines from a normal population between them."""

from typing import NamedTuple

from consilience.gaussian import Array
from consilience.likelihoods.arms.base import Side


class Apart(NamedTuple):
    """log A₁(b + d) + log A₂(b), bᵢ ~ N(m, s²), with ω = (m, s); d = θ, or −θ if effects turned."""

    one: Side
    """A₁, the intervention's arm."""
    two: Side
    """A₂, the comparator's."""
    sign: Array
    """What turns effects into intervention minus comparator, (k,)."""
