"""The report of the shipped review in a real browser: silent, self-contained, fit for a phone."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def page(typed_report) -> Path:
    assert typed_report.found.returncode == 0, typed_report.found.stderr
    return typed_report.folder / "index.html"


@pytest.fixture
def seen(open_page, page: Path):
    return open_page(page)


def test_it_says_nothing_on_the_console_and_asks_for_nothing(seen) -> None:
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 900})
    seen.page.mouse.wheel(0, 20000)
    assert (seen.console, seen.errors, seen.requests) == ([], [], [])
    assert "functioning" in seen.page.title()


@pytest.mark.parametrize("width", WIDTHS)
def test_it_never_scrolls_sideways(seen, width: int) -> None:
    seen.page.set_viewport_size({"width": width, "height": 900})
    seen.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert seen.overflow == 0


def test_every_table_and_figure_stays_in_its_container_on_a_phone(seen) -> None:
    seen.page.set_viewport_size({"width": 390, "height": 900})
    wide = seen.page.evaluate("""() => [...document.querySelectorAll('.scroll, .drawing')]
        .filter(box => box.getBoundingClientRect().right > innerWidth + 0.5).length""")
    assert wide == 0


def test_every_figure_is_drawn(seen) -> None:
    sizes = seen.page.evaluate("""() => [...document.querySelectorAll('.drawing:not(.slim) svg')]
        .map(svg => [svg.getBoundingClientRect().width, svg.getBBox().width])""")
    assert len(sizes) == 14
    assert all(width > 300 and drawn > 300 for width, drawn in sizes)


def test_rows_left_out_unfold(seen) -> None:
    row = seen.page.get_by_text("The outcome is insight").last
    assert not row.is_visible()
    seen.page.get_by_text("rows, one by one").click()
    assert row.is_visible()


def test_every_entry_of_the_contents_leads_to_its_section(seen) -> None:
    for link in seen.page.locator("nav.contents a").all():
        link.click()
        assert seen.page.locator(":target h2").inner_text() == link.inner_text()


def test_text_has_contrast_enough(seen) -> None:
    # WCAG 2.2, 1.4.3: 4.5 for text of ordinary size.
    ratios = seen.page.evaluate(CONTRAST)
    assert len(ratios) > 100
    assert min(ratios) >= 4.5


def test_it_prints_with_all_rows_and_pictures_itself(seen, tmp_path: Path) -> None:
    pdf = seen.pdf(tmp_path / "page.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type /Page/") > 8
    seen.page.emulate_media(media="print")
    hidden = seen.page.get_by_text("The outcome is insight").last
    assert hidden.bounding_box()["height"] > 0
    assert seen.overflow == 0


CONTRAST = """() => {
  const part = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const rgb = text => text.match(/[0-9.]+/g).map(Number);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('p, li, th, td, a, h1, h2, h3, h4, caption, figcaption, dd')]
    .filter(node => node.innerText && node.offsetParent)
    .map(node => [light(rgb(getComputedStyle(node).color)), light(behind(node))])
    .map(([a, b]) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
}"""
