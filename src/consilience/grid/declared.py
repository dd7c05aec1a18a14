"""What a grid needs of its declaration: its models, its estimators, its variants."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from consilience import classical
from consilience.classical.pool import pool
from consilience.classical.pooled import Pooled
from consilience.effects import Effects
from consilience.errors import DataError
from consilience.model import Model
from consilience.review import Plan, Review
from consilience.review.judgements import with_judgements
from consilience.review.planned import cell_models, model_files, models_of
from consilience.review.variants import Variant
from consilience.review.varied import variant_of, variant_problems
from consilience.spec import Declared, read_model


def titles(declared: tuple[Declared, ...]) -> tuple[str, ...]:
    """Call each model by its title, and by its file as well where two share a title.

    Parameters
    ----------
    declared : tuple of Declared
    """
    told = [one.title or one.name for one in declared]
    return tuple(
        title if told.count(title) == 1 else f"{title} ({one.name})"
        for title, one in zip(told, declared, strict=True)
    )


def pool_by_plan(effects: Effects, plan: Plan, taken: Collection[str] = ()) -> dict[str, Pooled]:
    """Pool by every estimator of a plan; REML with the Knapp–Hartung interval as well.

    A plan without estimators is pooled by REML: the classical twin is always there.

    Parameters
    ----------
    effects : Effects
    plan : Plan
    taken : collection of str
        Names of models, which a classical analysis must not bear as well.
    """
    found = {}
    for code in plan.estimators or ("REML",):
        label = classical.get(code).label
        name = f"{label} (classical)" if label in taken else label
        found[name] = pool(effects, code, level=plan.level)
        if code == "REML" and effects.k > 1:
            more = f"{name} with Knapp–Hartung"
            found[more] = pool(effects, code, inference="knha", level=plan.level)
    return found


def declared_models(review: Review, folder: Path | None = None) -> dict[str, Declared]:
    """Read the models of the cells by what they are called, those of the plan first.

    Parameters
    ----------
    review : Review
    folder : Path, optional
        Of the models that are named; without it they are found by name.

    Raises
    ------
    ModelError
        With every model that is not found.
    """
    names = cell_models(review.plan, review.grid.outcomes)
    declared = tuple(map(read_model, model_files(names, review.folder, folder).values()))
    return dict(zip(titles(declared), declared, strict=True))


def models_by_outcome(review: Review, folder: Path | None = None) -> dict[str, dict[str, Model]]:
    """Give the models of the cells of each outcome by what they are called.

    Parameters
    ----------
    review : Review
    folder : Path, optional
        As of `declared_models`.

    Raises
    ------
    ModelError
        As `declared_models`.
    """
    held = declared_models(review, folder)
    called = {one.name: title for title, one in held.items()}
    return {
        outcome.name: {
            called[name]: held[called[name]].model for name in models_of(review.plan, outcome)
        }
        for outcome in review.grid.outcomes
    }


@dataclass(frozen=True, slots=True)
class Chosen:
    """A variant by its name."""

    name: str
    rule: Variant


def variants_of(review: Review) -> tuple[Chosen, ...]:
    """Set the declared variants up, and see that each names something that is there.

    Parameters
    ----------
    review : Review

    Raises
    ------
    DataError
        With every variant that does not exist, cannot be set up or names nothing of the review.
    """
    declared = review.grid.variants
    stated = with_judgements(review.trials.frame, review.risk_of_bias)
    if faults := tuple(variant_problems(declared, stated)):
        raise DataError(faults)
    return tuple(Chosen(one.name, variant_of(one)) for one in declared)
