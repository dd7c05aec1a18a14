"""From what was typed to effects and models."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from consilience.effects import Effects
    from consilience.spec import Declared


@dataclass(frozen=True, slots=True)
class Given:
    """The trials that a command works on, and what their review declares.

    Parameters
    ----------
    effects : Effects
    level : float
        Probability of intervals.
    seed : int
    estimators : tuple of str
        Classical analyses that stand beside a Bayesian one.
    folder : Path
        Of the review, or of the file.
    """

    effects: "Effects"
    level: float
    seed: int
    estimators: tuple[str, ...]
    folder: Path

    def model(self, name: str) -> "Declared":
        """Read a model by its path or its name."""
        from consilience.places import find_model
        from consilience.spec import read_model

        return read_model(find_model(name, self.folder))


def given(data: str, *, measure: str | None, seed: int | None) -> Given:
    """Read a review's folder, or a trial table together with its measure.

    Raises
    ------
    typer.BadParameter
        If a table comes without a measure, or a review of one measure with one.
    DataError
        If the data cannot be used.
    """
    from consilience.places import find_data

    place = find_data(data)
    if place.is_dir():
        return _review(place, measure=measure, seed=seed)
    return _table(place, measure=measure, seed=seed)


def _review(folder: Path, *, measure: str | None, seed: int | None) -> Given:
    """Read effects and settings of a review, which declares its own measure."""
    from consilience.review import read_review

    review = read_review(folder)
    if measure is not None and not review.others:
        raise typer.BadParameter("a review declares its own measure; leave --measure out.")
    plan = review.plan
    chosen = plan.seed if seed is None else seed
    return Given(review.of_measure(measure or ""), plan.level, chosen, plan.estimators, folder)


def _table(file: Path, *, measure: str | None, seed: int | None) -> Given:
    """Read effects of a bare table, whose measure must be said."""
    from consilience import measures
    from consilience.effects import effect_sizes
    from consilience.trials import read_trials

    if measure is None:
        known = ", ".join(measures.REGISTRY)
        raise typer.BadParameter(f"a table does not say its measure; add --measure ({known}).")
    effects = effect_sizes(read_trials(file), measure)
    return Given(effects, 0.95, seed or 0, ("DL", "REML"), file.parent)
