"""`consilience compare`: models and classical analyses side by side."""

from dataclasses import dataclass
from typing import Annotated, override

import typer

from consilience.cli.command import Command
from consilience.cli.inputs import Given, given
from consilience.cli.options import MODEL_HELP, Data, Json, Measure, Seed
from consilience.cli.output import document, say, table, tell

COLUMNS = (
    "estimate",
    "lower",
    "upper",
    "interval",
    "tau",
    "I2",
    "prediction_lower",
    "prediction_upper",
    "k",
)


@dataclass(frozen=True, slots=True)
class Compare(Command):
    """Put models and classical analyses side by side.

    All are of the same trials; in plain words it says how they differ, and why.
    """

    models: Annotated[list[str], typer.Argument(help=MODEL_HELP, show_default=False)]
    data: Data
    measure: Measure = None
    estimators: Annotated[
        str | None,
        typer.Option(help="Classical ones, such as DL,REML; by default those of the review."),
    ] = None
    seed: Seed = None
    json: Json = False

    @override
    def run(self) -> None:
        """Fit each model, pool by each estimator, and print one row for each."""
        from consilience.compare import compare, explain
        from consilience.report.documents import rows

        trials = given(self.data, measure=self.measure, seed=self.seed)
        results = _fits(self.models, trials) | _pooled(self.estimators, trials)
        sides, words = compare(results, trials.level), explain(results, trials.level)  # type: ignore[arg-type]
        if self.json:
            content = {"direction": sides.attrs["direction"], "analyses": rows(sides)}
            document("consilience.compare/1", content | {"words": list(words)})
            return
        table(sides, COLUMNS)
        say(*words, str(sides.attrs["direction"]))


def _fits(names: list[str], trials: Given) -> dict[str, object]:
    from consilience.fit import fit

    declared = [trials.model(name) for name in names]
    tell(f"fitting {', '.join(one.name for one in declared)}")
    return {one.name: fit(one.model, trials.effects, seed=trials.seed) for one in declared}


def _pooled(estimators: str | None, trials: Given) -> dict[str, object]:
    from consilience.classical.pool import pool

    asked = trials.estimators if estimators is None else estimators.split(",")
    codes = [code.strip() for code in asked if code.strip()]
    return {code: pool(trials.effects, code, level=trials.level) for code in codes}
