"""The boxes of a PRISMA 2020 flow must follow from one another."""

import pandas as pd
import pytest

from consilience.trials.readers import unequal_sums

# Figure 1 of a flow made by hand; every box follows from those before it.
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


def flow(boxes: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(name, "", "", "", float(n)) for name, n in boxes.items()],
        columns=["data", "box", "text", "part", "n"],
    )


def test_a_flow_that_adds_up_is_not_doubted() -> None:
    assert unequal_sums(flow(WHOLE)) == ()
    assert unequal_sums(flow({})) == ()
    assert unequal_sums(pd.DataFrame()) == ()


SUMS = ("records_screened", "dbr_sought_reports", "dbr_assessed", "other_assessed", "new_reports")


@pytest.mark.parametrize("box", [*SUMS, "other_sought_reports", "total_studies", "total_reports"])
def test_a_box_that_is_one_too_many_is_named(box: str) -> None:
    told = unequal_sums(flow(WHOLE | {box: WHOLE[box] + 1}))
    assert any(f"{box} is {WHOLE[box] + 1}," in one for one in told)


def test_lists_of_reasons_are_added_up_and_unknown_boxes_are_not_asked() -> None:
    parts = flow({"database_results": 20, "dbr_assessed": 9, "new_reports": 4})
    reasons = pd.DataFrame(
        [("dbr_excluded", "", "", why, n) for why, n in (("age", 3.0), ("design", 2.0))],
        columns=parts.columns,
    )
    assert unequal_sums(pd.concat([parts, reasons])) == ()
    assert len(unequal_sums(pd.concat([parts, reasons.head(1)]))) == 1
    unknown = flow({"database_results": float("nan"), "records_screened": 5})
    assert unequal_sums(unknown) == ()
