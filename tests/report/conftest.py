"""The shipped review with a short plan, and what the tests of a page need to read it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from tests.report.shared import analysed, shipped, short, stripped

from consilience.report.analysis import Analysis
from consilience.report.writing import page
from consilience.review import Review

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


@pytest.fixture(scope="session")
def parse():
    return parsed


@pytest.fixture(scope="session")
def shorten():
    return short


@pytest.fixture(scope="session")
def bare():
    return stripped


@pytest.fixture(scope="session")
def review() -> Review:
    return shipped()


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    return analysed()


@pytest.fixture(scope="session")
def html(analysis: Analysis) -> str:
    return page(analysis)
