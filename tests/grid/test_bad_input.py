"""What cannot be meant is named, all of it at once, and ends with exit code 3."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

import consilience as cs
from consilience.cli import main
from consilience.errors import DataError
from consilience.review.declared_grid import DeclaredVariant

FOLDER = Path(__file__).parents[2] / "data" / "smi_outcomes"
CASES = {
    "outcome": ('name = "hope"', 'name = "hopes"', "grid.outcomes (hopes)", "hopes"),
    "time": ('name = "follow-up"', 'name = "later"', "grid.times (later)", "later"),
    "population": ('codes = ["ITT", "CC", "not stated"]', 'codes = ["ITT", "PP"]',
                   "grid.populations (all)", "PP"),
    "leave": ('outcomes = ["insight"]\npopulations = ["not stated"]',
              'outcomes = ["insights"]\npopulations = ["not stated"]',
              "grid.leave[4].outcomes", "insights"),
    "twice": ('name = "hope"\n', 'name = "symptoms"\n', "grid.outcomes", "symptoms"),
    "weeks": ("weeks = 39.0", "weeks = 40.0", "selection.weeks", "40"),
    "excluded": ('outcome = "quality of life"\nreason', 'outcome = "hope"\nreason',
                 "selection.exclude", "hope"),
    "rule": ('kind = "SharedArms"', 'kind = "SharedArm"', "dependence[1]", "SharedArm"),
    "correlation": ("rho = 0.5", "rho = 1.5", "dependence[2]", "Correlated"),
    "setting": ('over = "timepoint"', 'between = "timepoint"', "dependence[3]", "Correlated"),
    "selection": ("[[selection.exclude]]", '[selection]\ntimepoint = "post"\n[[selection.exclude]]',
                  "selection", ""),
    "subgroups": ("subgroups = []", 'subgroups = ["country"]', "plan.subgroups", ""),
    "variant": ('kind = "WithoutInfluential"', 'kind = "WithoutAny"', "grid.variants[1]",
                "WithoutAny"),
    "level": ('levels = ["no"] }', 'levels = ["never"] }', "grid.variants[2]", "never"),
    "trial": ('trials = [\n  "CHIEN2016"', 'trials = [\n  "CHIEN"', "grid.variants[4]", "CHIEN"),
    "joint": ('time = "post"\npopulation = "all"\nreason = """\\\nOne',
              'time = "later"\npopulation = "all"\nreason = """\\\nOne', "grid.joint.time",
              "later"),
    "rho": ("rho = [0.2, 0.5, 0.8]", "rho = [0.2, 1.5]", "grid.joint.rho", "1.5"),
    "exposure": ('[grid.exposure]\noutcome = "social functioning"',
                 '[grid.exposure]\noutcome = "sociability"', "grid.exposure.outcome",
                 "sociability"),
    "exposed": ('[grid.exposure]\noutcome = "social functioning"\ntime = "post"',
                '[grid.exposure]\noutcome = "cognition"\ntime = "follow-up"', "grid.exposure",
                "cognition, follow-up, all"),
    "file": ('reason = """\\\nReviewers', 'file = "no.csv"\nreason = """\\\nReviewers',
             "grid.exposure.file", "no.csv"),
    "finding": ('outcome = "insight"\ntime = "post"\npopulation = "all"',
                'outcome = "insight"\ntime = "post"\npopulation = "not stated"', "findings",
                "insight, post, not stated"),
}  # fmt: skip


def problems(folder):
    with pytest.raises(DataError) as refused:
        cs.read_review(folder)
    assert all(one.remedy for one in refused.value.problems)
    return refused.value.problems


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_named_by_its_key_and_value(changed, case):
    old, new, key, value = CASES[case]
    found = [(one.what, one.value) for one in problems(changed((old, new)))]
    assert any(f"`{key}" in what and told == value for what, told in found), found


def test_faults_come_all_at_once_with_exit_code_3(changed, monkeypatch, capsys):
    folder = changed(*(CASES[name][:2] for name in ("outcome", "time", "rule", "weeks")))
    values = {one.value for one in problems(folder)}
    assert values >= {"hopes", "later", "SharedArm", "40"}
    exchange(
        folder / "review.toml", 'models = ["random_effects", ', 'models = ["random", "fixed", '
    )
    exchange(folder / "review.toml", 'model = "three_levels"', 'model = "four_levels"')
    exchange(folder / "review.toml", 'estimators = ["REML", ', 'estimators = ["REMML", ')
    monkeypatch.setattr(
        sys, "argv", ["consilience", "report", str(folder), "--to", str(folder / "x")]
    )
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 3
    said = capsys.readouterr().err
    named = ("hopes", "later", "SharedArm", "at so many weeks")
    assert all(name in said for name in (*named, "'random'", "'fixed'", "'four_levels'", "'REMML'"))
    assert not (folder / "x").exists()


def test_faults_of_the_tables_beside_come_with_those_of_the_declaration(changed):
    folder = changed(CASES["outcome"][:2], CASES["variant"][:2])
    exchange(folder / "exposure.csv", "100,61.8", "100,161.8")
    exchange(folder / "risk_of_bias.csv", "ZHANG2015,yes", "ZHANG2015,perhaps")
    flow = "data,node,box,boxtext,n\n"
    rows = (
        ("database_results", "box2", 100),
        ("duplicates", "box3", 10),
        ("records_screened", "box4", 120),
    )
    text = flow + "".join(f"{key},,{box},,{n}\n" for key, box, n in rows)
    (folder / "prisma.csv").write_text(text, "utf-8")
    found = problems(folder)
    assert {one.value for one in found} >= {"hopes", "WithoutAny", "161.8", "perhaps"}
    assert any("records_screened is 120" in one.what for one in found)
    assert any(one.what.startswith("exposure.csv: ") for one in found)


def exchange(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_estimates_that_fall_into_one_cell_and_cells_without_a_row_come_together(changed):
    text = (FOLDER / "review.toml").read_text("utf-8")
    choice = block(text, '[[selection.scale]]\ntrial = "HO2012"')
    leave = block(text, '[[grid.leave]]\noutcomes = ["quality of life"]')
    found = problems(changed((choice, ""), (leave, "")))
    double = [one for one in found if one.study == "HO2012"]
    assert double
    assert "rows 61, 63" in double[0].what
    assert "Interpersonal" in double[0].value
    assert any(one.value == "quality of life, post, ITT" for one in found)


def block(text, start):
    """Give the table of a TOML file that begins so."""
    first = text.index(start)
    return text[first : text.index("\n[[", first + 2) + 1]


def test_a_covariance_that_is_none_names_the_trials(changed):
    folder = changed(("rho = 0.5", "rho = -0.9"))
    (found,) = problems(folder)
    assert "`dependence[2]`: the sampling covariance is not positive definite" in found.what
    assert "dependence[1]" not in found.what
    assert "Jensen 2019" in found.study


def test_cells_that_cannot_be_read_come_with_everything_else(changed):
    """A typing error in one cell hides neither impossible values nor wrong names elsewhere."""
    folder = changed(CASES["outcome"][:2])
    exchange(folder / "trials.csv", "CC,62,45.4,12.1,,59", "CC,6Z,45.4,12.1,,59")
    exchange(folder / "trials.csv", "CC,66,50.4,13.4", "CC,66,50.4,-13.4")
    exchange(folder / "risk_of_bias.csv", "ZHANG2015,yes", "NOBODY2015,perhaps")
    text = (folder / "trials.csv").read_text("utf-8").splitlines()
    counted = [f"{line},{'events1' if not row else 70 if row == 1 else ''}"
               for row, line in enumerate(text)]  # fmt: skip
    counted[3] = counted[3].removesuffix(",") + ",-1"
    (folder / "trials.csv").write_text("\n".join(counted) + "\n", "utf-8")
    found = problems(folder)
    assert {one.value for one in found} >= {"6Z", "-13.4", "-1", "hopes", "perhaps"}
    assert any(one.study == "NOBODY2015" for one in found)
    cells = [(one.study, one.column) for one in found if one.column]
    assert len(cells) == len(set(cells))


def test_events_above_participants_and_rows_that_stand_twice_are_named(changed):
    folder = changed()
    lines = (folder / "trials.csv").read_text("utf-8").splitlines()
    counted = [f"{line},{'events1' if not row else '' if row > 1 else 63}"
               for row, line in enumerate(lines)]  # fmt: skip
    (folder / "trials.csv").write_text("\n".join(counted) + "\n", "utf-8")
    (found,) = problems(folder)
    assert (found.column, found.value) == ("events1", "63")
    assert "more events than participants (n1)" in found.what
    (folder / "trials.csv").write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")
    twice = problems(folder)
    assert all("rows 1, 102" in one.what for one in twice)
    assert all("the same in every cell" in one.remedy for one in twice)


@pytest.mark.parametrize("coding", ["utf-16", "utf-8-sig", "cp1252"])
def test_tables_may_be_written_as_excel_writes_them(changed, review, coding):
    folder = changed()
    for name in ("trials.csv", "exposure.csv", "risk_of_bias.csv"):
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(text, coding, errors="replace")
    assert cs.read_review(folder).effects.k == review.effects.k
    (folder / "review.toml").write_text((folder / "review.toml").read_text("utf-8"), "utf-16")
    (found,) = problems(folder)
    assert "not written in UTF-8" in found.what


@pytest.mark.parametrize(
    ("kind", "settings", "told"),
    [
        ("WithoutAny", {}, "Unknown variant 'WithoutAny'"),
        ("WithoutLevels", {"column": "masked", "levels": ["no"]}, "no column 'masked'"),
        ("WithoutTrials", {"trials": ["CHIEN", "LU2012"]}, "'CHIEN': .*Choose from: JENSEN2019"),
        ("WithoutTrials", {"studies": ["LU2012"]}, "does not take"),
    ],
)
def test_a_variant_that_names_nothing_is_refused(review, kind, settings, told):
    one = DeclaredVariant("other", kind, "for a test", settings)
    changed = replace(review, grid=replace(review.grid, variants=(one,)))
    with pytest.raises(DataError, match=told) as refused:
        cs.grid(changed)
    assert "grid.variants" in str(refused.value)
