"""A new review's folder, and what `check` says of folders and files."""

# Lines of data are kept whole.
# ruff: noqa: E501

import json
import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from consilience.exposure.facts import COLUMNS
from consilience.review import Plan, Question, read_review
from consilience.review.declared import Declaration, Selection
from consilience.review.declared_findings import DeclaredFinding
from consilience.review.declared_grid import (
    DeclaredDependence,
    DeclaredGrid,
    DeclaredJoint,
    DeclaredVariant,
    GridLevel,
    Leave,
)

FILLED = {
    "trial": "T1",
    "study": "Smith",
    "year": "2001",
    "outcome": "<outcome>",
    "scale": "GAF",
    "higher_is_better": "yes",
    "timepoint": "post",
    **{"n1": "41", "mean1": "50.4", "sd1": "10", "n2": "40", "mean2": "48.2", "sd2": "9.5"},
}


def test_init_writes_a_folder_that_becomes_a_review_once_it_has_trials(run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "review"
    assert run("init", folder).code == 0
    names = {file.name for file in folder.iterdir()}
    assert names == {
        "review.toml",
        "trials.csv",
        "risk_of_bias.csv",
        "prisma.csv",
        "published.csv",
        "codebook.md",
    }
    ended = run("check", folder)
    assert ended.code == 3
    assert "has a header but no rows" in ended.err
    columns = (folder / "trials.csv").read_text("utf-8").splitlines()[-1].split(",")
    with (folder / "trials.csv").open("a", encoding="utf-8") as file:
        for one in (FILLED, FILLED | {"trial": "T2", "study": "Jones", "n1": "50"}):
            file.write(",".join(one.get(name, "") for name in columns) + "\n")
    assert run("check", folder).code == 0
    assert read_review(folder).effects.k == 2


def test_init_of_a_grid_becomes_a_review_that_names_its_models(run, tmp_path: Path) -> None:
    folder = tmp_path / "grid"
    assert run("init", folder, "--grid").code == 0
    assert (folder / "models" / "outcomes.toml").is_file()
    columns = (folder / "trials.csv").read_text("utf-8").splitlines()[-1].split(",")
    with (folder / "trials.csv").open("a", encoding="utf-8") as file:
        for outcome in ("<outcome>", "<another outcome>"):
            for time in ("post", "follow-up"):
                row = FILLED | {"outcome": outcome, "timepoint": time}
                for one in (
                    row | {"population": "ITT"},
                    row | {"trial": "T2", "study": "Jones", "population": "CC"},
                    row | {"trial": "T3", "study": "Wu"},
                ):
                    file.write(",".join(one.get(name, "") for name in columns) + "\n")
    commented = (folder / "review.toml").read_text("utf-8")
    (folder / "review.toml").write_text(_uncommented(commented, "[[grid.joint]]"), "utf-8")
    assert run("check", folder).code == 0
    review = read_review(folder)
    assert review.effects.k == 12
    assert [one.model for one in review.grid.joint] == [
        "outcomes",
        "three_levels",
        "correlated_outcomes",
    ]
    exposure = (folder / "exposure.csv").read_text("utf-8").splitlines()[-1]
    assert set(COLUMNS) <= set(exposure.split(","))


def _uncommented(text: str, table: str) -> str:
    """Take the signs from the tables of a name, as the template tells its reader to do."""
    lines, inside = [], False
    for line in text.splitlines():
        inside = (inside and line.startswith("# ")) or line == f"# {table}"
        lines.append(line[2:] if inside else line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("place", ["docs/reviews.md", "src/consilience/cli/templates_grid"])
def test_every_key_of_a_review_is_explained(place: str) -> None:
    """What may be declared stands in the manual; of a grid in its template, too."""
    root = Path(__file__).parents[2]
    if place.endswith(".md"):
        pages = ("reviews", "grids", "summary_of_findings", "flow_and_risk_of_bias", "exposure")
        text = "".join((root / "docs" / f"{page}.md").read_text("utf-8") for page in pages)
        kinds = (Declaration, Question, Selection, Plan, DeclaredGrid, DeclaredFinding)
    else:
        text = (root / place / "review.toml").read_text("utf-8")
        kinds = (GridLevel, Leave, DeclaredVariant, DeclaredJoint, DeclaredDependence)
    known = set(re.findall(r"\w+", text))
    assert [one.name for kind in kinds for one in fields(kind) if one.name not in known] == []


def test_init_never_writes_over_anything(run, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", "utf-8")
    ended = run("init", tmp_path)
    assert ended.code == 2
    assert "holds something" in ended.err
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "empty").mkdir()
    assert run("init", tmp_path / "empty").code == 0


def test_check_lists_the_doubts_of_a_review(run) -> None:
    ended = run("check", "data/smi_functioning")
    assert ended.code == 0
    assert "grim: study 'Shimada" in ended.out
    only = run("check", "data/smi_functioning", "--only", "baseline", "--json")
    content = json.loads(only.out)
    assert content["schema"] == "consilience.check/1"
    assert {doubt["check"] for doubt in content["doubts"]} == {"baseline"}


def test_check_names_rows_without_an_effect_and_what_would_help(run, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    shutil.copytree("data/smi_outcomes", place)
    told = place / "review.toml"
    text = told.read_text("utf-8")
    start = text.index('[[conversions]]\nkind = "SEToSD"')
    end = text.index("[[conversions]]", start + 1)
    told.write_text(text[:start] + text[end:], "utf-8")
    ended = run("check", place)
    assert ended.code == 0, ended.err
    assert "- no effect, rows 3, 6 (Jensen 2019)" in ended.out or "Jensen 2019" in ended.out
    line = next(one for one in ended.out.splitlines() if "SEToSD" in one)
    assert line.startswith("- no effect, rows 3, 6")
    content = json.loads(run("check", place, "--json").out)
    assert any("SEToSD" in one for one in content["without_effect"])


def test_check_of_a_bad_file_lists_every_problem(run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("study,n1,sd1\nA,1,-2\nB,x,3\n", "utf-8")
    ended = run("check", bad)
    assert ended.code == 3
    assert "3 problems" in ended.err
    assert run("check", bad, "--only", "nonsense").code == 3


def test_check_shows_stored_results_beside_recomputed_ones(run, tmp_path: Path) -> None:
    path = tmp_path / "review.rm5"
    path.write_text(
        '<R><STUDY ID="S" NAME="Smith"/><COMPARISON NO="1"><CONT_OUTCOME NO="1" EFFECT_MEASURE="MD" '
        'METHOD="IV" RANDOM="NO" EFFECT_SIZE="2" CI_START="0.614" CI_END="3.386"><NAME>Pain</NAME>'
        '<CONT_DATA STUDY_ID="S" MEAN_1="12" SD_1="5" TOTAL_1="100" MEAN_2="10" SD_2="5" '
        'TOTAL_2="100"/></CONT_OUTCOME></COMPARISON></R>',
        "utf-8",
    )
    ended = run("check", path)
    assert ended.code == 0
    assert "Results stored in the file, computed again" in ended.out
    assert "Analysis 1.1" in ended.out
    assert "yes" in ended.out
