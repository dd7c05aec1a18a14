"""The matrix in a real browser: its cells open, it fits a telephone, and it prints."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.reviews import outcomes

from consilience.report import report
from consilience.review.declared_grid import NO_EXPOSURE, DeclaredJoint

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
OUTCOMES = ("personal recovery", "hope", "functional capacity")


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    review = outcomes()
    kept = tuple(cell for cell in review.cells.cells if cell.outcome in OUTCOMES)
    wanted = tuple(x for x in review.cells.outcomes if x.name in OUTCOMES)
    few = replace(
        review,
        cells=replace(review.cells, outcomes=wanted, cells=kept),
        grid=replace(
            review.grid,
            joint=(DeclaredJoint("random_effects", "For a test."),),
            exposure=NO_EXPOSURE,
        ),
        findings=(),
    )
    return report(few, tmp_path_factory.mktemp("grid") / "out", models=ROOT / "models")


@pytest.fixture
def seen(open_page, page: Path):
    return open_page(page)


@pytest.mark.parametrize("width", [1280, 390])
def test_neither_the_matrix_nor_a_cell_scrolls_sideways(seen, open_page, page, width):
    for each in (seen, open_page(page.parent / "cells" / "personal_recovery_post_all.html")):
        each.page.set_viewport_size({"width": width, "height": 900})
        each.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert each.overflow == 0
        assert (each.console, each.errors, each.requests) == ([], [], [])


def test_a_cell_opens_its_page_and_leads_back(seen):
    link = seen.page.locator("table.matrix a", has_text="k = 2").first
    number = link.locator("strong").inner_text()
    link.click()
    assert "personal_recovery_post_all" in seen.page.url
    assert number in seen.page.locator(".answer").inner_text()
    seen.page.locator(".back a").click()
    assert seen.page.locator("table.matrix").is_visible()


def test_on_a_telephone_each_cell_says_where_it_stands(seen):
    seen.page.set_viewport_size({"width": 390, "height": 900})
    matrix = seen.page.locator("table.matrix")
    assert matrix.bounding_box()["width"] <= 390
    first = matrix.locator("td:not(.out)").first
    assert "post, all:" in first.inner_text()
    assert not matrix.locator("td.out").first.is_visible()


def test_it_prints_within_the_width_of_a_sheet(seen, tmp_path: Path):
    assert seen.pdf(tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    seen.page.emulate_media(media="print")
    seen.page.set_viewport_size({"width": 690, "height": 1000})
    assert seen.overflow == 0
    assert seen.page.locator("table.matrix thead").is_visible()
