"""Judgements as written become the tool's words, or are refused by study and domain."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience import risk_of_bias
from consilience.errors import ConsilienceError, DataError, ModelError
from consilience.risk_of_bias import Judgement, Level, assess, shares, tools
from consilience.trials.readers import read_risk_of_bias

WORDS = ("Low", "Some concerns", "High", "")


def judged(**columns: list[str]) -> pd.DataFrame:
    whole = {"study": ["A", "B"], **{f"D{n}": ["low", "low"] for n in range(1, 6)}}
    return pd.DataFrame(whole | columns)


def test_words_are_read_in_every_way_that_robvis_takes() -> None:
    low = ["low", "LOW ", "l", "+", "Low risk", "low risk of bias"]
    some, high = ["some concerns", "Some_concerns", "s", "some"], ["high", "h", "High risk of bias"]
    rows = {f"D{n}": [*low, *some, *high] for n in range(1, 6)}
    table = pd.DataFrame({"Study": [str(n) for n in range(13)]} | rows)
    found = assess(table, "RoB 2").table["D3"].tolist()
    assert found == ["Low"] * 6 + ["Some concerns"] * 4 + ["High"] * 3


@pytest.mark.parametrize(
    ("tool", "letter", "word"),
    [
        ("RoB 2", "s", "Some concerns"),
        ("ROBINS-I", "s", "Serious"),
        ("ROBINS-I", "c", "Critical"),
        ("ROBINS-I", "ni", "No information"),
        ("ROBINS-E", "v", "Very high"),
        ("RoB 1", "u", "Unclear"),
        ("RoB 1", "?", "Unclear"),
    ],
)
def test_a_letter_means_what_the_tool_begins_with_it(tool: str, letter: str, word: str) -> None:
    assert [one.word for one in tools.get(tool).domains[1].read(letter)] == [word]


def test_low_is_the_lowest_judgement_that_the_tool_has_in_a_domain() -> None:
    v2 = tools.get("ROBINS-I V2")
    reserved = "Low (except for concerns about uncontrolled confounding)"
    written = (
        "low",
        "L",
        "Low risk of bias",
        "low except for concerns about uncontrolled confounding",
    )
    assert {v2.overall.read(text)[0].word for text in written} == {reserved}
    assert v2.domains[1].read("low")[0].word == "Low"
    assert v2.domains[1].read(reserved) == ()


@pytest.mark.parametrize("text", ["", "  ", "not stated", "Not Stated", "nan", "NA", "None"])
def test_what_nobody_judged_is_not_stated_and_what_is_no_word_is_refused(text: str) -> None:
    table = judged(D2=[text, "high"])
    if text in ("nan", "NA", "None"):
        with pytest.raises(DataError, match="study 'A', column 'D2'"):
            assess(table, "RoB 2")
    else:
        assert assess(table, "RoB 2").table["D2"].tolist() == ["Not stated", "High"]


def test_missing_cells_are_not_stated() -> None:
    table = judged(D2=[None, float("nan")])
    assert assess(table, "RoB 2").table["D2"].tolist() == ["Not stated", "Not stated"]


def test_every_fault_is_named_by_study_and_domain_at_once() -> None:
    table = judged(D1=["lowish", "low"], D4=["low", "critical"], D6=["low", "low"])
    table = pd.concat([table.drop(columns="D5"), table.iloc[[1]]]).drop(columns="D5")
    table.loc[0, "study"] = ""
    with pytest.raises(DataError) as refused:
        assess(table, "RoB 2")
    places = {(one.study, one.column, one.value) for one in refused.value.problems}
    assert places == {
        ("", "D5", ""), ("", "D6", ""), ("", "", "row 1"), ("B", "", ""),
        ("", "D1", "lowish"), ("B", "D4", "critical"),
    }  # fmt: skip
    assert all(one.remedy for one in refused.value.problems)


def test_a_judgement_of_another_tool_is_refused() -> None:
    for word in ("moderate", "serious", "very high", "unclear", "no information"):
        with pytest.raises(
            DataError, match=f"'B', column 'D2', value '{word}'.*Low, Some concerns"
        ):
            assess(judged(D2=["low", word]), "RoB 2")


def test_columns_are_found_by_number_title_and_as_r_writes_them() -> None:
    titles = [each.title for each in tools.get("RoB 1").domains]
    dotted = [title.split(" (")[0].replace(" ", ".") + "." for title in titles]
    rows = {"Study": ["A"]} | {key: ["Low"] for key in dotted} | {"Overall": ["High"]}
    rows[dotted[3]] = ["Unclear"]
    found = assess(pd.DataFrame(rows), "RoB 1").table.iloc[0].to_dict()
    assert found == {f"D{n}": "Low" for n in range(1, 8)} | {"D4": "Unclear", "Overall": "High"}
    numbered = pd.DataFrame({"Study ID": ["A"], "D1a: Process": ["low"], "Domain 1b": ["na"]})
    numbered = numbered.assign(**{f"Domain {n}. x": ["high"] for n in range(2, 6)})
    held = assess(numbered, "RoB 2 cluster").table.iloc[0].tolist()
    assert held == ["Low", "Not applicable", "High", "High", "High", "High"]


def test_robvis_files_of_cluster_and_crossover_trials_are_read(tmp_path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "Study,D1,D1b,D2,D3,D4,D5,Overall,Weight\nA,l,x1,l,s,h,l,h,3\n".replace("x1", "NA")
    )
    assert assess(read_risk_of_bias(path), "RoB 2 cluster").of("A")[1].word == "Not applicable"
    path.write_text("Study,D1,DS,D2,D3,D4,D5,Overall\nA,l,s,l,s,h,l,h\n")
    found = assess(read_risk_of_bias(path), "RoB 2 crossover")
    assert [one.word for one in found.of("A")][:3] == ["Low", "Some concerns", "Low"]
    assert [one.word for one in found.of("nobody")] == ["Not stated"] * 7


def test_an_overall_judgement_that_nobody_gave_is_no_column() -> None:
    assert [each.key for each in assess(judged(Overall=["", ""])).domains][-1] == "D5"
    assert [each.key for each in assess(judged(Overall=["", "high"])).domains][-1] == "Overall"


def test_what_is_no_table_of_judgements_is_refused_in_words() -> None:
    with pytest.raises(DataError, match="name no studies"):
        assess(pd.DataFrame({"D1": ["low"]}))
    with pytest.raises(ModelError, match="no palette"):
        assess(judged(), "RoB 2", 3)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"no risk of bias tool.*RoB 2 cluster"):
        assess(judged(), 3)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="from list"):
        assess([["A", "low"]])  # type: ignore[arg-type]
    numbered = judged().rename(columns={"D1": 1})
    with pytest.raises(DataError, match="'D1'"):
        assess(numbered)
    empty = assess(judged().head(0))
    assert empty.empty
    with pytest.raises(DataError, match="Nothing was judged"):
        shares(empty)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=12)), min_size=1, max_size=4))
def test_any_text_is_a_word_of_the_tool_or_refused_by_study(rows) -> None:
    studies = [f"{place}{label}" for place, (label, _) in enumerate(rows)]
    table = pd.DataFrame({"study": studies} | {f"D{n}": [""] * len(rows) for n in range(1, 6)})
    table["D2"] = [text for _, text in rows]
    with_a_word = [tools.get("RoB 2").domains[1].read(text) for _, text in rows]
    if not all(with_a_word):
        with pytest.raises(DataError) as refused:
            assess(table, "RoB 2")
        found = [(one.study, one.column) for one in refused.value.problems]
        pairs = zip(studies, with_a_word, strict=True)
        assert found == [(study.strip(), "D2") for study, word in pairs if not word]
        return
    held = assess(table, "RoB 2")
    assert set(held.table["D2"]) <= {"Low", "Some concerns", "High", "Not stated"}
    assert list(held.labels) == [study.strip() for study in studies]


words = st.sampled_from(WORDS)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*[words] * 6, st.floats(0.0, 1e6)), min_size=1, max_size=8),
    st.floats(1e-3, 1e3),
)
def test_shares_are_the_weights_counted_one_by_one(rows, factor: float) -> None:
    labels = [f"S{n}" for n in range(len(rows))]
    keys = [*(f"D{n}" for n in range(1, 6)), "Overall"]
    table = pd.DataFrame([row[:6] for row in rows], columns=keys).assign(study=labels)
    weights = dict(zip(labels, (row[6] for row in rows), strict=True))
    found = assess(table)
    if sum(weights.values()) <= 0.0:
        with pytest.raises(DataError, match="weight above 0"):
            shares(found, weights)
        return
    got = shares(found, weights)
    whole = sum(weights.values())
    for key in got.index:
        for word in got.columns:
            spoken = "" if word == "Not stated" else word
            here = sum(w for row, w in zip(rows, weights.values(), strict=True)
                       if row[keys.index(key)] == spoken)  # fmt: skip
            assert got.loc[key, word] == pytest.approx(here / whole, abs=1e-12)
    assert np.allclose(got.sum(axis=1), 1.0)
    scaled = shares(found, {label: factor * w for label, w in weights.items()})
    np.testing.assert_allclose(scaled[got.columns].to_numpy(), got.to_numpy(), atol=1e-9)


def test_without_weights_every_study_counts_the_same_and_strangers_not_at_all() -> None:
    found = assess(judged(D1=["low", "high"]))
    assert shares(found).loc["D1"].to_dict() == {"Low": 0.5, "High": 0.5}
    some = shares(found, pd.Series({"B": 2.0, "C": 7.0}))
    assert some.loc["D1", "High"] == 1.0
    with pytest.raises(DataError, match="study 'A', value 'nan'"):
        shares(found, {"A": float("nan"), "B": -1.0})


def test_of_studies_that_nobody_judged_nothing_is_stated() -> None:
    found = assess(judged(D1=["low", "high"])).keep(["B", "C"], ["Bee", "Sea"])
    assert found.labels == ("Bee", "Sea")
    assert found.table["D1"].tolist() == ["High", "Not stated"]


def test_a_tool_of_ones_own_knows_its_own_words_and_no_others() -> None:
    own = tools.Custom(
        (("masked", "Assessors masked"),),
        (Judgement("adequate", "+", Level.LOW), Judgement("inadequate", "x", Level.HIGH)),
    )
    table = pd.DataFrame({"trial": ["A", "B"], "Masked": ["Adequate", "not stated"]})
    assert assess(table, own).table["masked"].tolist() == ["adequate", "Not stated"]
    with pytest.raises(DataError, match="'A', column 'masked', value 'low'"):
        assess(table.assign(Masked=["low", ""]), own)
    assert not assess(table, own).empty
    assert risk_of_bias.in_words(assess(table, own)).endswith("1 adequate, 1 not stated.")
    with pytest.raises(ConsilienceError):
        assess(table, "custom")
