"""Participants who are missing, with a risk imputed to those of either arm."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, final

import numpy as np

from consilience.effects import Effects
from consilience.gaussian import Array
from consilience.likelihoods.missing import risks
from consilience.likelihoods.missing.adjust import Adjusted, recorded
from consilience.likelihoods.missing.base import Missing
from consilience.likelihoods.missing.events import Arm, seen_events
from consilience.likelihoods.missing.risks import Risk
from consilience.likelihoods.parts import part


class Guess(NamedTuple):
    """A risk that is imputed to some of those who are missing in an arm."""

    risk: Risk
    number: Array
    """To how many, (k,)."""


@final
@dataclass(frozen=True, slots=True)
class Imputed(Missing):
    """A risk is imputed to those of each arm who are missing; it is not in question.

    The risk of everyone in arm j is pⱼ = (1 − αⱼ)πⱼ + αⱼρⱼ, with ρⱼ imputed. The strategies that
    have names are ``NoEvents`` in both arms (ICA-0), ``AllEvents`` (ICA-1), ``ComparatorRisk``
    (ICA-pC), ``InterventionRisk`` (ICA-pE), ``OwnRisk`` (ICA-p), ``OddsRatio(imor)`` (ICA-IMOR),
    and the two that go to extremes, ``AllEvents`` in one arm and ``NoEvents`` in the other (ICA-b,
    ICA-w): see `strategies`.

    Parameters
    ----------
    risk1, risk2 : Risk
        Imputed to those who are missing in the arms of intervention and comparator, or its name.

    Raises
    ------
    ModelError
        If a setting is not of its kind.

    References
    ----------
    Higgins, White & Wood (2008), Imputation methods for missing outcome data in meta-analysis of
    clinical trials, doi:10.1177/1740774508091600.
    """

    risk1: Risk = field(default_factory=risks.OwnRisk)
    risk2: Risk = field(default_factory=risks.OwnRisk)

    def __post_init__(self) -> None:
        """Look names up."""
        for name in ("risk1", "risk2"):
            object.__setattr__(self, name, part(getattr(self, name), risks.get, kind=Risk))

    def adjusted(self, effects: Effects) -> Effects:
        """See `Missing.adjusted`, and `impute`.

        Raises
        ------
        ModelError
            If the measure is not OR, RR or RD.
        DataError
            For counts that cannot be.
        """
        lost = [arm.lost for arm in seen_events(effects, reader="Imputed").arms]
        words = f"{self.risk1} with the intervention and {self.risk2} with the comparator"
        return impute(effects, ([Guess(self.risk1, lost[0])], [Guess(self.risk2, lost[1])]), words)


def impute(
    effects: Effects, guesses: tuple[Sequence[Guess], Sequence[Guess]], words: str
) -> Effects:
    """Adjust estimates for risks that are imputed to those who are missing.

    y = g(p₁) − g(p₂) with p = (1 − α)π + Σᵣ aᵣρᵣ, aᵣ the share of everyone to whom ρᵣ is imputed,
    and v = Σⱼ g'(pⱼ)² Var pⱼ with

        Var p = [(1 − α) + Σᵣ aᵣ ρᵣ(1 − ρᵣ)/(π(1 − π))]² π(1 − π)/n
                + [(1 − α)(π − p)² + Σᵣ aᵣ(ρᵣ − p)²]/N:

    the sampling error of those who were seen, the odds ratio between ρᵣ and π held, and that of the
    shares (Higgins, White & Wood's scheme W4). Imputed participants are not counted as seen.

    Parameters
    ----------
    effects : Effects
        Computed from the participants who were seen, with the counts of those who were not.
    guesses : tuple of sequences of Guess
        What is imputed to how many, in the arms of intervention and comparator.
    words : str
        The same in words.

    Raises
    ------
    ModelError
        If the measure is not OR, RR or RD.
    DataError
        For counts that cannot be.
    """
    seen = seen_events(effects, reader="Imputed")
    both = seen.arms[0].risk, seen.arms[1].risk
    first, second = (_whole(arm, some, both) for arm, some in zip(seen.arms, guesses, strict=True))
    y = seen.difference(first[0], second[0])
    v = sum(seen.scale.slope(p) ** 2 * variance for p, variance in (first, second))
    rule = f"Missing participants by imputed risks: {words} (Higgins, White & Wood 2008)"
    return recorded(effects, Adjusted(y, np.asarray(v), rule))


def _whole(arm: Arm, guesses: Sequence[Guess], both: tuple[Array, Array]) -> tuple[Array, Array]:
    """Give the risk of everyone and its sampling variance, (k,)."""
    found = [each.risk.given(arm.risk, both) for each in guesses]
    shares = [each.number / arm.everyone for each in guesses]
    pairs = list(zip(shares, found, strict=True))
    own, stayed = arm.risk * (1.0 - arm.risk), 1.0 - arm.share
    p = stayed * arm.risk + sum(a * rho for a, rho in pairs)
    slope = stayed + sum(a * rho * (1.0 - rho) for a, rho in pairs) / own
    spread = stayed * (arm.risk - p) ** 2 + sum(a * (rho - p) ** 2 for a, rho in pairs)
    return p, slope**2 * own / arm.seen + spread / arm.everyone
