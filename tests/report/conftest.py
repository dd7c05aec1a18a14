"""The shipped review with a short plan, and what the tests of a page need to read it."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from consilience.report.analysis import Analysis, analyse
from consilience.report.writing import page
from consilience.review import NO_DIAL, Review, read_review

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "smi_functioning"
MODELS = ROOT / "models"
FLOW = pd.DataFrame(
    [
        ("database_results", "box2", "Databases", "", 120.0),
        ("records_screened", "box4", "Records screened", "", 101.0),
        ("duplicates", "box3", "Duplicate records", "", 19.0),
    ],
    columns=["data", "box", "text", "part", "n"],
)
VOID = {"br", "meta", "link", "img", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """A page as a browser would read it: its tags, texts and ids, and every tag left open."""

    text: str = ""
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.text += data

    def values(self, name: str) -> list[str]:
        return [attrs[name] for _, attrs in self.tags if name in attrs]


def parsed(html: str) -> Page:
    found = Page()
    found.feed(html)
    found.close()
    return found


def short(review: Review) -> Review:
    plan = replace(review.plan, models=("partial_pooling", "random_effects"))
    return replace(review, plan=plan, sensitivity=review.sensitivity[:2], flow=FLOW)


@pytest.fixture(scope="session")
def parse():
    return parsed


@pytest.fixture(scope="session")
def shorten():
    return short


def stripped(review: Review, k: int) -> Review:
    """Keep k trials, one model, and nothing that a review may do without."""
    plan = replace(
        review.plan,
        primary="random_effects",
        models=("random_effects",),
        subgroups=(),
        thresholds=(),
        new_trials=(),
        bias_dial=NO_DIAL,
    )
    effects = review.effects.keep(np.arange(review.effects.k) < k)
    files = dict.fromkeys(("risk_of_bias", "published", "flow"), pd.DataFrame())
    return replace(review, plan=plan, effects=effects, sensitivity=(), **files)


@pytest.fixture(scope="session")
def bare():
    return stripped


@pytest.fixture(scope="session")
def review() -> Review:
    return short(read_review(FOLDER))


@pytest.fixture(scope="session")
def analysis(review: Review) -> Analysis:
    return analyse(review, MODELS)


@pytest.fixture(scope="session")
def html(analysis: Analysis) -> str:
    return page(analysis)
