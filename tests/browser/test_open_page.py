"""The watcher itself: a clean page passes in silence, and no fault of a bad one escapes it."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

CLEAN = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>τ²</title>
<style>body { font-family: sans-serif } a { color: navy }
@media (prefers-color-scheme: dark) { body { background: black; color: white } }</style>
<h1>Heterogeneity τ² — 0.02</h1><p>A paragraph with a <a href="#end">link</a>.</p>
<img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">
<svg width="80" height="20"><path d="M0 10h80" stroke="black"/></svg><p id="end">End.</p>"""
FAULTY = """<!doctype html><title>x</title><link rel="stylesheet" href="style.css">
<div style="width: 3000px">wide</div><img src="http://127.0.0.1:9/pixel.png">
<script>console.error("said"); console.warn("warned"); throw new Error("thrown")</script>"""


def test_a_clean_page_is_silent(open_page, tmp_path: Path) -> None:
    seen = open_page(written(tmp_path, CLEAN))
    assert (seen.console, seen.errors, seen.requests) == ([], [], [])
    assert seen.page.title() == "τ²"
    assert seen.overflow == 0


def test_every_fault_is_seen(open_page, tmp_path: Path) -> None:
    seen = open_page(written(tmp_path, FAULTY))
    assert {"said", "warned"} <= set(seen.console)
    assert "thrown" in seen.errors[0]
    assert [Path(address).name for address in seen.requests] == ["style.css", "pixel.png"]
    assert seen.overflow > 1000


def test_a_page_is_pictured_narrow_dark_and_on_paper(open_page, tmp_path: Path) -> None:
    seen = open_page(written(tmp_path, CLEAN))
    light = seen.screenshot(tmp_path / "light.png", width=390).read_bytes()
    dark = seen.screenshot(tmp_path / "dark.png", width=390, scheme="dark").read_bytes()
    assert light != dark
    assert int.from_bytes(light[16:20]) == 390, "a PNG's width stands in bytes 16 to 19"
    assert seen.pdf(tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def written(folder: Path, page: str) -> Path:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    return file
