"""Events of two arms of which some participants are missing: what all their rules share."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import logit

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.cells import EVENTS, PEOPLE, native, read, refuse_measure


class Scale(NamedTuple):
    """What a measure takes the difference of."""

    value: Callable[[Array], Array]
    """g(p)."""
    slope: Callable[[Array], Array]
    """g'(p)."""


SCALES: Mapping[str, Scale] = {
    "OR": Scale(logit, lambda p: 1.0 / (p * (1.0 - p))),
    "RR": Scale(np.log, lambda p: 1.0 / p),
    "RD": Scale(lambda p: p, np.ones_like),
}
"""By the code of the measure."""


class Arm(NamedTuple):
    """One arm of each trial, (k,); where a cell was empty, as the measure filled it."""

    risk: Array
    """Of those who were seen."""
    seen: Array
    """Their number."""
    lost: Array
    """The number of those who are missing."""

    @property
    def everyone(self) -> Array:
        """All who were randomised."""
        return self.seen + self.lost

    @property
    def share(self) -> Array:
        """Of everyone who is missing."""
        return self.lost / self.everyone


class Seen(NamedTuple):
    """Both arms, and how they are compared."""

    arms: tuple[Arm, Arm]
    scale: Scale
    away: Array
    """What the estimates are beside g(π₁) − g(π₂) of the arms as they stand here, (k,)."""

    def difference(self, first: Array, second: Array) -> Array:
        """Give the estimates (k,) of intervention minus comparator at two risks."""
        return self.scale.value(first) - self.scale.value(second) + self.away


def seen_events(effects: Effects, *, reader: str) -> Seen:
    """Read the events of both arms, and who is missing.

    Raises
    ------
    ModelError
        If the measure is not OR, RR or RD.
    DataError
        For counts that cannot be, or columns that are not there.
    """
    refuse_measure(effects, tuple(SCALES), reader=reader)
    names = {"events1": EVENTS, "n1": PEOPLE, "events2": EVENTS, "n2": PEOPLE}
    found = read(effects, names | {"missing1": EVENTS, "missing2": EVENTS}, reader=reader)
    a, b, c, d = effects.measure.cells(effects.table)  # type: ignore[attr-defined]
    first = Arm(a / (a + b), a + b, found["missing1"])
    second = Arm(c / (c + d), c + d, found["missing2"])
    scale = SCALES[effects.measure.code]
    away = native(effects) * effects.y - (scale.value(first.risk) - scale.value(second.risk))
    return Seen((first, second), scale, away)
