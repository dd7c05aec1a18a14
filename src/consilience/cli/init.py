"""`consilience init`: the folder of a new review, with empty, commented tables."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, override

import typer

from consilience.cli.command import Command
from consilience.cli.output import say

TEMPLATES = Path(__file__).with_name("templates")
OF_A_GRID = Path(__file__).with_name("templates_grid")
_MODELLED = "smi_outcomes"
"""The review that travels with the package and holds models of many outcomes."""


@dataclass(frozen=True, slots=True)
class Init(Command):
    """Write the folder of a new review.

    It holds review.toml, empty tables with comments, and a codebook. With --grid it is that of a
    review of many outcomes, times and populations, with an empty exposure.csv and models of many
    outcomes at once. Fill them in, then run `consilience check` on the folder.

    A folder that holds anything is refused.
    """

    folder: Annotated[
        Path, typer.Argument(help="The folder to write: new or empty.", show_default=False)
    ]

    grid: Annotated[
        bool, typer.Option("--grid", help="Ask for many outcomes, times and populations.")
    ] = False

    @override
    def run(self) -> None:
        """Write the files, never over anything that is there."""
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            raise typer.BadParameter(f"{self.folder} holds something already; name a new folder.")
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        names = _write(self.folder, _templates(grid=self.grid))
        say(f"{self.folder}: {', '.join(names)}", f"Next: consilience check {self.folder}")


def _templates(*, grid: bool) -> dict[str, Path]:
    """Give the files of a new review by where they belong."""
    from consilience.places import find_data

    found = {file.name: file for file in TEMPLATES.iterdir()}
    if not grid:
        return found
    models = sorted((find_data(_MODELLED) / "models").glob("*.toml"))
    return {
        **found,
        **{
            file.relative_to(OF_A_GRID).as_posix(): file
            for file in sorted(OF_A_GRID.rglob("*"))
            if file.is_file()
        },
        **{f"models/{file.name}": file for file in models},
    }


def _write(folder: Path, templates: dict[str, Path]) -> list[str]:
    """Copy the templates beside the target and move them there in one step."""
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for name, template in templates.items():
            (made / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(template, made / name)
        made.chmod(0o755)
        made.replace(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return sorted(templates)
