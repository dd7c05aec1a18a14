"""A page in a real browser: what it says on the console, what it asks for, what it looks like.

Chromium's place is taken from ``CONSILIENCE_CHROMIUM``. Where there is no browser these tests are
skipped, unless ``CONSILIENCE_BROWSER=required`` says that they must run.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

CHROMIUM = Path(os.environ.get("CONSILIENCE_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class OpenPage:
    """One opened file, and all that it said and asked for while it was open.

    Parameters
    ----------
    page : playwright.sync_api.Page
        The page itself, for clicks and queries.
    console : list of str
        Errors and warnings of the console.
    errors : list of str
        Uncaught errors of scripts.
    requests : list of str
        Addresses asked for, the file itself left out.
    """

    page: Any
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def overflow(self) -> int:
        """Pixels by which the content is wider than the window: 0 on a page fit for a phone."""
        root = "document.documentElement"
        return self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")

    def screenshot(self, to: Path, *, width: int = 1280, scheme: str = "light") -> Path:
        """Take a picture (PNG) of the whole page in a window of this width."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=scheme)
        self.page.screenshot(path=to, full_page=True)
        return to

    def pdf(self, to: Path) -> Path:
        """Print the page on A4."""
        self.page.pdf(path=to, format="A4", print_background=True)
        return to


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium with a new empty profile, for all tests of the session."""
    if not CHROMIUM.exists():
        unavailable(f"no Chromium at {CHROMIUM}: `make browser` installs it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., OpenPage]]:
    """Give a function that opens a file; all its pages are closed after the test."""
    context = browser.new_context()
    yield lambda path: opened(context.new_page(), Path(path))
    context.close()


def opened(page: Any, path: Path) -> OpenPage:
    seen, address = OpenPage(page), path.resolve().as_uri()
    page.on("console", lambda line: seen.console.append(line.text) if is_bad(line) else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda asked: seen.requests.append(asked.url))
    page.goto(address, wait_until="load")
    seen.requests.remove(address)
    return seen


def is_bad(line: Any) -> bool:
    return line.type in {"error", "warning"}


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("CONSILIENCE_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)
