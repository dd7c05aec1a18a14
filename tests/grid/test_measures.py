"""Outcomes of several measures in one grid: each as if alone, none averaged with another."""

import re
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.cli import main
from consilience.errors import DataError
from consilience.grid.parts import WHOLE, Part, effects_of
from consilience.grid.whole import joint
from consilience.report import grid_pictures, grid_writing
from consilience.report.gridded import analyse_grid

TRIALS = tuple("ABCDE")
PLAIN = 'title = "Plain"\n[heterogeneity]\nkind = "Normal"\n'
"""No prior is stated, so that each measure takes those that are customary on its scale."""
RATIOS = """
title = "Ratios"
[mu]
kind = "Normal"
mu = 0.0
sigma = 2.82
[heterogeneity]
kind = "Normal"
[heterogeneity.tau]
kind = "HalfNormal"
sigma = 0.5
"""
HEAD = """
title = "Two measures"
measure = "{measure}"
direction = "Turned so that above no effect is better."
[question]
text = "?"
population = "people"
intervention = "a course"
comparator = "none"
outcome = "several"
{selection}
[plan]
primary = "{model}"
models = ["{model}"]
estimators = ["REML"]
subgroups = []
level = 0.95
seed = 1
"""
GRID = """
[[grid.outcomes]]
name = "symptoms"
better = "fewer symptoms"
[[grid.outcomes]]
name = "relapse"
better = "fewer relapses"
measure = "OR"
models = ["ratios"]
[[grid.outcomes]]
name = "mood"
[[grid.times]]
name = "post"
[[grid.times]]
name = "later"
[[grid.populations]]
name = "ITT"
[[grid.leave]]
outcomes = ["mood"]
times = ["later"]
reason = "Nobody looked."
[[grid.joint]]
model = "plain"
reason = "Every outcome of the review's measure."
[[grid.joint]]
model = "ratios"
measure = "OR"
reason = "The ratios."
[[dependence]]
kind = "Correlated"
reason = "The same people."
settings = { rho = 0.5, over = "outcome" }
[[dependence]]
kind = "Correlated"
reason = "The same people, later."
settings = { rho = 0.7, over = "timepoint" }
[[conversions]]
kind = "SEToSD"
reason = "Some print standard errors."
[[conversions]]
kind = "CountsToOR"
reason = "Counts that stand among the scores."
[[conversions]]
kind = "ORToSMD"
reason = "On one scale."
[[findings]]
outcome = "symptoms"
[[findings]]
outcome = "relapse"
baseline = "comparator"
"""


def table() -> pd.DataFrame:
    rng, rows = np.random.default_rng(2), []
    for (place, trial), time in product(enumerate(TRIALS), ("post", "later")):
        n = 40 + 7 * place
        row = {"trial": trial, "study": trial, "year": 2001.0 + place, "timepoint": time}
        row |= {"population": "ITT", "n1": n, "n2": n + 3}
        means = rng.normal((22.0, 25.0), 1.0).round(1)
        scored = {"mean1": means[0], "mean2": means[1], "sd1": 8.0, "sd2": 9.0}
        if place == 1:
            scored = scored | {"sd1": np.nan, "se1": 1.2}
        counts = {"events1": rng.binomial(n, 0.2), "events2": rng.binomial(n, 0.35)}
        bad = {"scale": "s", "higher_is_better": "no"}
        rows.append(row | scored | bad | {"outcome": "symptoms"})
        rows.append(row | counts | bad | {"outcome": "relapse"})
        if time == "post" and place < 3:
            rows.append(row | counts | bad | {"outcome": "mood"})
    return pd.DataFrame(rows)


def written(folder, text, trials):
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "plain.toml").write_text(PLAIN)
    (folder / "models" / "ratios.toml").write_text(RATIOS)
    (folder / "review.toml").write_text(text)
    trials.to_csv(folder / "trials.csv", index=False)
    return folder


def mixed(folder, *changes):
    text = HEAD.format(measure="SMD", model="plain", selection="[selection]") + GRID
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return written(folder, text, table())


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    return cs.grid(mixed(tmp_path_factory.mktemp("mixed") / "review"))


@pytest.mark.parametrize(("time", "k"), [("post", 5), ("later", 5)])
def test_a_cell_answers_as_a_review_of_its_one_question_does(grid, tmp_path, time, k):
    selection = f'[selection]\noutcomes = ["relapse"]\ntimepoint = "{time}"'
    text = HEAD.format(measure="OR", model="ratios", selection=selection)
    review = cs.read_review(written(tmp_path / "own", text, table()))
    alone = cs.fit(cs.read_model(tmp_path / "own" / "models" / "ratios.toml").model, review.effects)
    cell = grid.cell("relapse", time, "ITT")
    assert cell.k == k
    assert cell.effects.measure.code == "OR"
    pd.testing.assert_frame_equal(cell.fit.summary(), alone.summary(), rtol=1e-9)
    assert cell.pooled["REML"].summary().equals(cs.pool(review.effects, "REML").summary())
    assert list(cell.fits) == ["Ratios"]
    assert list(grid.cell("symptoms", time, "ITT").fits) == ["Plain"]


def test_each_measure_has_its_rows_its_conversions_and_its_covariance(grid):
    review = grid.review
    scored, counted = review.measured
    assert (scored.measure.code, counted.measure.code) == ("SMD", "OR")
    assert (scored.k, counted.k, review.k, review.n_studies) == (13, 10, 23, 5)
    assert set(counted.table["outcome"]) == {"relapse"}
    assert (review.ledger["status"] == "used").all()
    by_rule = review.ledger.groupby("outcome")["converted"].agg(lambda one: set(one) - {""})
    assert by_rule["relapse"] == set()
    assert {"symptoms", "mood"} == {name for name, rules in by_rule.items() if rules}
    assert len(review.converted.steps.drop_duplicates()) == len(review.converted.steps)
    assert not counted.shared.independent
    assert [cell.measure for cell in review.cells.cells] == ["SMD"] * 2 + ["OR"] * 2 + ["SMD"] * 2
    assert list(grid.table()["measure"]) == ["SMD", "SMD", "OR", "OR", "SMD"]
    with pytest.raises(DataError, match=r"SMD, OR"):
        review.of_measure()


def test_a_joint_model_reads_one_measure_and_refuses_to_average_two(grid):
    model = cs.Model(heterogeneity=cs.heterogeneity.Normal())
    with pytest.raises(DataError, match=r"SMD, OR.*cannot be averaged"):
        effects_of(grid.review, WHOLE, model)
    for code, cells in (("SMD", 3), ("OR", 2)):
        part = Part(measure=code)
        assert effects_of(grid.review, part, model) is grid.review.of_measure(code)
        found = joint(grid, model, part=part)
        assert list(found.table["measure"]) == [code] * cells
        assert np.ptp(found.table["estimate"]) == 0.0


FAULTS = {
    "grid.outcomes[2].measure": ('measure = "OR"\nmodels', 'measure = "ODDS"\nmodels', "ODDS"),
    "grid.outcomes[2].models": ('models = ["ratios"]\n[[', 'models = ["ratio"]\n[[', "ratio"),
    "grid.times (later).measure": ('name = "later"', 'name = "later"\nmeasure = "OR"', "OR"),
    "grid.joint.measure": ('measure = "OR"\nreason', 'measure = "RR"\nreason', "RR"),
}


def test_faults_of_measures_are_named_all_at_once_with_exit_code_3(tmp_path, monkeypatch, capsys):
    folder = mixed(tmp_path / "bad", *((old, new) for old, new, _ in FAULTS.values()))
    monkeypatch.setattr(sys, "argv", ["consilience", "check", str(folder)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 3
    for key, (_, _, value) in FAULTS.items():
        assert re.search(rf"value '[^']*{value}[^']*'[^\n]*`{re.escape(key)}`", told), (key, told)


def test_columns_that_an_outcome_s_measure_needs_are_asked_for(tmp_path):
    folder = mixed(tmp_path / "bad", ('measure = "OR"\nmodels', 'measure = "IRR"\nmodels'))
    text = (folder / "review.toml").read_text().replace('measure = "OR"\nr', 'measure = "IRR"\nr')
    (folder / "review.toml").write_text(text)
    with pytest.raises(DataError) as refused:
        cs.read_review(folder)
    assert {one.column for one in refused.value.problems} == {"person_time1", "person_time2"}


def test_a_row_may_give_estimates_of_two_measures(tmp_path):
    risk = '[[grid.outcomes]]\nname = "risk"\ncodes = ["relapse"]\nmeasure = "RD"\n'
    folder = mixed(
        tmp_path / "both", ('[[grid.times]]\nname = "post"', f'{risk}[[grid.times]]\nname = "post"')
    )
    review = cs.read_review(folder)
    _, counted, risks = review.measured
    assert (review.k, review.rows_used) == (33, 23)
    assert list(counted.table["table_row"]) == list(risks.table["table_row"])
    p1, p2 = (risks.table[f"events{arm}"] / risks.table[f"n{arm}"] for arm in (1, 2))
    assert risks.y == pytest.approx(p2 - p1)
    assert len(review.ledger) == len(review.trials)


def test_an_outcome_without_estimates_stays_in_the_matrix(tmp_path):
    folder = mixed(tmp_path / "none")
    empty = table().assign(events1=np.nan, events2=np.nan)
    empty[empty["outcome"] != "mood"].to_csv(folder / "trials.csv", index=False)
    text = (folder / "review.toml").read_text().replace('[[grid.outcomes]]\nname = "mood"\n', "")
    leave = '[[grid.leave]]\noutcomes = ["mood"]\ntimes = ["later"]\nreason = "Nobody looked."\n'
    (folder / "review.toml").write_text(text.replace(leave, ""))
    found = cs.grid(folder).table().set_index(["outcome", "time"])
    assert list(found["k"]) == [5, 5, 0, 0]
    assert list(found["measure"]) == ["SMD", "SMD", "OR", "OR"]
    assert found["note"][("relapse", "post")] == "No row of trials.csv gives an effect here."


def test_findings_that_a_measure_cannot_tell_are_named_before_anything_is_fitted(tmp_path):
    """A risk is none of a standardised difference, a familiar scale none of an odds ratio."""
    scale = '[[findings.scales]]\nname = "GAF"\nsd = 12.0\nsource = "s"\n'
    changes = (
        ('[[findings]]\noutcome = "symptoms"\n',
         '[[findings]]\noutcome = "symptoms"\nrisks = [{ value = 0.2, source = "s" }]\n'),
        ('baseline = "comparator"\n', f'mid = {{ value = 1.0, source = "s" }}\n{scale}'),
    )  # fmt: skip
    with pytest.raises(DataError) as refused:
        cs.read_review(mixed(tmp_path / "bad", *changes))
    said = {one.what.split("`")[1]: one.remedy for one in refused.value.problems}
    assert said == {
        "findings[1].risks[1]": "Keys of this measure: scales, improved.",
        "findings[2].scales[1]": "Keys of this measure: baseline, risks.",
    }


def test_the_model_of_ratios_of_a_new_grid_fits_with_either_prior_of_tau(grid, tmp_path):
    """Turner et al. (2015), table IV: τ² of log odds ratios ~ LogNormal(−2.56, 1.74²)."""
    text = (Path(cs.__file__).parent / "cli/templates_grid/models/ratios.toml").read_text("utf-8")
    own, _, half = text.partition('[heterogeneity.tau]\nkind = "HalfNormal"')
    assert half
    (tmp_path / "own.toml").write_text(text, "utf-8")
    (tmp_path / "turner.toml").write_text(own.replace("#: ", ""), "utf-8")
    effects = grid.review.of_measure("OR").keep(np.arange(10) < 5)
    taus = {}
    for name in ("own", "turner"):
        model = cs.read_model(tmp_path / f"{name}.toml").model
        taus[name] = model.heterogeneity.tau
        assert cs.fit(model, effects).summary().loc["mu", "sd"] < 1.0
    assert taus["own"] == cs.priors.HalfNormal(0.5)
    assert taus["turner"].ppf(0.5) == pytest.approx(np.exp(-2.56 / 2.0), rel=1e-3)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grid_pictures, "drawn", lambda _: {"": {}})
        review = cs.read_review(mixed(tmp_path_factory.mktemp("pages") / "review"))
        analysis = analyse_grid(review, None, seed=None, tell=lambda _: None)
    cells = {one.slug: grid_writing.cell_page(one, analysis) for one in analysis.cells}
    return analysis, grid_writing.grid_page(analysis), cells


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_every_number_is_written_on_the_scale_of_its_cell(pages):
    analysis, page, cells = pages
    row = analysis.table.set_index(["outcome", "time"]).loc[("relapse", "post")]
    shown = (
        f"{np.exp(row['estimate']):.2f} {np.exp(row['lower']):.2f} to {np.exp(row['upper']):.2f}"
    )
    told, own = plain(page), plain(cells["relapse_post_itt"])
    assert shown in told
    assert "Odds ratio" in told
    assert "no effect (0; of ratios 1)" in told
    assert "above 1 with a probability" in own
    assert "P(&gt;&nbsp;1)" in own
    assert "above 0 with a probability" in plain(cells["symptoms_post_itt"])
    counted = f"{np.exp(-row['estimate']):.2f}"
    assert f"As its sources count it, the mean effect is {counted}" in own
    tau = analysis.grid.cell("relapse", "post", "ITT").compared["tau"].iloc[0]
    assert f" {tau:.2f} " in own
    joined = [one.answer.fit.effects.measure.code for one in analysis.joined]
    assert joined == ["SMD", "OR"]


def test_findings_are_those_of_each_outcome_s_measure(pages):
    analysis, page, _ = pages
    symptoms, relapse = analysis.findings.findings
    assert (symptoms.measure[:12], relapse.measure) == ("Standardised", "Odds ratio")
    row = analysis.table.set_index(["outcome", "time"]).loc[("relapse", "post")]
    assert relapse.effect.estimate == pytest.approx(np.exp(-row["estimate"]))
    assert relapse.absolute[0].difference.estimate < 0
    assert "Odds ratio, lower is better" in plain(page)
