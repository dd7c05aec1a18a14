"""Words and numbers that fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.plots.text import (
    clean,
    decimals,
    fitted,
    interval,
    mass,
    number,
    shortened,
    width,
    wrapped,
)


@given(st.text(max_size=60), st.floats(0.3, 4.0))
def test_shortened_text_fits_and_keeps_its_beginning(text, room):
    short = shortened(text, room)
    assert width(short) <= room
    assert clean(text).startswith(short.removesuffix("…").rstrip())


@given(st.text(max_size=80), st.floats(0.6, 4.0))
def test_wrapped_text_fits_and_loses_nothing(text, room):
    lines = wrapped(text, room)
    assert all(width(line) <= room for line in lines)
    assert "".join("".join(lines).split(" ")) == "".join(clean(text).split(" "))


def test_a_text_that_is_broken_into_too_many_lines_ends_in_an_ellipsis():
    lines = fitted("one two three four five six seven eight nine ten", 1.0, lines=2)
    assert len(lines) == 2
    assert lines[0].startswith("one two")
    assert lines[1].endswith("…")


def test_clean_text_holds_nothing_that_a_file_cannot():
    assert clean("a\tb\nc\x00d\ud800e  f\u2028g") == "a b c d e f g"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.256, 2, "0.26"),
        (-0.5, 1, "−0.5"),
        (-0.001, 2, "0.00"),
        (7012.4, 0, "7012"),
        (1.234e-7, -1, "1.23e−07"),
        (np.nan, 2, "–"),
        (np.inf, 2, "∞"),
        (-np.inf, 2, "−∞"),
    ],
)
def test_numbers_are_written_for_readers(value, digits, text):
    assert number(value, digits) == text


@pytest.mark.parametrize(
    ("unit", "digits"),
    [(0.35, 2), (0.05, 3), (3.0, 1), (40.0, 0), (500.0, 0), (1e-6, -1), (0.0, 2), (np.inf, 2)],
)
def test_decimals_show_two_figures_of_the_uncertainty(unit, digits):
    assert decimals(unit) == digits


def test_intervals_and_their_mass_are_said_in_words():
    assert interval(-0.1, 0.25, digits=2) == "−0.10 to 0.25"
    assert mass(0.95) == "95\N{NO-BREAK SPACE}%"
    assert mass(0.995) == "99.5\N{NO-BREAK SPACE}%"
