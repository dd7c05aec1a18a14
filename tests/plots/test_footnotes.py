"""What stands in small type under a figure."""

import pytest

import consilience as cs
from consilience import plots


@pytest.mark.parametrize(
    ("formula", "others"),
    [
        ("bs(ablat, df=4)", None),
        ("bs(ablat, df=4) + alloc", "alloc"),
        ("ablat * alloc + log(year)", "year, alloc"),
        ("ablat", None),
    ],
)
def test_moderators_are_named_as_columns_and_never_the_one_that_is_drawn(
    rr, formula, others, words
):
    said = " ".join(words(plots.bubble(cs.pool(rr, moderators=formula), "ablat")))
    assert ("Averaged over" in said) == (others is not None)
    assert "bs(" not in said
    if others:
        assert f"other moderators: {others}." in said


def test_a_moderator_with_a_line_for_each_level_is_not_averaged_over(rr, words):
    pooled = cs.pool(rr, moderators="ablat + alloc + year")
    said = " ".join(words(plots.bubble(pooled, "ablat", colour="alloc")))
    assert "other moderators: year." in said


@pytest.mark.parametrize("dpi", [50, 60, 80, 100, 150])
def test_no_line_leaves_the_sheet_at_the_resolution_of_the_file(reml, texts, dpi):
    figure = plots.forest(reml)
    figure.set_dpi(dpi)
    figure.draw_without_rendering()
    assert max(text.get_window_extent().x1 for text in texts(figure)) <= figure.bbox.width
