"""A suggestion for inconsistency: where true effects lie, and how much of their spread is real."""

from dataclasses import dataclass

import numpy as np

from consilience.errors import ModelError
from consilience.findings.evidence import Evidence
from consilience.findings.judgements import NOT_JUDGED, Suggestion

_DOMAIN = "inconsistency"
_FEW = 3
"""So many estimates, or fewer, give an I² that says next to nothing."""


@dataclass(frozen=True, slots=True)
class Inconsistency:
    r"""The rule for inconsistency, with its thresholds.

    One level where the prediction interval (the true effect of a new trial) includes a threshold
    and I² reaches `some`; two where it includes the smallest important benefit and the smallest
    important harm and I² reaches `much`. However large I², nothing is suggested where all of the
    prediction interval lies on one side of every threshold.

    Parameters
    ----------
    some, much : float
        Shares of the variation that is not chance, 0 to 1.

    Raises
    ------
    ModelError
        Unless 0 < some ≤ much < 1.

    Notes
    -----
    The guidance asks how far point estimates differ, how little their intervals overlap, on which
    sides of the threshold they lie, and warns against I² alone; it leaves the weighing to people.
    This rule makes it definite: the prediction interval says on which sides true effects lie, and
    I² asks that the trials show scatter, since with few trials a prior alone makes the interval
    wide. 40 % (below it "might not be important") and 75 % ("considerable") are the Cochrane
    Handbook's, § 10.10.2.

    References
    ----------
    Guyatt, Oxman, Kunz, et al. (2011), J. Clin. Epidemiol. 64, 1294-1302,
    doi:10.1016/j.jclinepi.2011.03.017; Guyatt, Zhao, Mayer, et al. (2023), J. Clin. Epidemiol. 158,
    70-83, doi:10.1016/j.jclinepi.2023.03.003
    """

    some: float = 0.4
    much: float = 0.75

    def __post_init__(self) -> None:
        """Refuse thresholds that are none."""
        if not 0 < self.some <= self.much < 1:
            raise ModelError(
                f"Inconsistency: 0 < some ≤ much < 1; got {self.some!r} and {self.much!r}."
            )

    def suggest(self, evidence: Evidence) -> Suggestion:
        """Suggest a judgement.

        Parameters
        ----------
        evidence : Evidence

        Returns
        -------
        Suggestion
        """
        if np.isnan(evidence.I2):
            return Suggestion(_DOMAIN, NOT_JUDGED, "One estimate cannot disagree with others.")
        share = f"I² is {100 * evidence.I2:.0f}\N{NO-BREAK SPACE}%"
        if not evidence.scatters:
            reason = f"The model takes one effect for all trials and foresees no others; {share}."
            return Suggestion(_DOMAIN, NOT_JUDGED, reason)
        crossed = evidence.new.crossed(evidence.thresholds)
        spread = f"The true effect of a new trial, {evidence.spanned(evidence.new)},"
        if not crossed:
            places = " and ".join(evidence.named(each) for each in evidence.thresholds.distinct)
            reason = f"{spread} lies on one side of {places}; {share}."
            return Suggestion(_DOMAIN, "not serious", reason)
        places = " and ".join(evidence.named(each) for each in crossed)
        reason = f"{spread} lies on both sides of {places}, and {share}{self._twice(evidence)}"
        return Suggestion(_DOMAIN, self._word(len(crossed), evidence.I2), reason)

    def _word(self, crossed: int, share: float) -> str:
        if share < self.some:
            return "not serious"
        return "very serious" if crossed > 1 and share >= self.much else "serious"

    def _twice(self, evidence: Evidence) -> str:
        """End the sentence; warn where imprecision may rest on the same spread."""
        share = evidence.I2
        if share < self.some and evidence.effects.k <= _FEW:
            return ": so few trials could hardly show that they differ."
        if share < self.some:
            return ", so that little of the variation is more than chance."
        if evidence.mean.crossed(evidence.thresholds):
            return ". The interval of the mean is wide for the same reason: do not rate down twice."
        return "."
