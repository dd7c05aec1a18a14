"""The summary of findings that a review declares: checked, and answered once there are fits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from consilience import findings
from consilience.errors import ModelError, Problem
from consilience.findings import Basis, Mid, Outcome, SummaryOfFindings, Unmeasured
from consilience.fit import Fit
from consilience.review.attempts import faults_of
from consilience.review.declared_findings import UNDECLARED_MID, DeclaredFinding, DeclaredMid

type FitsOf = Callable[[DeclaredFinding], Sequence[Fit]]

_MIDS: Mapping[str, Callable[[float, str], Mid]] = {
    "effect": findings.MidEffect,
    "absolute": findings.MidAbsolute,
}
_OWN = ("raw", "probability")
"""Scales whose differences are told as they stand."""
_BASES = ("baseline", "risks", "rates", "scales", "improved")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "importance": ("", *findings.IMPORTANCE),
    "measured": ("yes", "no"),
    "better": ("", "higher", "lower"),
    "baseline": ("", "comparator"),
    "certainty": ("", *findings.CERTAINTIES),
}


def finding_problems(
    declared: Sequence[DeclaredFinding], levels: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Find what cannot be meant in the declaration of a summary of findings.

    Parameters
    ----------
    declared : sequence of DeclaredFinding
    levels : mapping of str to sequence of str
        The known names by key: "outcome", and of a grid "time" and "population".

    Yields
    ------
    Problem
        Each by its key, with what is known.
    """
    if len(declared) > findings.MOST:
        what = f"review.toml, key `findings`: {len(declared)} outcomes are more than a reader sees"
        yield Problem(what, f"Keep the {findings.MOST} that matter most.")
    names = [one.called for one in declared]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        what = "review.toml, key `findings`: two rows have one name"
        yield Problem(what, "Give one of them a `name`.", value=name)
    for place, one in enumerate(declared, 1):
        key = f"findings[{place}]"
        yield from _places(one, key, levels=levels)
        yield from _words(one, key)
        yield from _parts(one, key)


def summary_of(
    declared: Sequence[DeclaredFinding], fits_of: FitsOf, *, level: float
) -> SummaryOfFindings:
    """Answer a declared summary of findings.

    Parameters
    ----------
    declared : sequence of DeclaredFinding
        Without problems.
    fits_of : callable
        From a row to the fit that answers for it, or to none where no trial measured the outcome.
    level : float
        Probability of every interval.

    Raises
    ------
    ModelError, DataError
        For a baseline or scale that does not fit the measure, and for trials that do not print
        what is needed.
    """
    if not declared:
        return SummaryOfFindings()
    asked = [_outcome(one, [] if one.measured == "no" else fits_of(one)) for one in declared]
    return findings.summary_of_findings(asked, level=level)


def _outcome(one: DeclaredFinding, fits: Sequence[Fit]) -> Outcome | Unmeasured:
    if not fits:
        return Unmeasured(name=one.called, importance=one.importance, comment=one.comment)
    scale = fits[0].effects.measure.scale
    return Outcome(
        name=one.called,
        fit=fits[0],
        better=one.better,
        absolute=tuple(make() for _, make in makers(one, scale)),
        mid=mid_of(one.mid),
        importance=one.importance,
        judgements=tuple(
            findings.Judgement(each.domain, each.judgement, each.footnote)
            for each in one.judgements
        ),
        certainty=one.certainty,
        comment=one.comment,
    )


def mid_of(declared: DeclaredMid) -> Mid:
    """Give the minimal important difference that is declared.

    Parameters
    ----------
    declared : DeclaredMid

    Raises
    ------
    ModelError
        For a value that is none.
    """
    if declared == UNDECLARED_MID:
        return findings.NO_MID
    return _MIDS[declared.on](declared.value, declared.source)


def makers(one: DeclaredFinding, scale: str = "") -> Iterator[tuple[str, Callable[[], Basis]]]:
    """Give each basis by its key, still to be made.

    Parameters
    ----------
    one : DeclaredFinding
    scale : str
        Of the measure: one with units of its own needs no other basis.
    """
    if scale in _OWN and not any(getattr(one, name) for name in _BASES):
        yield "absolute", findings.OwnUnits
    if one.baseline:
        yield "baseline", findings.ComparatorMedian
    for place, risk in enumerate(one.risks, 1):
        yield f"risks[{place}]", partial(findings.BaselineRisk, risk.value, risk.source, risk.name)
    for place, rate in enumerate(one.rates, 1):
        told = (rate.value, rate.source, rate.time, rate.name)
        yield f"rates[{place}]", partial(findings.BaselineRate, *told)
    for place, own in enumerate(one.scales, 1):
        held = (own.name, own.sd, own.source, own.higher_is_better == "yes")
        yield f"scales[{place}]", partial(findings.FamiliarScale, *held)
    for place, each in enumerate(one.improved, 1):
        named = {"name": each.name} if each.name else {}
        made = partial(findings.Responders, each.value, each.source, **named)
        yield f"improved[{place}]", made


def _places(
    one: DeclaredFinding, key: str, *, levels: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    for name in ("outcome", "time", "population"):
        value, known = getattr(one, name), list(dict.fromkeys(levels.get(name, ())))
        if not value or value in known or (name == "outcome" and one.measured == "no"):
            continue
        what, remedy = "no such name", f"Choose from: {', '.join(map(str, known))}."
        if not known:
            what, remedy = "this review has no grid", "Drop the key, or declare a [grid]."
        yield Problem(f"review.toml, key `{key}.{name}`: {what}", remedy, value=value)


def _words(one: DeclaredFinding, key: str) -> Iterator[Problem]:
    for name, known in _WORDS.items():
        if getattr(one, name) not in known:
            yield _unknown(f"{key}.{name}", getattr(one, name), known=known)
    if one.mid.on not in _MIDS:
        yield _unknown(f"{key}.mid.on", one.mid.on, known=tuple(_MIDS))
    for place, scale in enumerate(one.scales, 1):
        if scale.higher_is_better not in {"yes", "no"}:
            where = f"{key}.scales[{place}].higher_is_better"
            yield _unknown(where, scale.higher_is_better, known=("yes", "no"))


def _unknown(key: str, value: str, *, known: Sequence[str]) -> Problem:
    remedy = f"Choose from: {', '.join(word for word in known if word)}."
    return Problem(f"review.toml, key `{key}`: no such word", remedy, value=value)


def _parts(one: DeclaredFinding, key: str) -> Iterator[Problem]:
    """Try to make each part, and tell what it refuses."""
    parts: list[tuple[str, Callable[[], object]]] = [*makers(one)]
    if one.mid.on in _MIDS:
        parts.append(("mid", partial(mid_of, one.mid)))
    for place, each in enumerate(one.judgements, 1):
        judged = partial(findings.Judgement, each.domain, each.judgement, each.footnote)
        parts.append((f"judgements[{place}]", judged))
    for name, make in parts:
        try:
            make()
        except ModelError as error:
            yield from faults_of(error, f"review.toml, key `{key}.{name}`")
    domains = [each.domain for each in one.judgements]
    for domain in dict.fromkeys(name for name in domains if domains.count(name) > 1):
        what = f"review.toml, key `{key}.judgements`: a domain is judged twice"
        yield Problem(what, "Keep one judgement.", value=domain)
