"""The models that a review names: where they are, and every fault of them."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from consilience.errors import ConsilienceError, ModelError, Problem
from consilience.places import find_model, own_model
from consilience.review.declared import Declaration, Plan
from consilience.review.declared_grid import GridLevel
from consilience.spec import read_model


def model_file(name: str, beside: Path, folder: Path | None = None) -> Path:
    """Find the file of a model that a review names.

    Parameters
    ----------
    name : str
    beside : Path
        The folder of the review.
    folder : Path, optional
        In which all models stand but those that the review keeps itself; without it they are found
        by name.

    Raises
    ------
    ModelError
        If it is not found.
    """
    if folder is None:
        return find_model(name, beside)
    own = own_model(name, beside)
    return own if own.is_file() else find_model(folder / f"{name}.toml")


def model_files(names: Iterable[str], beside: Path, folder: Path | None = None) -> dict[str, Path]:
    """Find the files of models by their names, each once.

    Parameters
    ----------
    names : iterable of str
    beside : Path
        The folder of the review.
    folder : Path, optional
        As of `model_file`.

    Raises
    ------
    ModelError
        With every model that is not found.
    """
    found, faults = {}, []
    for name in dict.fromkeys(names):
        try:
            found[name] = model_file(name, beside, folder)
        except ModelError as error:
            faults.append(str(error))
    if faults:
        raise ModelError("\n".join(faults))
    return found


def models_of(plan: Plan, outcome: GridLevel) -> tuple[str, ...]:
    """Name the models of the cells of one outcome, the one that answers first.

    Parameters
    ----------
    plan : Plan
    outcome : GridLevel
    """
    return tuple(dict.fromkeys(outcome.models or (plan.primary, *plan.models)))


def cell_models(plan: Plan, outcomes: Iterable[GridLevel]) -> tuple[str, ...]:
    """Name the models of all cells of a grid, each once: those of the plan first, if any has them.

    Parameters
    ----------
    plan : Plan
    outcomes : iterable of GridLevel
    """
    asked = [models_of(plan, one) for one in outcomes]
    own = models_of(plan, GridLevel(""))
    first = [name for name in own if any(name in names for names in asked)]
    return tuple(dict.fromkeys([*first, *(name for names in asked for name in names)]))


def model_problems(
    declared: Declaration, *, beside: Path, folder: Path | None = None
) -> Iterator[Problem]:
    """Find the models that a review names and that are not there or cannot be read.

    Parameters
    ----------
    declared : Declaration
    beside : Path
        The folder of the review.
    folder : Path, optional
        As of `model_file`.
    """
    plan = declared.plan
    named = {one.model: f"grid.joint[{at}].model" for at, one in enumerate(declared.grid.joint, 1)}
    for at, outcome in enumerate(declared.grid.outcomes, 1):
        named |= dict.fromkeys(outcome.models, f"grid.outcomes[{at}].models")
    for name, key in (named | dict.fromkeys((plan.primary, *plan.models), "plan.models")).items():
        yield from _faults(partial(_read, name, beside, folder), key, name=name)


def _read(name: str, beside: Path, folder: Path | None) -> None:
    read_model(model_file(name, beside, folder))


def _faults(read: Callable[[], None], key: str, *, name: str) -> Iterator[Problem]:
    try:
        read()
    except ConsilienceError as error:
        what, _, remedy = str(error).partition(". ")
        where = f"review.toml, key `{key}`: {what.rstrip('.')}"
        yield Problem(where, remedy or "Correct its file.", value=name)
