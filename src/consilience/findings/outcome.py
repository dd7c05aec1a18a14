"""An outcome of a summary of findings, as it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from consilience.errors import ModelError
from consilience.findings.checks import chosen, said
from consilience.findings.judgements import CERTAINTIES, IMPORTANCE, Judgement
from consilience.findings.mids import NO_MID, Mid
from consilience.findings.translation import Basis
from consilience.fit import Fit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """An outcome: its fit, what its effect is measured against, and what people judged.

    Parameters
    ----------
    name : str
    fit : Fit
        By any engine.
    at : mapping of str to str or float
        Where a model holds several outcomes: which one, such as ``{"outcome": "symptoms"}``.
    better : str
        "higher" or "lower" where the effects do not say which way is better.
    absolute : tuple of Basis
        `BaselineRisk`, `ComparatorMedian`, `BaselineRate`, `FamiliarScale`, `Responders`,
        `OwnUnits`: one absolute effect for each.
    mid : Mid
        `MidEffect`, `MidAbsolute`, or `NO_MID`.
    importance : str
        "critical", "important" or "of limited importance"; empty where nobody judged.
    judgements : tuple of Judgement
        At most one in each domain.
    certainty : str
        The person's rating: "high", "moderate", "low" or "very low"; empty where nobody rated.
    comment : str

    Raises
    ------
    ModelError
        For what is no fit, unknown words, a domain judged twice.
    """

    name: str
    fit: Fit
    at: Mapping[str, str | float] = field(default_factory=lambda: MappingProxyType({}))
    better: str = ""
    absolute: tuple[Basis, ...] = ()
    mid: Mid = NO_MID
    importance: str = ""
    judgements: tuple[Judgement, ...] = ()
    certainty: str = ""
    comment: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        said(self.name, "An outcome", "what it is called")
        if not isinstance(self.fit, Fit):
            raise ModelError(
                f"The outcome {self.name!r} needs what fit() returned, not {self.fit!r}. For an "
                "outcome that no trial measured give findings.Unmeasured(name)."
            )
        _refuse_strangers(self)
        _refuse_words(self.name, importance=self.importance, certainty=self.certainty)
        domains = [one.domain for one in self.judgements]
        if twice := sorted({one for one in domains if domains.count(one) > 1}):
            raise ModelError(f"{self.name!r}: {', '.join(twice)} is judged twice. Keep one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """An outcome that matters and that no trial measured.

    Parameters
    ----------
    name : str
    importance : str
        "critical", "important" or "of limited importance"; empty where nobody judged.
    comment : str

    Raises
    ------
    ModelError
        For unknown words.
    """

    name: str
    importance: str = ""
    comment: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        said(self.name, "An outcome", "what it is called")
        _refuse_words(self.name, importance=self.importance, certainty="")


def _refuse_strangers(outcome: Outcome) -> None:
    """Refuse parts that are of another kind than they should be."""
    wanted = (
        ("absolute", outcome.absolute, Basis, "(findings.BaselineRisk(0.2, source), )"),
        ("mid", (outcome.mid,), Mid, "findings.MidEffect(0.2, source)"),
        ("judgements", outcome.judgements, Judgement, '(findings.Judgement("imprecision", …), )'),
    )
    for name, parts, kind, example in wanted:
        whole = isinstance(parts, tuple) and all(isinstance(one, kind) for one in parts)
        if not whole:
            raise ModelError(
                f"{outcome.name!r}: {name} is not {getattr(outcome, name)!r}. Give {example}."
            )


def _refuse_words(name: str, *, importance: str, certainty: str) -> None:
    if importance:
        chosen(importance, f"{name!r}: the importance", IMPORTANCE)
    if certainty:
        chosen(certainty, f"{name!r}: the certainty", CERTAINTIES)
