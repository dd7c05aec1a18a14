"""How large a rule may be, and boxes cut to what is felt inside."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.panels import Panels
from consilience.engines.exact.search import Bracket

_MOST, _MOST_OF_MANY = 1_000_000, 3_000_000
_MANY = 4  # axes: of their nodes one in ten is evaluated


def size_of(panels: tuple[Panels, ...]) -> int:
    """Count the nodes of a product rule."""
    return int(np.prod([panel.count * panel.order for panel in panels]))


def most_of(panels: tuple[Panels, ...]) -> int:
    """Give how many nodes there may be along so many axes."""
    return _MOST if len(panels) < _MANY else _MOST_OF_MANY


def trimmed(found: Bracket, panels: tuple[Panels, ...], felt: NDArray[np.bool_]) -> Bracket:
    """Cut a box down to one node beyond those that are felt, along each axis.

    Parameters
    ----------
    found : Bracket
        The box.
    panels : tuple of Panels
        Nodes along its axes.
    felt : array
        Which nodes of their product are felt, one dimension for each axis.
    """
    lower, upper = found.lower.copy(), found.upper.copy()
    for axis, each in enumerate(panels):
        others = tuple(other for other in range(len(panels)) if other != axis)
        (places,) = felt.any(axis=others).nonzero()
        ends = np.concatenate([[each.lower], each.nodes, [each.upper]])
        lower[axis], upper[axis] = ends[places[0]], ends[places[-1] + 2]
    return replace(found, lower=lower, upper=upper, peak=np.clip(found.peak, lower, upper))
