"""Running the command line, in this process or in one of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from tests.reviews import functioning

from consilience import review
from consilience.cli import main
from consilience.review import Review, read_review

ROOT = Path(__file__).parents[2]
TABLE = "study,yi,vi,dose\nA,0.1,0.04,1\nB,0.4,0.02,2\nMüller,0.3,0.05,3\nD,0.2,0.03,4\n"


@dataclass(frozen=True)
class Result:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


SHIPPED = Path("data", "smi_functioning")


@cache
def shipped() -> Review:
    return functioning()


def once(folder: Path | str) -> Review:
    """Read the shipped review once for all commands, every other one anew."""
    return replace(shipped(), folder=SHIPPED) if Path(folder) == SHIPPED else read_review(folder)


@pytest.fixture
def run(monkeypatch, capsys) -> Callable[..., Result]:
    """Run a command as if typed in the project's folder."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(review, "read_review", once)

    def typed(*words: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["consilience", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return Result(int(end.value.code or 0), said.out, said.err)

    return typed


@pytest.fixture
def shell() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command in a process of its own."""
    code = "from consilience.cli import main; main()"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80"}

    def typed(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *map(str, words)]
        return subprocess.run(
            command, capture_output=True, check=False, cwd=ROOT, env=env, text=True, timeout=300
        )

    return typed


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "trials.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path
