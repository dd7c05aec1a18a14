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


@dataclass(frozen=True, slots=True)
class Init(Command):
    """Write the folder of a new review.

    It holds review.toml, empty tables with comments, and a codebook. Fill them in, then run
    `consilience check` on the folder.

    A folder that holds anything is refused.
    """

    folder: Annotated[
        Path, typer.Argument(help="The folder to write: new or empty.", show_default=False)
    ]

    @override
    def run(self) -> None:
        """Write the files, never over anything that is there."""
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            raise typer.BadParameter(f"{self.folder} holds something already; name a new folder.")
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        names = _write(self.folder)
        say(f"{self.folder}: {', '.join(names)}", f"Next: consilience check {self.folder}")


def _write(folder: Path) -> list[str]:
    """Copy the templates beside the target and move them there in one step."""
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for template in sorted(TEMPLATES.iterdir()):
            shutil.copyfile(template, made / template.name)
        made.chmod(0o755)
        made.replace(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return sorted(file.name for file in folder.iterdir())
