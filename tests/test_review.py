"""The real review as it is shipped, and reviews with every fault that a folder can have."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.reviews import functioning

from consilience.effects import effect_sizes
from consilience.errors import DataError
from consilience.review import NO_DIAL, Review, read_review
from consilience.trials import Trials

FOLDER = Path(__file__).parents[1] / "data" / "smi_functioning"
PRINTED = {
    "JENSEN2019": "PSP",
    "ZHANG2015": "PSP",
    "CHIEN2016": "SLOF",
    "SHIMADA2018": "GAF",
    "POPOVA2014_FAT": "GAF",
    "HO2012": "WHODAS II Interpersonal interactions",
    "ATTUX2013": "ILSS",
    "LU2012": "SSSI (Scale of Social Skills of chronic schizophrenia Inpatients)",
    "PIOLI2006": "FPS (VADO Personal and Social Functioning, modified SOFAS)",
}
CONVERTED = {
    "GRANHOLM2005": "ILSS",
    "FOWLER2018": "Time Use Survey: structured activity, hours/week",
    "KIMHY2021": "self-reported social functioning (scale not named in abstract)",
    "CHATTERJEE2014": "IDEAS",
    "ROMAIN2018": "SOFAS",
    "GRANT2012": "GAS",
    "SANCHEZ2014": "GAF",
    "LUTHER2018": "clinician-rated functioning (scale not named)",
    "CD009006_MRSS": "MRSS",
    "CD009006_GAS": "GAS",
}
USED = PRINTED | CONVERTED


@pytest.fixture(scope="module")
def review() -> Review:
    return functioning()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER, tmp_path / "review")


def test_the_primary_analysis_has_one_estimate_of_each_of_nineteen_trials(review: Review) -> None:
    table = review.effects.table
    assert dict(zip(table["trial"], table["scale"], strict=True)) == USED
    assert review.effects.n_studies == review.effects.k == 19
    assert "Popova 2014 (FAT)" in review.effects.labels
    assert review.effects.directed
    assert "19 of 101 rows" in repr(review)


def test_every_row_of_the_table_has_one_status_and_its_reason(review: Review) -> None:
    ledger = review.ledger
    assert len(ledger) == len(review.trials) == 101
    assert ledger["status"].value_counts().to_dict() == {"left out": 82, "used": 19}
    assert ((ledger["reason"] == "") == (ledger["status"] == "used")).all()
    assert not ledger.isna().any(axis=None)


@pytest.mark.parametrize(
    ("trial", "scale", "reason"),
    [
        ("JENSEN2019", "GAF-F", "also has social functioning, which is preferred"),
        ("JENSEN2019", "GAF-S", "outcome is symptoms"),
        ("POPOVA2014_CE", "GAF", "control group with Popova 2014 (FAT)"),
        ("HO2012", "WHODAS II Community participation", "Interpersonal interactions"),
        ("HO2012", "WHODAS II Life activities", "outcome is daily functioning"),
        ("SAP2015_215095", "PSP", "Neither its intervention"),
        ("ROMAIN2018", "global functioning (GAF not named)", "also has social functioning"),
        ("SANCHEZ2014", "DAS-WHO total", "This trial is read by GAF."),
        ("ECLIPSE2023", "SOFAS", "a mean difference, and no conversion makes"),
        ("CBSST_CCT", "ILSS composite", "Not printed: mean1, sd1, mean2, sd2."),
        ("LI_BEIJING_CBT", "PSP", "time is follow-up"),
        ("ALVAREZ2021_HORYZONS", "PSP", "Not printed: mean1, sd1, mean2, sd2."),
        ("BONNIN2016", "FAST", "time is follow-up"),
    ],
)
def test_a_row_is_left_out_for_its_own_reason(
    review: Review, trial: str, scale: str, *, reason: str
) -> None:
    rows = review.ledger.query("trial == @trial and scale == @scale")
    assert reason in rows["reason"].iloc[0]


def test_effects_point_to_the_intervention_on_every_scale(review: Review) -> None:
    # Lu 2012: 13.6 against 14.2 on a scale on which less is better.
    frame = review.effects.frame.set_index("trial")
    assert frame.loc["LU2012", "yi"] > 0
    assert frame.loc["HO2012", "yi"] < 0


def test_the_ten_comparisons_give_the_known_dersimonian_laird_estimate(review: Review) -> None:
    by = {one.name: one.effects for one in review.sensitivity}
    printed = by["Jensen 2019 by the GAF-F"].without(*CONVERTED)
    arms = [printed, by["Popova 2014 by its other arm"].only("Popova 2014")]
    y = np.concatenate([effects.y for effects in arms])
    w = 1 / np.concatenate([effects.v for effects in arms])
    q = w @ (y - w @ y / w.sum()) ** 2
    tau2 = (q - (len(y) - 1)) / (w.sum() - w @ w / w.sum())
    total = 1 / (1 / w + tau2)
    assert len(y) == 10
    assert total @ y / total.sum() == pytest.approx(0.33075, abs=5e-6)
    assert total.sum() ** -0.5 == pytest.approx(0.07847, abs=5e-6)
    assert tau2 == pytest.approx(0.017504, abs=5e-7)
    assert q == pytest.approx(12.8071, abs=5e-5)


def test_sensitivity_analyses_change_the_trials_that_they_name(review: Review) -> None:
    trials = {one.name: set(one.effects.table["trial"]) for one in review.sensitivity}
    assert trials["Without Chien 2016"] == set(USED) - {"CHIEN2016"}
    assert trials["Popova 2014 by its other arm"] == (
        set(USED) - {"POPOVA2014_FAT"} | {"POPOVA2014_CE"}
    )
    jensen = {one.name: one for one in review.sensitivity}["Jensen 2019 by the GAF-F"].effects
    assert jensen.only("JENSEN2019").table["scale"].item() == "GAF-F"
    assert all(one.reason for one in review.sensitivity)


def test_moderators_vary_in_every_sensitivity_analysis_but_one(review: Review) -> None:
    """Without the doubtful rows only comparisons with usual care are left."""
    alike = {
        (one.name, name)
        for one in review.sensitivity
        for name in review.plan.subgroups
        if one.effects.table[name].nunique() < 2
    }
    assert alike == {("Without the doubtful rows", "comparator_type")}


def test_the_plan_is_what_the_file_declares(review: Review) -> None:
    plan = review.plan
    assert plan.primary == "partial_pooling"
    assert plan.primary in plan.models
    assert [one.value for one in plan.thresholds] == [0.0, 0.2, 0.5]
    assert any(new["intervention_type"] == "peer support" for new in plan.new_trials)
    assert set(plan.subgroups) <= set(review.effects.table)


def test_what_the_sources_say_stands_beside_the_trials(review: Review) -> None:
    assert set(USED) <= set(review.risk_of_bias["trial"])
    assert "Jensen 2019" in set(review.risk_of_bias["label"])
    assert set(review.published["review"]) == {"Saeed 2025", "Goh 2023"}


def test_the_rules_are_told_in_words(review: Review) -> None:
    told = " ".join(review.rules)
    for name in ("preferred over global functioning", "Popova 2014 (CE)", "PMC4764004 2015"):
        assert name in told


def test_a_trial_code_in_the_selection_is_what_effect_sizes_computes(review: Review) -> None:
    row = review.trials.frame.query("trial == 'CHIEN2016' and outcome == 'social functioning'")
    alone = effect_sizes(Trials(row.query("timepoint == 'post'")), "SMD")
    assert alone.y[0] == review.effects.only("CHIEN2016").y[0]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('title = "', 'titel = "', "titel"),
        ('title = "', 'titel = "', "title"),
        ('measure = "SMD"', 'measure = "XYZ"', "measure"),
        ("seed = 20140", 'seed = "20140"', "plan.seed"),
        ("seed = 20140", "seed = true", "plan.seed"),
        ("level = 0.95", "level = 95", "plan.level"),
        ("value = 0.2", "size = 0.2", "plan.thresholds[2].value"),
        ("value = 0.2", 'value = "0.2"', "plan.thresholds[2].value"),
        ('primary = "partial_pooling"', 'primary = "network"', "plan.primary"),
        ('subgroups = ["int', 'subgroups = ["dose", "int', "plan.subgroups"),
        ('subgroups = ["intervention_type", "comparator_type"]', 'subgroups = "a"', "plan.sub"),
        ('timepoint = "post"', 'timepoint = "end"', "selection.timepoint"),
        ('outcomes = ["social', 'outcomes = ["mood", "social', "selection.outcomes"),
        ('trial = "SAP2015_215095"', 'trial = "SAP"', "selection.exclude"),
        ('leave = ["POPOVA2014_CE"]', 'leave = ["POPOVA"]', "selection.shared_control"),
        ('scale = "WHODAS II Interp', 'scale = "WHODAS III Interp', "selection.scale"),
        ('without = ["CHIEN2016"]', 'without = ["CHIEN"]', "sensitivity (Without Chien 2016)"),
        ('scale = "GAF-F"', 'scale = "GAF-X"', "sensitivity (Jensen 2019 by the GAF-F)"),
        ("n1 = 150\n", "", "plan.new_trials"),
        ("n1 = 150\n", "n1 = 150\ndose = 3\n", "plan.new_trials"),
        ('HO2012 = "Ho', 'HO = "Ho', "labels"),
        ("[labels]", "[[labels]]", "labels"),
        ("[question]", "[questions]", "question"),
        ('column = "assessors', 'column = "raters', "plan.bias_dial.column"),
        ('levels = ["no", ', 'levels = ["never", ', "plan.bias_dial.levels"),
        ('levels = ["no", "not stated"]', "levels = []", "plan.bias_dial.levels"),
        ('column = "assessors_masked"\n', "", "plan.bias_dial.column"),
        ("location = [-1.0, 1.0]", "location = [1.0, -1.0]", "plan.prior_map.location"),
        ("location = [-1.0, 1.0]", "location = [1.0]", "plan.prior_map.location"),
        ("scale = [0.1, 2.0]", "scale = [0.0, 2.0]", "plan.prior_map.scale"),
        ("scale = [0.1, 2.0]", 'scale = ["0.1", 2.0]', "plan.prior_map.scale"),
        ("threshold = 0.0", "threshold = nan", "plan.prior_map.threshold"),
        ("threshold = 0.0", "limit = 0.0", "plan.prior_map.limit"),
    ],
)
def test_a_fault_of_the_declaration_is_named_by_its_key(
    copy: Path, old: str, new: str, *, key: str
) -> None:
    rewrite(copy / "review.toml", old, new)
    with pytest.raises(DataError) as refused:
        read_review(copy)
    named = [problem for problem in refused.value.problems if f"`{key}" in problem.what]
    assert named
    assert all(problem.remedy for problem in refused.value.problems)


def test_faults_of_a_declaration_come_all_at_once(copy: Path) -> None:
    rewrite(copy / "review.toml", 'trial = "SAP2015_215095"', 'trial = "SAP"')
    rewrite(copy / "review.toml", "level = 0.95", "level = 1.0")
    rewrite(copy / "review.toml", 'measure = "SMD"', 'measure = "XYZ"')
    with pytest.raises(DataError) as refused:
        read_review(copy)
    assert {problem.value for problem in refused.value.problems} == {"SAP", "1.0", "XYZ"}


@pytest.mark.parametrize("name", ["review.toml", "trials.csv"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(DataError, match=name):
        read_review(copy)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no .*nowhere.*trials\.csv"):
        read_review(tmp_path / "nowhere")


def test_a_selection_that_nothing_answers_is_refused(copy: Path) -> None:
    rewrite(copy / "review.toml", 'timepoint = "post"', 'timepoint = "follow-up"')
    rewrite(copy / "review.toml", 'outcomes = ["social functioning", "global functioning"]',
            'outcomes = ["functional capacity"]')  # fmt: skip
    with pytest.raises(DataError, match="No row of"):
        read_review(copy)


def test_a_review_of_ready_made_estimates(tmp_path: Path) -> None:
    text = (FOLDER / "review.toml").read_text(encoding="utf-8")
    start, end = text.index("[[selection.exclude]]"), text.index("[plan]")
    plan = text[end : text.index("[[sensitivity]]")]
    plan = plan[: plan.index("[plan.bias_dial]")] + plan[plan.index("[[plan.new_trials]]") :]
    declared = text[:start].replace('"SMD"', '"GEN"') + plan
    (tmp_path / "review.toml").write_text(declared, encoding="utf-8")
    (tmp_path / "trials.csv").write_text(READY_MADE, encoding="utf-8")
    review = read_review(tmp_path)
    assert review.effects.labels == ("Li 2001", "Müller")
    assert review.ledger["reason"].tolist() == ["", "", "Not printed: sei.", NOT_POST]


def test_what_is_no_toml_is_refused_with_its_line(copy: Path) -> None:
    rewrite(copy / "review.toml", 'measure = "SMD"', "measure = SMD")
    with pytest.raises(DataError, match=r"not valid TOML.*line 5"):
        read_review(copy)


def test_labels_fall_back_on_author_and_year(copy: Path) -> None:
    text = (copy / "review.toml").read_text(encoding="utf-8")
    start, end = text.index("[labels]"), text.index("[plan]")
    (copy / "review.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    assert "Popova 2014" in read_review(copy).effects.labels


def test_files_beside_the_trials_may_be_missing(copy: Path) -> None:
    without_dial(copy)
    without_tool(copy)
    for name in ("risk_of_bias.csv", "published.csv"):
        (copy / name).unlink()
    read = read_review(copy)
    assert read.risk_of_bias.empty
    assert read.published.empty


def test_a_missing_column_of_the_table_is_named(copy: Path) -> None:
    table = pd.read_csv(copy / "trials.csv", dtype=str, keep_default_na=False)
    table.drop(columns=["timepoint", "scale"]).to_csv(copy / "trials.csv", index=False)
    with pytest.raises(DataError) as refused:
        read_review(copy)
    assert [problem.column for problem in refused.value.problems] == ["scale", "timepoint"]


def test_a_trial_with_two_scales_of_equal_rank_needs_a_decision(copy: Path) -> None:
    text = (copy / "review.toml").read_text(encoding="utf-8")
    start, end = text.index("[[selection.scale]]"), text.index("# ---", text.index("HO2012"))
    (copy / "review.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(DataError, match=r"'HO2012'.*Interpersonal.*Community.*selection\.scale"):
        read_review(copy)


def test_an_unknown_trial_in_the_risk_of_bias_is_named(copy: Path) -> None:
    rewrite(copy / "risk_of_bias.csv", "LU2012", "LOO2012")
    with pytest.raises(DataError, match="'LOO2012'"):
        read_review(copy)


def test_what_sources_state_stands_beside_the_rows_of_their_trial(review: Review) -> None:
    table = review.effects.table
    stated = dict(zip(table["trial"], table["assessors_masked"], strict=True))
    assert {name for name, said in stated.items() if said == "yes"} == {
        "ZHANG2015", "CHIEN2016", "SHIMADA2018", "HO2012", "FOWLER2018", "CHATTERJEE2014",
        "LUTHER2018", "GRANHOLM2005",
    }  # fmt: skip
    assert {name for name, said in stated.items() if said == "no"} == {"LU2012", "PIOLI2006"}
    assert all("assessors_masked" in one.effects.table for one in review.sensitivity)


def test_masking_is_read_off_the_sources_and_nothing_else(review: Review) -> None:
    """A yes needs the word masked, blind or concealed beside assessor, evaluator or rater."""
    rows = review.risk_of_bias
    told = dict(zip(rows["trial"], rows["stated_in_the_source"].str.lower(), strict=True))
    raters = r"(assessor|evaluator|rater|assessment)"
    hidden = r"(mask|blind|concealed)"
    for name, said in zip(rows["trial"], rows["assessors_masked"], strict=True):
        clauses = [each for each in told[name].split(";") if re.search(raters, each)]
        about = [each for each in clauses if re.search(hidden, each)]
        denied = any(re.search(r"\bnot\b.*blind", each) for each in about)
        expected = "not stated" if not about else "no" if denied else "yes"
        assert said == expected, name


def test_a_trial_of_which_nothing_is_recorded_has_no_judgement(copy: Path) -> None:
    path = copy / "risk_of_bias.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "HO2012" not in line), encoding="utf-8")
    table = read_review(copy).effects.table
    assert table.loc[table["trial"] == "HO2012", "assessors_masked"].isna().all()


def test_judgements_that_cannot_stand_beside_the_trials_are_named(copy: Path) -> None:
    without_tool(copy)
    path = copy / "risk_of_bias.csv"
    rewrite(path, "trial,assessors_masked,", "trial,country,")
    with pytest.raises(DataError, match=r"column 'country'.*trials\.csv has as well"):
        read_review(copy)
    rewrite(path, "trial,country,", "trial,assessors_masked,")
    with path.open("a", encoding="utf-8") as file:
        file.write("HO2012,no,otherwise\n")
    with pytest.raises(DataError, match=r"'HO2012', column 'assessors_masked'.*several things"):
        read_review(copy)


def test_a_plan_may_leave_the_map_and_the_dial_out(copy: Path) -> None:
    without_dial(copy)
    plan = read_review(copy).plan
    assert plan.bias_dial == NO_DIAL
    assert (plan.prior_map.location, plan.prior_map.threshold) == ((), 0.0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('add = [{ trial = "JENSEN2019", scale = "GAF-F" }]', 'add = [{ trial = "JENSEN2019" }]',
         "2 rows fit"),
        ('add = [{ trial = "POPOVA2014_CE" }]', 'add = [{ trial = "BONNIN2016" }]', "0 rows fit"),
    ],
)  # fmt: skip
def test_a_row_to_add_must_be_one_that_answers_the_question(
    copy: Path, old: str, new: str, *, message: str
) -> None:
    rewrite(copy / "review.toml", old, new)
    with pytest.raises(DataError, match=message):
        read_review(copy)


def test_a_sensitivity_analysis_without_trials_is_refused(copy: Path) -> None:
    names = ", ".join(f'"{name}"' for name in USED)
    rewrite(copy / "review.toml", 'without = ["CHIEN2016"]', f"without = [{names}]")
    with pytest.raises(DataError, match=r"Without Chien 2016.*no trial is left"):
        read_review(copy)


def test_a_bad_number_in_a_used_row_is_named_by_its_study(copy: Path) -> None:
    rewrite(copy / "trials.csv", "65,158.0,20.8", "65,158.0,-20.8")
    with pytest.raises(DataError, match=r"'Chien \(row 42\)', column 'sd1', value '-20.8'"):
        read_review(copy)


NOT_POST = "The time is not stated, not post."
READY_MADE = """\
trial,study,year,outcome,scale,timepoint,yi,sei,intervention_type,comparator_type
a,Li,2001,social functioning,,post,0.3,0.1,CBT,TAU
b,Müller,,global functioning,GAF,post,0.1,0.2,CBT,TAU
c,Ng,2003,social functioning,GAF,post,0.1,,CBT,TAU
d,Ito,2003,social functioning,GAF,,0.1,0.3,CBT,TAU
"""


def without_dial(copy: Path) -> None:
    """Leave the map of priors and the dial out of the declaration."""
    text = (copy / "review.toml").read_text(encoding="utf-8")
    start, end = text.index("[plan.prior_map]"), text.index("[[plan.new_trials]]")
    (copy / "review.toml").write_text(text[:start] + text[end:], encoding="utf-8")


def without_tool(copy: Path) -> None:
    """Leave out of the declaration in which words the conduct of the trials is told."""
    text = (copy / "review.toml").read_text(encoding="utf-8")
    kept = text[: text.index("[risk_of_bias]")]
    (copy / "review.toml").write_text(kept, encoding="utf-8")


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
