"""What is started from a shell; the bare interpreter's start is the plain reference."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from figure import REVIEW, Figure, once

COMMAND = Path(sys.executable).with_name("consilience")


def import_time() -> Figure:
    """Import the package in a new interpreter."""
    return Figure("import consilience", start("-c", "import consilience"), 0.3, start("-c", ""))


def help_time() -> Figure:
    """Print the command's help."""
    return Figure("consilience --help", command("--help"), 0.3, start("-c", ""))


def report_time() -> Figure:
    """Write the whole report of the shipped review."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = once(lambda: run(str(COMMAND), "report", str(REVIEW), "--to", f"{folder}/report"))
    return Figure("consilience report, all of it", seconds, 30)


def grid_time() -> Figure:
    """Write the whole report of the shipped grid, with as many processes as it takes."""
    grid = REVIEW.with_name("smi_outcomes")
    with tempfile.TemporaryDirectory() as folder:
        seconds = once(lambda: run(str(COMMAND), "report", str(grid), "--to", f"{folder}/report"))
    return Figure("consilience report, the whole grid", seconds, 60)


FIGURES: tuple[Callable[[], Figure], ...] = (
    import_time,
    help_time,
    report_time,
    grid_time,
)


def start(*arguments: str) -> float:
    """Give the shortest of five starts of the interpreter."""
    return min(once(lambda: run(sys.executable, *arguments)) for _ in range(5))


def command(*arguments: str) -> float:
    """Give the shortest of five runs of the installed command."""
    return min(once(lambda: run(str(COMMAND), *arguments)) for _ in range(5))


def run(*words: str) -> None:
    """Run a command in silence; its failure is ours."""
    subprocess.run(words, check=True, capture_output=True)
