"""How a command ends: the code, one message without a traceback, nothing on stdout."""

from pathlib import Path

import pytest

from consilience.cli import REGISTRY
from consilience.errors import ConvergenceError

REVIEW = "data/smi_functioning"


@pytest.mark.parametrize("name", REGISTRY)
def test_help_says_what_a_command_does(run, name: str) -> None:
    shown = run(name, "--help")
    assert shown.code == 0
    assert f"Usage: consilience {name}" in shown.out
    assert "Parameters" not in shown.out


def test_the_version_is_told(run) -> None:
    from consilience import __version__

    assert run("--version").out == f"consilience {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("forest",),
        ("fit",),
        ("fit", "random_effects"),
        ("fit", "random_effects", REVIEW, "--seed", "-1"),
        ("fit", "random_effects", REVIEW, "--measure", "SMD"),
        ("pool", "{table}"),
        ("pool", REVIEW, "--colour", "red"),
        ("predict", "random_effects", REVIEW, "--set", "intervention_type"),
        ("predict", "random_effects", REVIEW, "--n1", "many"),
        ("report", REVIEW, "--to"),
    ],
)
def test_wrong_usage_is_2(run, table: Path, words) -> None:
    ended = run(*(str(table) if word == "{table}" else word for word in words))
    assert ended.code == 2
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fit", "bogus", REVIEW), "There is no model 'bogus'"),
        (("fit", "models/README.md", REVIEW), "README.md"),
        (("fit", "random_effects", "nowhere"), "'nowhere'"),
        (("fit", "random_effects", REVIEW, "--engine", "abacus"), "Known: exact, nuts"),
        (("fit", "partial_pooling", "{table}", "--measure", "GEN"), "intervention_type"),
        (("fit", "random_effects", "{table}", "--measure", "XYZ"), "Known"),
        (("fit", "random_effects", "{bad}", "--measure", "GEN"), "study 'B', column 'vi'"),
        (("pool", REVIEW, "--estimator", "PM2"), "Known: CE, DL"),
        (("pool", REVIEW, "--inference", "bayes"), "Known"),
        (("pool", REVIEW, "--moderators", "__import__('os')"), "__import__"),
        (("pool", REVIEW, "--moderators", "dose"), "dose"),
        (("compare", "random_effects", REVIEW, "--estimators", "DL,XX"), "'XX'"),
        (("predict", "partial_pooling", REVIEW, "--set", "dose=3"), "no such column"),
        (("predict", "partial_pooling", REVIEW, "--n1", "50", "--n2", "50"), "comparator_type"),
        (("predict", "random_effects", REVIEW, "--n1", "1", "--n2", "50"), "arm size"),
        (("report", "nowhere", "--to", "{out}"), "'nowhere'"),
        (("report", "tests", "--to", "{out}"), "review.toml"),
        (("report", REVIEW, "--to", "{out}", "--models", "{empty}"), "partial_pooling.toml"),
    ],
)
def test_bad_data_and_models_are_3_and_named(run, table: Path, tmp_path: Path, words, said) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("study,yi,vi\nA,0.1,0.04\nB,0.2,-1\nC,x,0.1\n", "utf-8")
    (tmp_path / "empty").mkdir()
    places = {"{table}": table, "{bad}": bad, "{out}": tmp_path / "out"}
    places["{empty}"] = tmp_path / "empty"
    before = sorted(tmp_path.iterdir())
    ended = run(*(str(places.get(word, word)) for word in words))
    assert ended.code == 3, ended.err
    assert said in ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err
    assert sorted(tmp_path.iterdir()) == before


def test_every_problem_of_a_table_is_listed_at_once(run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("study,yi,vi\nA,0.1,0\nB,0.2,y\nC,x,-1\n", "utf-8")
    ended = run("pool", bad, "--measure", "GEN")
    assert "4 problems" in ended.err


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_fit_that_does_not_converge_is_4_and_shows_nothing(run, monkeypatch, words) -> None:
    def stubborn(*_, **__):
        raise ConvergenceError("two rules differ by 1e-3")

    for engine in ("exact.Exact", "nuts.Nuts"):
        monkeypatch.setattr(f"consilience.engines.{engine}.run", stubborn)
    ended = run("fit", "random_effects", REVIEW, *words)
    assert (ended.code, ended.out) == (4, "")
    assert "two rules differ" in ended.err


def test_a_fit_that_failed_its_gate_is_4_and_saves_nothing(run, monkeypatch, tmp_path) -> None:
    fault = property(lambda _: ("R-hat of mu is 1.2",))
    monkeypatch.setattr("consilience.engines.exact.posterior.ExactPosterior.faults", fault)
    ended = run("fit", "random_effects", REVIEW, "--save", tmp_path / "fit.nc")
    assert (ended.code, ended.out) == (4, "")
    assert list(tmp_path.iterdir()) == []
    forced = run("fit", "random_effects", REVIEW, "--force")
    assert forced.code == 0
    assert "NOT CONVERGED" in forced.out


def test_a_target_that_cannot_be_written_is_1(run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    ended = run("report", REVIEW, "--to", tmp_path / "file" / "out")
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_a_folder_with_other_files_is_refused_before_any_work(run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    ended = run("report", REVIEW, "--to", tmp_path)
    assert ended.code == 2
    assert "notes.txt" in ended.err
    assert "fitting" not in ended.err


def test_a_broken_label_does_not_reach_the_terminal(run, tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    text = "study,yi,vi\n\x1b[2J[/red],0.1,0.04\n[bold]x,0.2,0.1\n"
    path.write_text(text, "utf-8")
    ended = run("fit", "random_effects", path, "--measure", "GEN")
    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert "[2J[/red]" in ended.out
    assert "[bold]x" in ended.out
