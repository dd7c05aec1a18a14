"""Formulas: what they mean, what they refuse, and the same coding on new rows."""

import numpy as np
import pandas as pd
import pytest

from consilience.design import constant, encode
from consilience.errors import DataError, ModelError


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame({
        "study": list("ABCDEFGH"),
        "comparator_type": [("TAU", "active", "waitlist")[i % 3] for i in (0, 1, 2, 0, 1, 2, 0, 1)],
        "year": [1990, 2000, 1995, 2003, 2005, 1999, 2001, 2010],
        "dose": [1.0, 2.0, 2.0, 1.0, 3.0, 3.0, 2.0, 1.0],
        "my column": [3.0, 1.0, 2.0, 5.0, 4.0, 2.0, 7.0, 8.0],
        "größe[x]": list("babaabba"),
        "blinded": [True, False, True, False, True, True, True, False],
        "odd": ["NA", "$x", "a[b]", "NA", "$x", "None", "None", "a[b]"],
        "alone": ["z"] * 8,
        "gap": [1.0, 2.0, np.nan, 3.0, 4.0, np.inf, 6.0, 7.0],
        "blank": ["a", "", "b", "a", "b", "a", " ", "a"],
        "twin": [1980, 2000, 1990, 2006, 2010, 1998, 2002, 2020],
    })  # fmt: skip


def test_treatment_coding_against_the_first_level_in_case_insensitive_order(table):
    design = encode("comparator_type", table)
    assert design.factors == {"comparator_type": ("active", "TAU", "waitlist")}
    assert design.names == ("comparator_type[TAU]", "comparator_type[waitlist]")
    expected = np.stack([table["comparator_type"] == level for level in ("TAU", "waitlist")])
    np.testing.assert_array_equal(design.matrix, expected.T)


def test_numbers_stand_as_they_are(table):
    design = encode("year", table)
    np.testing.assert_array_equal(design.matrix[:, 0], table["year"])
    assert design.intercept
    np.testing.assert_array_equal(design.full, np.column_stack([np.ones(8), table["year"]]))


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("1", ()),
        ("C(dose) + year", ("dose[2]", "dose[3]", "year")),
        ("`my column` + `größe[x]`", ("my column", "größe[x][b]")),
        ("year:`größe[x]`", ("year:größe[x][a]", "year:größe[x][b]")),
        ("blinded * year", ("blinded[True]", "year", "blinded[True]:year")),
        ("(year + blinded) - blinded", ("year",)),
        ("odd", ("odd[a[b]]", "odd[NA]", "odd[None]")),
        ("log(`my column` + 1)", ("log(my column + 1)",)),
        ("scale(log(year)) + sqrt(dose)", ("scale(log(year))", "sqrt(dose)")),
        ("poly(year, 2)", ("poly(year, degree=2)[1]", "poly(year, degree=2)[2]")),
        ("bs(year, df=3)", tuple(f"bs(year, df=3)[{i}]" for i in (1, 2, 3))),
        ("cr(year, df=3)", tuple(f"cr(year, df=3)[{i}]" for i in (1, 2, 3))),
    ],
)
def test_names_of_columns(table, formula, names):
    assert encode(formula, table).names == names


def test_an_interaction_is_a_product(table):
    design = encode("blinded * year", table)
    np.testing.assert_array_equal(design.matrix[:, 2], table["blinded"] * table["year"])


def test_without_an_intercept_every_level_has_a_column(table):
    design = encode("0 + comparator_type", table)
    assert not design.intercept
    assert design.names == tuple(f"comparator_type[{x}]" for x in ("active", "TAU", "waitlist"))
    np.testing.assert_array_equal(design.full.sum(axis=1), 1)


FORMULAS = [
    "comparator_type * year",
    "scale(year) + center(dose)",
    "poly(year, 2)",
    "bs(year, df=4)",
    "cr(year, df=3)",
    "log(`my column`) + odd",
    "0 + blinded",
    "1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_new_rows_are_coded_as_the_old_ones_were(table, formula):
    """Each row alone gives its own row again: means, knots and levels come from the fit."""
    design = encode(formula, table)
    for place in range(len(table)):
        row = design.rows(table.iloc[[place]])
        np.testing.assert_allclose(row, design.matrix[[place]], rtol=1e-12, atol=1e-12)


def test_an_unseen_level_is_refused_not_taken_for_the_reference(table):
    design = encode("comparator_type", table)
    with pytest.raises(ModelError, match=r"'Placebo'.*'active', 'TAU', 'waitlist'"):
        design.rows(pd.DataFrame({"comparator_type": ["TAU", "Placebo"]}))


def test_whole_numbers_are_the_same_level_as_floats(table):
    design = encode("C(dose)", table)
    np.testing.assert_array_equal(design.rows(pd.DataFrame({"dose": [3]})), [[0, 1]])


def test_rows_name_what_they_lack(table):
    design = encode("comparator_type + year", table)
    with pytest.raises(ModelError, match=r"no column 'year'; it has comparator_type"):
        design.rows(pd.DataFrame({"comparator_type": ["TAU"]}))
    with pytest.raises(DataError, match="column 'year'"):
        design.rows(pd.DataFrame({"comparator_type": ["TAU"], "year": [np.nan]}))


def test_a_spline_ends_where_its_trials_end(table):
    design = encode("bs(year, df=4)", table)
    with pytest.raises(ModelError, match="beyond the ends of a spline"):
        design.rows(pd.DataFrame({"year": [2050]}))


@pytest.mark.parametrize(
    ("formula", "piece"),
    [
        ("year.real", r"'\.real'"),
        ("comparator_type.__class__", r"'\.__class__'"),
        ("__import__", "'__import__'"),
        ("year[0]", r"'\[0\]'"),
        ("'x'", "\"'x'\""),
        ('"x" + year', "x"),
        ("lambda: 1", "'lambda: 1'"),
        ("open(study)", r"'open\(study\)'"),
        ("np.log(year)", r"'\.log"),
        ("I(year)", r"'I\(year\)'"),
        ("log10(year)", r"'log10\(year\)'"),
        ("yi ~ year", "'~ year'"),
        ("year ** 2", r"'\* 2'"),
        ("year ^ 2", r"'\^ 2'"),
        ("year | study", r"'\| study'"),
        ("{year}", r"'\{year\}'"),
        ("year; year", "'; year'"),
        ("2 + year", r"'2 \+ year'"),
        ("0 * year", r"'\* year'"),
        ("latitude", "'latitude'"),
        ("`nothing here`", "no such column"),
        ("year +", "at its end: a column is wanted"),
        ("(year", r"at its end: here '\)' is wanted"),
        ("", "a column is wanted"),
        ("log(comparator_type)", "holds text"),
        ("log(year, 2)", r"here '\)' is wanted"),
        ("C(dose, Sum)", r"here '\)' is wanted"),
        ("bs(year, knots=3)", "takes df and degree"),
        ("bs(year, df=1000000000)", "whole number from 1 to 50"),
        ("poly(year, 2.5)", "whole number"),
    ],
)
def test_anything_else_is_refused_by_name(table, formula, piece):
    with pytest.raises(ModelError, match=piece) as caught:
        encode(formula, table)
    assert "Allowed are the table's columns" in str(caught.value)


def test_a_formula_may_not_be_long_nor_multiply_out(table):
    with pytest.raises(ModelError, match="1001 characters"):
        encode("x" * 1001, table)
    sums = "(study + comparator_type + year + dose + odd)"
    with pytest.raises(ModelError, match="more than 500 terms"):
        encode(" * ".join([sums] * 6), table)


def test_nothing_of_the_users_is_run(table, monkeypatch):
    """A column may bear any name: what formulaic sees are names of our own."""
    ran = []
    monkeypatch.setattr("builtins.print", lambda *_: ran.append(1))
    hostile = table.rename(columns={"year": "print('x')", "odd": "__import__('os')"})
    names = encode("`print('x')` + `__import__('os')`", hostile).names
    assert names[0] == "print('x')"
    assert not ran


def test_a_column_may_be_called_like_a_function(table):
    design = encode("log + log(log)", table.assign(log=table["dose"]))
    assert design.names == ("log", "log(log)")


def test_one_level_is_no_moderator(table):
    with pytest.raises(ModelError, match="'alone' has one level only, 'z'"):
        encode("alone", table)


@pytest.mark.parametrize(("column", "studies"), [("gap", ["C", "F"]), ("blank", ["B", "G"])])
def test_missing_values_are_listed_by_study(table, column, studies):
    with pytest.raises(DataError) as caught:
        encode(column, table)
    assert [problem.study for problem in caught.value.problems] == studies
    assert {problem.column for problem in caught.value.problems} == {column}


def test_a_term_without_a_finite_value(table):
    with pytest.raises(DataError, match=r"study 'A', column 'log\(dose - 1\)'"):
        encode("log(dose - 1)", table)


def test_aliased_columns_are_named(table):
    with pytest.raises(ModelError, match="before them and the intercept: twin"):
        encode("year + twin", table)
    with pytest.raises(ModelError, match=r"C\(dose\) \+ dose.*: dose\."):
        encode("C(dose) + dose", table)


def test_a_far_origin_is_not_aliasing(table):
    """The year in nanoseconds, next to an intercept."""
    encode("time", table.assign(time=table["year"] * 31_557_600e9))


def test_a_formula_that_leaves_nothing(table):
    with pytest.raises(ModelError, match="leaves no coefficient"):
        encode("0", table)


def test_the_constant_design(table):
    design = constant(8)
    assert design.names == ()
    np.testing.assert_array_equal(design.full, np.ones((8, 1)))
    assert design.rows(table.iloc[:3]).shape == (3, 0)
