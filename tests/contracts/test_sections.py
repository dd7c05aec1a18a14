"""Every section of the report: whatever an analysis holds, a section is valid HTML of its own."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.reviews import functioning

from consilience.report.analysis import Analysis, analyse
from consilience.report.sections import ORDER, REGISTRY, get
from consilience.review import NO_DIAL, Review
from consilience.review.declared_findings import DeclaredFinding

ROOT = Path(__file__).parents[2]
OPTIONAL = (
    *("subgroups", "predictions", "bias_dial", "risk_of_bias", "published"),
    *("flow", "conversions", "summary_of_findings"),
)
FLOW = pd.DataFrame(
    {"data": ["new_studies"], "box": ["box10"], "text": ["New"], "part": [""], "n": [3.0]}
)
VOID = {"br", "hr", "img", "input", "link", "meta"}
FETCHING = {"script", "link", "img", "iframe", "object", "embed", "style"}


class Reader(HTMLParser):
    """Collects tags and ids; a tag that is not closed in order is a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attrs: list[tuple[str, str]] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attrs += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def few(review: Review, **plan: object) -> Review:
    """Keep the cheapest model and four trials."""
    cheap = {"primary": "random_effects", "models": ("random_effects", "common_effect")}
    effects = review.effects.keep(np.arange(review.effects.k) < 4)
    return replace(review, effects=effects, plan=replace(review.plan, **cheap | plan))


def full() -> Analysis:
    """All that a review can hold."""
    review = few(functioning())
    finding = DeclaredFinding(outcome="social functioning")
    held = replace(review, sensitivity=review.sensitivity[:1], flow=FLOW, findings=(finding,))
    return analyse(held, ROOT / "models")


def bare() -> Analysis:
    """Nothing that a review can do without, and a model without heterogeneity."""
    plan = {"subgroups": (), "thresholds": (), "new_trials": (), "primary": "common_effect"}
    plan |= {"bias_dial": NO_DIAL}
    review = few(functioning(), **plan)
    nothing = {"risk_of_bias": pd.DataFrame(), "published": pd.DataFrame(), "sensitivity": ()}
    nothing |= {"conversions": (), "flow": pd.DataFrame()}
    lean = review.effects.table[["study", "trial", "scale", "timepoint", "outcome"]]
    effects = replace(review.effects, table=lean)
    return analyse(replace(review, effects=effects, **nothing), ROOT / "models")


@pytest.fixture(scope="module", params=[full, bare], ids=["full", "bare"])
def analysis(request) -> Analysis:
    return request.param()


@pytest.mark.parametrize("name", REGISTRY)
def test_a_section_is_one_valid_element_that_asks_for_nothing(analysis, name: str) -> None:
    section = get(name)
    if not section.applies(analysis):
        assert name in OPTIONAL
        return
    html = section.render(analysis)
    seen = read(html)
    assert (seen.faults, seen.open) == ([], [])
    assert seen.tags.count("section") == seen.tags.count("h2") == 1
    assert dict(seen.attrs[:2]) == {"id": name, "aria-labelledby": f"{name}-title"}
    ids = [value for key, value in seen.attrs if key == "id"]
    assert len(ids) == len(set(ids))
    assert not set(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)) & {"{", "}"}
    outside = read(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))
    assert not set(outside.tags) & FETCHING
    assert not {key for key, _ in seen.attrs if key == "src" or key.startswith("on")}
    assert not re.search(r"@import|url\((?!#)|\bnan\b|\bNone\b|Undefined", html)


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_section_with_nothing_to_say_does_not_apply(analysis, name: str) -> None:
    held = bool(analysis.review.plan.subgroups)
    assert get(name).applies(analysis) is held


def test_a_section_is_listed_under_its_own_name_and_once() -> None:
    assert [section.name for section in ORDER] == list(REGISTRY)
    assert len({section.title for section in ORDER}) == len(ORDER)
