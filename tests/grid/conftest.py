"""The shipped grid, read once, and folders that differ from it in one thing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reviews import outcomes

import consilience as cs
from consilience.grid import Grid
from consilience.review import Review

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "smi_outcomes"


@pytest.fixture(scope="session")
def review() -> Review:
    return outcomes()


@pytest.fixture(scope="session")
def answered(review: Review) -> Grid:
    return cs.grid(review, ROOT / "models")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """Copy the folder and replace texts of its review.toml."""

    def change(*pairs: tuple[str, str]) -> Path:
        folder = Path(shutil.copytree(FOLDER, tmp_path / "review"))
        text = (folder / "review.toml").read_text("utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / "review.toml").write_text(text, "utf-8")
        return folder

    return change
