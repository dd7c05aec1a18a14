"""Likelihoods of events: how those of a trial could have fallen to its arms."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.arms import Counts
from consilience.likelihoods.cells import native
from consilience.likelihoods.counted import Counted, recounted
from consilience.likelihoods.counting import log_choose
from consilience.likelihoods.falling import Told, Ways, fallen


@dataclass(frozen=True, slots=True)
class Events(Counted):
    """Events of two arms, of which the total is held where a trial is held against others."""

    @abstractmethod
    def ways(self, effects: Effects) -> Ways:
        """Give how the events of one trial could have fallen to its arms, their total given.

        Parameters
        ----------
        effects : Effects
            One trial.
        """

    def told(
        self, effects: Effects, place: int, *, theta: Array, point: Mapping[str, Array]
    ) -> Told:
        """See `Likelihood.told`: x₁ of both arms' events m, given m."""
        here = np.array([place])
        alone = replace(
            effects, y=effects.y[here], v=effects.v[here], table=effects.table.iloc[here]
        )
        ways, total = self.ways(alone), alone.table[["events1", "events2"]].to_numpy(float).sum()

        def log_at(x1: Array) -> Array:
            """Give the log probability of so many events (x,) in the first arm, (draws, x)."""
            rows = np.full(len(x1), place)
            many = replace(
                effects, y=effects.y[rows], v=effects.v[rows], table=effects.table.iloc[rows]
            )
            many = recounted(many, {"events1": x1, "events2": total - x1})
            wide = np.broadcast_to(theta[:, None], (len(theta), len(x1)))
            return self.curves(many).log(wide, point)

        own = float(alone.table["events1"].iloc[0])
        return fallen(log_at, ways, own, upwards=bool(native(alone)[0] > 0.0))


def ways_of(counts: Counts) -> Ways:
    """Give C(n₁, x) C(n₂, m − x) for the x that one trial allows."""
    x1, n1, x2, n2 = (float(column[0]) for column in counts)
    total = x1 + x2
    x = np.arange(max(0.0, total - n2), min(n1, total) + 1.0)
    return Ways(x, log_choose(np.array(n1), x) + log_choose(np.array(n2), total - x))
