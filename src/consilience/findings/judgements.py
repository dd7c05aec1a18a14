"""The judgements of GRADE, which people make: words, levels, footnotes."""

from collections.abc import Mapping
from dataclasses import dataclass

from consilience.findings.checks import chosen, said

DOMAINS = ("risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias")
"""The five reasons to rate certainty down."""

LEVELS: Mapping[str, int] = {
    "not serious": 0,
    "serious": 1,
    "very serious": 2,
    "extremely serious": 3,
    "undetected": 0,
    "strongly suspected": 1,
}
"""By how many levels a word rates down; the last two are for publication bias."""

CERTAINTIES = ("very low", "low", "moderate", "high")
"""GRADE's four levels of certainty, the lowest first."""

IMPORTANCE = ("critical", "important", "of limited importance")
"""How much an outcome matters for the decision."""

_SUSPICION = ("undetected", "strongly suspected")


def words_of(domain: str) -> tuple[str, ...]:
    """Return the words of a domain.

    Parameters
    ----------
    domain : str
    """
    suspicion = domain == "publication bias"
    return tuple(word for word in LEVELS if (word in _SUSPICION) == suspicion)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person judged in one domain, and why.

    Parameters
    ----------
    domain : str
        One of `DOMAINS`.
    word : str
        "not serious", "serious", "very serious" or "extremely serious"; for publication bias
        "undetected" or "strongly suspected".
    reason : str
        The footnote; asked for where the word rates down.

    Raises
    ------
    ModelError
        For unknown words, which the message lists, and for a rating down without a reason.

    References
    ----------
    Schünemann, Higgins, Vist, et al. (2023), Cochrane Handbook 6.4, chapter 14.
    """

    domain: str
    word: str
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse unknown words, and a rating down without a reason."""
        chosen(self.domain, "The domain", DOMAINS)
        chosen(self.word, f"The judgement of {self.domain}", words_of(self.domain))
        if self.levels:
            said(self.reason, f"The judgement of {self.domain} as {self.word}", "its reason")

    @property
    def levels(self) -> int:
        """By how many levels it rates down."""
        return LEVELS[self.word]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the figures suggest for a domain; a person judges.

    Parameters
    ----------
    domain : str
        "imprecision" or "inconsistency".
    word : str
        As of a judgement; "not judged" where the figures cannot say.
    reason : str
        In sentences, with the figures and the rule.
    """

    domain: str
    word: str
    reason: str

    @property
    def levels(self) -> int:
        """By how many levels it would rate down; 0 where nothing is suggested."""
        return LEVELS.get(self.word, 0)


NOT_JUDGED = "not judged"
"""The word where the figures cannot say."""
