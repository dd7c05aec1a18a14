"""What a `review.toml` may declare of a summary of findings: its outcomes and their judgements."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeclaredBaseline:
    """A risk, a rate or a proportion improved with the comparator.

    Parameters
    ----------
    value : float
        Of risks and proportions between 0 and 1; of rates per unit of time, as the trials count.
    source : str
        Whose it is and where it stands.
    name : str
        Of whom it speaks, such as "low risk"; of a proportion, what counts as improved.
    time : str
        Of a rate: its unit of time.
    """

    value: float
    source: str
    name: str = ""
    time: str = "person-years"


@dataclass(frozen=True, slots=True)
class DeclaredScale:
    """A familiar scale, in whose points a standardised difference is told.

    Parameters
    ----------
    name : str
    sd : float
        Its standard deviation among people such as these.
    source : str
        Where that stands.
    higher_is_better : str
        "yes" or "no".
    """

    name: str
    sd: float
    source: str
    higher_is_better: str = "yes"


@dataclass(frozen=True, slots=True)
class DeclaredMid:
    """A minimal important difference.

    Parameters
    ----------
    value : float
    source : str
        Who says so, and on what grounds.
    on : str
        "effect": as the measure shows it. "absolute": in the unit of the first absolute effect.
    """

    value: float
    source: str
    on: str = "effect"


@dataclass(frozen=True, slots=True)
class DeclaredJudgement:
    """What a person judged.

    Parameters
    ----------
    domain : str
        "risk of bias", "inconsistency", "indirectness", "imprecision" or "publication bias".
    judgement : str
        "not serious", "serious", "very serious" or "extremely serious"; of publication bias
        "undetected" or "strongly suspected".
    footnote : str
        Why.
    """

    domain: str
    judgement: str
    footnote: str = ""


UNDECLARED_MID = DeclaredMid(0.0, "")
"""Nobody says what matters."""


@dataclass(frozen=True, slots=True)
class DeclaredFinding:
    """One row of the summary of findings.

    Parameters
    ----------
    outcome : str
        Of the grid or, in a review with one question, the outcome that it is about.
    time, population : str
        Of the grid; empty for its first ones.
    name : str
        What it is called in the table; empty for the outcome.
    importance : str
        "critical", "important" or "of limited importance".
    measured : str
        "no" for an outcome that matters and that no trial measured.
    better : str
        "higher" or "lower" where the trial table does not say it.
    baseline : str
        "comparator" for the median of the comparator arms.
    risks, rates, improved : tuple of DeclaredBaseline
    scales : tuple of DeclaredScale
    mid : DeclaredMid
    judgements : tuple of DeclaredJudgement
    certainty : str
        The person's rating: "high", "moderate", "low" or "very low".
    comment : str
    """

    outcome: str
    time: str = ""
    population: str = ""
    name: str = ""
    importance: str = ""
    measured: str = "yes"
    better: str = ""
    baseline: str = ""
    risks: tuple[DeclaredBaseline, ...] = ()
    rates: tuple[DeclaredBaseline, ...] = ()
    scales: tuple[DeclaredScale, ...] = ()
    improved: tuple[DeclaredBaseline, ...] = ()
    mid: DeclaredMid = UNDECLARED_MID
    judgements: tuple[DeclaredJudgement, ...] = ()
    certainty: str = ""
    comment: str = ""

    @property
    def called(self) -> str:
        """What it is called in the table."""
        return self.name or self.outcome
