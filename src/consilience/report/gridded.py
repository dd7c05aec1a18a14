"""An analysis of a review with a grid: everything that its pages say, computed once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from consilience.findings import SummaryOfFindings
from consilience.grid.answers import Grid
from consilience.grid.compute import grid
from consilience.grid.declared import declared_models, models_by_outcome, titles
from consilience.measures import get as get_measure
from consilience.model import Model
from consilience.report.cell import CellAnalysis, cells_of
from consilience.report.exposed import Exposed, expose
from consilience.report.joined import Joined, join
from consilience.report.provenance import Provenance, trace
from consilience.report.results import Picture, Seconds
from consilience.report.scales import Scale, scales_of
from consilience.report.timing import Stopwatch
from consilience.review import Review
from consilience.review.declared_findings import DeclaredFinding
from consilience.review.findings import summary_of
from consilience.review.planned import cell_models, model_files, models_of
from consilience.risk_of_bias import shares
from consilience.spec import Declared, read_model

type Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GridAnalysis:
    """All that the report of a grid shows.

    Parameters
    ----------
    review : Review
    seed : int
        Of every random draw.
    grid : Grid
    table : DataFrame
        The answer of every cell, as of `Grid.table`.
    declared : tuple of Declared
        The models of the cells, those of the plan first.
    joined : tuple of Joined
        The models over the whole grid.
    cells : tuple of CellAnalysis
        What the page of each cell shows.
    findings : SummaryOfFindings
        Of the primary model in the cells that are named; none where none is declared.
    exposed : Exposed
        The curves along the declared exposure.
    provenance : Provenance
    pictures : mapping of str to Picture
        Of the page of the grid; those of the cells stand with them.
    seconds : Seconds
    """

    review: Review
    seed: int
    grid: Grid
    table: pd.DataFrame
    declared: tuple[Declared, ...]
    joined: tuple[Joined, ...]
    cells: tuple[CellAnalysis, ...]
    findings: SummaryOfFindings
    exposed: Exposed
    provenance: Provenance
    pictures: Mapping[str, Picture] = field(default_factory=lambda: MappingProxyType({}))
    seconds: Seconds = field(default_factory=lambda: Seconds(fits=0.0, figures=0.0))

    @property
    def level(self) -> float:
        """Probability of every interval."""
        return self.review.plan.level

    def scale(self, code: str = "") -> Scale:
        """Give the scale of a measure; without its code that of the only one."""
        return self.scales[code or self.review.of_measure().measure.code]

    @property
    def scales(self) -> Mapping[str, Scale]:
        """The scales by the code of the measure, that of the review first."""
        bare = {code: Scale(get_measure(code), 2) for code in self.review.cells.measures}
        return bare | scales_of(self.review.measured)

    @property
    def several(self) -> bool:
        """Whether outcomes have different measures."""
        return len(self.scales) > 1

    @property
    def null(self) -> str:
        """No effect, as the page shows it."""
        nulls = dict.fromkeys(one.null for one in self.scales.values())
        return next(iter(nulls)) if len(nulls) == 1 else "no effect (0; of ratios 1)"

    @property
    def direction(self) -> str:
        """Which way effects point, by their measure where there are several."""
        measured = self.review.measured
        if not self.several:
            return measured[0].direction
        return " ".join(
            f"{one.measure.label}: {one.direction[0].lower()}{one.direction[1:]}"
            for one in measured
        )

    @property
    def engine(self) -> str:
        """How the models were computed, and why so."""
        fits = [one for cell in self.grid.answered for one in cell.fits.values()]
        fits += [one.joint.fit for one in self.joined if one.joint is not None]
        return "; ".join(dict.fromkeys(one.reason for one in fits))

    @property
    def judged_shares(self) -> pd.DataFrame:
        """How many of the trials stand under each judgement; trials' weights differ by cell."""
        review = self.review
        return pd.DataFrame() if review.assessment.empty else shares(review.judged_once)

    @property
    def counted(self) -> str:
        """How much a trial counts in these shares."""
        return "the same; the page of a cell weighs its own"

    @property
    def answering(self) -> Mapping[str, list[str]]:
        """The titles of the models whose answers are those of cells, with the outcomes."""
        called = dict(zip((one.name for one in self.declared), titles(self.declared), strict=True))
        outcomes: dict[str, list[str]] = {}
        for one in self.review.grid.outcomes:
            answer = called[models_of(self.review.plan, one)[0]]
            outcomes.setdefault(answer, []).append(one.name)
        return outcomes

    @property
    def primary(self) -> str:
        """The same in words."""
        if len(self.answering) == 1:
            return next(iter(self.answering))
        told = (f"{title} for {', '.join(names)}" for title, names in self.answering.items())
        return "; ".join(told)

    @property
    def not_converged(self) -> dict[str, str]:
        """What has no answer because a model did not converge or could not be fitted."""
        told = {
            f"{name} in {cell.cell.name}{f' ({cell.variant})' if cell.variant else ''}": note
            for cell in self.grid.answered
            for name, note in cell.notes.items()
        }
        return told | {one.title: one.note for one in self.joined if one.note}


def analyse_grid(
    review: Review, models: Path | str | None, *, seed: int | None, tell: Tell
) -> GridAnalysis:
    """Compute everything that the report of a grid says.

    Parameters
    ----------
    review : Review
    models : path, optional
        The folder of the models that are named; without it they are found by name.
    seed : int, optional
        In place of the plan's.
    tell : callable
        Is told what is being done.

    Raises
    ------
    DataError, ModelError
        If the review, a variant or a model cannot be used.
    """
    watch = Stopwatch()
    with watch.running("fits"):
        computed = _compute(review, models, seed=seed, tell=tell)
    tell("drawing figures")
    with watch.running("figures"):
        drawn = _drawn(computed)
    return replace(drawn, seconds=Seconds(**watch.seconds))


def _compute(
    review: Review, models: Path | str | None, *, seed: int | None, tell: Tell
) -> GridAnalysis:
    """Analyse every cell with all models and variants, and the joint models, once."""
    plan, folder = review.plan, None if models is None else Path(models)
    own = model_files(cell_models(plan, review.grid.outcomes), review.folder, folder)
    asked_jointly = review.grid.joint
    whole = model_files((one.model for one in asked_jointly), review.folder, folder)
    declared = tuple(declared_models(review, folder).values())
    asked = plan.seed if seed is None else seed
    held = sum(cell.analysed for cell in review.cells.cells)
    tell(f"analysing {held} cells with {len(own)} models and {len(review.grid.variants)} variants")
    found = grid(review, folder, seed=asked)
    tell(f"fitting {len(asked_jointly)} models to up to {review.k} estimates at once")
    pairs = [(read_model(whole[one.model]), one) for one in asked_jointly]
    joined = join(found, pairs, seed=asked)
    return GridAnalysis(
        review=review,
        seed=asked,
        grid=found,
        table=found.table(),
        declared=declared,
        joined=joined,
        cells=cells_of(found, joined),
        findings=summary_of(review.findings, lambda one: _fits(found, one), level=plan.level),
        exposed=expose(found, _assumed(review, folder)),
        provenance=trace(review.folder, {**own, **whole}.values(), seed=asked),
    )


def _assumed(review: Review, folder: Path | None) -> Model:
    """Give the model that answers for the cell of the exposure; any where none is asked for."""
    models = models_by_outcome(review, folder)
    own = models.get(review.grid.exposure.outcome, next(iter(models.values())))
    return next(iter(own.values()))


def _fits(found: Grid, one: DeclaredFinding) -> tuple:
    cells = found.review.cells
    time = one.time or cells.times[0].name
    population = one.population or cells.populations[0].name
    return tuple(found.cell(one.outcome, time, population).fits.values())[:1]


def _drawn(computed: GridAnalysis) -> GridAnalysis:
    from consilience.report.grid_pictures import drawn

    found = drawn(computed)
    cells = tuple(replace(cell, pictures=found.get(cell.slug, {})) for cell in computed.cells)
    return replace(computed, cells=cells, pictures=found[""])
