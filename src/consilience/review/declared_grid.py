"""What a `review.toml` may declare of a grid of analyses: outcomes × times × populations."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class GridLevel:
    """An outcome, a time or a population of the grid.

    Parameters
    ----------
    name : str
        What it is called on the page.
    codes : tuple of str
        What stands in the column of `trials.csv` for it, the preferred one first: a trial with
        several is read by the first of them. Without them the name is the code.
    better : str
        Of an outcome: what an effect above the null means, in words; empty where nobody knows.
    measure : str
        Of an outcome: code of its effect measure; empty for the review's.
    models : tuple of str
        Of an outcome: the models of its cells, the first of them the answer; without them those of
        the plan.
    """

    name: str
    codes: tuple[str, ...] = ()
    better: str = ""
    measure: str = ""
    models: tuple[str, ...] = ()

    @property
    def read(self) -> tuple[str, ...]:
        """The codes, or the name where it is the code."""
        return self.codes or (self.name,)


@dataclass(frozen=True, slots=True)
class Leave:
    """Cells that are not analysed, and why.

    Parameters
    ----------
    reason : str
    outcomes, times, populations : tuple of str
        Names of the grid; every combination of them is left out, and an axis that names none
        stands for all of its levels.
    """

    reason: str
    outcomes: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredVariant:
    """The whole grid once more with other trials.

    Parameters
    ----------
    name : str
    kind : str
        Its name among `grid.variants`, such as ``"WithoutTrials"``.
    reason : str
    settings : mapping of str to object
        Of the kind, such as ``{trials = ["CHIEN2016"]}``.
    """

    name: str
    kind: str
    reason: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeclaredExposure:
    """How much of the intervention people received, and the cell in which its effect is asked for.

    Parameters
    ----------
    outcome, time, population : str
        The names of its levels.
    reason : str
        Why the effect may depend on it.
    file : str
        A file of the review's folder, in the columns of `exposure.read_exposure`.
    """

    outcome: str
    time: str
    population: str
    reason: str
    file: str = "exposure.csv"


NO_EXPOSURE = DeclaredExposure("", "", "", "")
"""Nobody asks."""


@dataclass(frozen=True, slots=True)
class DeclaredJoint:
    """A model of many estimates of a grid at once.

    Parameters
    ----------
    model : str
        Its name in `models/`.
    reason : str
        What it is asked beside the cells on their own.
    time, population : str
        The names of the levels to which it is fitted; empty for all.
    rho : tuple of float
        Correlations that are tried in place of the one that is assumed between outcomes.
    measure : str
        Code of the measure whose outcomes it reads, since effects of different measures cannot be
        averaged; empty for the review's.
    """

    model: str
    reason: str
    time: str = ""
    population: str = ""
    rho: tuple[float, ...] = ()
    measure: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredGrid:
    """A grid of analyses: every outcome at every time in every population.

    Parameters
    ----------
    outcomes, times, populations : tuple of GridLevel
    joint : tuple of DeclaredJoint
        Models of many cells at once.
    exposure : DeclaredExposure
    leave : tuple of Leave
    variants : tuple of DeclaredVariant
    """

    outcomes: tuple[GridLevel, ...]
    times: tuple[GridLevel, ...]
    populations: tuple[GridLevel, ...]
    joint: tuple[DeclaredJoint, ...] = ()
    exposure: DeclaredExposure = NO_EXPOSURE
    leave: tuple[Leave, ...] = ()
    variants: tuple[DeclaredVariant, ...] = ()

    @property
    def axes(self) -> Mapping[str, tuple[GridLevel, ...]]:
        """The levels by the column of `trials.csv` that holds them."""
        return dict(zip(AXES, (self.outcomes, self.times, self.populations), strict=True))


AXES = ("outcome", "timepoint", "population")
"""The columns of `trials.csv` that a grid reads, in the order of its axes."""

NO_GRID = DeclaredGrid((), (), ())
"""One question, one analysis."""


@dataclass(frozen=True, slots=True)
class DeclaredDependence:
    """Why estimates are correlated, and how much.

    Parameters
    ----------
    kind : str
        A rule of `consilience.dependence`, such as ``"SharedControl"``.
    reason : str
    settings : mapping of str to object
        Of the rule, such as ``{rho = 0.5, over = "outcome"}``.
    """

    kind: str
    reason: str
    settings: Mapping[str, object] = field(default_factory=dict)
