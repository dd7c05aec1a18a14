"""Any results side by side, and why they differ."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.classical import comparable
from consilience.classical.comparable import Analysis, Answer, Resting
from consilience.classical.small_study.trim_fill import TrimFill
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import WATERMARK, Fit
from consilience.rows import newcomer, typical

type Display = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From the analysed scale to the one that is shown."""

type Result = Fit | Analysis | Resting | TrimFill | pd.Series | pd.DataFrame

COLUMNS = (
    "estimate",
    "lower",
    "upper",
    "level",
    "interval",
    "tau",
    "I2",
    "prediction_lower",
    "prediction_upper",
    "k",
)
# Peto's is an estimator of the odds ratio.
_SAME = {"PETO": "OR"}

_HYPHEN = re.compile(r"(?<!\w)-(?=\d)")
"""A hyphen in the place of a minus."""
_TOLD, _FEW = 2, 10
"""Of so many trials the diagnosis says that the prior decides; below so many it matters."""


def compare(results: Mapping[str, Result], level: float = 0.95) -> pd.DataFrame:
    """Put analyses side by side, Bayesian and classical alike.

    Parameters
    ----------
    results : mapping of str to result
        The analyses by name: fits; what `pool` and every other classical analysis give
        (:class:`consilience.classical.comparable.Analysis`), `robust` and `trim_fill` among them;
        the rows of `mantel_haenszel`, `peto` and `limit_meta_analysis`; the tables of
        `selection_model` and `pet_peese`.
    level : float
        Mass of the fits' intervals; a classical analysis keeps its own.

    Returns
    -------
    DataFrame
        One row for each: ``estimate, lower, upper, level, interval, tau, I2, prediction_lower,
        prediction_upper, k``. For a fit the estimate is the posterior mean of mu, tau the posterior
        median (nan where groups or levels have one each), I² = 100·τ²/(τ² + s²) at that median with
        s² the typical sampling variance (Higgins & Thompson 2002), and the prediction that of the
        true effect of a new trial; for a classical analysis those of the analysis, nan for what it
        does not say. Where a classical analysis has moderators the estimate is that at the mean row
        of its design. `attrs` holds the direction of effects, and the watermark of fits that were
        forced to speak.

    Raises
    ------
    ModelError
        If nothing is given, or something that is no analysis; for analyses of different effect
        measures, or of effects that point different ways.
    """
    answers = _answers(results, level)
    rows = {name: asdict(each) for name, each in answers.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(COLUMNS))
    table.index.name = "analysis"
    if np.isfinite(table["k"]).all():
        table["k"] = table["k"].astype(int)
    directions = {each.direction for each in answers.values() if each.direction}
    table.attrs["direction"] = " / ".join(sorted(directions))
    forced = [name for name, result in results.items() if _watermarked(result)]
    if forced:
        table.attrs["watermark"] = f"{WATERMARK}: {', '.join(forced)}"
    return table


def explain(results: Mapping[str, Result], level: float = 0.95) -> tuple[str, ...]:
    """Say in plain words how the first fit and the classical analyses differ, and why.

    Parameters
    ----------
    results : mapping of str to Fit or Analysis
        As of `compare`; the first fit is held against every classical analysis.
    level : float
        Mass of the intervals of fits; classical analyses keep their own.

    Returns
    -------
    tuple of str
        One sentence for each point.

    Raises
    ------
    ModelError
        As `compare`.
    """
    table = compare(results, level)
    fits = [name for name, result in results.items() if isinstance(result, Fit)]
    twins = [name for name in results if name not in fits]
    if not fits or not twins:
        return ()
    fit = results[fits[0]]
    display = fit.effects.measure.display  # type: ignore[union-attr]
    sentences: list[str] = [
        *fit.diagnosis.cautions,  # type: ignore[union-attr]
        *(_pair(table, fits[0], name, display=display) for name in twins),
        *_sharing(fit, {name: results[name] for name in twins}),  # type: ignore[arg-type]
        *_why(fit, table.loc[fits[0]], table.loc[twins]),  # type: ignore[arg-type]
    ]
    return tuple(_HYPHEN.sub("−", sentence) for sentence in sentences)


def typical_variance(effects: Effects) -> float:
    """Give Higgins & Thompson's s²: (k − 1)Σw / ((Σw)² − Σw²), w = 1/v; nan for one estimate."""
    w = 1.0 / effects.v
    lower = w.sum() ** 2 - np.sum(w**2)
    return float((effects.k - 1) * w.sum() / lower) if effects.k > 1 else np.nan


def _answers(results: Mapping[str, Result], level: float) -> dict[str, Answer]:
    """Read all analyses; refuse those that have no common scale or direction."""
    if not isinstance(results, Mapping) and results:
        raise ModelError("compare() takes analyses by name: compare({'Bayes': fit, …}).")
    if not results:
        raise ModelError("compare() needs at least one analysis: compare({'Bayes': fit, …}).")
    answers = {name: _answer(name, result, level) for name, result in results.items()}
    _refuse_measures(answers)
    _refuse_directions(answers)
    return answers


def _answer(name: str, result: object, level: float) -> Answer:
    """Read one analysis into the columns that all share; refuse what is none, by its name."""
    found = _of_fit(result, level) if isinstance(result, Fit) else comparable.answer(result)
    if found is None:
        rows = ", ".join(comparable.ROWS)
        message = (
            f"{name!r} is no analysis: compare() takes what fit(), pool() and the other classical "
            "analyses give, rows with estimate, lower, upper, level and interval, and tables of "
            f"such rows, one of them named {rows}."
        )
        raise ModelError(message)
    return found


def _refuse_measures(answers: Mapping[str, Answer]) -> None:
    """Refuse analyses of different measures; Peto's code is an odds ratio too."""
    known = {name: each.measure for name, each in answers.items() if each.measure}
    if len({_SAME.get(code, code) for code in known.values()}) > 1:
        listed = ", ".join(f"{name} ({code})" for name, code in known.items())
        message = (
            f"These analyses are of different effect measures and have no common scale: {listed}. "
            "Compare analyses of one measure. Effects that came ready-made (GEN) can say theirs in "
            'a column `measure`: effect_sizes(table.assign(measure="SMD"), "SMD").'
        )
        raise ModelError(message)


def _refuse_directions(answers: Mapping[str, Answer]) -> None:
    """Refuse analyses whose signs may mean different things."""
    known = {name: each.direction for name, each in answers.items() if each.direction}
    if len(set(known.values())) > 1:
        listed = " ".join(f"{name}: {said}" for name, said in known.items())
        message = (
            f"These analyses may point different ways, so that one sign means two things. {listed} "
            "Compute all of them from one table, either with `higher_is_better` or without; what "
            "pools counts knows none."
        )
        raise ModelError(message)


def _watermarked(result: object) -> bool:
    return isinstance(result, Fit) and bool(result.posterior.faults)


def _of_fit(fit: Fit, level: float) -> Answer:
    """Put the answer of a fit in the columns of an analysis; several scatters have no one tau."""
    rows = fit.combine((typical(fit, "mu"), newcomer(fit, "new")), level=level)
    scales = fit.scales(level)
    one = "tau" in scales.index and _taus(fit) == 1
    several = bool(fit.posterior.scatter.hypers) and not one
    tau = float(scales["median"]["tau"]) if one else np.nan if several else 0.0
    mean, new = (rows.to_dict(orient="index")[name] for name in ("mu", "new"))
    return Answer(
        estimate=mean["mean"],
        **_interval(mean),  # type: ignore[arg-type]
        tau=tau,
        I2=100.0 * tau**2 / (tau**2 + typical_variance(fit.effects)),
        prediction_lower=new["lower"],
        prediction_upper=new["upper"],
        k=float(fit.effects.k),
        measure=fit.effects.measure.code,
        direction=fit.effects.direction,
    )


def _taus(fit: Fit) -> int:
    """Count the standard deviations of true effects."""
    return sum(hyper.name.startswith("tau") for hyper in fit.posterior.scatter.hypers)


def _interval(row: Mapping[Hashable, object]) -> dict[str, object]:
    return {name: row[name] for name in ("lower", "upper", "level", "interval")}


def _pair(table: pd.DataFrame, fit: str, pooled: str, *, display: Display) -> str:
    """Say both means as the measure shows them, the ratio of widths, and both SDs."""
    ours, theirs = table.loc[fit], table.loc[pooled]
    wider = (ours["upper"] - ours["lower"]) / (theirs["upper"] - theirs["lower"])
    width = "as wide as" if 0.95 < wider < 1.05 else f"{wider:.2f} times as wide as"
    known = np.isfinite([ours["tau"], theirs["tau"]]).all() and theirs["k"] > 1
    scatter = f" Between-trial SD: {ours['tau']:.2f} and {theirs['tau']:.2f}." if known else ""
    return (
        f"{fit} puts the mean effect at {_shown(table, fit, display)}, {pooled} at "
        f"{_shown(table, pooled, display)}; the first interval is {width} the second.{scatter}"
    )


def _shown(table: pd.DataFrame, name: str, display: Display) -> str:
    """Write an estimate with its interval."""
    row = table[["estimate", "lower", "upper"]].loc[name].to_numpy(dtype=float)
    mean, lower, upper = np.asarray(display(row)).tolist()
    return f"{mean:.2f} ({lower:.2f} to {upper:.2f})"


def _sharing(fit: Fit, twins: Mapping[str, Result]) -> list[str]:
    """Say who knows of estimates that share participants, and who counts these twice."""
    if fit.effects.shared.independent:
        return []
    read = {name: getattr(twin, "effects", None) for name, twin in twins.items()}
    without = [name for name, own in read.items() if own is None or own.shared.independent]
    told = (
        f"{' and '.join(without)} took them as independent and may count participants twice."
        if without
        else "Their sampling covariance V is taken into account on both sides."
    )
    return [f"Some estimates share participants. {told}"]


def _why(fit: Fit, row: pd.Series, twins: pd.DataFrame) -> list[str]:
    """Give the reasons that apply here for which the two may differ."""
    sentences = []
    wider = row["upper"] - row["lower"] > (twins["upper"] - twins["lower"]).max()
    if wider and fit.posterior.scatter.hypers and row["k"] == 1:
        sentences.append(
            "One trial says nothing of how much trials differ: the Bayesian interval takes it from "
            "its prior, and a classical one is that of the trial itself."
        )
    elif wider and fit.posterior.scatter.hypers:
        sentences.append(
            "The Bayesian interval averages over every plausible value of the between-trial SD and "
            "of whatever else the model estimates; a classical interval takes its estimate of that "
            "SD as known, which makes it narrower when trials are few."
        )
    if fit.model.terms:
        sentences.append(
            "The Bayesian mean is that of the population of trials after the model's terms, whose "
            "coefficients are uncertain too. A classical analysis without the same moderators "
            "answers a slightly different question."
        )
    if row["tau"] > 0 and _TOLD < row["k"] < _FEW:
        sentences.append(
            f"With {row['k']:.0f} estimates the data say little about the between-trial SD, so its "
            "prior matters: see the sensitivity to it."
        )
    return sentences
