"""docs/coming_from_metafor.md: its examples run, and give metafor's number beside them."""

import csv
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from tests.across import across
from tests.classical.multilevel_cases import MODELS, dense_height

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import metafor_examples as page  # noqa: E402 - found by the line above

import consilience as cs  # noqa: E402
from consilience import dependence  # noqa: E402
from consilience.classical import counts, diagnostics, hypotheses, small_study  # noqa: E402

TEXT = (ROOT / "docs" / "coming_from_metafor.md").read_text(encoding="utf-8")
EARLY = {
    # Stopped early by metafor: at an absolute change of tau² of 1e-5, or of the likelihood; or, in
    # rma.glmm, by lme4's rule.
    **dict.fromkeys(("influence", "selmodel", "rma.mv, UN", "robust, UN"), 1e-5),
    **{"predict, newmods": 1e-5, "robust, rma.uni": 2e-5, "anova, REML": 5e-5, "rma.glmm": 1e-4},
    # The bound is searched to some 1e-4 of its value.
    "confint, rma.mv": 5e-4,
    # Four decimals are all that is written of 2 / 720.
    "permutest, mods": 1e-2,
}


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
        (dependence, set(re.findall(r"\bdependence\.(\w+)\(", TEXT))),
        (diagnostics, named("Reading a result", r"`diagnostics\.(\w+)")),
        (hypotheses, named("Reading a result", r"`hypotheses\.(\w+)")),
        (small_study, named("Small-study effects", r"`([a-zA-Z]\w+)\(")),
        (cs.plots, named("Figures", r"`(\w+)(?:\(|`)")),
    ],
)
def test_the_functions_that_the_page_names_exist(room, names):
    assert names
    assert [name for name in names if not hasattr(room, name)] == []


@across(
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


@across(
    "function",
    [
        *("escalc", "rma", "rma, mods", "rma, scale", "rma.mh", "rma.peto", "rma.glmm", "rma.mv"),
        *("rma.mv, UN", "robust", "confint", "confint, rma.mv", "predict", "predict, newmods"),
        *("anova", "permutest", "permutest, mods", "emmprep", "selmodel", "blup", "ranef", "hc"),
        *("fitstats", "influence", "rstudent", "regtest", "ranktest", "trimfill", "fsn"),
    ],
)
def test_what_analyses_are_made_of_has_an_example(printed, function):
    assert function in {row[0] for row in printed[1:]}


def test_no_tolerance_is_kept_for_nothing(printed):
    assert set(EARLY) <= {row[0] for row in printed[1:]}


def test_the_lower_limit_for_the_schools_is_where_the_page_says():
    """By a dense likelihood, the other variance and the mean estimated anew at each value."""
    data = MODELS["konst_3level_REML"]["data"]
    y, V, district = np.array(data["yi"]), np.diag(data["vi"]), np.array(data["district"])
    together = np.equal.outer(district, district)

    def highest(variance):
        def minus(inside):
            omega = V + variance * together + inside * np.eye(len(y))
            return -dense_height(y, np.ones((len(y), 1)), omega, restricted=True)

        bounds, options = (1e-4, 0.3), {"xatol": 1e-12}
        return -minimize_scalar(minus, bounds=bounds, method="bounded", options=options).fun

    top = -minimize_scalar(lambda x: -highest(x), bounds=(0.02, 0.2), method="bounded").fun
    said = re.search(r"limit (0\.\d+) .* lies (\S+) below .*; at (0\.\d+), (\S+)\. ", TEXT)
    ours, drop, theirs, short = map(float, said.groups())
    assert drop == 3.84146
    assert 2 * (top - highest(ours)) == pytest.approx(drop, abs=2e-5)
    assert 2 * (top - highest(theirs)) == pytest.approx(short, abs=2e-5)
