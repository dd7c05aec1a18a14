"""An analysis of a review: everything that the report says, computed once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from consilience.check import Check, check
from consilience.classical.pooled import Pooled
from consilience.compare import compare, explain
from consilience.findings import SummaryOfFindings
from consilience.report.asking import fit_all, headline, model_files, parameters, pool_all
from consilience.report.doubting import dial, other_priors
from consilience.report.forecasting import forecast
from consilience.report.leaning import leaning
from consilience.report.pictures import draw
from consilience.report.provenance import Provenance, trace
from consilience.report.results import (
    Answer,
    Dial,
    Failed,
    Fitted,
    Forecast,
    Leaning,
    OtherPriors,
    Picture,
    Robustness,
    Seconds,
    Subgroup,
)
from consilience.report.robust import robustness
from consilience.report.scales import Scale, is_turned, scales_of
from consilience.report.subgrouping import subgroup
from consilience.report.timing import Stopwatch
from consilience.review import Review, read_review
from consilience.review.findings import summary_of
from consilience.risk_of_bias import shares
from consilience.spec import read_model

type Tell = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing about progress."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Analysis:
    """All that a report shows.

    Parameters
    ----------
    review : Review
    seed : int
        Of every random draw.
    primary : Fitted
        The model whose answer is the review's answer.
    fitted, failed : tuple
        The declared models that converged, the primary one first, and those that did not.
    pooled : mapping of str to Pooled
        The classical analyses by name, in the order of the plan.
    parameters : mapping of str to DataFrame
        Summaries of the fitted models by their names, as of `Fit.summary`.
    answer : Answer
        The headline of the primary model.
    compared : DataFrame
        All analyses side by side, as of `compare`.
    explained : tuple of str
        Why the primary model and its classical twin differ.
    subgroups : tuple of Subgroup
    check : Check
    robustness : Robustness
    forecast : Forecast
    leaning : Leaning
    priors : OtherPriors
    dial : Dial
    provenance : Provenance
    findings : SummaryOfFindings
        Of the primary model; none where none is declared.
    pictures : mapping of str to Picture
    seconds : Seconds
    """

    review: Review
    seed: int
    primary: Fitted
    fitted: tuple[Fitted, ...]
    failed: tuple[Failed, ...]
    pooled: Mapping[str, Pooled]
    parameters: Mapping[str, pd.DataFrame]
    answer: Answer
    compared: pd.DataFrame
    explained: tuple[str, ...]
    subgroups: tuple[Subgroup, ...]
    check: Check
    robustness: Robustness
    forecast: Forecast
    leaning: Leaning
    priors: OtherPriors
    dial: Dial
    provenance: Provenance
    findings: SummaryOfFindings = field(default_factory=SummaryOfFindings)
    pictures: Mapping[str, Picture] = field(default_factory=lambda: MappingProxyType({}))
    seconds: Seconds = field(default_factory=lambda: Seconds(fits=0.0, figures=0.0))

    @property
    def turned(self) -> bool:
        """Whether its ratios stand the other way round than the sources count them."""
        return is_turned(self.review.effects)

    @property
    def twin(self) -> Pooled:
        """The classical analysis that stands beside the primary model: the first of the plan."""
        return next(iter(self.pooled.values()))

    @property
    def counted(self) -> str:
        """How much a trial counts in the shares of judgements."""
        return f"by its weight in the {self.twin_name} analysis"

    @property
    def twin_name(self) -> str:
        """Its name."""
        return next(iter(self.pooled))

    @property
    def engine(self) -> str:
        """How the primary model was computed, and why so."""
        return self.primary.fit.reason

    @property
    def judged_shares(self) -> pd.DataFrame:
        """The share of the evidence under each judgement, by weight in the classical twin."""
        assessment = self.review.assessment
        return assessment.table if assessment.empty else shares(assessment, self.twin.weights())

    @property
    def level(self) -> float:
        """Probability of every interval."""
        return self.review.plan.level

    def scale(self, code: str = "") -> Scale:
        """Give the scale on which effects are shown; the review has one measure."""
        return scales_of(self.review.measured)[code or self.review.effects.measure.code]


def analyse(
    review: Review | str | Path,
    models: Path | str | None = None,
    *,
    seed: int | None = None,
    tell: Tell = quiet,
) -> Analysis:
    """Compute everything that a report of this review says.

    Parameters
    ----------
    review : Review or path
        A review or its folder.
    models : path, optional
        The folder of the models that the plan names; without it they are found by name.
    seed : int, optional
        In place of the plan's.
    tell : callable
        Is told what is being done.

    Raises
    ------
    DataError, ModelError
        If the review, a model, or one on the other cannot be used.
    ConvergenceError
        If the primary model does not converge.
    """
    read = review if isinstance(review, Review) else read_review(review)
    watch = Stopwatch()
    with watch.running("fits"):
        computed = _compute(read, models, seed=read.plan.seed if seed is None else seed, tell=tell)
    tell("drawing figures")
    with watch.running("figures"):
        pictures = draw(computed)
    return replace(computed, pictures=pictures, seconds=Seconds(**watch.seconds))


def _compute(review: Review, models: Path | str | None, *, seed: int, tell: Tell) -> Analysis:
    """Fit, pool and ask everything once, so that every section shows the same numbers."""
    files = model_files(review, None if models is None else Path(models))
    tell(f"fitting {len(files)} models to {review.effects.k} estimates")
    fitted, failed = fit_all(tuple(map(read_model, files.values())), review, seed=seed)
    primary, pooled = fitted[0], pool_all(review, [one.label for one in fitted])
    twin_name, twin = next(iter(pooled.items()))
    tell("comparing, predicting, checking")
    sides = {one.label: one.fit for one in fitted} | pooled
    level = review.plan.level
    found = parameters(fitted, level)
    answers = {
        "parameters": found,
        "answer": headline(primary.fit, review, found[primary.declared.name]),
        "compared": compare(sides, level),
        "explained": explain({"The primary model": primary.fit, twin_name: twin}, level),
        "subgroups": tuple(subgroup(primary.fit, twin, by) for by in review.plan.subgroups),
        "check": check(primary.fit, level=level, seed=seed),
        "forecast": forecast(primary.fit, review.plan, seed=seed),
        "leaning": leaning(primary.fit, level),
        "priors": other_priors(primary.fit, review),
        "dial": dial(primary.declared.model, review),
        "findings": summary_of(review.findings, lambda _: (primary.fit,), level=level),
    }
    tell("refitting with other trials and priors")
    return Analysis(
        review=review,
        seed=seed,
        primary=primary,
        fitted=fitted,
        failed=failed,
        pooled=pooled,
        robustness=robustness(primary.declared.model, review),
        provenance=trace(review.folder, files.values(), seed=seed),
        **answers,  # type: ignore[arg-type]
    )
