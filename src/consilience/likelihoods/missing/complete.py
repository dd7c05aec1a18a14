"""Nobody is missing: the null object."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.effects import Effects
from consilience.likelihoods.missing.base import Departure, Missing, departure


@final
@dataclass(frozen=True, slots=True)
class Complete(Missing):
    """Available cases: no column of missing participants is read, nothing is assumed about them."""

    columns: ClassVar[tuple[str, ...]] = ()
    within: ClassVar[tuple[str, ...]] = ("events", "means")

    @property
    def departure(self) -> Departure:
        """See `Missing.departure`: none."""
        return departure((0.0, 0.0), (0.0, 0.0), 0.0)

    def adjusted(self, effects: Effects) -> Effects:
        """See `Missing.adjusted`: as they are."""
        return effects
