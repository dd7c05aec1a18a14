"""What figures say of the two sides of no effect, for every kind of measure."""

import pandas as pd
import pytest

import consilience as cs
from consilience.plots.words import sides

ARMS = {"n1": 20, "mean1": 5.0, "sd1": 2.0, "n2": 21, "mean2": 4.0, "sd2": 2.2}
COUNTS = {"events1": 5, "n1": 20, "events2": 8, "n2": 21}
PAIRS = {"mean1": 5.0, "sd1": 2.0, "mean2": 4.0, "sd2": 2.2, "r": 0.5, "n": 30}


@pytest.mark.parametrize(
    ("code", "row", "left", "right"),
    [
        ("SMD", ARMS, "comparator higher", "intervention higher"),
        ("OR", COUNTS, "comparator higher", "intervention higher"),
        ("PHI", COUNTS, "comparator higher", "intervention higher"),
        ("COR", {"r": 0.3, "n": 40}, "negative association", "positive association"),
        ("ZCOR", {"r": 0.3, "n": 40}, "negative association", "positive association"),
        ("SMCC", PAIRS, "second measurement higher", "first measurement higher"),
        ("VR", ARMS, "less spread", "more spread"),
        ("CVR", ARMS, "less spread", "more spread"),
    ],
)
def test_sides_are_those_of_the_measure(
    code: str, row: dict[str, float], left: str, *, right: str
) -> None:
    told = sides(cs.effect_sizes(pd.DataFrame([{"study": "A", **row}]), code))
    assert left in told[0]
    assert right in told[1]


def test_a_declared_direction_says_who_is_favoured() -> None:
    row = {"study": "A", "higher_is_better": "no"}
    told = sides(cs.effect_sizes(pd.DataFrame([row | ARMS]), "MD"))
    assert told == ("← favours comparator", "favours intervention →")
    told = sides(cs.effect_sizes(pd.DataFrame([row | {"r": 0.3, "n": 40}]), "COR"))
    assert told == ("← unfavourable association", "favourable association →")


def test_one_group_has_no_sides() -> None:
    one = pd.DataFrame([{"study": "A", "events": 3, "n": 20}])
    assert sides(cs.effect_sizes(one, "PR")) == ("", "")
