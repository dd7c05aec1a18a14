"""`consilience fit`: one Bayesian model."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, override

import typer

from consilience.cli.command import Command
from consilience.cli.inputs import given
from consilience.cli.options import Data, Json, Measure, Model, Seed
from consilience.cli.output import document, say, table, tell

if TYPE_CHECKING:
    import pandas as pd

    from consilience.fit import Fit
    from consilience.spec import Declared

COLUMNS = ("mean", "sd", "median", "lower", "upper", "p_gt_0", "ess_bulk", "r_hat", "mcse")


@dataclass(frozen=True, slots=True)
class FitModel(Command):
    """Fit a Bayesian model to trials.

    Prints the posterior of every parameter.

    A fit that does not converge shows nothing and ends with exit code 4.
    """

    model: Model
    data: Data
    measure: Measure = None
    engine: Annotated[
        str | None, typer.Option(help="exact or nuts; by default the one that suits the model.")
    ] = None
    seed: Seed = None
    save: Annotated[
        Path | None, typer.Option(help="Write the fit with its draws to this netCDF file.")
    ] = None
    force: Annotated[
        bool, typer.Option("--force", help="Show a fit that did not converge, marked as such.")
    ] = False
    json: Json = False

    @override
    def run(self) -> None:
        """Fit, save where asked, and print the summary; what did not converge shows nothing."""
        from consilience.fit import fit

        trials = given(self.data, measure=self.measure, seed=self.seed)
        declared = trials.model(self.model)
        tell(f"fitting {declared.name} to {trials.effects.k} estimates")
        found = fit(declared.model, trials.effects, self.engine, seed=trials.seed, force=self.force)
        summary = found.summary(trials.level)
        if self.save is not None:
            found.save(self.save)
        if self.json:
            document("consilience.fit/1", _content(declared, found, summary))
        else:
            _print(declared, found, summary)


def _content(declared: "Declared", found: "Fit", summary: "pd.DataFrame") -> dict[str, object]:
    """Give the fit as a document, with engine, diagnosis and whether it converged."""
    from consilience.report.documents import rows

    return {
        "model": declared.name,
        "measure": found.effects.measure.code,
        "direction": found.effects.direction,
        "k": found.effects.k,
        "level": summary["level"].iloc[0],
        "seed": found.engine.seed,
        "engine": found.reason,
        "converged": found.diagnosis.passed,
        "watermark": summary.attrs.get("watermark"),
        "diagnosis": str(found.diagnosis),
        "log_evidence": found.log_evidence,
        "parameters": rows(summary),
    }


def _print(declared: "Declared", found: "Fit", summary: "pd.DataFrame") -> None:
    level = 100 * summary["level"].iloc[0]
    say(str(summary.attrs.get("watermark", "")))
    say(f"{declared.title or declared.name}: {found.effects.k} estimates, {level:g} % intervals")
    table(summary, COLUMNS)
    say(found.effects.direction, str(found.diagnosis))
