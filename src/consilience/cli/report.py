"""`consilience report`: from a review's folder to a page."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, override

import typer

from consilience.cli.command import Command
from consilience.cli.options import Seed
from consilience.cli.output import say, tell
from consilience.errors import ConvergenceError


@dataclass(frozen=True, slots=True)
class Report(Command):
    """Analyse a review and write the report.

    The report is a page with figures, tables and draws beside it. A review that declares a grid of
    outcomes, times and populations gets a page with their matrix, and a page for each cell.

    Prints the path of the page.
    """

    folder: Annotated[str, typer.Argument(help="A review's folder or name.", show_default=False)]
    to: Annotated[
        Path | None,
        typer.Option(
            help="The folder to write: new, empty, or an earlier report; by default reports/NAME."
        ),
    ] = None
    models: Annotated[
        Path | None,
        typer.Option(help="The folder of the models; by default they are found by name."),
    ] = None
    seed: Seed = None

    @override
    def run(self) -> None:
        """Print the page's place; a model that did not converge is an error once it is written."""
        from consilience.places import find_data
        from consilience.report.writing import report

        place = find_data(self.folder)
        to = self.to or Path("reports") / place.resolve().name
        page = report(place, to, models=self.models, seed=self.seed, tell=tell)
        say(str(page))
        missing = json.loads((page.parent / "summary.json").read_text("utf-8"))["not_converged"]
        if missing:
            raise ConvergenceError(
                "The report was written, but these models did not converge or could not be "
                f"fitted, and show no estimate: {', '.join(missing)}."
            )
