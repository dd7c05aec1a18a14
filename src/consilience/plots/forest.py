"""The forest plot: every trial, what the model makes of it, and the answers of all analyses."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.figure import Figure
from scipy.special import ndtri

from consilience.fit import Fit
from consilience.plots.chart import ROW, Chart, Line
from consilience.plots.columns import Column, Extras, extras
from consilience.plots.evidence import NO_GROUPS, Evidence, Groups, rows_of, values_of
from consilience.plots.marks import Bar, Diamond, Dot, Mark, Square, Value
from consilience.plots.page import Entry, Notes, sheet_of
from consilience.plots.scale import Scale, spanning
from consilience.plots.style import BAYES, CLASSICAL, FAINT, style
from consilience.plots.text import clean, mass, number
from consilience.plots.words import Drawn, counted, refuse_others, same_trials, scatter, sides

_LARGEST, _USUAL, _SMALLEST = 0.14, 0.09, 0.035
_APART, _TALLER, _DOUBLE = 0.055, 0.05, 0.12


@style()
def forest(
    *results: Drawn,
    group: str = "",
    sort: str = "",
    columns: Sequence[str | Column] = (),
) -> Figure:
    """Draw a forest plot.

    Each trial has a square, its area the trial's weight, on its interval
    ``yi ± z·sei``; with a fit, below it the trial's true effect in the model (posterior mean and
    credible interval). Beneath the trials each analysis has a diamond from one end of its interval
    to the other, and a bar over its prediction interval if it has one.

    Parameters
    ----------
    *results : Fit, Analysis or Resting
        Analyses of the same estimates: what `fit` gives, `pool`, and other classical analyses such
        as `pool_multilevel`, `pool_counts` and `robust`. The first fit gives the true effects in
        the model; the first that rests on `pool` gives the weights, or else the first fit at the
        posterior medians of its standard deviations. Without either there are no weights.
    group : str
        A column of the trial table by whose levels the trials are grouped. Where the first fit has
        a term for it, or else a classical analysis can pool them, each level has its own estimate,
        and a note says whether the levels differ.
    sort : str
        A column, ``yi``, ``vi`` or ``weight`` by which the trials are put in order, upwards, or
        with a minus in front downwards: ``"-weight"``.
    columns : sequence of str or Column
        What else is shown: ``"events"``, ``"means"``, ``"rates"``, columns of the trial table by
        their names, or objects of `consilience.plots.columns`, such as the weights of another
        analysis, or ``RiskOfBias(assessment)`` for the judgements of each trial as lights.

    Returns
    -------
    Figure
        800 pixels wide (see `narrow`); its height grows with the number of trials. `forest_pages`
        draws many trials on several sheets.

    Raises
    ------
    ModelError
        If there is no analysis, or something else, if they rest on different estimates, or there is
        no such column.
    ConvergenceError
        If a fit did not converge and was not forced; the figure of a forced one has a watermark.

    References
    ----------
    Lewis & Clarke (2001), doi:10.1136/bmj.322.7300.1479. Riley, Higgins & Deeks (2011),
    doi:10.1136/bmj.d549, for the prediction interval.
    """
    refuse_others(results, "forest")
    evidence = Evidence(same_trials(results, "forest"), results, group, sort)
    chart, notes = laid_out(evidence, columns)
    return sheet_of(chart, notes, evidence.watermark, alt=described(evidence, chart.scale))


def laid_out(evidence: Evidence, columns: Sequence[str | Column]) -> tuple[Chart, Notes]:
    """Put the trials and the answers on the lines of a chart, with the notes under it."""
    effects, more = evidence.effects, extras(evidence.effects, columns)
    lines = (*_trials(evidence, more), *_answers(evidence, more))
    marks = [mark for line in lines for mark in line.marks]
    weight = ("Weight, %",) if evidence.weighted else ()
    headings = ("Trial", f"Effect [{mass(evidence.level)} interval]", *weight)
    chart = Chart(
        headings=(*headings, *more.headings[1]),
        before=more.headings[0],
        lights=more.lights.heads,
        lines=lines,
        scale=spanning(marks, effects.measure.null, effects.measure.display),
        label=effects.measure.label,
        sides=sides(effects),
        guide=float(evidence.table["estimate"].iloc[0]),
    )
    notes = (*_notes(evidence, chart.scale.digits), *more.lights.texts)
    return chart, Notes((*_key(evidence, marks), *more.lights.key), notes)


def described(evidence: Evidence, scale: Scale) -> str:
    """Say in words what a forest plot shows."""
    ends = evidence.table[["estimate", "lower", "upper"]].to_numpy(dtype=float)
    said = [scale.shown(*row) for row in ends]
    pairs = zip(evidence.names, said, strict=True)
    answers = "; ".join(f"{name} {at} ({low} to {high})" for name, (at, low, high) in pairs)
    label = evidence.effects.measure.label
    return f"Forest plot, {label}. {counted(evidence.effects)} Mean effect: {answers}."


def _trials(evidence: Evidence, more: Extras) -> Iterator[Line]:
    """Give the lines of the trials, each group under its own estimate."""
    if not evidence.group:
        yield from (_trial(evidence, place, more=more) for place in evidence.order)
        return
    groups = evidence.groups
    for level, places in groups.members.items():
        values = [values_of(row) for row in rows_of(groups.table, level)]
        marks = tuple(_diamond(value, filled=groups.bayesian, tall=0.09) for value in values)
        value = values[0] if values else ()
        height = ROW + _TALLER
        yield Line(
            label=clean(level),
            marks=marks,
            value=value,
            cells=evidence.share(places),
            bold=True,
            height=height,
        )
        yield from (_trial(evidence, place, more=more, level=1) for place in places)


def _trial(evidence: Evidence, place: int, *, more: Extras, level: int = 0) -> Line:
    """Put the trial as reported and, below it, its true effect in the first fit on one line."""
    effects = evidence.effects
    half = float(ndtri((1.0 + evidence.level) / 2.0) * np.sqrt(effects.v[place]))
    at = float(effects.y[place])
    value = (at, at - half, at + half)
    in_model = [(float(a), float(b), float(c)) for a, b, c in evidence.theta[place : place + 1]]
    marks: list[Mark] = [
        Square(value, ink=FAINT, side=_side(evidence, place), shift=-_APART * len(in_model))
    ]
    marks += [Dot(each, ink=BAYES, shift=1.3 * _APART) for each in in_model]
    return Line(
        label=clean(effects.labels[place]),
        marks=tuple(marks),
        value=value,
        cells=(*evidence.share([place]), *more.cells[1][place]),
        before=more.cells[0][place],
        lights=more.lights.row(place),
        level=level,
        height=ROW + _DOUBLE * len(in_model),
    )


def _side(evidence: Evidence, place: int) -> float:
    """Side of a square whose area is like the weight; the same for all where there are none."""
    if not evidence.weighted:
        return _USUAL
    weights = evidence.weights[0]
    return max(_SMALLEST, _LARGEST * float(np.sqrt(max(weights[place], 0.0) / weights.max())))


def _answers(evidence: Evidence, more: Extras) -> Iterator[Line]:
    """Give each analysis a diamond, and a prediction interval where it says more than that."""
    for place, (name, result) in enumerate(zip(evidence.names, evidence.results, strict=True)):
        row = evidence.table.iloc[place]
        value, filled = values_of(row), isinstance(result, Fit)
        diamond = _diamond(value, filled=filled, tall=0.14)
        totals = more.totals if place == 0 else ((), ())
        yield Line(
            label=name,
            marks=(diamond,),
            value=value,
            cells=(*[""] * evidence.weighted, *totals[1]) if any(totals[1]) else (),
            before=totals[0] if any(totals[0]) else (),
            bold=True,
            height=ROW + _TALLER,
            ruled=place == 0,
        )
        ahead = (np.nan, float(row["prediction_lower"]), float(row["prediction_upper"]))
        if np.isfinite(ahead[1:]).all() and not np.allclose(ahead[1:], value[1:]):
            bar = Bar(ahead, ink=diamond.ink)
            yield Line(label="prediction interval", marks=(bar,), value=ahead, level=1)


def _key(evidence: Evidence, marks: list[Mark]) -> Iterator[Entry]:
    """Explain only the signs that are drawn, Bayesian and classical apart."""
    small = (0.0, -0.12, 0.12)
    fits = [isinstance(result, Fit) for result in evidence.results]
    area = " (area: weight)" if evidence.weighted else ""
    yield Entry(Square(small, ink=FAINT), f"trial as reported{area}")
    if any(fits):
        yield Entry(Dot(small, ink=BAYES), "trial in the model")
        yield Entry(_diamond(small, filled=True, tall=0.13), "mean, Bayesian")
    if not all(fits):
        yield Entry(_diamond(small, filled=False, tall=0.13), "mean, classical")
    if any(isinstance(mark, Bar) for mark in marks):
        ink = BAYES if any(fits) else CLASSICAL
        yield Entry(Bar(small, ink=ink), "true effect of a new trial")


def _notes(evidence: Evidence, digits: int) -> Iterator[str]:
    """Say what is counted, the heterogeneity of each analysis, the weights, and what groups say."""
    effects = evidence.effects
    yield f"{counted(effects)} {effects.direction}"
    rows = zip(evidence.names, evidence.taus(digits), evidence.table["I2"], strict=True)
    said = [scatter(name, tau, i2) for name, tau, i2 in rows if tau]
    if said:
        yield (
            "Heterogeneity: τ is the standard deviation of true effects between trials, I² their "
            f"share in the variance of the estimates. {' '.join(said)}"
        )
    weights = evidence.weights[1]
    groups = evidence.groups if evidence.group else NO_GROUPS
    yield f"{weights} Diamonds of groups: {groups.name}." if groups.name else weights
    if groups.words:
        yield groups.words
    if within := _within(groups, digits):
        yield f"Within groups: {within}."


def _within(groups: Groups, digits: int) -> str:
    if "tau2" not in groups.table:
        return ""
    taus = np.sqrt(groups.table["tau2"].to_numpy(dtype=float))
    rows = zip(groups.table.index, groups.table["k"], taus, strict=True)
    return "; ".join(f"{clean(name)}: k = {k}, τ = {number(tau, digits)}" for name, k, tau in rows)


def _diamond(value: Value, *, filled: bool, tall: float) -> Diamond:
    return Diamond(value, ink=BAYES if filled else CLASSICAL, filled=filled, tall=tall)
