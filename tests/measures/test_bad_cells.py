"""What a row must not hold: each fault named with study, column, value and remedy, all at once."""

import numpy as np
import pandas as pd
from tests.across import across

from consilience import measures
from consilience.errors import Problem

TABLE_2X2 = {"events1": [3, 4], "n1": [10, 12], "events2": [5, 6], "n2": [11, 13]}
MEANS = {"n1": [20, 30], "mean1": [5, 6], "sd1": [1, 2], "n2": [20, 30], "mean2": [4, 5]} | {
    "sd2": [1, 2]
}
RATES = {"events1": [3, 4], "person_time1": [10.5, 12], "events2": [5, 6], "person_time2": [9, 8]}
PAIRS = {"mean1": [5, 6], "sd1": [1, 2], "mean2": [4, 5], "sd2": [1, 2], "r": [0.5, 0.6]} | {
    "n": [20, 30]
}
ONE = {"mean": [3, 4], "sd": [1, 2], "n": [10, 12]}
PARTIAL = {"r": [0.3, 0.4], "n": [10, 12], "predictors": [2, 3]}
FAMILIES: dict[tuple[str, ...], dict[str, list[float]]] = {
    ("OR", "RR", "RD", "AS", "PETO", "PBIT", "OR2D", "PHI", "RTET"): TABLE_2X2,
    ("SMD", "SMDH", "SMD1H", "MD", "RBIS", "D2OR", "ROM", "CVR", "VR"): MEANS,
    ("IRR", "IRD", "IRSD"): RATES,
    ("MC", "SMCC", "SMCR", "SMCRH", "ROMC"): PAIRS,
    ("PR", "PLO", "PFT"): {"events": [3, 4], "n": [10, 12]},
    ("IR", "IRLN"): {"events": [3, 4], "person_time": [10.5, 12]},
    ("MN", "MNLN", "CVLN", "SDLN"): ONE,
    ("COR", "ZCOR", "UCOR"): {"r": [0.3, 0.4], "n": [10, 12]},
    ("PCOR", "ZPCOR"): PARTIAL,
    ("AHW", "ABT"): {"alpha": [0.8, 0.9], "items": [5, 9], "n": [30, 40]},
    ("HR",): {"log_hr": [0.1, 0.2], "log_hr_se": [0.1, 0.2]},
}
GOOD = {code: table for codes, table in FAMILIES.items() for code in codes}


def found(code: str, *, settings: dict[str, object] | None = None, **columns: object) -> list:
    table = pd.DataFrame({"study": ["A", "B"], **GOOD[code], **columns})
    return problems_of(measures.get(code, **(settings or {})), table)


def problems_of(measure: measures.Measure, table: pd.DataFrame) -> list[Problem]:
    faults = measure.problems(measure.complete(table))
    assert all(fault.remedy.endswith(".") for fault in faults)
    assert not any(fault.what.endswith(".") for fault in faults)
    return list(faults)


@across("code", GOOD)
def test_good_rows_have_no_problem(code: str) -> None:
    assert found(code) == []


@across("code", GOOD)
def test_every_column_that_is_missing_is_named(code: str) -> None:
    measure = measures.get(code)
    for column in measure.needs:
        table = pd.DataFrame({"study": ["A", "B"], **GOOD[code]}).drop(columns=column)
        assert [p.column for p in problems_of(measure, table)] == [column]


@across("code", GOOD)
@across("cell", [np.nan, np.inf, -np.inf, "six", "", "1,5", None])
def test_a_cell_that_is_no_number_is_named(code: str, cell: object) -> None:
    """In every column, each in a row of its own beside one good row."""
    measure = measures.get(code)
    columns = {name: [two[0]] * (1 + len(measure.needs)) for name, two in GOOD[code].items()}
    for place, column in enumerate(measure.needs, start=1):
        columns[column][place] = cell
    table = pd.DataFrame({"study": ["A", *measure.needs], **columns})
    faults = {(fault.study, fault.column) for fault in problems_of(measure, table)}
    assert faults == {(name, name) for name in measure.needs}


@across(
    ("code", "column", "value"),
    [
        *(("OR", "events1", value) for value in (-1.0, 2.5, 13.0, 1e9)),
        *(("RD", "n2", value) for value in (0.0, -4.0, 12.5, 5.0)),
        *(("IRR", "events2", value) for value in (-1.0, 0.5)),
        *(("IRR", "person_time1", value) for value in (0.0, -2.0)),
        *(("SMD", "n1", value) for value in (1.0, 0.0, -3.0, 20.5)),
        *(("SMD", "sd2", value) for value in (0.0, -1.0)),
        *(("ROM", "mean2", value) for value in (0.0, -5.0)),
        *(("CVR", "mean1", value) for value in (0.0, -5.0)),
        *(("ROMC", "mean1", value) for value in (0.0, -5.0)),
        *(("MNLN", "mean", value) for value in (0.0, -5.0)),
        *(("CVLN", "mean", value) for value in (0.0, -5.0)),
        *(("SDLN", "sd", value) for value in (0.0, -5.0)),
        *(("PR", "events", value) for value in (-1.0, 12.5, 13.0)),
        *(("IRLN", "events", value) for value in (-1.0, 0.5)),
        *(("COR", "r", value) for value in (1.0, -1.2, 40.0)),
        *(("ZCOR", "n", value) for value in (3.0, 4.5, 0.0)),
        *(("UCOR", "n", value) for value in (4.0,)),
        *(("PCOR", "predictors", value) for value in (0.0, 1.5)),
        *(("SMCC", "r", value) for value in (1.2, -1.01)),
        *(("SMCR", "n", value) for value in (1.0,)),
        *(("ABT", "alpha", value) for value in (1.0, 80.0)),
        *(("AHW", "items", value) for value in (1.0, 2.5)),
        *(("AHW", "n", value) for value in (2.0,)),
        *(("HR", "log_hr_se", value) for value in (0.0, -0.1)),
    ],
)
def test_a_number_that_cannot_be_is_named_with_its_value(
    code: str, column: str, value: float
) -> None:
    (fault,) = found(code, **{column: [GOOD[code][column][0], value]})
    assert fault.study == "B"
    if fault.column == column:
        assert float(fault.value) == value
    else:
        # More events than people shows at the events.
        assert column == "n2"
        assert fault.column == "events2"


def test_one_participant_is_a_group_where_events_are_counted() -> None:
    assert found("OR", events1=[3, 1], n1=[10, 1]) == []
    assert len(found("MD", n1=[10, 1])) == 1


def test_cells_that_do_not_add_up_are_named() -> None:
    (fault,) = found("OR", nonevents1=[7, 9])
    assert (fault.study, fault.column, fault.value) == ("B", "n1", "12")
    (fault,) = found("PR", nonevents=[7, 9])
    assert (fault.study, fault.column) == ("B", "n")


def test_totals_follow_from_their_parts() -> None:
    table = pd.DataFrame({"study": "A", "ai": [3], "bi": [7], "ci": [5], "di": [6]})
    whole = measures.get("OR").complete(table)
    assert whole[["n1", "n2"]].to_numpy().tolist() == [[10, 11]]
    assert list(table) == ["study", "ai", "bi", "ci", "di"]


@across(
    ("code", "column", "settings"),
    [
        ("OR", "events1", {"to": "none"}),
        ("RR", "events2", {"add": 0.0}),
        ("IRR", "events1", {"to": "none"}),
        ("PLO", "events", {"to": "none"}),
        ("IRLN", "events", {"to": "none"}),
        ("RTET", "events1", {}),
    ],
)
def test_a_zero_count_that_no_constant_helps_is_named(
    code: str, column: str, settings: dict[str, object]
) -> None:
    (fault,) = found(code, settings=settings, **{column: [GOOD[code][column][0], 0]})
    assert fault.study == "B"
    assert "add=0.5" in fault.remedy


def test_peto_cannot_do_without_events_and_can_leave_such_rows_out() -> None:
    empty = {"events1": [3, 0], "events2": [5, 0]}
    (fault,) = found("PETO", settings={"to": "none"}, **empty)
    assert "drop00" in fault.remedy
    assert found("PETO", settings={"to": "none", "drop00": True}, **empty) == []


def test_more_predictors_than_people_are_named() -> None:
    (fault,) = found("PCOR", predictors=[2, 11])
    assert (fault.study, fault.column, fault.value) == ("B", "n", "12")


def test_half_a_hazard_ratio_is_named() -> None:
    faults = found("HR", log_hr=[0.1, np.nan], log_hr_se=[np.nan, 0.1], o_minus_e=[np.nan, 2.0])
    assert {(p.study, p.column) for p in faults} == {("A", "log_hr_se"), ("B", "logrank_v")}
    empty = pd.DataFrame({"study": ["A"], "log_hr": [np.nan], "o_minus_e": [np.nan]})
    (fault,) = problems_of(measures.get("HR"), empty)
    assert fault.column == "log_hr or o_minus_e"
    (fault,) = problems_of(measures.get("HR"), pd.DataFrame({"study": ["A"], "hr": [1.2]}))
    assert fault.column == "log_hr or o_minus_e"


def test_all_problems_of_a_table_come_at_once_and_rows_are_told_apart() -> None:
    table = pd.DataFrame(
        {
            "study": ["A", "A"],
            "events1": [-1, 2.5],
            "n1": [10, 0],
            "events2": ["x", 3],
            "n2": [9, np.nan],
        }
    )
    faults = problems_of(measures.get("OR"), table)
    assert [(p.study, p.column) for p in faults] == [
        ("A (row 2)", "n2"),
        ("A (row 1)", "events1"),
        ("A (row 2)", "events1"),
        ("A (row 2)", "n1"),
        ("A (row 1)", "events2"),
    ]
