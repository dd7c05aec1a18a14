"""A declared model over a whole grid, or a part of it, and what it says of every cell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from consilience.engines import Exact
from consilience.errors import ConsilienceError, ModelError, RefusalError
from consilience.fit import Fit
from consilience.grid.answers import Grid
from consilience.grid.parts import Part, at_rho
from consilience.grid.whole import Joint, joint
from consilience.heterogeneity import Multivariate
from consilience.likelihoods import CorrelatedNormal, Normal
from consilience.model import Model
from consilience.questions import outcome_borrowing
from consilience.report.side_by_side import spread
from consilience.report.tables import file_part
from consilience.report.twinned import twins_of
from consilience.review.declared_grid import DeclaredJoint
from consilience.spec import Declared

# Tables show three decimals at most; nodes for nine would take ten times as long.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Joined:
    """A model over the whole grid or a part of it.

    Parameters
    ----------
    asked : DeclaredJoint
    declared : Declared
    joint : Joint or None
        None where it could not be fitted, or did not converge.
    note : str
        Why not; empty otherwise.
    outcomes, weights : DataFrame
        What each outcome borrows, and each trial's share in it: as of `outcome_borrowing`; no rows
        where the model has nothing to lend.
    otherwise : DataFrame
        The cells again under other correlations between outcomes: ``rho``, ``log_evidence`` and the
        columns of `Joint.table`; no rows where none were asked for.
    twins : DataFrame
        As of `twins_of`.
    alone : str
        Why there is no twin; empty otherwise.
    apart : str
        Its time, population and measure, where the model is asked several times; empty otherwise.
    """

    asked: DeclaredJoint
    declared: Declared
    joint: Joint | None = None
    note: str = ""
    outcomes: pd.DataFrame = field(default_factory=pd.DataFrame)
    weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    otherwise: pd.DataFrame = field(default_factory=pd.DataFrame)
    twins: pd.DataFrame = field(default_factory=pd.DataFrame)
    alone: str = ""
    apart: str = ""

    @property
    def title(self) -> str:
        """Its title, or the name of its file."""
        title = self.declared.title or self.declared.name
        return f"{title} ({self.apart})" if self.apart else title

    @property
    def name(self) -> str:
        """What its tables are called, once in a report."""
        return "_".join(filter(None, (self.declared.name, file_part(self.apart))))

    @property
    def part(self) -> Part:
        """The cells that it reads."""
        return Part(self.asked.time, self.asked.population, self.asked.measure)

    @property
    def answer(self) -> Joint:
        """The joint model's answer.

        Raises
        ------
        ModelError
            If it has none.
        """
        if self.joint is None:
            raise ModelError(f"{self.title} has no answer: {self.note}")
        return self.joint

    @property
    def unknown(self) -> bool:
        """Whether the correlation of a trial's errors has a prior."""
        return isinstance(self.declared.model.likelihood, CorrelatedNormal)


type Pair = tuple[Declared, DeclaredJoint]


def join(grid: Grid, models: Sequence[Pair], *, seed: int) -> tuple[Joined, ...]:
    """Fit declared models to a grid, and ask each what it lends; what cannot be fitted says why.

    Parameters
    ----------
    grid : Grid
    models : sequence of pairs
        Each model and what is asked of it.
    seed : int
        Of models that are sampled.
    """
    called = [declared.name for declared, _ in models]
    found = [
        replace(
            _join(grid, declared, asked, seed=seed),
            apart=_apart(asked) if called.count(declared.name) > 1 else "",
        )
        for declared, asked in models
    ]
    fitted = [one for one in found if one.joint is not None]
    others = [
        partial(_at, one, grid, rho=rho, seed=seed) for one in fitted for rho in one.asked.rho
    ]
    more = [partial(_more, one, grid, seed=seed) for one in fitted]
    # The longest first, and all in one go: no process waits for another before the end.
    tasks: list[Callable[[], Any]] = [*more, *others]
    told = spread(_called, tasks)
    answers, tables = iter(told[: len(more)]), iter(told[len(more) :])
    return tuple(
        one
        if one.joint is None
        else replace(
            one, otherwise=_stacked([next(tables) for _ in one.asked.rho]), **next(answers)
        )
        for one in found
    )


def _apart(asked: DeclaredJoint) -> str:
    """Say to what a model is fitted that is asked several times."""
    return ", ".join(filter(None, (asked.time, asked.population, asked.measure))) or "all cells"


def _join(grid: Grid, declared: Declared, asked: DeclaredJoint, *, seed: int) -> Joined:
    """Fit a joint model; a refusal or failed gate becomes its note, so that the report goes on."""
    bare = Joined(asked=asked, declared=declared)
    try:
        found = _fitted(grid, declared.model, bare.part, seed=seed)
    except ConsilienceError as refusal:
        return replace(bare, note=str(refusal))
    faults = found.fit.diagnosis.faults
    if faults:
        return replace(bare, note=f"not converged: {'; '.join(faults)}")
    return replace(bare, joint=found)


def _called[T](task: Callable[[], T]) -> T:
    return task()


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _more(one: Joined, grid: Grid, *, seed: int) -> dict[str, Any]:
    """Ask what outcomes lend one another, and the classical twins."""
    outcomes, weights = _borrowing(one, grid.review.plan.level)
    twins, alone = twins_of(_known(one, grid, seed=seed))
    return {"outcomes": outcomes, "weights": weights, "twins": twins, "alone": alone}


def _borrowing(one: Joined, level: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask a model in which nothing but correlations lends; in others cells say what they borrow."""
    if not isinstance(one.declared.model.heterogeneity, Multivariate):
        return pd.DataFrame(), pd.DataFrame()
    try:
        found = outcome_borrowing(one.answer.fit, level=level)
    except ConsilienceError:
        return pd.DataFrame(), pd.DataFrame()
    return found.outcomes, found.weights


def _known(one: Joined, grid: Grid, *, seed: int) -> Fit:
    """Give a fit with the covariance as it is declared: no classical model holds a prior of it."""
    if not one.unknown:
        return one.answer.fit
    model = replace(one.declared.model, likelihood=Normal())
    return _fitted(grid, model, one.part, seed=seed).fit


def _at(one: Joined, grid: Grid, *, rho: float, seed: int) -> pd.DataFrame:
    """Tabulate the cells under another correlation between outcomes; nan where it is impossible."""
    try:
        found = _fitted(*at_rho(grid, one.declared.model, rho), one.part, seed=seed)
    except ConsilienceError as refusal:
        return pd.DataFrame([{"rho": rho, "log_evidence": np.nan, "note": str(refusal)}])
    evidence = found.fit.log_evidence
    held = np.nan if evidence is None else evidence
    return found.table.assign(rho=rho, log_evidence=held)


def _fitted(grid: Grid, model: Model, part: Part, *, seed: int) -> Joint:
    try:
        return joint(grid, model, Exact(tolerance=_TOLERANCE), seed=seed, part=part)
    except RefusalError:
        return joint(grid, model, seed=seed, part=part)
