"""From an outcome as it is asked for to what is found of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from consilience.classical.pool import pool
from consilience.effects import Effects
from consilience.findings.evidence import Evidence, Span
from consilience.findings.finding import UNKNOWN, Absolute, Chances, Finding, Shown
from consilience.findings.imprecision import Imprecision
from consilience.findings.inconsistency import Inconsistency
from consilience.findings.judgements import DOMAINS, Judgement, Suggestion
from consilience.findings.mids import Thresholds
from consilience.findings.outcome import Outcome
from consilience.findings.people import NOBODY, People, people
from consilience.findings.reading import Reading, Turned, asked, rows_at, turned
from consilience.findings.translation import Translation
from consilience.findings.words import decimal, digits_for


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules by which judgements are suggested."""

    imprecision: Imprecision
    inconsistency: Inconsistency


@dataclass(frozen=True, slots=True)
class _Twin:
    """What the classical analysis says of the same estimates."""

    effect: Shown = UNKNOWN
    I2: float = np.nan


def found(outcome: Outcome, rules: Rules, *, level: float) -> Finding:
    """Answer for one outcome.

    Parameters
    ----------
    outcome : Outcome
    rules : Rules
    level : float
        Probability of every interval.

    Raises
    ------
    ModelError, DataError
        For a basis that does not fit the measure, a direction that nobody declares, trials that
        do not print what is needed.
    ConvergenceError
        If the fit did not converge and was not forced.
    """
    here = rows_at(outcome.fit, outcome.at)
    effects = outcome.fit.effects.keep(here) if here.any() else outcome.fit.effects
    way = turned(effects, outcome.better)
    counted = people(effects) if here.any() else NOBODY
    reading = Reading(outcome.fit, way, *asked(outcome.fit, outcome.at), level)
    translations = tuple(one.translate(way) for one in outcome.absolute)
    thresholds = outcome.mid.thresholds(way, translations)
    twin = _twin(effects, way, level) if here.any() else _Twin()
    evidence = _evidence(outcome, reading, counted, thresholds=thresholds, twin=twin)
    mean, new = (reading.interval(one) for one in (reading.mean, reading.new))
    return Finding(
        name=outcome.name,
        importance=outcome.importance,
        comment=outcome.comment,
        people=counted,
        measure=effects.measure.label,
        higher=way.good > 0,
        effect=_displayed(way, mean),
        new=_displayed(way, new),
        digits=_digits(way, mean),
        absolute=tuple(_absolute(one, mean) for one in translations),
        chances=_chances(reading, thresholds),
        mid=outcome.mid.words(translations),
        tau=_tau(outcome, level),
        I2=twin.I2,
        classical=twin.effect,
        suggestions=_suggested(rules, evidence, measured=bool(here.any())),
        judgements=_ordered(outcome.judgements),
        certainty=outcome.certainty,
        cautions=_cautions(counted, outcome),
    )


def _ordered(judgements: tuple[Judgement, ...]) -> tuple[Judgement, ...]:
    return tuple(sorted(judgements, key=lambda one: DOMAINS.index(one.domain)))


def _evidence(
    outcome: Outcome, reading: Reading, counted: People, *, thresholds: Thresholds, twin: _Twin
) -> Evidence:
    way = reading.turned
    digits = _digits(way, reading.interval(reading.mean))
    risks = [one.risk(way) for one in outcome.absolute]
    return Evidence(
        effects=way.effects,
        people=counted,
        mean=_span(way, reading.interval(reading.mean)),
        new=_span(way, reading.interval(reading.new)),
        thresholds=thresholds,
        level=reading.level,
        risk=next((one for one in risks if not np.isnan(one)), float("nan")),
        sign=way.good,
        I2=twin.I2,
        scatters=reading.scatters,
        shown=_shower(way, digits),
    )


def _shower(way: Turned, digits: int) -> Callable[[float], str]:
    return lambda b: decimal(_display(way, way.good * b), digits)


def _display(way: Turned, x: float) -> float:
    return float(way.effects.measure.display(np.asarray(x, dtype=float)))


def _displayed(way: Turned, values: tuple[float, float, float]) -> Shown:
    return Shown(*(_display(way, each) for each in values))


def _span(way: Turned, values: tuple[float, float, float]) -> Span:
    ends = sorted(way.good * each for each in values[1:])
    return Span(way.good * values[0], *ends)


def _digits(way: Turned, values: tuple[float, float, float]) -> int:
    shown = _displayed(way, values)
    return digits_for((shown.upper - shown.lower) / 4)


def _absolute(translation: Translation, values: tuple[float, float, float]) -> Absolute:
    """Carry an estimate and the ends of its interval over."""
    gaps = [translation.difference(each) for each in values]
    difference = Shown(gaps[0], *sorted(gaps[1:]))
    return Absolute(
        translation.unit,
        translation.control,
        Shown(*(translation.control + gap for gap in difference)),
        difference,
        translation.source,
        translation.name,
        any(translation.beyond(each) for each in values),
    )


def _chances(reading: Reading, thresholds: Thresholds) -> Chances:
    both = (reading.mean, reading.new)
    benefit = [reading.chance(one, 0.0) for one in both]
    if not thresholds.declared:
        return Chances(*benefit)
    beyond = [reading.chance(one, thresholds.benefit) for one in both]
    harm = [1.0 - reading.chance(one, thresholds.harm) for one in both]
    return Chances(*benefit, *beyond, *harm)


def _tau(outcome: Outcome, level: float) -> float:
    scales = outcome.fit.scales(level)
    return float(scales["median"].get("tau", np.nan))


def _twin(effects: Effects, way: Turned, level: float) -> _Twin:
    pooled = pool(effects, "DL", level=level)
    row = pooled.summary().iloc[0]
    values = [way.turn * float(row[name]) for name in ("estimate", "lower", "upper")]
    share = float(pooled.heterogeneity()["I2"]) / 100 if effects.k > 1 else float("nan")
    return _Twin(_displayed(way, (values[0], *sorted(values[1:]))), share)  # type: ignore[arg-type]


def _suggested(rules: Rules, evidence: Evidence, *, measured: bool) -> tuple[Suggestion, ...]:
    """Suggest nothing where the model borrows everything from other outcomes."""
    if not measured:
        return ()
    return (rules.imprecision.suggest(evidence), rules.inconsistency.suggest(evidence))


def _cautions(counted: People, outcome: Outcome) -> tuple[str, ...]:
    if not counted.studies:
        return ("No trial measured this outcome: the model borrows the effect from others.",)
    told = []
    if counted.silent:
        told.append(f"Participants are not known for {_listed(counted.silent)}.")
    if counted.repeated:
        told.append(f"People in several estimates are counted once: {_listed(counted.repeated)}.")
    if counted.unsure:
        told.append(
            f"Arms are not printed for {_listed(counted.unsure)}, whose estimates were added up: "
            "people in several of them are counted more than once."
        )
    borrowed = outcome.at and counted.estimates < outcome.fit.effects.k
    if borrowed:
        told.append("The model also learns from the estimates of other outcomes.")
    return tuple(told)


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
