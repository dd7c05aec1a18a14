"""A review that converts: what each row became, what is said of it, and faults of a declaration."""

import shutil
from math import exp, lgamma, log, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.reviews import functioning

import consilience as cs
from consilience.errors import DataError
from consilience.review import Review, read_review
from consilience.review.conversions import SPREAD

FOLDER = Path(__file__).parents[1] / "data" / "smi_functioning"
TESTS = """\
[[conversions]]
kind = "FToT"
reason = "Tests."
[[conversions]]
kind = "TToSMD"
reason = "Tests."
"""


@pytest.fixture(scope="module")
def review() -> Review:
    return functioning()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER, tmp_path / "review")


def declared(text: str) -> str:
    """Return the part of review.toml in which conversions are declared."""
    start = text.index("[[conversions]]")
    return text[start : text.index("# ----", start)]


def exchange(copy: Path, conversions: str) -> Path:
    """Declare these conversions and none of the sensitivity analyses."""
    path = copy / "review.toml"
    text = path.read_text("utf-8")
    text = text[: text.index("[[sensitivity]]")].replace(declared(text), conversions)
    path.write_text(text, "utf-8")
    return copy


def unbiased(d: float, n1: float, n2: float) -> tuple[float, float]:
    """Hedges' g and its large-sample variance from d, with the exact gamma functions."""
    m = n1 + n2 - 2
    j = exp(lgamma(m / 2) - log(sqrt(m / 2)) - lgamma((m - 1) / 2))
    g = j * d
    return g, 1 / n1 + 1 / n2 + g * g / (2 * (n1 + n2))


@pytest.mark.parametrize(
    ("label", "d", "sizes"),
    [
        ("Sanchez 2014", 0.61, (42, 42)),
        ("Luther 2018", 0.03, (18, 18)),
        # Grant 2012: (58.3 − 47.9) / pooled SD of 3.3 √30 and 3.6 √30.
        ("Grant 2012", 10.4 / (sqrt(30) * sqrt((3.3**2 + 3.6**2) / 2)), (30, 30)),
    ],
)
def test_a_converted_effect_is_what_a_pocket_calculator_gives(
    review: Review, label: str, d: float, *, sizes: tuple[float, float]
) -> None:
    one = review.effects.only(label)
    assert (one.y[0], one.v[0]) == pytest.approx(unbiased(d, *sizes), rel=1e-9)


def test_grants_conversion_comes_near_the_authors_own_d(review: Review) -> None:
    """The source prints 0.56; the codebook's own reckoning from the standard errors is 0.55."""
    assert review.effects.only("Grant 2012").y[0] == pytest.approx(0.55, abs=0.011)


@pytest.mark.parametrize(
    ("label", "t", "sizes"),
    [("Granholm 2005", sqrt(6.96), (35, 35)), ("Kimhy 2021", sqrt(7.48), (13, 13))],
)
def test_effects_of_tests_keep_r_at_its_value(
    review: Review, label: str, t: float, *, sizes: tuple[float, float]
) -> None:
    n1, n2 = sizes
    g, _ = unbiased(t * sqrt((1 / n1 + 1 / n2) * (1 - 0.35**2)), n1, n2)
    assert review.effects.only(label).y[0] == pytest.approx(g, rel=1e-9)


@pytest.mark.parametrize(
    ("label", "t", "sizes"),
    [
        ("Fowler 2018", 8.1 / ((13.6 - 2.5) / (2 * 1.959964)), (75, 79)),
        ("Romain 2018", 5.23 / 2.39, (39, 28)),
        ("Unnamed 1 (CD009006)", 10.6 / ((17.47 - 3.73) / (2 * 1.959964)), (56, 56)),
        ("Unnamed 2 (CD009006)", 4.5 / ((10.2 + 1.2) / (2 * 1.959964)), (31, 32)),
        ("Chatterjee 2014", 2.593502, (187, 95)),  # two-sided p of 0.01 with 280 df
    ],
)
def test_an_assumed_distribution_is_drawn_and_pooled_by_rubins_rules(
    review: Review, label: str, t: float, *, sizes: tuple[float, float]
) -> None:
    """R from 0 to 0.7: 200 000 imputations of R, then mean and total variance."""
    n1, n2 = sizes
    r = (np.arange(200_000) + 0.5) / 200_000 * 0.7
    g, _ = unbiased(t * sqrt(1 / n1 + 1 / n2), n1, n2)
    y = g * np.sqrt(1 - r**2)
    v = (1 / n1 + 1 / n2) * (1 - r**2) + y**2 / (2 * (n1 + n2))
    one = review.effects.only(label)
    assert one.y[0] == pytest.approx(y.mean(), rel=1e-5)
    assert one.v[0] == pytest.approx(v.mean() + y.var(), rel=1e-5)


def test_the_log_has_every_step_of_every_converted_row(review: Review) -> None:
    steps, used = review.converted.steps, review.ledger.query("status == 'used'")
    assert set(steps["row"]) >= set(used.loc[used["converted"] != "", "row"])
    assert (steps["row"] > 0).all()
    received, frame = review.trials.frame, review.converted.trials.frame
    for step in steps[steps["rule"] != SPREAD].itertuples():
        before = received[step.column] if step.column in received else pd.Series(index=frame.index)
        assert pd.isna(before.iloc[step.row - 1])
        assert not pd.isna(frame[step.column].iloc[step.row - 1])
        assert step.source
        assert step.given
    shared = [name for name in received if name not in ("study", "outcome", "scale", "timepoint")]
    for name in shared:  # nothing that the source prints was overwritten
        printed = received[name].notna()
        assert (received[name][printed] == frame[name][printed]).all()


def test_the_table_of_trials_as_received_stays_as_it_was(review: Review) -> None:
    assert review.trials.log == ()
    assert "table_row" not in review.trials.frame
    assert not any("table_row" in step for step in review.converted.steps["column"])


def test_the_declared_exclusions_are_those_of_the_facts(review: Review) -> None:
    """A list in a file grows stale: it must be the rows that were converted, and those in doubt."""
    used = review.ledger.query("status == 'used'")
    by = {one.name: set(one.effects.table["trial"]) for one in review.sensitivity}
    assert by["Without the converted rows"] == set(used.loc[used["converted"] == "", "trial"])
    sound = set(used.loc[used["doubt"] == "", "trial"]) - {"CHIEN2016"}
    assert by["Without the doubtful rows"] == sound


def test_no_trial_and_no_control_group_is_used_twice(review: Review) -> None:
    trials = review.effects.table["trial"]
    assert trials.is_unique
    assert review.effects.shared.independent
    assert not {"POPOVA2014_FAT", "POPOVA2014_CE"} <= set(trials)


def test_a_sensitivity_analysis_may_convert_otherwise(review: Review) -> None:
    by = {one.name: one.effects for one in review.sensitivity}
    plain = by["Differences taken as not adjusted"]
    strong = by["Differences taken as strongly adjusted"]
    g, v = unbiased(5.23 / 2.39 * sqrt(1 / 39 + 1 / 28), 39, 28)
    assert (plain.only("Romain 2018").y[0], plain.only("Romain 2018").v[0]) == pytest.approx((g, v))
    shrunk = strong.only("Romain 2018").y[0]
    assert shrunk == pytest.approx(g * sqrt(1 - 0.49), rel=1e-9)
    apart = plain.y != strong.y
    moved = {"Granholm", "Fowler", "Kimhy", "Chatterjee", "Romain", "Unnamed"}
    assert {label.split()[0] for label in np.array(plain.labels)[apart]} == moved


def test_without_conversions_rows_wait_and_say_which_would_help(copy: Path) -> None:
    read = read_review(exchange(copy, ""))
    assert read.effects.k == 9
    assert read.converted.steps.empty
    assert (read.ledger["converted"] == "").all()
    reasons = dict(zip(read.ledger["trial"] + read.ledger["scale"], read.ledger["reason"]))  # noqa: B905
    assert reasons["ROMAIN2018SOFAS"].endswith(
        "a mean difference: needs a conversion that review.toml does not declare (DifferenceToSMD)."
    )
    assert (
        "(FToT, TToSMD)"
        in reasons["KIMHY2021self-reported social functioning (scale not named in abstract)"]
    )
    assert "it lacks n1, n2" in reasons["SANCHEZ2014GAF"]


def test_an_f_without_a_direction_is_not_converted(copy: Path) -> None:
    path = copy / "trials.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.drop(columns="favours").to_csv(path, index=False)
    told = read_review(exchange(copy, TESTS)).ledger.query("trial == 'KIMHY2021'")["reason"].iloc[0]
    assert "it lacks a direction of the test (column `favours`)" in told


@pytest.mark.parametrize(
    ("conversions", "said"),
    [
        ('kind = "SEtoSD"\nreason = ""', r"conversions\[1\]`: no such conversion.*SEToSD"),
        ('kind = "SEToSD"', r"conversions\[1\]\.reason`: The key is missing"),
        ('kind = "EqualArms"\nreason = ""\nsettings = {share = 1.5}', "between 0 and 1"),
        ('kind = "EqualArms"\nreason = ""\nsettings = {part = 0.5}', "does not take"),
        (
            'kind = "EqualArms"\nreason = ""\nsettings = {share = {kind = "Gompertz"}}',
            "Unknown prior 'Gompertz'",
        ),
        (
            'kind = "EqualArms"\nreason = ""\nsettings = {share = {kind = "Uniform", lower = 0.0, '
            "upper = 2.0}}",
            "reaches beyond 0 to 1",
        ),
        ('kind = "SwapArms"\nreason = ""\nsettings = {rows = ["NOBODY"]}', "'NOBODY'.*no row"),
    ],
)
def test_a_fault_of_a_declared_conversion_is_named(copy: Path, conversions: str, said: str) -> None:
    with pytest.raises(DataError, match=f"(?s){said}"):
        read_review(exchange(copy, f"[[conversions]]\n{conversions}\n"))


def test_all_faults_of_conversions_come_at_once(copy: Path) -> None:
    faults = """\
[[conversions]]
kind = "SEToSD"
reason = "twice"
[[conversions]]
kind = "SEToSD"
reason = "twice"
[[conversions]]
kind = "Magic"
reason = ""
[[conversions]]
kind = "EqualArms"
reason = ""
settings = { share = -1.0 }
"""
    exchange(copy, faults)
    text = (copy / "review.toml").read_text("utf-8").replace("level = 0.95", "level = 2.0")
    (copy / "review.toml").write_text(text, "utf-8")
    with pytest.raises(DataError) as refused:
        read_review(copy)
    assert {fault.value for fault in refused.value.problems} == {
        "SEToSD",
        "Magic",
        "EqualArms",
        "2.0",
    }


def test_rows_that_a_conversion_joins_stay_in_the_ledger(copy: Path) -> None:
    joined = """\
[[conversions]]
kind = "CombineArms"
reason = "One trial, one control group."
settings = { rows = ["POPOVA2014_FAT", "POPOVA2014_CE"] }
"""
    path = copy / "trials.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    gone = table["trial"].str.startswith("POPOVA") & (table["outcome"] != "global functioning")
    table[~gone].to_csv(path, index=False)
    toml = copy / "review.toml"
    exchange(copy, joined)
    text = toml.read_text("utf-8")
    start, end = text.index("[[selection.shared_control]]"), text.index("[[selection.scale]]")
    toml.write_text(text[:start] + text[end:], "utf-8")
    read = read_review(copy)
    told = read.ledger.query("trial == 'POPOVA2014_CE'").iloc[0]
    assert told["status"] == "left out"
    assert "joined this row to another one" in told["reason"]
    one = read.effects.only("Popova 2014 (FAT)").table.iloc[0]
    assert (one["n1"], one["n2"]) == (38, 19)
    assert one["mean1"] == pytest.approx((46.3 + 50.1) / 2)


def test_a_table_that_only_prints_differences_may_be_a_review(tmp_path: Path) -> None:
    """Columns of means that no row has are not asked for where conversions do without them."""
    text = (FOLDER / "review.toml").read_text("utf-8")
    start = text.index("[[selection.exclude]]")
    plan = text[text.index("[plan]") : text.index("[plan.bias_dial]")]
    rule = '[[conversions]]\nkind = "DifferenceToSMD"\nreason = "Nothing else is printed."\n'
    begin = text[:start].replace(', "global functioning"]', "]")
    (tmp_path / "review.toml").write_text(begin + rule + plan, "utf-8")
    head = "trial,study,year,outcome,scale,timepoint,higher_is_better,intervention_type,"
    (tmp_path / "trials.csv").write_text(
        f"{head}comparator_type,n1,n2,md,md_se\n"
        "a,Li,2001,social functioning,GAF,post,yes,CBT,TAU,30,31,4.0,2.0\n"
        "b,Ng,2002,social functioning,GAF,post,no,CBT,active,40,41,-4.0,2.0\n",
        "utf-8",
    )
    read = read_review(tmp_path)
    expected = [unbiased(2 * sqrt(1 / n + 1 / (n + 1)), n, n + 1)[0] for n in (30, 40)]
    assert read.effects.y == pytest.approx(expected)
    assert np.isfinite(cs.pool(read.effects, "DL").summary()["estimate"].iloc[0])
    (tmp_path / "review.toml").write_text(begin + plan, "utf-8")
    with pytest.raises(DataError, match="no such column"):
        read_review(tmp_path)
