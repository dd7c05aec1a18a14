"""Everybody who is missing had the event."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.gaussian import Array
from consilience.likelihoods.missing.risks.base import Risk


@final
@dataclass(frozen=True, slots=True)
class AllEvents(Risk):
    """A risk of 1: ICA-1."""

    def given(self, own: Array, both: tuple[Array, Array]) -> Array:  # noqa: ARG002
        """See `Risk.given`."""
        return np.ones_like(own)
