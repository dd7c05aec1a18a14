"""docs/coming_from_metafor.md: its examples run, and give metafor's number beside them."""

import csv
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import metafor_examples as page  # noqa: E402 - found by the line above

import consilience as cs  # noqa: E402
from consilience.classical import counts, diagnostics, hypotheses, small_study  # noqa: E402

TEXT = (ROOT / "docs" / "coming_from_metafor.md").read_text(encoding="utf-8")
# Stopped early by metafor, at an absolute change of tau² of 1e-5; or, in rma.glmm, by lme4's.
EARLY = {"influence": 1e-5, "selmodel": 1e-5, "rma.glmm": 1e-4}


@pytest.fixture(scope="module")
def printed():
    with (ROOT / "docs" / "metafor" / "examples.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_page_shows_what_runs(printed, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert printed == [list(page.HEAD), *page.answers()]


def test_both_programs_say_the_same(printed):
    for function, _, code, ours, theirs in printed[1:]:
        tolerance = EARLY.get(function, 1e-6)
        assert float(ours) == pytest.approx(float(theirs), rel=tolerance), code


def named(section, pattern):
    """Names in the column of ours of the tables of a section."""
    part = TEXT.split(f"## {section}")[1].split("\n## ")[0]
    rows = [line.split(" | ", 1)[1] for line in part.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(pattern, row)}


@pytest.mark.parametrize(
    ("room", "names"),
    [
        (cs, set(re.findall(r"(?<![\w.])cs\.(\w+)\(", TEXT))),
        (counts, set(re.findall(r"\bcounts\.(\w+)\(", TEXT))),
        (diagnostics, named("Reading a result", r"`diagnostics\.(\w+)")),
        (hypotheses, named("Reading a result", r"`hypotheses\.(\w+)")),
        (small_study, named("Small-study effects", r"`([a-zA-Z]\w+)\(")),
        (cs.plots, named("Figures", r"`(\w+)(?:\(|`)")),
    ],
)
def test_the_functions_that_the_page_names_exist(room, names):
    assert names
    assert [name for name in names if not hasattr(room, name)] == []


@pytest.mark.parametrize(
    "function",
    [
        *("escalc", "vcalc", "rma.uni", "rma.mh", "rma.peto", "rma.glmm", "rma.mv", "confint"),
        *("predict", "anova", "permutest", "regtest", "ranktest", "trimfill", "fsn", "tes", "hc"),
        *("selmodel", "leave1out", "influence", "cumul", "gosh", "baujat", "labbe", "radial"),
        *("funnel", "forest", "profile", "robust", "blup", "ranef", "fitstats", "emmprep"),
        "matreg",
    ],
)
def test_every_function_of_metafor_that_was_asked_for_is_mapped(function):
    assert re.search(rf"`{re.escape(function)}\b", TEXT)
