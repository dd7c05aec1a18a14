"""The command line: one command per file. What is typed is parsed first; the rest loads later."""

import sys
from typing import Annotated

import typer

from consilience import __version__
from consilience.cli.check import Check
from consilience.cli.command import Command, entry
from consilience.cli.compare import Compare
from consilience.cli.fit import FitModel
from consilience.cli.init import Init
from consilience.cli.output import safe
from consilience.cli.pool import Pool
from consilience.cli.predict import Predict
from consilience.cli.report import Report
from consilience.errors import ConsilienceError, ConvergenceError, DataError, ModelError

REGISTRY: dict[str, type[Command]] = {
    "init": Init,
    "check": Check,
    "report": Report,
    "fit": FitModel,
    "pool": Pool,
    "compare": Compare,
    "predict": Predict,
}

HELP = """\
Bayesian meta-analysis of trials, with its frequentist twin always beside it.

Exit codes: 0 done; 1 a file cannot be read or written; 2 wrong usage; 3 data or model cannot be \
used; 4 not converged.
"""


def main() -> None:
    """Run the command line; the exit code says how it went."""
    try:
        app(prog_name="consilience")
    except ConsilienceError as error:
        _end(str(error), _code(error))
    except OSError as error:
        _end(str(error), 1)


def build() -> typer.Typer:
    """Build the command line from the registry."""
    made = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help=HELP,
    )
    made.callback()(_root)
    for name, kind in REGISTRY.items():
        made.command(name)(entry(kind))
    return made


def _show_version(asked: object) -> None:
    if asked:
        typer.echo(f"consilience {__version__}")
        raise typer.Exit


_Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_show_version, is_eager=True, help="Print the version and end."
    ),
]


def _root(*, version: _Version = False) -> None:
    """Take the options that stand before a command."""


def _code(error: ConsilienceError) -> int:
    if isinstance(error, DataError | ModelError):
        return 3
    return 4 if isinstance(error, ConvergenceError) else 2


def _end(message: str, code: int) -> None:
    typer.echo(f"consilience: {safe(message)}", err=True)
    sys.exit(code)


app = build()
