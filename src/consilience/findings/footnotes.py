"""The footnotes of a summary of findings: each text once, named by a letter."""

from collections.abc import Iterable
from dataclasses import dataclass

from consilience.findings.finding import Finding
from consilience.findings.words import sources


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote and its letter."""

    letter: str
    text: str


def notes_of(finding: Finding) -> tuple[str, ...]:
    """Return all that stands below the table about an outcome, in the order of its columns.

    Parameters
    ----------
    finding : Finding
    """
    mid = f"Minimal important difference: {finding.mid}." if finding.mid else ""
    told = (
        *finding.cautions,
        *(sources(one) for one in finding.absolute),
        mid,
        *(f"{one.domain.capitalize()}: {one.word}. {one.reason}" for one in finding.judgements),
        finding.comment if finding.answered else "",
    )
    return tuple(one.strip() for one in told if one.strip())


def footnotes(findings: Iterable[Finding]) -> tuple[Footnote, ...]:
    """Name each distinct footnote by a letter: a to z, then aa, ab and on.

    Parameters
    ----------
    findings : iterable of Finding
    """
    texts = dict.fromkeys(text for one in findings for text in notes_of(one))
    return tuple(Footnote(_letter(place), text) for place, text in enumerate(texts))


def _letter(place: int) -> str:
    before, here = divmod(place, 26)
    return (_letter(before - 1) if before else "") + chr(ord("a") + here)
