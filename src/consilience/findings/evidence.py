"""What the rules look at when they suggest a judgement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from consilience.effects import Effects
from consilience.findings.mids import Thresholds
from consilience.findings.people import People


class Span(NamedTuple):
    """An estimate and its interval, on the analysed scale, positive being better."""

    estimate: float
    lower: float
    upper: float

    def crossed(self, thresholds: Thresholds) -> tuple[float, ...]:
        """Return the thresholds that lie strictly inside the interval."""
        return tuple(each for each in thresholds.distinct if self.lower < each < self.upper)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is known of an outcome.

    Parameters
    ----------
    effects : Effects
        Its estimates.
    people : People
    mean, new : Span
        The mean effect, and the true effect of a new trial.
    thresholds : Thresholds
    level : float
        Probability of the intervals.
    risk : float
        Risk with the comparator; NaN where it is not known.
    sign : float
        +1 where more is better, −1 where less is: what turns `mean` back to the effect as it
        stands.
    I2 : float
        Of the classical twin, from 0 to 1; NaN for fewer than two estimates.
    scatters : bool
        Whether the model lets true effects differ.
    shown : callable
        From an effect, positive being better, to how the table writes it.
    """

    effects: Effects
    people: People
    mean: Span
    new: Span
    thresholds: Thresholds
    level: float
    risk: float
    sign: float
    I2: float
    scatters: bool
    shown: Callable[[float], str]

    @property
    def target(self) -> str:
        """Say of what certainty is rated: of that on whose side of the thresholds the mean lies."""
        harm, benefit = self.thresholds
        mean, declared = self.mean.estimate, self.thresholds.declared
        if mean > benefit:
            return f"Rated: that there is {'an important benefit' if declared else 'a benefit'}."
        if mean < harm:
            return f"Rated: that there is {'an important harm' if declared else 'a harm'}."
        return "Rated: that there is no important effect."

    def named(self, threshold: float) -> str:
        """Say what a threshold is, and where it lies."""
        at = self.shown(threshold)
        if not self.thresholds.declared:
            return f"no effect ({at})"
        kind = "benefit" if threshold > 0 else "harm"
        return f"the smallest important {kind} ({at})"

    def spanned(self, span: Span) -> str:
        """Write an interval in the order in which its ends are shown."""
        ends = (span.lower, span.upper) if self.sign > 0 else (span.upper, span.lower)
        return f"{self.shown(ends[0])} to {self.shown(ends[1])}"
