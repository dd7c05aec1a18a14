"""Numbers as people type them: what is read as it was meant, and what is refused."""

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.trials.numbers import how_to_write, parse_number, tidy


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_printed_float_is_read_back(number: float) -> None:
    assert parse_number(tidy(repr(number))) == number


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", " ", "\t", "\xa0"]))
def test_spaces_and_the_unicode_minus_do_not_matter(number: float, space: str) -> None:
    typed = space + repr(number).replace("-", "\N{MINUS SIGN}") + space
    assert parse_number(tidy(typed)) == number


@pytest.mark.parametrize(
    ("typed", "number"), [("+3", 3), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("0012", 12)]
)
def test_usual_spellings_are_numbers(typed: str, number: float) -> None:
    assert parse_number(typed) == number


def test_an_empty_cell_is_missing() -> None:
    assert isnan(parse_number(tidy("   ")))


@pytest.mark.parametrize(
    "typed",
    [
        *("1,5", "1,234.5", "1.234,5", "1 234", "1_000", "0x10", "١٢", "½"),
        *("NA", "nan", "NaN", "inf", "-inf", "1e999", "None", "-", "n/a", "?"),
        *("12 (3)", "<0.05", "5%", "3.4.5", "--3", "1e", "=1+1"),
    ],
)
def test_everything_else_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_number(tidy(typed))


def test_a_decimal_comma_has_its_own_remedy() -> None:
    assert "not a comma" in how_to_write("1,5")
    assert "not a comma" not in how_to_write("about 2")
