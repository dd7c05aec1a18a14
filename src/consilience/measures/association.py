"""What the measures of an association in one sample share."""

from dataclasses import dataclass
from typing import ClassVar

from consilience.measures.one_sample import OneSample


@dataclass(frozen=True, slots=True)
class Association(OneSample):
    """A measure of how two variables go together in one sample."""

    stands: ClassVar[str] = "Associations as they stand; no direction was declared."
