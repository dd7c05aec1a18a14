"""The report as data: one JSON document whose shape is versioned."""

from typing import TYPE_CHECKING

from consilience.report.documents import rows
from consilience.report.tables import effects_table, tipping_table
from consilience.review import Review

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis
    from consilience.report.results import Fitted, Subgroup

SCHEMA = "consilience.report/1"
"""Name and version of the shape; the version rises when a key changes its meaning or goes."""


def about(review: Review) -> dict[str, object]:
    """Say what a review asks, and of how much.

    Parameters
    ----------
    review : Review
    """
    return {
        "title": review.title,
        "question": review.question.text,
        "measure": review.effects.measure.code,
        "direction": review.effects.direction,
        "k": review.k,
        "n_studies": review.n_studies,
        "rows_left_out": int((review.ledger["status"] != "used").sum()),
    }


def summary(analysis: "Analysis") -> dict[str, object]:
    """Give all results as plain values. The time is left to the provenance.

    The same data, models, versions and seed give the same document.
    """
    review, robust = analysis.review, analysis.robustness
    return {
        "schema": SCHEMA,
        **about(review),
        "level": analysis.level,
        "seed": analysis.seed,
        "primary": analysis.primary.declared.name,
        "answer": _answer(analysis),
        "effects": rows(effects_table(analysis)),
        "models": {one.declared.name: _model(one, analysis) for one in analysis.fitted},
        "not_converged": {one.declared.name: one.fault for one in analysis.failed},
        "classical": _classical(analysis),
        "comparison": rows(analysis.compared),
        "subgroups": {group.by: _subgroup(group) for group in analysis.subgroups},
        "predictions": rows(analysis.forecast.table),
        "prediction_chances": rows(analysis.forecast.chances),
        "checks": _checks(analysis),
        "sensitivity": {
            "declared": rows(robust.declared),
            "left_out": rows(robust.left_out),
            "tau": rows(robust.tau),
        },
        "tipping_points": rows(tipping_table(analysis)),
        "bias_dial": rows(analysis.dial.table),
    }


def _answer(analysis: "Analysis") -> dict[str, object]:
    """Give the headline: the mean, a new trial, the spread, and chances beyond thresholds."""
    answer = analysis.answer
    return {
        "mean": answer.mean.to_dict(),
        "new_trial": answer.new.to_dict(),
        "spread": rows(answer.spread),
        "thresholds": [
            {"value": one.threshold.value, "meaning": one.threshold.meaning}
            | {"p_mean_above": one.probability}
            for one in answer.chances
        ],
    }


def _model(one: "Fitted", analysis: "Analysis") -> dict[str, object]:
    """Give a model with its evidence, diagnosis and parameters."""
    return {
        "title": one.label,
        "equation": one.declared.equation,
        "log_evidence": one.fit.log_evidence,
        "diagnosis": str(one.fit.diagnosis),
        "parameters": rows(analysis.parameters[one.declared.name]),
    }


def _classical(analysis: "Analysis") -> dict[str, object]:
    """Give each classical analysis in the columns of its own tables."""
    return {
        name: {
            "coefficients": rows(one.summary()),
            "heterogeneity": one.heterogeneity().to_dict(),
            "prediction_interval": one.prediction_interval().to_dict(),
        }
        for name, one in analysis.pooled.items()
    }


def _subgroup(group: "Subgroup") -> dict[str, object]:
    """Give the levels of a factor by fit and by pooling, with the tests of their differences."""
    tests = ("Q_between", "Q_df", "Q_p", "test")
    classical = {"separate": group.separate, "common": group.common}
    return {
        "bayes": rows(group.bayes),
        "differences": group.bayes.attrs.get("differences", []),
        "spread": group.bayes.attrs.get("spread", {}),
        "notes": list(group.notes),
    } | {
        name: {"levels": rows(table)} | {test: table.attrs.get(test) for test in tests}
        for name, table in classical.items()
    }


def _checks(analysis: "Analysis") -> dict[str, object]:
    check = analysis.check
    return {"trials": rows(check.trials), "statistics": rows(check.statistics)}
