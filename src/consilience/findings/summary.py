"""A summary of findings: the table that a panel reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from consilience.errors import ModelError
from consilience.findings import words
from consilience.findings.find import Rules, found
from consilience.findings.finding import Absolute, Finding, Shown
from consilience.findings.footnotes import Footnote, footnotes, notes_of
from consilience.findings.imprecision import Imprecision
from consilience.findings.inconsistency import Inconsistency
from consilience.findings.judgements import DOMAINS
from consilience.findings.outcome import Outcome, Unmeasured

MOST = 7
"""The outcomes that a table may hold."""

_SUGGESTED = ("imprecision", "inconsistency")


@dataclass(frozen=True, slots=True)
class SummaryOfFindings:
    """What is found of each outcome.

    Parameters
    ----------
    findings : tuple of Finding
        In the order in which they were asked for.
    level : float
        Probability of every interval.
    """

    findings: tuple[Finding, ...] = ()
    level: float = 0.95

    headings: ClassVar[tuple[str, ...]] = (
        *("importance", "participants (trials)", "effect", "with the comparator"),
        *("with the intervention", "difference", "P(benefit)", "P(benefit), new trial"),
        *("P(beyond MID)", "P(beyond MID), new trial", "imprecision, suggested"),
        *("inconsistency, suggested", "certainty", "notes"),
    )

    def __str__(self) -> str:
        """Write the table and its footnotes as plain text, outcome by outcome."""
        rows = self.table()
        blocks = []
        for name, row in zip(rows.index, rows.to_dict(orient="records"), strict=True):
            lines = [f"  {heading}: {text}" for heading, text in row.items() if text]
            blocks.append("\n".join((str(name), *lines)))
        notes = "\n".join(f"{note.letter} {note.text}" for note in self.footnotes)
        return "\n\n".join((*blocks, notes)).strip()

    @property
    def footnotes(self) -> tuple[Footnote, ...]:
        """The footnotes with their letters, each text once."""
        return footnotes(self.findings)

    def letters(self, finding: Finding) -> tuple[Footnote, ...]:
        """Return the footnotes of one outcome."""
        wanted = notes_of(finding)
        return tuple(note for note in self.footnotes if note.text in wanted)

    def table(self) -> pd.DataFrame:
        """Return the table as it is read: rounded, in words.

        Returns
        -------
        DataFrame
            One row of texts per outcome, by its name; the columns are `headings`. Several absolute
            effects of one outcome are separated by semicolons.
        """
        rows = [self._row(one) for one in self.findings]
        index = pd.Index([one.name for one in self.findings], name="outcome")
        return pd.DataFrame(rows, index, list(self.headings), dtype="str")

    @property
    def frame(self) -> pd.DataFrame:
        """The numbers at full precision, one row for each outcome and absolute effect.

        Returns
        -------
        DataFrame
            ``outcome, importance, trials, estimates, participants, measure, estimate, lower,
            upper, level, new_estimate, new_lower, new_upper, classical_estimate, classical_lower,
            classical_upper, tau, I2`` (0 to 1), the absolute effect (``unit, population, control,
            intervention…, difference…, source``), the probabilities ``p_…``, ``mid``, what is
            suggested with its reason, what people judged, ``certainty, notes``.
        """
        rows = [
            self._numbers(one) | _absolute(each)
            for one in self.findings
            for each in one.absolute or (None,)
        ]
        return pd.DataFrame(rows)

    def _row(self, finding: Finding) -> tuple[str, ...]:
        chances = finding.chances
        shares = (chances.benefit, chances.benefit_new, chances.beyond, chances.beyond_new)
        return (
            finding.importance,
            words.counted(finding),
            words.effect(finding),
            *(_joined(write, finding) for write in (words.control, words.intervention)),
            _joined(words.difference, finding),
            *(words.percent(each) for each in shares),
            *(finding.suggestion(domain).word for domain in _SUGGESTED),
            finding.certainty,
            ", ".join(note.letter for note in self.letters(finding)),
        )

    def _numbers(self, finding: Finding) -> dict[str, object]:
        people, chances = finding.people, finding.chances
        return {
            "outcome": finding.name,
            "importance": finding.importance,
            "trials": people.studies,
            "estimates": people.estimates,
            "participants": people.participants,
            "measure": finding.measure,
            **_spread("", finding.effect),
            "level": self.level,
            **_spread("new_", finding.new),
            **_spread("classical_", finding.classical),
            "tau": finding.tau,
            "I2": finding.I2,
            "p_benefit": chances.benefit,
            "p_benefit_new": chances.benefit_new,
            "p_beyond_mid": chances.beyond,
            "p_beyond_mid_new": chances.beyond_new,
            "p_harm_beyond_mid": chances.harm,
            "p_harm_beyond_mid_new": chances.harm_new,
            "mid": finding.mid,
            **_judged(finding),
            "certainty": finding.certainty,
            "comment": finding.comment,
            "notes": " ".join(notes_of(finding)),
        }


def summary_of_findings(
    outcomes: Sequence[Outcome | Unmeasured],
    *,
    level: float = 0.95,
    imprecision: Imprecision | None = None,
    inconsistency: Inconsistency | None = None,
) -> SummaryOfFindings:
    """Summarise what was found of up to seven outcomes.

    Per outcome: who took part, the effect, what it means in absolute terms, how probable benefit
    is, and what the figures suggest for two of GRADE's judgements, which people make. Intervals of
    absolute effects are those of the effect, carried over exactly: estimates are the posterior
    mean of the analysed scale, carried over in the same way, so that every cell follows from the
    effect's own.

    Parameters
    ----------
    outcomes : sequence of Outcome or Unmeasured
        The most important first.
    level : float
        Probability of every interval.
    imprecision : Imprecision, optional
        The rule with other thresholds than its own.
    inconsistency : Inconsistency, optional

    Raises
    ------
    ModelError
        For more than seven outcomes, none, two of one name, and whatever does not fit together.
    DataError
        For trials that do not print what is needed.
    ConvergenceError
        If a fit did not converge and was not forced.

    References
    ----------
    Schünemann, Higgins, Vist, et al. (2023), Cochrane Handbook 6.4, chapter 14; Guyatt, Oxman,
    Santesso, et al. (2013), J. Clin. Epidemiol. 66, 158-172, doi:10.1016/j.jclinepi.2012.01.012
    """
    rules = Rules(imprecision or Imprecision(), inconsistency or Inconsistency())
    asked = _checked(outcomes, level)
    return SummaryOfFindings(
        tuple(
            found(one, rules, level=level) if isinstance(one, Outcome) else _unmeasured(one)
            for one in asked
        ),
        level,
    )


def _checked(outcomes: object, level: object) -> tuple[Outcome | Unmeasured, ...]:
    whole = isinstance(outcomes, list | tuple) and bool(outcomes)
    if not whole or not all(isinstance(one, Outcome | Unmeasured) for one in outcomes):  # type: ignore[attr-defined]
        raise ModelError(
            "summary_of_findings() takes a list of findings.Outcome(name=..., fit=...) and "
            f"findings.Unmeasured(name=...), not {outcomes!r}."
        )
    names = [one.name for one in outcomes]  # type: ignore[attr-defined]
    if len(names) > MOST:
        raise ModelError(
            f"A summary of findings holds at most {MOST} outcomes, since readers lose more than "
            f"that out of sight (Cochrane Handbook, chapter 14); {len(names)} were given. Keep "
            "those that are critical or important for the decision."
        )
    if twice := sorted({one for one in names if names.count(one) > 1}):
        raise ModelError(f"Two outcomes are called {', '.join(twice)}. Rename one.")
    if not (isinstance(level, float) and 0 < level < 1):
        raise ModelError(f"level is a number between 0 and 1; {level!r} is not. Give 0.95.")
    return tuple(outcomes)  # type: ignore[arg-type]


def _unmeasured(outcome: Unmeasured) -> Finding:
    return Finding(name=outcome.name, importance=outcome.importance, comment=outcome.comment)


def _joined(write: object, finding: Finding) -> str:
    texts = [write(one) for one in finding.absolute]  # type: ignore[operator]
    return "; ".join(text for text in texts if text != words.NOTHING)


def _spread(prefix: str, shown: Shown) -> dict[str, float]:
    return {f"{prefix}{name}": value for name, value in shown._asdict().items()}


def _judged(finding: Finding) -> dict[str, str]:
    """Tell suggestions with their reasons, then judgements, by domain."""
    told: dict[str, str] = {}
    for domain in _SUGGESTED:
        one = finding.suggestion(domain)
        told |= {f"{domain}_suggested": one.word, f"{domain}_suggested_reason": one.reason}
    return told | {domain.replace(" ", "_"): finding.judgement(domain) for domain in DOMAINS}


def _absolute(absolute: Absolute | None) -> dict[str, object]:
    if absolute is None:
        return {}
    return {
        "unit": absolute.unit,
        "population": absolute.name,
        "control": absolute.control,
        **{f"intervention_{name}": v for name, v in absolute.intervention._asdict().items()},
        **{f"difference_{name}": v for name, v in absolute.difference._asdict().items()},
        "source": absolute.source,
    }
