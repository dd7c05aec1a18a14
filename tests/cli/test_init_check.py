"""A new review's folder, and what `check` says of folders and files."""

# Lines of data are kept whole.
# ruff: noqa: E501

import json
from pathlib import Path

from consilience.review import read_review

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
