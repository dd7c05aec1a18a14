"""Results on stdout: one JSON document, or tables; everything else on stderr."""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import pandas as pd

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def tell(message: str) -> None:
    """Say on stderr what is being done."""
    typer.echo(f"… {safe(message)}", err=True)


def say(*lines: str) -> None:
    """Print sentences on stdout."""
    for line in lines:
        if line:
            typer.echo(safe(line))


def document(schema: str, content: Mapping[str, object]) -> None:
    """Print one JSON document; numbers that are none become null.

    Parameters
    ----------
    schema : str
        Name and version of its shape, such as ``consilience.fit/1``.
    content : mapping
    """
    from consilience.report.documents import to_json

    typer.echo(to_json({"schema": schema, **content}, ascii_only=True), nl=False)


def table(frame: "pd.DataFrame", columns: Sequence[str]) -> None:
    """Print the named columns of a table: with lines in a terminal, plain otherwise.

    Parameters
    ----------
    frame : DataFrame
        Its index names the rows.
    columns : sequence of str
        Those that the table has are shown; columns without any value are not.
    """
    shown = [name for name in columns if name in frame and frame[name].notna().any()]
    head = [str(frame.index.name or ""), *shown]
    body = [
        [safe(str(label)), *(_cell(row[name]) for name in shown)] for label, row in frame.iterrows()
    ]
    printer = _rich if sys.stdout.isatty() else _aligned
    printer(head, body)


def safe(text: str) -> str:
    """Take from a text what could steer a terminal; lines stay lines."""
    return "".join(each if each.isprintable() or each == "\n" else _UNKNOWN for each in text)


def _rich(head: Sequence[str], body: Iterable[Sequence[str]]) -> None:
    """Print a table with lines on a terminal; no text of the data is read as markup."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    made = Table()
    for place, name in enumerate(head):
        made.add_column(escape(name), justify="right" if place else "left", no_wrap=bool(place))
    for row in body:
        made.add_row(*map(escape, row))
    Console(highlight=False, emoji=False).print(made)


def _aligned(head: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    """Print a table in plain columns, for files and pipes."""
    lines = [head, *body]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    for line in lines:
        first, *rest = line
        cells = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        typer.echo("  ".join((first.ljust(widths[0]), *cells)))


def _cell(value: object) -> str:
    if isinstance(value, Integral):
        return f"{value:d}"
    if not isinstance(value, Real):
        return safe(str(value))
    return "" if math.isnan(value) else f"{float(value):.3f}"
