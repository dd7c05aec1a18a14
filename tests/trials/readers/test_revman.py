"""RevMan files made by hand: what they hold, and that their stored results come out again.

The stored figures of BCG are those of metafor (data: Colditz 1994); the others are worked
out with RevMan's own formulae (Deeks & Higgins 2010), never those of the code under test.
"""

# Lines of data are kept whole.
# ruff: noqa: E501

import math
from pathlib import Path

import pytest
from tests.trials.readers.hostile import zipped

from consilience.cli.stored import against_stored
from consilience.errors import DataError
from consilience.trials import read_trials
from consilience.trials.read import read_sheet
from consilience.trials.readers import read_risk_of_bias

BCG = [
    *((4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619)),
    *((33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892)),
    *((29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338)),
    (27, 16886, 29, 17825),
]
# metafor 5.0-1: rma(method="DL"), rma(method="EE") of log RR; rma.mh(measure="RR").
STORED = {
    ("IV", "YES"): (0.4896, 0.3449, 0.6950, 0.3088),
    ("IV", "NO"): (0.6503, 0.6007, 0.7040, None),
    ("MH", "NO"): (0.6353, 0.5881, 0.6862, None),
}


def data(kind: str = "DICH") -> str:
    return "".join(
        f'<{kind}_DATA STUDY_ID="S{i}" EVENTS_1="{a}" TOTAL_1="{a + b}" EVENTS_2="{c}" TOTAL_2="{c + d}"/>'
        for i, (a, b, c, d) in enumerate(BCG)
    )


def review(outcomes: str, extra: str = "") -> str:
    studies = "".join(
        f'<STUDY ID="S{i}" NAME="Trial {i} 19{40 + i}" YEAR="19{40 + i}."/>' for i in range(13)
    )
    return (
        f'<?xml version="1.0"?><COCHRANE_REVIEW>{extra}<STUDIES>{studies}</STUDIES><ANALYSES_AND_DATA>'
        f'<COMPARISON NO="1"><NAME>BCG</NAME>{outcomes}</COMPARISON></ANALYSES_AND_DATA></COCHRANE_REVIEW>'
    )


def outcome(number: int, method: str, random: str) -> str:
    estimate, lower, upper, tau2 = STORED[method, random]
    more = f'TAU2="{tau2}"' if tau2 else ""
    return (
        f'<DICH_OUTCOME NO="{number}" EFFECT_MEASURE="RR" METHOD="{method}" RANDOM="{random}" '
        f'EFFECT_SIZE="{estimate}" CI_START="{lower}" CI_END="{upper}" STUDIES="13" TOTALS="YES" {more}>'
        f"<NAME>Tuberculosis</NAME><GROUP_LABEL_1>BCG</GROUP_LABEL_1>{data()}</DICH_OUTCOME>"
    )


def test_an_rm5_reproduces_its_own_stored_results(tmp_path: Path) -> None:
    path = tmp_path / "review.rm5"
    path.write_text(review("".join(outcome(i, *key) for i, key in enumerate(STORED, 1))), "utf-8")
    trials, sheet = read_trials(path), read_sheet(path)
    assert len(trials) == 39
    assert trials.frame.loc[0, ["study", "analysis", "measure"]].tolist() == [
        "Trial 0 1940",
        "Analysis 1.1",
        "RR",
    ]
    assert trials.frame["year"].tolist()[:2] == [1940, 1941]
    sides = against_stored(trials, sheet.stored)
    assert sides["agree"].tolist() == ["yes", "yes", "yes"]
    assert sides["recomputed"].tolist() == pytest.approx([v[0] for v in STORED.values()], abs=6e-5)
    assert sides["recomputed_tau2"].iloc[0] == pytest.approx(0.3088, abs=6e-5)


def test_a_wrong_stored_result_is_shown_as_such(tmp_path: Path) -> None:
    path = tmp_path / "review.rm5"
    text = review(outcome(1, "MH", "NO")).replace('EFFECT_SIZE="0.6353"', 'EFFECT_SIZE="0.75"')
    path.write_text(text, "utf-8")
    assert against_stored(read_trials(path), read_sheet(path).stored)["agree"].tolist() == ["no"]


def test_means_estimates_and_peto_of_a_file(tmp_path: Path) -> None:
    continuous = (
        '<CONT_OUTCOME NO="2" EFFECT_MEASURE="MD" METHOD="IV" RANDOM="NO" EFFECT_SIZE="2.0" '
        'CI_START="0.614" CI_END="3.386" TOTALS="YES"><NAME>Pain</NAME><CONT_SUBGROUP><NAME>Young</NAME>'
        '<CONT_DATA STUDY_ID="S0" MEAN_1="12" SD_1="5" TOTAL_1="100" MEAN_2="10" SD_2="5" TOTAL_2="100"/>'
        "</CONT_SUBGROUP></CONT_OUTCOME>"
    )
    inverse = (
        '<IV_OUTCOME NO="3" METHOD="IV" RANDOM="NO" LOG_DATA="YES" EFFECT_SIZE="0.5" CI_START="0.3378" '
        'CI_END="0.74" TOTALS="YES"><NAME>Death</NAME><EFFECT_MEASURE>Hazard Ratio</EFFECT_MEASURE>'
        f'<IV_DATA STUDY_ID="S1" ESTIMATE="{math.log(0.5)}" EFFECT_SIZE="0.5" SE="0.2"/></IV_OUTCOME>'
    )
    path = tmp_path / "review.rm5"
    path.write_text(review(continuous + inverse), "utf-8")
    sides = against_stored(read_trials(path), read_sheet(path).stored)
    assert sides["agree"].to_dict() == {
        "Analysis 1.2": "yes",
        "Analysis 1.2, Young": "nothing is stored",
        "Analysis 1.3": "yes",
    }


def test_a_file_without_trials_and_one_with_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "review.rm5"
    path.write_text(review(""), "utf-8")
    with pytest.raises(DataError, match="no trial"):
        read_trials(path)
    path.write_text('<!DOCTYPE x [<!ENTITY a "b">]>' + review("")[21:], "utf-8")
    with pytest.raises(DataError, match="document type"):
        read_trials(path)


def test_its_risk_of_bias_is_read(tmp_path: Path) -> None:
    entry = '<QUALITY_ITEM_DATA_ENTRY STUDY_ID="S0" RESULT="{}"/>'
    items = "".join(
        f"<QUALITY_ITEM><NAME>{n}</NAME>{entry.format(r)}</QUALITY_ITEM>"
        for n, r in (("Allocation", "YES"), ("Blinding", "UNKNOWN"))
    )
    path = tmp_path / "review.rm5"
    path.write_text(review("", items), "utf-8")
    table = read_risk_of_bias(path)
    assert table.to_dict("records") == [{"study": "Trial 0 1940", "D1": "Low", "D2": "Unclear"}]
    assert table.attrs["domains"] == {"D1": "Allocation", "D2": "Blinding"}


ROWS = (
    "Analysis group,Analysis number,Analysis name,Subgroup,Study,Study year,Experimental cases,"
    "Experimental N,Control cases,Control N,GIV Mean,GIV SE,Mean,CI start,CI end\n"
)
SETTINGS = (
    "Analysis group,Analysis number,Analysis name,Analysis group name,Statistical method,Effect measure,"
    "Analysis model,Estimate CI,Mean,CI start,CI end,Heterogeneity Tau²\n"
    "1,1,Tuberculosis,BCG,Mantel-Haenszel,Risk Ratio,Fixed effect,95%,0.6353,0.5881,0.6862,\n"
)


def package() -> dict[str, str]:
    lines = [
        f"1,1,Tuberculosis,,Trial {i},19{40 + i},{a},{a + b},{c},{c + d},,,,,\n"
        for i, (a, b, c, d) in enumerate(BCG)
    ]
    root = "CD1-analysis-data/CD1"
    return {
        f"{root}-data-rows.csv": ROWS + "".join(lines),
        f"{root}-overall-estimates-and-settings.csv": SETTINGS,
    }


def test_a_cochrane_package_reproduces_its_own_stored_results(tmp_path: Path) -> None:
    path = zipped(tmp_path / "CD1.zip", package())
    trials, sheet = read_trials(path), read_sheet(path)
    assert trials.frame["measure"].unique().tolist() == ["RR"]
    assert against_stored(trials, sheet.stored)["agree"].tolist() == ["yes"]
    rows = tmp_path / "rows.csv"
    rows.write_text(package()["CD1-analysis-data/CD1-data-rows.csv"], "utf-8")
    assert read_trials(rows).frame["events1"].tolist() == [a for a, *_ in BCG]


def test_a_zip_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no Cochrane data package"):
        read_trials(zipped(tmp_path / "x.zip", {"a.txt": "1"}))
    with pytest.raises(DataError, match="several data packages"):
        read_trials(zipped(tmp_path / "y.zip", {"a-data-rows.csv": "1", "b-data-rows.csv": "1"}))


def test_a_revman_5_export_tells_trials_from_headings(tmp_path: Path) -> None:
    head = "Comparison Number,Outcome Number,Subgroup Number,Name,Data Type,Statistical Method,Effect Measure,Analysis Model,Events 1,Total 1,Events 2,Total 2,Effect Estimate,CI Start,CI End,Tau²,Year of study\n"
    lines = "1,0,0,BCG,,,,,,,,,,,,,\n1,1,0,Tuberculosis,DICHOTOMOUS,MH,Risk Ratio,Fixed,,,,,0.6353,0.5881,0.6862,,\n"
    lines += "".join(
        f"1,1,0,Trial {i},,,,,{a},{a + b},{c},{c + d},,,,,19{40 + i}\n"
        for i, (a, b, c, d) in enumerate(BCG)
    )
    path = tmp_path / "export.csv"
    path.write_text(head + lines, "utf-8")
    trials, sheet = read_trials(path), read_sheet(path)
    assert len(trials) == 13
    assert trials.frame["comparison"].unique().tolist() == ["BCG"]
    assert against_stored(trials, sheet.stored)["agree"].tolist() == ["yes"]
