"""The main job, as a new user types it: one command, one page, within its time, without PyMC."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
import sys
from consilience.cli import main
sys.argv = ["consilience", "report", "data/smi_functioning", "--to", sys.argv[1]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
loaded = {"pymc", "pytensor", "nutpie", "arviz"} & set(sys.modules)
assert not loaded, loaded
"""
# The owed 30 s are those of a machine that has nothing else to do; tests share theirs.
PATIENCE = 120


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    target = tmp_path_factory.mktemp("report") / "smi"
    start = time.perf_counter()
    env = {"PYTHONPATH": str(ROOT / "src"), "PATH": "", "HOME": str(target.parent)}
    words = [sys.executable, "-W", "error", "-c", CODE, str(target)]
    found = subprocess.run(words, capture_output=True, check=False, cwd=ROOT, env=env, text=True)
    return target, found, time.perf_counter() - start


def test_the_report_is_written_in_time_and_without_pymc(done) -> None:
    target, found, seconds = done
    assert found.returncode == 0, found.stderr
    assert found.stdout == f"{target}/index.html\n"
    assert seconds < PATIENCE


def test_progress_is_told_on_stderr(done) -> None:
    _, found, _ = done
    assert "fitting 5 models to 19 estimates" in found.stderr
    assert "drawing figures" in found.stderr


def test_every_declared_model_is_in_it(done) -> None:
    target, _, _ = done
    told = json.loads((target / "summary.json").read_text("utf-8"))
    assert set(told["models"]) == {
        *("common_effect", "random_effects", "partial_pooling", "moderated", "sceptical"),
    }
    assert told["not_converged"] == {}
    assert len(told["sensitivity"]["declared"]) == 13
    assert not [row["note"] for row in told["sensitivity"]["declared"] if row["note"]]


def test_fits_and_figures_are_timed_apart(done) -> None:
    target, _, seconds = done
    told = json.loads((target / "provenance.json").read_text("utf-8"))["seconds"]
    assert 0 < told["fits"] + told["figures"] < seconds
