"""Every check finds what it is for, and stays silent on sound data."""

# Lines of data are kept whole.

import json
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.errors import ModelError
from consilience.trials import from_frame, read_trials
from consilience.trials.checks import REGISTRY, Doubt, doubts
from consilience.trials.checks.integers import possible_mean, possible_sd
from consilience.trials.checks.statistics import Statistics
from consilience.trials.checks.view import View

REFERENCE = Path(__file__).parents[2] / "reference"
SMI = Path(__file__).parents[3] / "data" / "smi_functioning" / "trials.csv"


def found(name: str, **columns: object) -> list[Doubt]:
    k = len(next(iter(columns.values())))  # type: ignore[arg-type]
    table = pd.DataFrame({"study": [f"S{i}" for i in range(k)], **columns})
    return list(REGISTRY[name]().find(View(table)))


def places(name: str, **columns: object) -> set[tuple[int, str]]:
    return {(doubt.row, doubt.column) for doubt in found(name, **columns)}


@pytest.fixture(scope="module")
def smi() -> dict[str, set[tuple[str, str]]]:
    """Which trial and column each check doubts in the untidy source table."""
    trials = read_trials(SMI)
    names = trials.frame["trial"]
    told: dict[str, set[tuple[str, str]]] = {name: set() for name in REGISTRY}
    for doubt in doubts(trials):
        told[doubt.check].add((names.iloc[doubt.row - 1], doubt.column))
    return told


def test_the_codebooks_doubts_are_found(smi) -> None:
    """data/smi_functioning/codebook.md and the column `doubt` name these."""
    assert ("CHIEN2016", "mean1") in smi["extremes"]
    assert {("SHIMADA2018", "mean1"), ("SHIMADA2018", "mean2")} <= smi["grim"]
    assert ("SAP2015_215095", "mean1") in smi["grim"]
    assert ("PMC4118008", "sd1") in smi["sd_or_se"]
    assert ("ROBINSON2022_RAISE", "d") in smi["statistics"]
    assert ("POPOVA2014_CE", "mean2") in smi["shared_controls"]
    assert ("ECLIPSE2023", "comparator") in smi["shared_controls"]
    assert ("HO2012", "baseline_mean1") in smi["baseline"]
    noted = {trial for trial, _ in smi["noted"]}
    assert {"LI_BEIJING_CBT", "LUTHER2018", "CD009006_MRSS", "CD009006_GAS"} <= noted


def test_grim_names_the_sizes_that_the_codebook_found(smi) -> None:
    del smi
    said = " ".join(str(d) for d in doubts(read_trials(SMI), ["grim"]) if "Shimada" in d.study)
    assert "n = 67 would fit" in said
    assert "n = 62 would fit" in said
    assert "n = 68 would fit" in said


def test_the_checks_say_little_more_than_the_codebook(smi) -> None:
    counts = {name: len({trial for trial, _ in rows}) for name, rows in smi.items()}
    assert counts["intervals"] == counts["logs"] == counts["duplicates"] == 0
    assert counts["directions"] == counts["misplaced"] == 0
    assert counts["statistics"] == 1
    assert counts["sd_or_se"] <= 2
    assert counts["grim"] <= 3


NAMES = {"ai": "events1", "ci": "events2"}


def clean() -> list[tuple[str, pd.DataFrame]]:
    """Data sets of metadat as metafor's reference answers hold them."""
    held = []
    for file in ("metafor_measures.json", "metafor_smd.json"):
        content = json.loads((REFERENCE / file).read_text("utf-8"))
        for name, one in content["datasets"].items():
            lists = {n: v for n, v in one["input"].items() if isinstance(v, list)}
            k = len(next(iter(lists.values())))
            named = {NAMES.get(n, n) if "n1i" in lists else n: v for n, v in lists.items()}
            held.append((name, pd.DataFrame({"study": [f"S{i}" for i in range(k)], **named})))
    return held


def test_clean_data_sets_raise_at_most_one_false_alarm_together() -> None:
    """The one is curtis1998, row 25: a difference of 9.7 SDs among others about 1.3."""
    sets = clean()
    assert sum(len(table) for _, table in sets) > 200
    alarms = {(name, d.check, d.row) for name, table in sets for d in doubts(from_frame(table))}
    assert alarms <= {("curtis1998", "extremes", 25)}


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_grim_and_grimmer_allow_exactly_what_whole_numbers_can_give(n: int) -> None:
    """Brute force over all answers 0 … 6 of n participants, at two decimals."""
    answers = [np.array(one) for one in combinations_with_replacement(range(7), n)]
    means = {round(float(one.mean()), 2) for one in answers}
    pairs = {(round(float(x.mean()), 2), round(float(x.std(ddof=1)), 2)) for x in answers}
    for mean in np.arange(0, 6.005, 0.01).round(2).tolist():
        assert possible_mean(mean, n) >= (mean in means)
    assert all(possible_sd(sd, mean, n=n) for mean, sd in pairs)
    wrong = {(m, round(s + 0.01, 2)) for m, s in pairs} - pairs
    refused = sum(not possible_sd(sd, mean, n=n) for mean, sd in wrong)
    assert refused > 0.5 * len(wrong)


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), min_size=2, max_size=60), st.integers(1, 3))
def test_true_means_and_sds_of_whole_numbers_are_never_doubted(values, decimals) -> None:
    x, n = np.array(values, dtype=float), len(values)
    mean, sd = round(float(x.mean()), decimals), round(float(x.std(ddof=1)), decimals)
    assert possible_mean(mean, n)
    assert possible_sd(sd, mean, n=n)


def test_grim_asks_only_scales_of_whole_points() -> None:
    arm = {"mean1": [50.493] * 4, "n1": [63.0] * 4}
    scales = ["GAF", "PANSS mean item score", "reaction time", "own"]
    assert places("grim", scale=scales, **arm) == {(1, "mean1")}
    flags = ["no", "yes", "", ""]
    assert places("grim", scale=scales, integer_scale=flags, **arm) == {(2, "mean1")}


def test_intervals_must_hold_and_surround_their_estimate() -> None:
    wrong = places(
        "intervals",
        md=[1.0, 5.0, 2.0, 2.0, 0.5, 2.0],
        md_lower=[0.5, 0.5, 1.0, -1.0, 0.25, 3.0],
        md_upper=[1.5, 1.5, 4.0, 9.0, 1.0, 1.0],
    )
    assert wrong == {(2, "md"), (4, "md"), (6, "md")}


def test_the_printed_rounding_of_an_interval_is_no_doubt() -> None:
    assert not found("intervals", md=[8.1, 0.4], md_lower=[2.5, -5.1], md_upper=[13.6, 5.901])


def test_p_t_f_and_d_must_agree() -> None:
    n = {"n1": [96.0], "n2": [96.0]}
    # Li (Beijing): d = 0.64 at N = 192 with p = 0.037, which means about 0.30.
    assert places("statistics", d=[0.64], p_value=[0.037], **n) == {(1, "p_value")}
    assert not found("statistics", d=[0.30], p_value=[0.037], **n)
    # Luther: d = 0.89, F = 7.14 with 18 in each arm agree.
    assert not found("statistics", d=[0.89], f_stat=[7.14], n1=[18.0], n2=[18.0])
    assert found("statistics", d=[0.89], f_stat=[71.4], n1=[18.0], n2=[18.0])
    means = {
        "mean1": [12.0],
        "sd1": [4.0],
        "mean2": [10.0],
        "sd2": [4.0],
        "n1": [32.0],
        "n2": [32.0],
    }
    assert not found("statistics", d=[0.5], t_stat=[2.0], p_value=[0.05], **means)
    assert found("statistics", p_value=[0.8], **means)


def test_statistics_of_true_data_are_never_doubted() -> None:
    """Two-arm trials simulated from raw data and rounded as papers do."""
    from scipy import stats

    rng, rows = np.random.default_rng(7), []
    for _ in range(300):
        n1, n2 = rng.integers(8, 80, 2)
        a, b = rng.normal(50 + rng.normal(0, 4), 10, n1), rng.normal(50, 10, n2)
        t, p = stats.ttest_ind(a, b)
        pooled = np.sqrt(((n1 - 1) * a.var(ddof=1) + (n2 - 1) * b.var(ddof=1)) / (n1 + n2 - 2))
        row = {"n1": n1, "n2": n2, "mean1": a.mean(), "mean2": b.mean(), "sd1": a.std(ddof=1)}
        row |= {
            "sd2": b.std(ddof=1),
            "t_stat": t,
            "f_stat": t * t,
            "d": (a.mean() - b.mean()) / pooled,
        }
        rows.append(
            {
                "study": f"S{len(rows)}",
                **{k: round(float(v), 2) for k, v in row.items()},
                "p_value": round(p, 3),
            }
        )
    assert not list(Statistics().find(View(pd.DataFrame(rows))))


def test_logs_among_ratios_are_found() -> None:
    log = np.log
    x, lower, upper = (
        [2.0, 1.5, log(1.8), 3.0],
        [1.0, 0.9, log(0.7), 1.5],
        [4.0, 2.5, log(4.628), 6.0],
    )
    assert (3, "or") in places("logs", **{"or": x, "or_lower": lower, "or_upper": upper})
    assert places("logs", rr=[0.8, -0.2]) == {(2, "rr")}


def test_extremes_are_rare_and_sure() -> None:
    arms = {
        "n1": [60.0] * 9,
        "n2": [60.0] * 9,
        "sd1": [1.0] * 9,
        "sd2": [1.0] * 9,
        "mean2": [0.0] * 9,
    }
    small = [0.1, 0.3, 0.2, 0.4, 0.0, 0.2, 0.3, 0.1]
    assert places("extremes", mean1=[*small, 2.6], **arms) == {(9, "mean1")}
    assert places("extremes", mean1=[*small, 1.9], **arms) == {(9, "mean1")}
    assert not found("extremes", mean1=[*small, 0.6], **arms)
    assert not found("extremes", mean1=[2.5, 2.6, 2.2, 3.1, 2.4, 2.9, 2.3, 2.6, 2.8], **arms)


def test_an_sd_that_is_an_se_is_found_among_its_peers_and_alone() -> None:
    sds = [10.0, 11.0, 9.0, 1.3]
    arms = {"mean1": [50.0] * 4, "mean2": [49.0] * 4, "n1": [60.0] * 4, "n2": [60.0] * 4}
    assert places("sd_or_se", scale=["GAF"] * 4, sd1=sds, sd2=[10.0] * 4, **arms) == {(4, "sd1")}
    alone = {
        "mean1": [50.0],
        "mean2": [45.0],
        "sd1": [1.2],
        "sd2": [1.3],
        "n1": [60.0],
        "n2": [60.0],
    }
    assert places("sd_or_se", **alone) == {(1, "sd1")}


def test_directions_at_odds_are_found() -> None:
    scales = ["own", "own", "own", "PANSS", "GAF", "PANSS (improvement)"]
    assert places(
        "directions", scale=scales, higher_is_better=["yes", "yes", "no", "yes", "yes", "yes"]
    ) == {(3, "higher_is_better"), (4, "higher_is_better")}


def test_duplicates_are_found_and_coincidence_is_none() -> None:
    row = {"n1": 30.0, "mean1": 52.31, "sd1": 10.42, "n2": 31.0, "mean2": 48.77, "sd2": 9.93}
    table = {name: [value, value] for name, value in row.items()}
    assert places("duplicates", **table) == {(2, "study")}
    assert not found("duplicates", events1=[0, 0], n1=[15, 15], events2=[0, 0], n2=[15, 15])


def test_sizes_and_totals_must_agree() -> None:
    table = {"trial": ["T"] * 2, "outcome": ["a", "b"], "population": ["ITT"] * 2}
    frame = pd.DataFrame(
        {
            "study": ["S", "S"],
            **table,
            "n1": [40.0, 38.0],
            "n2": [40.0, 40.0],
            "n_total": [80.0, 80.0],
        }
    )
    doubted = {(d.row, d.column) for d in REGISTRY["sizes"]().find(View(frame))}
    assert doubted == {(2, "n1"), (2, "n_total")}


def test_things_in_the_wrong_column_are_found() -> None:
    assert places("misplaced", n1=[30.0, 2004.0, 40.0], year=[2001.0, 2004.0, 20.0]) == {
        (2, "n1"),
        (3, "year"),
    }
    assert places("misplaced", n1=[30.0, 43831.0, 40.0]) == {(2, "n1")}
    assert places("misplaced", events1=[12.5, 3.0], n1=[40.0, 40.0]) == {(1, "events1")}
    assert places("misplaced", p_value=[4.0, 0.04]) == {(1, "p_value")}
    assert places("misplaced", attendance=["03-Apr", "3 of 4"]) == {(1, "attendance")}
    assert not found("misplaced", search_date=["2020-01-02"])


@pytest.mark.parametrize("name", REGISTRY)
def test_a_check_survives_any_table(name: str) -> None:
    """Nothing known, one row, all missing, odd types."""
    nan = float("nan")
    names = (
        "n1",
        "n2",
        "mean1",
        "mean2",
        "sd1",
        "sd2",
        "d",
        "p_value",
        "md",
        "md_lower",
        "md_upper",
    )
    for value in (nan, 0.0, -1.0, 1e300, 2.0):
        list(
            REGISTRY[name]().find(
                View(pd.DataFrame({"study": ["A", "B"], **{n: [value, nan] for n in names}}))
            )
        )
    list(REGISTRY[name]().find(View(pd.DataFrame({"study": ["A"]}))))
    text = pd.DataFrame({"study": ["A"], **{n: ["x"] for n in names}})
    list(REGISTRY[name]().find(View(text)))


def test_an_unknown_check_is_named() -> None:
    with pytest.raises(ModelError, match=r"Known: .*grim"):
        doubts(from_frame(pd.DataFrame({"study": ["A"]})), ["grimm"])
