"""The folder of a report: complete, traceable, the same for the same seed, there or not at all."""

import hashlib
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from consilience.errors import ConvergenceError, DataError
from consilience.fit import load_fit
from consilience.report.analysis import analyse
from consilience.report.documents import to_json
from consilience.report.folder import TargetError, files_of
from consilience.report.results import Failed
from consilience.report.summary import summary
from consilience.report.writing import report
from consilience.spec import read_model

MODELS = Path(__file__).parents[2] / "models"
writing = sys.modules["consilience.report.writing"]
asking = sys.modules["consilience.report.asking"]


@pytest.fixture
def ready(monkeypatch, analysis, html):
    """Let `report` find the analysis done, with one figure to draw."""
    lean = replace(analysis, pictures={"forest": analysis.pictures["forest"]})
    monkeypatch.setattr(writing, "page", lambda _: html)
    monkeypatch.setattr(writing, "analyse", lambda *_, **__: lean)


@pytest.fixture(scope="module")
def once(analysis, review, tmp_path_factory) -> Path:
    """The folder as it is written, for those who only read it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "analyse", lambda *_, **__: analysis)
        return report(review, tmp_path_factory.mktemp("report") / "out").parent


@pytest.fixture
def written(ready, once, tmp_path) -> Path:
    """A copy of it that may be changed."""
    return Path(shutil.copytree(once, tmp_path / "out"))


def test_the_folder_holds_what_was_promised(once: Path) -> None:
    names = {path.name for path in once.iterdir()}
    assert names == {
        *("index.html", "figures", "tables", "draws", "summary.json", "provenance.json"),
    }
    kinds = {path.suffix for path in (once / "figures").iterdir()}
    assert kinds == {".svg", ".png"}
    for picture in (once / "figures").glob("*.png"):
        assert picture.read_bytes().startswith(b"\x89PNG")
    assert (once / "tables" / "effects.csv").is_file()


def test_the_provenance_names_every_file_and_input(once: Path, review) -> None:
    told = json.loads((once / "provenance.json").read_text("utf-8"))
    assert set(told["files"]) | {"provenance.json"} == set(files_of(once))
    for name, digest in told["files"].items():
        assert hashlib.sha256((once / name).read_bytes()).hexdigest() == digest
    source = (review.folder / "trials.csv").read_bytes()
    assert told["data"]["trials.csv"] == hashlib.sha256(source).hexdigest()
    assert set(told["models"]) == {"partial_pooling.toml", "random_effects.toml"}
    assert told["seed"] == review.plan.seed
    assert set(told["seconds"]) == {"fits", "figures"}


def test_no_file_tells_where_it_was_made(once: Path, review) -> None:
    for path in once.rglob("*"):
        if path.suffix in {".html", ".json", ".csv", ".svg"}:
            text = path.read_text("utf-8")
            assert str(review.folder.resolve().parent) not in text, path
            assert str(once.parent) not in text, path


def test_the_summary_is_strict_json_with_a_schema(once: Path) -> None:
    text = (once / "summary.json").read_text("utf-8")
    told = json.loads(text, parse_constant=pytest.fail)
    assert told["schema"] == "consilience.report/1"
    assert told["answer"]["mean"]["interval"] == "credible"
    assert told["comparison"][-1]["interval"] == "confidence"


def test_saved_draws_are_fits_again(once: Path, analysis) -> None:
    loaded = load_fit(once / "draws" / "random_effects.nc")
    ours = next(one.fit for one in analysis.fitted if one.declared.name == "random_effects")
    pd.testing.assert_frame_equal(loaded.summary(), ours.summary(), rtol=1e-9)


def test_the_same_seed_gives_the_same_results(bare, review, monkeypatch) -> None:
    few = bare(review, 3)
    few = replace(few, plan=replace(few.plan, new_trials=review.plan.new_trials[:1]))
    first, again = analyse(few, MODELS), analyse(few, MODELS)
    assert {name: again.pictures[name].svg for name in again.pictures} == {
        name: first.pictures[name].svg for name in first.pictures
    }
    monkeypatch.setattr(sys.modules["consilience.report.analysis"], "draw", lambda _: {})
    other = analyse(few, MODELS, seed=1)
    assert to_json(summary(again)) == to_json(summary(first)) != to_json(summary(other))


def test_an_error_in_the_middle_leaves_the_old_report(written: Path, review, monkeypatch) -> None:
    before = {name: (written / name).read_bytes() for name in files_of(written)}

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "to_csv", fail)
    with pytest.raises(OSError, match="No space"):
        report(review, written)
    assert {name: (written / name).read_bytes() for name in files_of(written)} == before
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_a_new_report_takes_the_place_of_an_old_one(written: Path, review) -> None:
    (written / "index.html").write_text("old", "utf-8")
    assert "<!doctype html>" in report(review, written).read_text("utf-8")


def test_files_that_no_report_wrote_are_never_replaced(ready, review, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(TargetError, match=r"notes\.txt"):
        report(review, tmp_path)
    assert files_of(tmp_path) == ["notes.txt"]


def test_a_folder_that_is_no_review_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        report(tmp_path / "nowhere", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_does_not_converge_is_set_apart(review, monkeypatch) -> None:
    fit = asking.fit

    def stubborn(model, effects, **settings):
        if not model.terms:
            raise ConvergenceError("two rules differ by 1e-3")
        return fit(model, effects, **settings)

    monkeypatch.setattr(asking, "fit", stubborn)
    declared = [read_model(path) for path in asking.model_files(review, MODELS).values()]
    fitted, failed = asking.fit_all(tuple(declared), review, seed=1)
    assert [one.declared.name for one in fitted] == ["partial_pooling"]
    assert [(one.label, one.fault) for one in failed] == [
        ("Random effects", "two rules differ by 1e-3")
    ]


def test_what_did_not_converge_is_named_without_an_estimate(analysis, parse) -> None:
    primary, other = analysis.fitted
    failed = (Failed(other.label, other.declared, "two rules differ by 1e-3"),)
    compared = analysis.compared.drop(index=other.label)
    found = replace(analysis, fitted=(primary,), failed=failed, compared=compared)
    text = parse(writing.page(found)).text
    assert "Not converged, so no estimate is shown: two rules differ by 1e-3" in text
    assert "Not converged, and not shown: Random effects." in text
    told = summary(found)
    assert told["not_converged"] == {"random_effects": "two rules differ by 1e-3"}
    assert set(told["models"]) == {"partial_pooling"}


def test_a_primary_model_that_does_not_converge_is_no_report(
    review, monkeypatch, tmp_path: Path
) -> None:
    def stubborn(*_, **__):
        raise ConvergenceError("two rules differ by 1e-3")

    monkeypatch.setattr(asking, "fit", stubborn)
    with pytest.raises(ConvergenceError, match="partial_pooling"):
        report(review, tmp_path / "out", models=MODELS)
    assert list(tmp_path.iterdir()) == []
