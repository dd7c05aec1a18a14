"""Checks of a trial table: what must hold before it is used, and what looks doubtful."""

from collections.abc import Sequence

from consilience.registry import lookup
from consilience.trials.checks.baseline import Baseline
from consilience.trials.checks.directions import Directions
from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.duplicates import Duplicates
from consilience.trials.checks.extremes import Extremes
from consilience.trials.checks.grim import Grim
from consilience.trials.checks.grimmer import Grimmer
from consilience.trials.checks.impossible import COUNT, impossible
from consilience.trials.checks.intervals import Intervals
from consilience.trials.checks.logs import Logs
from consilience.trials.checks.misplaced import Misplaced
from consilience.trials.checks.noted import Noted
from consilience.trials.checks.required import RULES, Rule, wrong_values
from consilience.trials.checks.sd_or_se import SdOrSe
from consilience.trials.checks.shared_controls import SharedControls
from consilience.trials.checks.sizes import Sizes
from consilience.trials.checks.statistics import Statistics
from consilience.trials.checks.view import View
from consilience.trials.table import Trials

__all__ = [
    "COUNT",
    "REGISTRY",
    "RULES",
    "Check",
    "Doubt",
    "Rule",
    "doubts",
    "get",
    "impossible",
    "wrong_values",
]

REGISTRY: dict[str, type[Check]] = {
    "sd_or_se": SdOrSe,
    "grim": Grim,
    "grimmer": Grimmer,
    "intervals": Intervals,
    "statistics": Statistics,
    "logs": Logs,
    "extremes": Extremes,
    "directions": Directions,
    "duplicates": Duplicates,
    "shared_controls": SharedControls,
    "sizes": Sizes,
    "baseline": Baseline,
    "misplaced": Misplaced,
    "noted": Noted,
}


def get(name: str, **settings: object) -> Check:
    """Build the check of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "check", name=name, settings=settings)


def doubts(trials: Trials, names: Sequence[str] = tuple(REGISTRY)) -> tuple[Doubt, ...]:
    """Run checks of an extraction over a trial table.

    Parameters
    ----------
    trials : Trials
    names : sequence of str
        The checks to run; all of them by default.

    Returns
    -------
    tuple of Doubt
        In the order of the rows, and within a row in that of the checks. A doubt forbids nothing.

    Raises
    ------
    ModelError
        For an unknown check.
    """
    view = View(trials.frame)
    found = [doubt for name in names for doubt in get(name).find(view)]
    return tuple(sorted(found, key=lambda doubt: doubt.row))
