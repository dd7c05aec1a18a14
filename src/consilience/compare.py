"""Any results side by side, and why they differ."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from consilience import measures
from consilience.classical.pooled import Pooled
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import WATERMARK, Fit
from consilience.rows import newcomer, typical

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


def compare(results: Mapping[str, Fit | Pooled], level: float = 0.95) -> pd.DataFrame:
    """Put analyses side by side, Bayesian and classical alike.

    Parameters
    ----------
    results : mapping of str to Fit or Pooled
        The analyses by name.
    level : float
        Mass of the fits' intervals; a classical analysis keeps its own.

    Returns
    -------
    DataFrame
        One row for each: ``estimate, lower, upper, level, interval, tau, I2, prediction_lower,
        prediction_upper, k``. For a fit the estimate is the posterior mean of mu, tau the posterior
        median (nan where groups of trials have one each), I² = 100·τ²/(τ² + s²) at that median with
        s² the typical sampling variance (Higgins & Thompson 2002), and the prediction that of the
        true effect of a new trial; for a classical analysis those of the analysis. Where a
        classical analysis has moderators the estimate is that at the mean row of its design.
        `attrs` holds the direction of effects, and the watermark of fits that were forced to speak.

    Raises
    ------
    ModelError
        If nothing is given, or something that is no analysis.
    """
    if not results:
        raise ModelError("compare() needs at least one analysis: compare({'Bayes': fit, …}).")
    if not isinstance(results, Mapping):
        raise ModelError("compare() takes analyses by name: compare({'Bayes': fit, …}).")
    rows = {name: _row(name, result, level) for name, result in results.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(COLUMNS))
    table.index.name = "analysis"
    _refuse_mixed(results)
    directions = {result.effects.direction for result in results.values()}
    table.attrs["direction"] = " / ".join(sorted(directions))
    forced = [name for name, result in results.items() if _watermarked(result)]
    if forced:
        table.attrs["watermark"] = f"{WATERMARK}: {', '.join(forced)}"
    return table


def explain(results: Mapping[str, Fit | Pooled], level: float = 0.95) -> tuple[str, ...]:
    """Say in plain words how the first fit and the classical analyses differ, and why.

    Returns
    -------
    tuple of str
        One sentence for each point.
    """
    table = compare(results, level)
    fits = [name for name, result in results.items() if isinstance(result, Fit)]
    pooled = [name for name, result in results.items() if isinstance(result, Pooled)]
    if not fits or not pooled:
        return ()
    fit = results[fits[0]]
    sentences = [
        *fit.diagnosis.cautions,  # type: ignore[union-attr]
        *(_pair(table, fits[0], name) for name in pooled),
        *_why(fit, table.loc[fits[0]], table.loc[pooled]),  # type: ignore[arg-type]
    ]
    return tuple(sentences)


def typical_variance(effects: Effects) -> float:
    """Give Higgins & Thompson's s²: (k − 1)Σw / ((Σw)² − Σw²), w = 1/v; nan for one estimate."""
    w = 1.0 / effects.v
    lower = w.sum() ** 2 - np.sum(w**2)
    return float((effects.k - 1) * w.sum() / lower) if effects.k > 1 else np.nan


def _row(name: str, result: object, level: float) -> dict[str, object]:
    if isinstance(result, Fit):
        return _fit_row(result, level)
    if isinstance(result, Pooled):
        return _pooled_row(result)
    raise ModelError(f"{name!r} is no analysis: compare() takes what fit() and pool() give.")


def _refuse_mixed(results: Mapping[str, Fit | Pooled]) -> None:
    """Refuse results of different measures; a generic one may be any, and goes with all."""
    known = {
        name: result.effects.measure
        for name, result in results.items()
        if result.effects.measure.code != measures.GEN.code
    }
    if len({measure.code for measure in known.values()}) > 1:
        listed = ", ".join(f"{name} ({measure.code})" for name, measure in known.items())
        raise ModelError(
            f"These analyses are of different effect measures and have no common scale: {listed}. "
            "Compare analyses of one measure."
        )


def _watermarked(result: Fit | Pooled) -> bool:
    return isinstance(result, Fit) and bool(result.posterior.faults)


def _fit_row(fit: Fit, level: float) -> dict[str, object]:
    rows = fit.combine((typical(fit, "mu"), newcomer(fit, "new")), level=level)
    scales = fit.scales(level)
    one = "tau" in scales.index
    several = bool(fit.posterior.scatter.hypers) and not one
    tau = float(scales["median"]["tau"]) if one else np.nan if several else 0.0
    s2 = typical_variance(fit.effects)
    return {
        "estimate": rows.loc["mu", "mean"],
        **_interval(rows.to_dict(orient="index")["mu"]),
        "tau": tau,
        "I2": 100.0 * tau**2 / (tau**2 + s2),
        "prediction_lower": rows.loc["new", "lower"],
        "prediction_upper": rows.loc["new", "upper"],
        "k": fit.effects.k,
    }


def _pooled_row(pooled: Pooled) -> dict[str, object]:
    mean = pooled.average()
    heterogeneity, prediction = pooled.heterogeneity(), pooled.prediction_interval()
    return {
        "estimate": mean["estimate"],
        **_interval(mean.to_dict()),
        "tau": heterogeneity["tau"],
        "I2": heterogeneity["I2"],
        "prediction_lower": prediction["lower"],
        "prediction_upper": prediction["upper"],
        "k": pooled.effects.k,
    }


def _interval(row: Mapping[Hashable, object]) -> dict[str, object]:
    return {name: row[name] for name in ("lower", "upper", "level", "interval")}


def _pair(table: pd.DataFrame, fit: str, pooled: str) -> str:
    ours, theirs = table.loc[fit], table.loc[pooled]
    wider = (ours["upper"] - ours["lower"]) / (theirs["upper"] - theirs["lower"])
    width = "as wide as" if 0.95 < wider < 1.05 else f"{wider:.2f} times as wide as"
    return (
        f"{fit} puts the mean effect at {ours['estimate']:.2f} ({ours['lower']:.2f} to "
        f"{ours['upper']:.2f}), {pooled} at {theirs['estimate']:.2f} ({theirs['lower']:.2f} to "
        f"{theirs['upper']:.2f}); the first interval is {width} the second. "
        f"Between-trial SD: {ours['tau']:.2f} and {theirs['tau']:.2f}."
    )


def _why(fit: Fit, row: pd.Series, twins: pd.DataFrame) -> list[str]:
    sentences = []
    wider = row["upper"] - row["lower"] > (twins["upper"] - twins["lower"]).max()
    if wider and fit.posterior.scatter.hypers:
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
    if row["tau"] > 0 and row["k"] < 10:
        sentences.append(
            f"With {row['k']:.0f} trials the data say little about the between-trial SD, so its "
            "prior matters: see the sensitivity to it."
        )
    return sentences
