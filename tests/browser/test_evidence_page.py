"""Flow and risk of bias in a real browser: broad on a page, slim on a telephone, whole in print."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tests.report.shared import analysed, redrawn

from consilience.report.writing import page as written
from consilience.review import read_review

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
FLOW = """data,box,boxtext,n
previous_studies,box1,,4
database_results,box2,,"Embase, 650; PubMed, 497"
duplicates,box3,,not stated
records_screened,box4,,800
records_excluded,box5,,650
dbr_sought_reports,box6,,150
dbr_assessed,box8,,150
dbr_excluded,box9,,"Not randomised, 80; <b>Other</b> $x$, 45"
website_results,box11,,3
other_assessed,box14,,3
new_studies,box10,,21
new_reports,box10,,28
"""
WORDS = ("low", "some concerns", "high", "")
FIGURES = ("prisma_flow", "traffic_light", "risk_of_bias_summary")


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("evidence") / "review"
    shutil.copytree(ROOT / "data" / "smi_functioning", folder)
    toml = (folder / "review.toml").read_text("utf-8")
    toml = toml[: toml.index("[risk_of_bias]")]
    start, end = toml.index("[plan.bias_dial]"), toml.index("[[plan.new_trials]]")
    more = '[flow]\nfile = "prisma.csv"\n[risk_of_bias]\ntool = "RoB 2"\n'
    (folder / "review.toml").write_text(toml[:start] + toml[end:] + more, "utf-8")
    (folder / "prisma.csv").write_text(FLOW, "utf-8")
    trials = pd.read_csv(folder / "trials.csv", dtype=str, comment=None)["trial"].unique()
    keys = [*(f"D{n}" for n in range(1, 6)), "Overall"]
    rows = {key: [WORDS[(n + m) % 4] for n in range(len(trials))] for m, key in enumerate(keys)}
    pd.DataFrame({"trial": trials} | rows).to_csv(folder / "risk_of_bias.csv", index=False)
    read = read_review(folder)
    judged = {"assessment": read.assessment, "risk_of_bias": read.risk_of_bias, "flow": read.flow}
    review = replace(analysed().review, **judged)
    path = folder.parent / "index.html"
    path.write_text(written(redrawn(replace(analysed(), review=review))), encoding="utf-8")
    return path


@pytest.fixture
def seen(open_page, page: Path):
    return open_page(page)


def shown(seen, name: str) -> bool:
    return seen.page.locator(f"#{name}").is_visible()


@pytest.mark.parametrize(("width", "slim"), [(1280, False), (390, True)])
def test_one_of_two_forms_is_shown_and_fits(seen, width: int, *, slim: bool) -> None:
    seen.page.set_viewport_size({"width": width, "height": 900})
    assert seen.overflow == 0
    for name in FIGURES:
        assert shown(seen, name) is not slim
        assert shown(seen, f"{name}_narrow") is slim
        box = seen.page.locator(f"#{name}_narrow" if slim else f"#{name}").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert (seen.console, seen.errors, seen.requests) == ([], [], [])


def test_print_takes_the_broad_form(seen) -> None:
    seen.page.set_viewport_size({"width": 390, "height": 900})
    seen.page.emulate_media(media="print")
    for name in FIGURES:
        assert shown(seen, name)
        assert not shown(seen, f"{name}_narrow")


def test_boxes_and_signs_are_text_that_can_be_read_and_found(seen) -> None:
    text = " ".join(seen.page.locator("#prisma_flow").text_content().split())
    for piece in (
        "Previous studies",
        "Databases",
        "1,147",
        "not stated",
        "<b>Other</b> $x$",
        "800",
    ):
        assert piece in text.replace("\N{NO-BREAK SPACE}", " "), text
    signs = seen.page.locator("#traffic_light").text_content()
    assert all(sign in signs for sign in ("+", "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"))
    assert "Some concerns" in signs
    forest = seen.page.locator("#forest").text_content()
    assert "D5" in forest
    assert "\N{EMPTY SET}" in forest


def test_screen_readers_hear_what_the_figures_show(seen) -> None:
    labels = seen.page.locator("#flow .drawing.broad").get_attribute("aria-label")
    assert "Records screened (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}800)" in labels
    judged = seen.page.locator("#risk_of_bias .drawing.broad").first.get_attribute("aria-label")
    assert "Bias in measurement of the outcome:" in judged
