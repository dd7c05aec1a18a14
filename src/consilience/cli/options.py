"""Options and arguments that several commands share."""

from typing import Annotated

import typer

type Text = str | None

DATA_HELP = "A review's folder or name, or a file of trials (then with --measure)."
MODEL_HELP = "A model file, or its name in ./models or among those that come with the package."

Data = Annotated[str, typer.Argument(help=DATA_HELP, show_default=False)]
Model = Annotated[str, typer.Argument(help=MODEL_HELP, show_default=False)]
Measure = Annotated[
    str | None,
    typer.Option(
        help="Effect measure of a file of trials, such as SMD, MD or GEN.", show_default=False
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, help="Seed of every random draw; by default that of the review, or 0."),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else on stdout.")
]
