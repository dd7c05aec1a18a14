"""What a grid needs of its declaration: its models, its estimators, its variants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from consilience import classical
from consilience.classical.pool import pool
from consilience.classical.pooled import Pooled
from consilience.effects import Effects
from consilience.errors import DataError
from consilience.places import find_model, own_model
from consilience.review import Plan, Review
from consilience.review.judgements import with_judgements
from consilience.review.variants import Variant
from consilience.review.varied import variant_of, variant_problems
from consilience.spec import Declared


def model_files(names: Iterable[str], beside: Path, folder: Path | None = None) -> dict[str, Path]:
    """Find the files of models by their names, each once.

    Parameters
    ----------
    names : iterable of str
    beside : Path
        The folder of the review.
    folder : Path, optional
        In which all of them stand but those that the review keeps itself; without it they are found
        by name.

    Raises
    ------
    ModelError
        For a model that is not found.
    """
    once = dict.fromkeys(names)
    if folder is None:
        return {name: find_model(name, beside) for name in once}
    return {name: _within(folder, name, beside) for name in once}


def _within(folder: Path, name: str, beside: Path) -> Path:
    """Take a model from a folder, or from those that only this review has."""
    own = own_model(name, beside)
    return own if own.is_file() else find_model(folder / f"{name}.toml")


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
