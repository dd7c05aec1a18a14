"""From a sheet with metafor's names to effects: counts kept, settings and faults named."""

import numpy as np
import pandas as pd
import pytest

from consilience import effect_sizes, measures
from consilience.archive import effects_from_text, effects_to_text
from consilience.errors import DataError

SHEET = pd.DataFrame(
    {
        "study": ["some", "one empty", "both empty"],
        **{"ai": [4, 0, 0], "n1i": [10, 10, 10], "ci": [2, 3, 0], "n2i": [12, 12, 12]},
    }
)


def test_effects_from_counts_carry_the_counts_and_the_scale() -> None:
    effects = effect_sizes(SHEET, "OR")
    assert effects.table["events1"].tolist() == [4, 0, 0]
    assert effects.table["n2"].tolist() == [12, 12, 12]
    assert effects.data.attrs["scale"] == "log"
    assert effects.data["events2"].to_numpy().tolist() == [2, 3, 0]
    assert any("0.5 was added" in line and "one empty" in line for line in effects.log)


def test_rows_that_say_nothing_are_left_out_in_words() -> None:
    effects = effect_sizes(SHEET, measures.get("OR", drop00=True))
    assert effects.labels == ("some", "one empty")
    assert any("drop00" in line and "both empty" in line for line in effects.log)
    with pytest.raises(DataError, match="drop00"):
        effect_sizes(SHEET.tail(1), measures.get("OR", drop00=True))


def test_a_contrast_is_turned_and_a_level_is_not() -> None:
    worse = SHEET.assign(higher_is_better="no")
    np.testing.assert_array_equal(effect_sizes(worse, "RD").y, -effect_sizes(SHEET, "RD").y + 0.0)
    level = worse.rename(columns={"ai": "xi", "n1i": "ni"})
    effects = effect_sizes(level, "PFT")
    np.testing.assert_array_equal(effects.y, measures.get("PFT").compute(level)[0])
    assert not effects.directed
    assert "one group" in effects.direction


def test_settings_survive_the_archive() -> None:
    effects = effect_sizes(SHEET, measures.get("OR", to="all", add=1.0, vtype="AV"))
    assert effects_from_text(effects_to_text(effects)).measure == effects.measure


def test_more_events_than_people_are_refused_with_their_place() -> None:
    with pytest.raises(DataError) as refused:
        effect_sizes(SHEET.assign(ai=[4, 11, "x"]), "OR")
    found = {(p.study, p.column) for p in refused.value.problems}
    assert ("both empty", "events1") in found


def test_one_sheet_of_alphas_is_no_sheet_of_events() -> None:
    sheet = pd.DataFrame({"study": ["A", "B"], "ai": [0.8, 0.9], "mi": [5, 9], "ni": [40, 60]})
    effects = effect_sizes(sheet, "ABT")
    assert effects.table["alpha"].tolist() == [0.8, 0.9]
    with pytest.raises(DataError, match=r"events1.*no count"):
        effect_sizes(sheet.assign(n1i=9, ci=1, n2i=9), "OR")
