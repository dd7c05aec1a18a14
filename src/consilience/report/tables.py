"""The tables of a report as files: full precision, and no cell that a spreadsheet would run."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd
from scipy.special import ndtri

from consilience.classical.pooled import Pooled
from consilience.effects import Effects

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def tables(analysis: "Analysis") -> Mapping[str, pd.DataFrame]:
    """Give every table of the report by the name of its file, without those that are empty."""
    review, robust = analysis.review, analysis.robustness
    found = {
        "trials": review.effects.table,
        "rows": review.ledger.set_index("label"),
        "changes": pd.DataFrame([asdict(change) for change in review.trials.log]),
        "conversions": review.converted.steps,
        "flow": review.flow,
        "effects": effects_table(analysis),
        "comparison": analysis.compared,
        "heterogeneity": heterogeneity_table(analysis.pooled),
        "summary_of_findings": analysis.findings.frame,
        "predictions": analysis.forecast.table,
        "prediction_chances": analysis.forecast.chances,
        "check_trials": analysis.check.trials,
        "check_statistics": analysis.check.statistics,
        "sensitivity_declared": robust.declared,
        "sensitivity_left_out": robust.left_out,
        "sensitivity_tau": robust.tau,
        "borrowing": analysis.leaning.borrowing.trials,
        "borrowing_levels": analysis.leaning.borrowing.levels,
        "influence": analysis.leaning.influence.trials,
        "influence_pairs": analysis.leaning.influence.pairs,
        "cumulative": analysis.leaning.cumulative,
        "prior_map": prior_map_table(analysis),
        "tipping_points": tipping_table(analysis),
        "bias_dial": analysis.dial.table,
        "risk_of_bias": review.risk_of_bias,
        "risk_of_bias_summary": analysis.judged_shares,
        "published": review.published,
    }
    return {name: table for name, table in (found | _several(analysis)).items() if len(table)}


def effects_table(analysis: "Analysis") -> pd.DataFrame:
    """Tabulate each trial's effect as reported and as the primary model sees it.

    Returns
    -------
    DataFrame
        By estimate: ``yi, sei, lower, upper`` (a confidence interval), ``weight`` (percent, of
        the classical twin), ``theta, theta_lower, theta_upper`` (a credible interval).
    """
    summary = analysis.parameters[analysis.primary.declared.name]
    return effect_rows(analysis.review.effects, analysis.twin, summary)


def effect_rows(effects: Effects, twin: Pooled, summary: pd.DataFrame) -> pd.DataFrame:
    """Tabulate effects as reported, their weights and what a model makes of them.

    Parameters
    ----------
    effects : Effects
    twin : Pooled
        Whose weights and level are shown.
    summary : DataFrame
        Of the model's fit to the same effects, as of `Fit.summary`.

    Returns
    -------
    DataFrame
        As of `effects_table`.
    """
    frame = effects.frame
    half = float(ndtri((1 + twin.level) / 2)) * frame["sei"]
    table = frame[["yi", "sei"]].assign(lower=frame["yi"] - half, upper=frame["yi"] + half)
    table["weight"] = twin.weights()
    rows = summary.loc[[f"theta[{label}]" for label in effects.labels]]
    names = {"mean": "theta", "lower": "theta_lower", "upper": "theta_upper"}
    index = pd.Index(effects.labels, name="estimate")
    return table.join(rows[list(names)].rename(columns=names).set_axis(index))


def prior_map_table(analysis: "Analysis") -> pd.DataFrame:
    """Tabulate the answer under every prior of the map, one row for each; none without a map."""
    surface = analysis.priors.surface
    return surface.to_dataframe().reset_index() if surface.sizes else pd.DataFrame()


def tipping_table(analysis: "Analysis") -> pd.DataFrame:
    """Tabulate for each threshold the nearest prior that changes the conclusion."""
    rows = [
        {"threshold": each.rule.threshold, "certainty": each.rule.certainty}
        | {"probability": each.probability, "conclusion": each.conclusion}
        | {"held_location": each.held[0], "held_scale": each.held[1]}
        | {"location": each.location, "scale": each.scale, "distance": each.distance}
        for each in analysis.priors.tipping
    ]
    return pd.DataFrame(rows)


def heterogeneity_table(pooled: Mapping[str, Pooled]) -> pd.DataFrame:
    """Tabulate the heterogeneity statistics of classical analyses, one row for each.

    Parameters
    ----------
    pooled : mapping of str to Pooled
    """
    found = {name: one.heterogeneity() for name, one in pooled.items()}
    return pd.DataFrame(found).T.rename_axis("analysis")


def to_csv(table: pd.DataFrame) -> str:
    """Write a table as CSV; an apostrophe stands before text that looks like a formula.

    The index comes first where it has a name.
    """
    whole = table.reset_index() if table.index.name else table
    safe = whole.map(_guarded).rename(columns=_guarded)
    return safe.to_csv(index=False, lineterminator="\n")


def _several(analysis: "Analysis") -> dict[str, pd.DataFrame]:
    """Give the tables of which there is one for each model or factor."""
    found = {f"parameters_{name}": table for name, table in analysis.parameters.items()}
    found |= {f"classical_{file_part(n)}": p.summary() for n, p in analysis.pooled.items()}
    for group in analysis.subgroups:
        sides = {"bayes": group.bayes, "separate": group.separate, "common": group.common}
        found |= {f"subgroups_{file_part(group.by)}_{side}": table for side, table in sides.items()}
        pairs = pd.DataFrame(group.bayes.attrs.get("differences", []))
        found[f"subgroups_{file_part(group.by)}_differences"] = pairs
    return found


def file_part(name: str) -> str:
    """Turn a name into a part of a file's name.

    Parameters
    ----------
    name : str
    """
    kept = "".join(each if each.isalnum() else "_" for each in name.lower())
    return "_".join(part for part in kept.split("_") if part)


def _guarded(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
