"""The section on exposure: what is printed, what the trials can tell, and how often so many can."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from tests.report.shared import many

import consilience as cs
from consilience.report.exposed import Exposed, as_printed, expose
from consilience.report.matrix.exposure import Exposure
from consilience.report.scales import scale_of

ROOT = Path(__file__).parents[2]
KEY = ("social functioning", "post", "all")


@pytest.fixture(scope="module")
def found():
    whole = many()
    cells = tuple(cell for cell in whole.cells.cells if cell.key == KEY)
    none = replace(whole.grid, variants=(), joint=())
    review = replace(whole, cells=replace(whole.cells, cells=cells), grid=none)
    model = cs.read_model(ROOT / "models" / "random_effects.toml").model
    return review, expose(cs.grid(review, {"random effects": model}), model)


def shown(review, exposed: Exposed) -> str:
    scale = scale_of(review.effects)
    seen = SimpleNamespace(review=review, exposed=exposed, level=0.95, pictures={})
    seen.scale = lambda _="": scale
    return " ".join(Exposure().render(seen).split())


def test_exposures_follow_from_what_is_printed(found):
    """Attux 9.1 of 12 sessions, Chien 4.6 of 6, Romain 61.8 %; Fowler of nobody knows how many."""
    table = found[1].printed["exposure"]
    assert table["Attux 2013"] == pytest.approx(100 * 9.1 / 12)
    assert table["Chien 2016"] == pytest.approx(100 * 4.6 / 6)
    assert table["Romain 2018"] == pytest.approx(61.8)
    assert table.isna()["Fowler 2018"]
    assert "Fowler 2018" in found[1].left
    assert len(found[1].left) == 13 - 3


def test_what_is_printed_is_told_in_words_where_no_words_were_taken_down():
    table = pd.DataFrame(
        {
            "trial": ["A", "B", "C"], "n": ["40", "", ""], "of": ["20", "12", ""],
            "mean": ["14.1", "", "9"], "sd": ["5", "", ""], "share": ["", "61", ""],
            "at_least": ["", "8", ""], "unit": ["sessions", "", ""],
        }
    )  # fmt: skip
    assert as_printed(table) == [
        "mean 14.1 (SD 5) of 20 sessions; 40 participants",
        "61 % attended at least 8 of 12",
        "mean 9",
    ]
    assert as_printed(table.assign(as_printed="own words")) == ["own words"] * 3


def test_the_page_says_that_three_trials_cannot_tell_and_shows_who_could(found):
    text = shown(*found)
    assert "These 3 trials cannot tell the curves apart" in text
    assert "Ecological caveat" in text
    assert "simulated reviews of 7 trials (200 of each case; 7 is the number nearest to 3" in text
    power = pd.read_csv(ROOT / "src" / "consilience" / "exposure" / "power.csv")
    case = power.query(
        "truth == 'threshold' and tau == 0.1 and exposure_sd == 20 and effect == 0.6"
    )
    shares = [f"{100 * share:.0f} %" for share in case.sort_values("k")["p_threshold_above_0.9"]]
    row = "".join(f'<td class="num">{share}</td>' for share in shares)
    assert f'<td class="num">20</td>{row}</tr>' in text


def test_trials_that_are_too_few_are_said_to_be(found):
    review, exposed = found
    text = shown(review, replace(exposed, comparison=None, note="fewer than three exposures."))
    assert "The trials cannot tell: fewer than three exposures." in text
    assert "simulated" not in text
