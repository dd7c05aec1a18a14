"""Those who are missing are like those with the intervention who were seen."""

from dataclasses import dataclass
from typing import final

from consilience.gaussian import Array
from consilience.likelihoods.missing.risks.base import Risk


@final
@dataclass(frozen=True, slots=True)
class InterventionRisk(Risk):
    """The risk of those with the intervention who were seen: ICA-pE."""

    def given(self, own: Array, both: tuple[Array, Array]) -> Array:  # noqa: ARG002
        """See `Risk.given`."""
        return both[0]
