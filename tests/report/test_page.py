"""The page as a whole: well formed, self-contained, and its figures are those of the analysis."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from consilience.report import sections
from consilience.report.sections import ORDER

UNDECLARED = {"summary_of_findings"}
"""What this review does not ask for: tests/findings, tests/report/test_grid_pages.py."""
SHOWN = [section.name for section in ORDER if section.name not in UNDECLARED]
FETCHING = {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "source"}


@pytest.fixture(scope="module")
def page(html, parse):
    return parse(html)


def test_every_tag_is_closed_in_order(page) -> None:
    assert page.faults == []
    assert page.open == []


def test_every_section_stands_once_and_in_order(page) -> None:
    found = [attrs["id"] for tag, attrs in page.tags if tag == "section"]
    assert found == SHOWN


def test_every_entry_of_the_contents_leads_to_a_section(page, html) -> None:
    contents = re.search(r"<nav.*?</nav>", html, re.DOTALL).group()
    assert re.findall(r'href="#(\w+)"', contents) == SHOWN


def test_no_id_stands_twice_and_every_reference_has_its_target(page, html) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    local = {href[1:] for href in page.values("href") if href.startswith("#")}
    named = {name for label in page.values("aria-labelledby") for name in label.split()}
    painted = set(re.findall(r"url\(#([^)]+)\)", html))
    assert local | named | painted <= set(ids)


def test_nothing_is_fetched(page, html) -> None:
    assert not {tag for tag, _ in page.tags} & FETCHING
    assert not page.values("src")
    assert not re.search(r"@import|url\((?!#)", html)
    assert "default-src 'none'" in html


def test_links_out_are_plain_and_give_nothing_away(page) -> None:
    links = [attrs for tag, attrs in page.tags if tag == "a" and attrs["href"][0] != "#"]
    assert links
    assert all(re.match("https?://", attrs["href"]) for attrs in links)
    assert all(attrs["rel"] == "noopener noreferrer" for attrs in links)


def test_no_script_and_no_handler(page) -> None:
    assert not [key for _, attrs in page.tags for key in attrs if key.startswith("on")]


def test_language_and_width_are_declared(page) -> None:
    assert ("html", {"lang": "en"}) in page.tags
    assert any("width=device-width" in text for text in page.values("content"))


def test_headings_go_down_one_level_at_a_time(page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_headed_columns_and_scrolls_by_itself(html) -> None:
    tables = re.findall(r'(tabindex="0">\s*)?<table>(.*?)</table>', html, re.DOTALL)
    assert len(tables) > 15
    for scrolls, table in tables:
        assert scrolls
        assert "<caption>" in table
        assert '<th scope="col"' in table


def test_every_figure_says_what_is_seen(page, html, analysis) -> None:
    drawings = [attrs for _, attrs in page.tags if "drawing" in attrs.get("class", "").split()]
    narrow = [name for name in analysis.pictures if name.endswith("_narrow")]
    assert len(drawings) == len(analysis.pictures)
    assert len(drawings) - len(narrow) == html.count("<figcaption>")
    assert all(len(attrs["aria-label"]) > 30 for attrs in drawings)


def test_the_answer_is_that_of_the_primary_model(page, analysis) -> None:
    row = analysis.primary.fit.summary(0.95).loc["mu"]
    text = " ".join(page.text.split())
    shown = f"the mean effect is {row['mean']:.2f} standard deviations of the outcome"
    assert shown in text
    assert f"(95 % credible interval {row['lower']:.2f} to {row['upper']:.2f})" in text


def test_words_are_those_of_a_careful_reader(page) -> None:
    templates = Path(sections.__file__).parents[1] / "templates"
    prose = [path.read_text("utf-8").lower() for path in templates.rglob("*.html")]
    assert not [words for words in prose if "significan" in words]
    text = page.text.lower()
    assert "credible interval" in text
    assert "confidence interval" in text
    assert "positive effects favour the intervention" in text
    assert "cannot be reproduced here" in text


def test_every_row_left_out_is_printed_with_its_reason(page, review) -> None:
    rows = review.ledger.query("status == 'left out'")
    text = " ".join(page.text.split())
    assert f"All {len(rows)} rows, one by one" in text
    assert all(reason in text for reason in rows["reason"])


def test_the_report_shows_at_least_five_priors_of_tau(analysis) -> None:
    shown = analysis.robustness.tau["estimate"].notna()
    assert shown.sum() >= 5
    assert analysis.robustness.tau["own"].sum() == 1


def test_a_level_seen_in_one_trial_is_marked(html) -> None:
    assert "digital&nbsp;†" in html
    assert "exercise&nbsp;†" not in html
    assert "rehabilitation&nbsp;†" not in html
