"""The main job, as a new user types it: one command, one page, within its time, without PyMC."""

import json

# The owed 30 s are those of a machine that has nothing else to do; tests share theirs.
PATIENCE = 120


def test_the_report_is_written_in_time_and_without_pymc(typed_report) -> None:
    target, found, seconds = typed_report
    assert found.returncode == 0, found.stderr
    assert found.stdout == f"{target}/index.html\n"
    assert seconds < PATIENCE


def test_progress_is_told_on_stderr(typed_report) -> None:
    _, found, _ = typed_report
    assert "fitting 5 models to 19 estimates" in found.stderr
    assert "drawing figures" in found.stderr


def test_every_declared_model_is_in_it(typed_report) -> None:
    target, _, _ = typed_report
    told = json.loads((target / "summary.json").read_text("utf-8"))
    assert set(told["models"]) == {
        *("common_effect", "random_effects", "partial_pooling", "moderated", "sceptical"),
    }
    assert told["not_converged"] == {}
    assert len(told["sensitivity"]["declared"]) == 13
    assert not [row["note"] for row in told["sensitivity"]["declared"] if row["note"]]


def test_fits_and_figures_are_timed_apart(typed_report) -> None:
    target, _, seconds = typed_report
    told = json.loads((target / "provenance.json").read_text("utf-8"))["seconds"]
    assert 0 < told["fits"] + told["figures"] < seconds
