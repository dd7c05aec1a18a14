"""As uncertain as the best and the worst that those who are missing could have had."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.cells import native
from consilience.likelihoods.missing.adjust import Adjusted, recorded
from consilience.likelihoods.missing.base import Missing
from consilience.likelihoods.missing.events import Seen, seen_events

_Z = 1.959963984540054  # the standard normal 97.5 % quantile


@final
@dataclass(frozen=True, slots=True)
class GambleHollis(Missing):
    """Available cases, with standard errors that reach from the best case to the worst.

    The 95 % interval of an estimate is widened until it reaches from the lower end of the worst
    case to the upper end of the best one: all who are missing with the event in one arm, and
    without it in the other, counted as if they had been seen. No prior stands behind it; trials
    with many missing participants lose their weight.

    References
    ----------
    Gamble & Hollis (2005), Uncertainty method improved on best–worst case analysis in a binary
    meta-analysis, doi:10.1016/j.jclinepi.2004.09.013.
    """

    def adjusted(self, effects: Effects) -> Effects:
        """See `Missing.adjusted`: y as it is, and v = [(upper end − lower end)/(2·1.96)]².

        Raises
        ------
        ModelError
            If the measure is not OR, RR or RD.
        DataError
            For counts that cannot be.
        """
        seen = seen_events(effects, reader="GambleHollis")
        high, low = (_extreme(seen, up=up) for up in (True, False))
        reach = high[0] + _Z * high[1] - (low[0] - _Z * low[1])
        words = "Missing participants by their best and their worst case (Gamble & Hollis 2005)"
        found = Adjusted(native(effects) * effects.y, (reach / (2.0 * _Z)) ** 2, words)
        return recorded(effects, found)


def _extreme(seen: Seen, *, up: bool) -> tuple[Array, Array]:
    """Give the estimates and standard errors (k,) of an extreme case, as if all had been seen."""
    events = (up, not up)
    risks = [
        (arm.risk * arm.seen + had * arm.lost) / arm.everyone
        for arm, had in zip(seen.arms, events, strict=True)
    ]
    v = sum(
        seen.scale.slope(p) ** 2 * p * (1.0 - p) / arm.everyone
        for p, arm in zip(risks, seen.arms, strict=True)
    )
    return seen.difference(*risks), np.sqrt(v)
