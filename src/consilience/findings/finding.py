"""What is found of one outcome."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from consilience.findings.judgements import Judgement, Suggestion
from consilience.findings.people import NOBODY, People


class Shown(NamedTuple):
    """An estimate and its interval as they are shown."""

    estimate: float
    lower: float
    upper: float


UNKNOWN = Shown(np.nan, np.nan, np.nan)
"""Nothing is known."""


@dataclass(frozen=True, slots=True)
class Absolute:
    """An effect in absolute terms.

    Parameters
    ----------
    unit : str
        Such as ``"per 1 000"``.
    control : float
        The value with the comparator; NaN where only the difference is known.
    intervention, difference : Shown
        The value with the intervention and its difference from the comparator's.
    source : str
        Of the baseline, or of the standard deviation.
    name : str
        Of whom it speaks, where there are several baselines.
    cut : bool
        Whether an end of the interval was cut where nothing can be beyond.
    """

    unit: str
    control: float
    intervention: Shown
    difference: Shown
    source: str = ""
    name: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Chances:
    """Posterior probabilities of the mean effect and of a new trial's true effect.

    Parameters
    ----------
    benefit, benefit_new : float
        P(better than no effect).
    beyond, beyond_new : float
        P(better than the minimal important difference); NaN where none is declared.
    harm, harm_new : float
        P(worse by more than the minimal important difference); NaN where none is declared.
    """

    benefit: float = np.nan
    benefit_new: float = np.nan
    beyond: float = np.nan
    beyond_new: float = np.nan
    harm: float = np.nan
    harm_new: float = np.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row of a summary of findings.

    Parameters
    ----------
    name, importance, comment : str
    people : People
    measure : str
        The measure's name; empty where no trial measured the outcome.
    higher : bool
        Whether more of what the effect shows is better.
    effect, new : Shown
        The mean effect and the true effect of a new trial, as the measure shows them and as they
        were measured: a ratio below 1 means fewer events whichever way is better.
    digits : int
        Decimals that suit them.
    absolute : tuple of Absolute
    chances : Chances
    mid : str
        What matters and who says so; empty where nobody does.
    tau, I2 : float
        Posterior median of the between-trial SD, and I² of the classical twin (0 to 1); NaN where
        there is none.
    classical : Shown
        The classical twin: DerSimonian–Laird.
    suggestions : tuple of Suggestion
        For imprecision and inconsistency: what the figures suggest.
    judgements : tuple of Judgement
        What people judged.
    certainty : str
        Their rating; empty where nobody rated.
    cautions : tuple of str
        What the reader must know of these numbers.
    """

    name: str
    importance: str = ""
    comment: str = ""
    people: People = NOBODY
    measure: str = ""
    higher: bool = True
    effect: Shown = UNKNOWN
    new: Shown = UNKNOWN
    digits: int = 2
    absolute: tuple[Absolute, ...] = ()
    chances: Chances = field(default_factory=Chances)
    mid: str = ""
    tau: float = np.nan
    I2: float = np.nan
    classical: Shown = UNKNOWN
    suggestions: tuple[Suggestion, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    certainty: str = ""
    cautions: tuple[str, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether there is an effect."""
        return bool(self.measure)

    def suggestion(self, domain: str) -> Suggestion:
        """Return what is suggested for a domain; nothing in words where there is no effect."""
        found = [one for one in self.suggestions if one.domain == domain]
        return found[0] if found else Suggestion(domain, "", "")

    def judgement(self, domain: str) -> str:
        """Return what a person judged in a domain; empty where nobody did."""
        return "".join(one.word for one in self.judgements if one.domain == domain)
