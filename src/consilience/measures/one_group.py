"""What all measures of a single group share: a level, not a contrast."""

from dataclasses import dataclass
from typing import ClassVar

from consilience.measures.one_sample import OneSample


@dataclass(frozen=True, slots=True)
class OneGroup(OneSample):
    """A measure of one group: it has no null value and no direction."""

    null: ClassVar[float] = float("nan")
    directional: ClassVar[bool] = False
    stands: ClassVar[str] = "Values describe one group; no direction applies."
