"""Asking the models: fits of all that were declared, and the headline of the primary one."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from consilience.classical.pooled import Pooled
from consilience.errors import ConvergenceError
from consilience.fit import Fit, fit
from consilience.grid.declared import pool_by_plan, titles
from consilience.report.results import Answer, Chance, Failed, Fitted
from consilience.review import Review, Threshold
from consilience.review.planned import model_files as found_by_name
from consilience.rows import newcomer, typical
from consilience.spec import Declared


def model_files(review: Review, models: Path | None = None) -> dict[str, Path]:
    """Find the files of the models that the plan names, the primary one first.

    Parameters
    ----------
    review : Review
    models : Path, optional
        The folder in which all of them stand; without it they are found by name.

    Raises
    ------
    ModelError
        For a model that is not found.
    """
    plan = review.plan
    return found_by_name((plan.primary, *plan.models), review.folder, models)


def fit_all(
    declared: tuple[Declared, ...], review: Review, *, seed: int
) -> tuple[tuple[Fitted, ...], tuple[Failed, ...]]:
    """Fit every declared model; what does not converge is set apart.

    Raises
    ------
    ConvergenceError
        If the primary model, the first, does not converge: a report needs its answer.
    """
    labels = titles(declared)
    outcomes = [
        _outcome(label, one, review=review, seed=seed)
        for label, one in zip(labels, declared, strict=True)
    ]
    first = outcomes[0]
    if isinstance(first, Failed):
        raise ConvergenceError(
            f"The primary model {first.declared.name!r} did not converge ({first.fault}), so there "
            "is no answer to report. Give it tighter priors or fewer terms, or declare another "
            "primary model in review.toml."
        )
    fitted = tuple(one for one in outcomes if isinstance(one, Fitted))
    return fitted, tuple(one for one in outcomes if isinstance(one, Failed))


def pool_all(review: Review, taken: Collection[str] = ()) -> dict[str, Pooled]:
    """Pool by every estimator of the plan; REML with the Knapp–Hartung interval as well.

    A plan without estimators is pooled by REML: the classical twin is always there.

    Parameters
    ----------
    review : Review
    taken : collection of str
        Labels of models, which a classical analysis must not bear as well.
    """
    return pool_by_plan(review.effects, review.plan, taken)


def headline(found: Fit, review: Review, summary: pd.DataFrame) -> Answer:
    """Read the headline off the primary fit and its summary."""
    level = review.plan.level
    rows = found.combine((typical(found, "mean"), newcomer(found, "new")), level=level)
    names = [hyper.name for hyper in found.posterior.layout.hypers]
    return Answer(
        mean=rows.iloc[0],
        new=rows.iloc[1],
        spread=summary.loc[names],
        chances=tuple(_chance(found, one) for one in review.plan.thresholds),
    )


def exceedance(found: Fit, value: float) -> float:
    """Give the posterior probability that the mean effect exceeds a value."""
    moved = replace(typical(found, "mu"), known=-value)
    return float(found.combine((moved,))["p_gt_0"].iloc[0])


def parameters(fitted: tuple[Fitted, ...], level: float) -> Mapping[str, pd.DataFrame]:
    """Summarise every parameter of every model, by the model's name."""
    return {one.declared.name: one.fit.summary(level) for one in fitted}


def _outcome(label: str, declared: Declared, *, review: Review, seed: int) -> Fitted | Failed:
    """Fit one model; a failure becomes a line of the report and stops no other."""
    try:
        found = fit(declared.model, review.effects, seed=seed)
    except ConvergenceError as error:
        return Failed(label, declared, str(error))
    if not found.diagnosis.passed:
        return Failed(label, declared, "; ".join(found.diagnosis.faults))
    return Fitted(label, declared, found)


def _chance(found: Fit, threshold: Threshold) -> Chance:
    return Chance(threshold, exceedance(found, threshold.value))
