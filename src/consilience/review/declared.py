"""What a `review.toml` may declare: its keys are the fields of these types, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from consilience.review.declared_beside import UNDECLARED_FLOW, UNJUDGED, FlowFile, RiskOfBiasFile
from consilience.review.declared_findings import DeclaredFinding
from consilience.review.declared_grid import NO_GRID, DeclaredDependence, DeclaredGrid, GridLevel


@dataclass(frozen=True, slots=True)
class Question:
    """What the review asks, in one sentence and in its four parts (PICO)."""

    text: str
    population: str
    intervention: str
    comparator: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A trial that is left out, with the reason: whole, or its rows of one outcome or scale."""

    trial: str
    reason: str
    outcome: str = ""
    scale: str = ""


@dataclass(frozen=True, slots=True)
class SharedControl:
    """Comparisons of one control arm: the one that is used, those that are not, and why."""

    use: str
    leave: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ScaleChoice:
    """The scale that stands for a trial with several of equal rank, and why."""

    trial: str
    scale: str
    reason: str


@dataclass(frozen=True, slots=True)
class WeeksChoice:
    """The time that stands for a trial with several of one kind, in weeks, and why."""

    trial: str
    weeks: float
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """How one estimate per trial is chosen from the table, or from each cell of a grid.

    Parameters
    ----------
    outcomes : tuple of str
        The outcomes that answer the question, the preferred one first; none where a grid says.
    timepoint : str
        The time at which they are read; empty where a grid says.
    exclude, shared_control, scale, weeks : tuple
        The decisions that no general rule makes, each with its reason.
    """

    outcomes: tuple[str, ...] = ()
    timepoint: str = ""
    exclude: tuple[Exclusion, ...] = ()
    shared_control: tuple[SharedControl, ...] = ()
    scale: tuple[ScaleChoice, ...] = ()
    weeks: tuple[WeeksChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """An effect that matters: its value on the scale of the measure, its meaning, its source."""

    value: float
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class BiasDial:
    """Trials whose weight is turned from 0 (left out) to 1 (as they stand).

    Parameters
    ----------
    column : str
        The column that says what is known of their conduct, of `trials.csv` or
        `risk_of_bias.csv`.
    levels : tuple of str
        What stands there for the trials in doubt.
    reason : str
        Why they are doubted.
    """

    column: str
    levels: tuple[str, ...]
    reason: str


NO_DIAL = BiasDial("", (), "")
"""No trial is in doubt."""


@dataclass(frozen=True, slots=True)
class PriorMap:
    """The priors of the mean effect under which the answer is mapped.

    Parameters
    ----------
    location, scale : tuple of float
        First and last mean, and first and last standard deviation of the normal priors, on the
        scale of the measure. Without them the map lies about the prior held.
    threshold : float
        What the mean effect must exceed.
    """

    location: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The analyses that the review asks for.

    Parameters
    ----------
    primary : str
        The model whose answer is the review's answer.
    models : tuple of str
        The models to fit, by their names in `models/`; the primary one among them.
    estimators : tuple of str
        The classical analyses beside them, such as ``"REML"``.
    subgroups : tuple of str
        Columns of the trial table by which effects are compared.
    level : float
        Probability of every interval.
    seed : int
        Of every random draw.
    thresholds : tuple of Threshold
    new_trials : tuple of mapping
        Trials to predict: `name`, `n1`, `n2` and the moderators; of counted outcomes also what is
        stated of the comparator, `risk2`, `rate2` or `mean2`, as a number, the name of a trial that
        was seen, or a distribution such as ``"Beta(3, 17)"``.
    prior_map : PriorMap
    bias_dial : BiasDial
    """

    primary: str
    models: tuple[str, ...]
    estimators: tuple[str, ...]
    subgroups: tuple[str, ...]
    level: float
    seed: int
    thresholds: tuple[Threshold, ...] = ()
    new_trials: tuple[Mapping[str, str | int | float], ...] = ()
    prior_map: PriorMap = PriorMap()
    bias_dial: BiasDial = NO_DIAL


@dataclass(frozen=True, slots=True)
class Conversion:
    """A rule by which figures are converted to what the measure needs.

    Parameters
    ----------
    kind : str
        Its name among `trials.conversions`, such as ``"SEToSD"``.
    reason : str
        Why it may be applied here, and what is assumed.
    settings : mapping of str to object
        Its settings. What nobody printed is a number, or a distribution: a table with the `kind` of
        a prior and its parameters.
    """

    kind: str
    reason: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pick:
    """A row of the table by its trial, and by its scale where the trial has several."""

    trial: str
    scale: str = ""


@dataclass(frozen=True, slots=True)
class Variation:
    """A sensitivity analysis: the primary one without some trials and with other rows.

    Parameters
    ----------
    name, reason : str
    without : tuple of str
        Trials that go.
    add : tuple of Pick
        Rows that come. To swap a row, leave its trial out and add the other row.
    conversions : tuple of Conversion
        Rules that take the place of those of the same kind, or come after all others.
    """

    name: str
    reason: str
    without: tuple[str, ...] = ()
    add: tuple[Pick, ...] = ()
    conversions: tuple[Conversion, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """A whole `review.toml`.

    Parameters
    ----------
    title : str
    measure : str
        Code of the effect measure; an outcome of a grid may have another one.
    direction : str
        In words: which way is better, and how effects are turned.
    question, selection, plan
        The tables of these names.
    conversions : tuple of Conversion
        In the order in which they are tried; without them nothing is converted.
    sensitivity : tuple of Variation
    labels : mapping of str to str
        From a trial to the label of its estimate; without one it is author and year.
    flow : FlowFile
    risk_of_bias : RiskOfBiasFile
    grid : DeclaredGrid
        Many outcomes, times and populations in place of one question.
    dependence : tuple of DeclaredDependence
        Why estimates are correlated; without them all are independent.
    findings : tuple of DeclaredFinding
        The rows of the summary of findings, at most seven.
    """

    title: str
    measure: str
    direction: str
    question: Question
    selection: Selection
    plan: Plan
    conversions: tuple[Conversion, ...] = ()
    sensitivity: tuple[Variation, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    flow: FlowFile = UNDECLARED_FLOW
    risk_of_bias: RiskOfBiasFile = UNJUDGED
    grid: DeclaredGrid = NO_GRID
    dependence: tuple[DeclaredDependence, ...] = ()
    findings: tuple[DeclaredFinding, ...] = ()

    @property
    def by_measure(self) -> "tuple[Declaration, ...]":
        """The declaration once for each measure, with the outcomes that it measures.

        That of the review stands first, where an outcome has it.
        """
        outcomes = self.grid.outcomes
        codes = [one.measure or self.measure for one in outcomes] or [self.measure]
        return tuple(
            replace(self, measure=code, grid=replace(self.grid, outcomes=self._of(code)))
            for code in sorted(dict.fromkeys(codes), key=lambda code: code != self.measure)
        )

    @property
    def settled(self) -> DeclaredGrid:
        """The grid; where it has several measures, each outcome and joint model names its own."""
        if len(self.by_measure) == 1:
            return self.grid
        outcomes = [replace(one, measure=one.measure or self.measure) for one in self.grid.outcomes]
        joint = [replace(one, measure=one.measure or self.measure) for one in self.grid.joint]
        return replace(self.grid, outcomes=tuple(outcomes), joint=tuple(joint))

    def _of(self, code: str) -> tuple[GridLevel, ...]:
        """Give the outcomes of one measure."""
        return tuple(one for one in self.grid.outcomes if (one.measure or self.measure) == code)
