"""Those who are missing are like those of their own arm who were seen."""

from dataclasses import dataclass
from typing import final

from consilience.gaussian import Array
from consilience.likelihoods.missing.risks.base import Risk


@final
@dataclass(frozen=True, slots=True)
class OwnRisk(Risk):
    """The risk of those of the same arm who were seen: ICA-p."""

    def given(self, own: Array, both: tuple[Array, Array]) -> Array:  # noqa: ARG002
        """See `Risk.given`."""
        return own
