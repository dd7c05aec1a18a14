"""The boxes of a PRISMA 2020 flow must follow from one another; what is unknown forbids nothing."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.flow import BOXES, TEXTS, filled, flow_problems, in_words, losses
from consilience.trials.readers import read_prisma

ROOT = Path(__file__).parents[2]
KEYS = json.loads((ROOT / "tests" / "reference" / "prisma_2020.json").read_text("utf-8"))["boxes"]

# A flow made by hand; every box follows from those before it.
WHOLE = {
    "database_results": 1000,
    "register_results": 50,
    "duplicates": 200,
    "excluded_automatic": 40,
    "excluded_other": 10,
    "records_screened": 800,
    "records_excluded": 650,
    "dbr_sought_reports": 150,
    "dbr_notretrieved_reports": 5,
    "dbr_assessed": 145,
    "dbr_excluded": 120,
    "website_results": 3,
    "citations_results": 9,
    "other_sought_reports": 12,
    "other_notretrieved_reports": 2,
    "other_assessed": 10,
    "other_excluded": 6,
    "new_reports": 29,
    "new_studies": 21,
    "previous_studies": 4,
    "previous_reports": 6,
    "total_studies": 25,
    "total_reports": 35,
}
NAN = float("nan")
CHAIN = ("records_screened", "dbr_sought_reports", "dbr_assessed", "other_sought_reports",
         "other_assessed", "new_reports", "new_studies")  # fmt: skip


def flow(boxes: dict[str, float], *, unknown: tuple[str, ...] = ()) -> pd.DataFrame:
    rows = [(name, "", "", "", float(n)) for name, n in boxes.items() if name not in unknown]
    rows += [(name, "", "", "not stated", NAN) for name in unknown]
    return pd.DataFrame(rows, columns=["data", "box", "text", "part", "n"])


def told(table: pd.DataFrame) -> list[str]:
    return [str(fault) for fault in flow_problems(table)]


def test_the_keys_are_those_of_the_r_package_in_its_boxes() -> None:
    assert {key: box.name for box in BOXES for key in box.keys} == KEYS
    assert set(TEXTS) == set(KEYS)


def test_a_flow_that_adds_up_is_not_doubted() -> None:
    assert told(flow(WHOLE)) == []
    assert told(flow({})) == []
    assert told(pd.DataFrame()) == []
    assert losses(flow(WHOLE)) == losses(pd.DataFrame()) == ()


SUMS = ("records_screened", "dbr_sought_reports", "dbr_assessed", "other_assessed", "new_reports")


@pytest.mark.parametrize("box", [*SUMS, "other_sought_reports", "total_studies", "total_reports"])
def test_a_box_that_is_one_too_many_is_named(box: str) -> None:
    found = told(flow(WHOLE | {box: WHOLE[box] + 1}))
    assert any(f"prisma.csv: {box} is {WHOLE[box] + 1}, but" in one for one in found)
    assert all("not stated" in one for one in found)


def test_all_boxes_that_fail_are_named_at_once_with_what_they_should_hold() -> None:
    wrong = WHOLE | {"records_screened": 801, "total_reports": 34}
    found = told(flow(wrong))
    assert len(found) == 3
    assert "records_screened is 801, but database_results 1000 + register_results 50" in found[0]
    assert "− duplicates 200 − excluded_automatic 40 − excluded_other 10 gives 800" in found[0]
    assert "dbr_sought_reports is 150, but records_screened 801 − records_excluded 650" in found[1]
    assert "total_reports is 34, but previous_reports 6 + new_reports 29 gives 35" in found[2]


def test_lists_of_reasons_are_added_up_and_unknown_boxes_are_not_asked() -> None:
    parts = flow({"database_results": 20, "dbr_assessed": 9, "new_reports": 4})
    reasons = pd.DataFrame(
        [("dbr_excluded", "", "", why, n) for why, n in (("age", 3.0), ("design", 2.0))],
        columns=parts.columns,
    )
    assert told(pd.concat([parts, reasons])) == []
    assert len(told(pd.concat([parts, reasons.head(1)]))) == 1
    unknown = flow({"database_results": NAN, "records_screened": 5})
    assert told(unknown) == []


def test_a_box_left_out_is_empty_and_one_that_is_not_stated_may_hold_anything() -> None:
    found = {"database_results": 90, "records_screened": 80}
    assert "gives 90. Correct one of them, fill in" in told(flow(found))[0]
    assert told(flow(found, unknown=("duplicates",))) == []
    more = {"database_results": 70, "records_screened": 80}
    assert "gives at most 70" in told(flow(more, unknown=("duplicates",)))[0]
    assert told(flow(more, unknown=("register_results",))) == []


def test_a_list_in_which_a_number_is_unknown_bounds_its_box_from_below() -> None:
    rows = flow({"database_results": 10})
    listed = [("database_specific_results", "", "", "Embase", 12.0),
              ("database_specific_results", "", "", "PubMed", NAN)]  # fmt: skip
    more = pd.DataFrame(listed, columns=rows.columns)
    assert "gives at least 12" in told(pd.concat([rows, more]))[0]
    assert told(pd.concat([flow({"database_results": 13}), more])) == []


def test_other_methods_may_lose_records_and_never_gain_any() -> None:
    fewer = WHOLE | {"citations_results": 12}
    assert told(flow(fewer)) == []
    assert losses(flow(fewer))[0].startswith("3 of the records found by other methods")
    assert len(told(flow(WHOLE | {"citations_results": 8}))) == 1


def test_keys_that_the_diagram_lacks_and_keys_that_stand_twice_are_named() -> None:
    rows = pd.concat([flow(WHOLE), flow({"records_screend": 800, "duplicates": 7})])
    found = told(rows)
    assert any("no box 'records_screend'" in one and "records_screened" in one for one in found)
    assert any("duplicates stands there twice (200, 7)" in one for one in found)


def test_no_study_is_included_without_a_report() -> None:
    found = told(flow({"new_studies": 30, "new_reports": 29}))
    assert found[0].startswith("prisma.csv: new_studies 30 exceeds new_reports 29.")


counts = st.integers(0, 10**6)


@st.composite
def consistent(draw) -> dict[str, float]:
    """Draw what was found and what went, and follow the records down the diagram."""

    def some(most: int) -> int:
        return draw(st.integers(0, most))

    database, register, web, organised, cited = (draw(counts) for _ in range(5))
    left, gone = database + register, {}
    for name in ("duplicates", "excluded_automatic", "excluded_other"):
        gone[name] = some(left)
        left -= gone[name]
    found: dict[str, float] = {"database_results": database, "register_results": register, **gone}
    for box, off, after in (
        ("records_screened", "records_excluded", "dbr_sought_reports"),
        ("dbr_sought_reports", "dbr_notretrieved_reports", "dbr_assessed"),
        ("dbr_assessed", "dbr_excluded", "kept"),
    ):
        lost = some(left)
        found |= {box: left, off: lost, after: left - lost}
        left -= lost
    other = web + organised + cited
    found |= {"website_results": web, "organisation_results": organised, "citations_results": cited}
    missing, out = some(other), 0
    out = some(other - missing)
    found |= {"other_sought_reports": other, "other_notretrieved_reports": missing}
    found |= {"other_assessed": other - missing, "other_excluded": out}
    reports = int(found.pop("kept")) + other - missing - out
    studies, before = some(reports), some(1000)
    earlier = some(before)
    return found | {
        "new_reports": reports, "new_studies": studies,
        "previous_reports": before, "previous_studies": earlier,
        "total_reports": reports + before, "total_studies": studies + earlier,
    }  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(consistent(), st.sets(st.sampled_from(sorted(WHOLE))), st.sets(st.sampled_from(CHAIN)))
def test_a_true_flow_is_never_refused_whatever_is_unknown_or_left_out(
    whole: dict[str, float], unknown: set[str], out: set[str]
) -> None:
    assert told(flow(whole)) == []
    assert losses(flow(whole)) == ()
    kept = {name: n for name, n in whole.items() if name not in out}
    assert told(flow(kept, unknown=tuple(unknown - out))) == []


@settings(max_examples=80, deadline=None)
@given(consistent(), st.sampled_from(sorted(WHOLE)), st.integers(1, 50))
def test_a_true_flow_with_one_wrong_number_is_refused(
    whole: dict[str, float], box: str, more: int
) -> None:
    wrong = whole | {box: whole[box] + more}
    loose = box in ("website_results", "organisation_results", "citations_results")
    assert bool(told(flow(wrong))) is not loose
    assert bool(losses(flow(wrong))) is loose


def test_the_diagram_leaves_out_what_the_flow_does_not_know() -> None:
    names = [each.box.name for each in filled(flow(WHOLE))]
    assert names == [box.name for box in BOXES]
    new = {key: n for key, n in WHOLE.items() if not key.startswith(("previous", "total", "other"))}
    new = {key: n for key, n in new.items() if key not in ("website_results", "citations_results")}
    boxes = {each.box.name: each.lines for each in filled(flow(new | {"new_reports": 25}))}
    assert set(boxes) == {f"box{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 10)}
    assert boxes["box10"][0].startswith("Studies included in review")
    zeros = dict.fromkeys(("previous_studies", "previous_reports", "website_results"), 0)
    assert {each.box.name for each in filled(flow(new | {"new_reports": 25} | zeros))} == set(boxes)


def test_words_of_the_file_take_the_place_of_the_templates(tmp_path: Path) -> None:
    path = tmp_path / "prisma.csv"
    path.write_text(
        "data,node,box,boxtext,n\nNA,n1,newstud,Title,\nidentification,n2,i,Identification,0\n"
        'database_results,n,box2,Datenbanken,"1 697"\n'
        'database_specific_results,NA,box2,x,"Embase, 1200; PubMed, 497"\n'
        'records_excluded,n,box5,,"By a human, 600; by automation tools, 50"\n'
        "dbr_assessed,n,box8,,Not stated\nnew_studies,n,box10,New studies included in review,3\n"
    )
    table = read_prisma(path)
    assert told(table) == []
    said = in_words(table).replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "Records identified from: Datenbanken (n = 1,697); Embase (n = 1,200); PubMed (n = 497). "
        "Records excluded (n = 650); By a human (n = 600); by automation tools (n = 50). "
        "Reports assessed for eligibility (not stated). Studies included in review (n = 3)."
    )
