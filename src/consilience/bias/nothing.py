"""No bias: the estimates are taken at their word."""

from dataclasses import dataclass

from consilience.bias.base import Bias
from consilience.effects import Effects
from consilience.gaussian import Block


@dataclass(frozen=True, slots=True)
class Nothing(Bias):
    """The estimates are unbiased for the true effects."""

    def shift(self, effects: Effects) -> tuple[Block, ...]:  # noqa: ARG002 - no bias, no columns
        """See `Bias.shift`."""
        return ()
