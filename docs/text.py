"""Markdown tables."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; what could be read as Markdown's own marks is escaped."""
    lines = [_row(head), "|" + " --- |" * len(head), *map(_row, rows)]
    return "\n".join(lines)


def cell(value: object) -> str:
    """Write one cell on one line."""
    text = " ".join(str(value).split())
    if text.startswith("`") and text.endswith("`"):
        return text.replace("|", "\\|")
    for mark in ("\\", "|", "*", "_", "<", ">", "[", "]", "$"):
        text = text.replace(mark, f"\\{mark}")
    return text


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(cell(each) for each in cells)} |"
