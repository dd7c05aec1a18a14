"""Effects: what is computed, which way it points, what is refused, what may be left out."""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from consilience import dependence, priors
from consilience.convert import convert
from consilience.effects import Effects, effect_sizes
from consilience.errors import DataError, ModelError
from consilience.measures import SMD
from consilience.trials import conversions, from_frame


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": ["A", "NA", "None"],
            "n1": [20, 30, 40],
            "mean1": [5.0, 6.0, 7.0],
            "sd1": [1.0, 2.0, 3.0],
            "n2": [20, 30, 40],
            "mean2": [4.0, 5.0, 9.0],
            "sd2": [1.0, 2.0, 3.0],
            "type": ["x", "y", "x"],
        }
    )


@pytest.fixture
def effects(table: pd.DataFrame) -> Effects:
    return effect_sizes(table, "SMD")


def generic(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"study": ["A", "B"], "yi": [0.1, 0.5], "vi": [0.04, 0.09]} | columns)


def test_the_labelled_forms_hold_the_same_numbers(effects: Effects) -> None:
    np.testing.assert_array_equal(effects.yi, effects.y)
    np.testing.assert_array_equal(effects.vi, effects.v)
    np.testing.assert_allclose(effects.sei**2, effects.v)
    np.testing.assert_array_equal(effects.V, np.diag(effects.v))
    np.testing.assert_array_equal(effects.frame[["yi", "vi"]], np.c_[effects.y, effects.v])
    np.testing.assert_array_equal(effects.data["yi"], effects.y)
    assert effects.V.dims == ("estimate", "estimate_")
    assert effects.yi.sel(estimate="NA").item() == effects.y[1]


def test_labels_and_moderators_travel_with_the_estimates(effects: Effects) -> None:
    assert effects.labels == ("A", "NA", "None")
    assert effects.table.index.name == "estimate"
    assert effects.frame.loc["NA", "type"] == "y"
    assert list(effects.data["type"].values) == ["x", "y", "x"]
    assert list(effects.yi["study"].values) == ["A", "NA", "None"]
    assert (effects.k, effects.n_studies) == (3, 3)
    assert "3 estimates of 3 studies" in repr(effects)


def test_checked_trials_and_a_dataframe_give_the_same(table: pd.DataFrame) -> None:
    np.testing.assert_array_equal(
        effect_sizes(from_frame(table), SMD()).y, effect_sizes(table, "SMD").y
    )


def test_without_a_direction_effects_stay_as_they_stand_and_say_so(effects: Effects) -> None:
    assert not effects.directed
    assert np.sign(effects.y).tolist() == [1, 1, -1]
    assert "no direction was declared" in effects.direction


@pytest.mark.parametrize("measure", ["SMD", "MD"])
def test_with_a_direction_positive_favours_the_intervention(
    table: pd.DataFrame, measure: str
) -> None:
    turned = effect_sizes(table.assign(higher_is_better=["yes", "NO", "False"]), measure)
    plain = effect_sizes(table, measure)
    np.testing.assert_array_equal(turned.y, plain.y * [1, -1, -1])
    np.testing.assert_array_equal(turned.v, plain.v)
    assert turned.direction == "Positive effects favour the intervention."
    assert "NA, None" in turned.log[-1]


@pytest.mark.parametrize("words", [["yes", "no"], ["TRUE", "false"], [1, 0], [True, False]])
def test_ready_made_estimates_are_turned_by_any_word_of_direction(words: list[object]) -> None:
    np.testing.assert_array_equal(
        effect_sizes(generic(higher_is_better=words), "GEN").y, [0.1, -0.5]
    )


def test_turning_leaves_no_negative_zero() -> None:
    effects = effect_sizes(generic(yi=[0.0, 1.0], higher_is_better=["no", "no"]), "GEN")
    assert not np.signbit(effects.y[0])


@pytest.mark.parametrize(
    ("column", "cells", "study", "value"),
    [
        ("sd1", [1, 0, 3], "NA", "0"),
        ("sd2", [1, 2, -3], "None", "-3"),
        ("n1", [1, 30, 40], "A", "1"),
        ("n2", [20, 30.5, 40], "NA", "30.5"),
        ("n2", [20, -5, 40], "NA", "-5"),
        ("mean1", ["5", "six", "7"], "NA", "six"),
        ("sd1", ["1,5", "2", "3"], "A", "1,5"),
        ("mean2", [4, np.nan, 9], "NA", ""),
        ("mean2", ["4", " ", "9"], "NA", ""),
        ("mean2", [4, None, 9], "NA", ""),
        ("sd1", [1, 2, np.inf], "None", "inf"),
        ("higher_is_better", ["yes", "", "no"], "NA", ""),
        ("higher_is_better", ["yes", None, "no"], "NA", ""),
        ("higher_is_better", ["yes", "no", "up"], "None", "up"),
        ("study", ["A", "B", "A"], "A", "A"),
        ("estimate", ["e", "f", "e"], "A", "e"),
        ("study", ["A", "", "C"], "row 2", ""),
    ],
)
def test_a_bad_cell_is_named_with_a_remedy(
    table: pd.DataFrame, *, column: str, cells: list[object], study: str, value: str
) -> None:
    unnamed = table.assign(study="A") if column == "estimate" else table
    with pytest.raises(DataError) as refused:
        effect_sizes(unnamed.assign(**{column: cells}), "SMD")
    (problem,) = refused.value.problems
    assert (problem.study, problem.column, problem.value) == (study, column, value)
    assert problem.remedy


@pytest.mark.parametrize(
    ("columns", "column", "value"),
    [
        ({"vi": [0.04, 0.0]}, "vi", "0"),
        ({"vi": [0.04, -1.0]}, "vi", "-1"),
        ({"vi": [0.04, np.nan]}, "vi", ""),
        ({"vi": [0.04, np.nan], "sei": [0.2, np.nan]}, "vi or sei", ""),
        ({"sei": [0.2, -0.3]}, "sei", "-0.3"),
        ({"yi": [0.1, np.nan]}, "yi", ""),
    ],
)
def test_a_bad_ready_made_estimate_is_named(
    columns: dict[str, list[float]], column: str, value: str
) -> None:
    with pytest.raises(DataError) as refused:
        effect_sizes(generic(**columns), "GEN")
    (problem,) = refused.value.problems
    assert (problem.study, problem.column, problem.value) == ("B", column, value)


def test_all_problems_of_a_table_are_listed_at_once(table: pd.DataFrame) -> None:
    broken = table.assign(
        n1=["20", "x", "1"], sd2=[0, 2, np.nan], higher_is_better=["", "no", "?"]
    ).drop(columns="mean2")
    with pytest.raises(DataError) as refused:
        effect_sizes(broken, "SMD")
    found = {(p.study, p.column, p.value) for p in refused.value.problems}
    assert found == {
        ("NA", "n1", "x"),
        ("None", "n1", "1"),
        ("A", "sd2", "0"),
        ("None", "sd2", ""),
        ("A", "higher_is_better", ""),
        ("None", "higher_is_better", "?"),
        ("", "mean2", ""),
    }
    assert len(found) == len(refused.value.problems)
    assert str(refused.value).startswith("7 problems:\n  1. ")


def test_numbers_beyond_all_bounds_are_refused(table: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=r"study 'A'.*cannot be computed"):
        effect_sizes(table.assign(sd1=[1e-300, 2, 3], sd2=[1e-300, 2, 3]), "SMD")


def test_a_missing_choice_of_columns_is_named() -> None:
    with pytest.raises(DataError, match="'vi or sei'"):
        effect_sizes(generic().drop(columns="vi"), "GEN")


def test_an_unknown_measure_is_a_model_error(table: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match=r"GEN,.*MD,.*SMD,"):
        effect_sizes(table, "SMDX")


def test_a_study_may_repeat_where_estimates_have_labels() -> None:
    both = effect_sizes(generic(study=["A", "A"], estimate=["A early", "A late"]), "GEN")
    assert both.labels == ("A early", "A late")
    assert (both.k, both.n_studies) == (2, 1)
    assert effect_sizes(generic(study=["A", "A"], trial=["a1", "a2"]), "GEN").labels == ("a1", "a2")


def test_one_trial_is_enough() -> None:
    one = effect_sizes(generic().head(1), "GEN")
    assert (one.k, one.labels) == (1, ("A",))
    assert one.V.shape == (1, 1)


def test_studies_are_left_out_and_kept_by_any_of_their_names() -> None:
    three = pd.DataFrame(
        {
            "study": ["A", "A", "NA"],
            "trial": ["a1", "a2", "n"],
            "estimate": ["A (1)", "A (2)", "NA"],
            "yi": [1.0, 2.0, 3.0],
            "vi": [1.0, 1.0, 1.0],
        }
    )
    effects = effect_sizes(three, "GEN")
    assert effects.without("A").labels == ("NA",)
    assert effects.without("a1").labels == effects.without("A (1)").labels == ("A (2)", "NA")
    assert effects.only("A", "n").labels == effects.labels
    assert effects.only("NA").y.tolist() == [3.0]
    assert effects.without().labels == effects.labels


def test_what_was_left_out_is_written_down(effects: Effects) -> None:
    assert effects.without("A").log[-1] == "Left out by name: A."
    assert effects.only("A", "NA").log[-1] == "Kept by name: A, NA."
    assert "1 of 3" in effects.keep(effects.y < 0).log[-1]
    assert effects.labels == ("A", "NA", "None")


def test_keeping_takes_every_part_along(effects: Effects) -> None:
    kept = effects.keep(np.array([True, False, True]))
    assert kept.frame.equals(effects.frame.iloc[[0, 2]])
    assert kept.yi.equals(effects.yi.isel(estimate=[0, 2]))


@pytest.mark.parametrize(
    "act",
    [
        lambda effects: effects.without("A", "NA", "None"),
        lambda effects: effects.only(),
        lambda effects: effects.keep(np.zeros(3, dtype=bool)),
    ],
)
def test_nothing_left_is_refused(effects: Effects, act: Callable[[Effects], Effects]) -> None:
    with pytest.raises(DataError, match="No estimate is left"):
        act(effects)


def test_unknown_names_are_answered_with_the_known_ones(effects: Effects) -> None:
    with pytest.raises(DataError, match=r"'B'.*Choose from: A, NA, None") as refused:
        effects.without("B", "A", "C")
    assert [problem.study for problem in refused.value.problems] == ["B", "C"]


def test_the_unit_information_sd_is_the_measures(effects: Effects) -> None:
    assert effects.unit_sd() == 2.0
    assert np.isnan(effect_sizes(generic(), "GEN").unit_sd())


@pytest.fixture
def arms() -> pd.DataFrame:
    columns = {"n1": [20, 30, 40], "mean1": [5.0, 6.0, 7.0], "sd1": [1.0, 2.0, 3.0], "n2": 25,
               "mean2": 4.0, "sd2": 1.5}  # fmt: skip
    names = {"study": ["A", "A", "B"], "estimate": ["a1", "a2", "b"], "control": "c"}
    return pd.DataFrame(names | columns)


def test_what_is_shared_goes_wherever_the_estimates_go(arms) -> None:
    rule = dependence.SharedControl()
    effects = effect_sizes(arms, "MD", shared=(rule,))
    np.testing.assert_array_equal(effects.V, effect_sizes(arms, "MD").sharing(rule).V)
    np.testing.assert_array_equal(effects.only("A").V, effects.V[:2, :2])
    assert effects.without("a2").shared.independent
    assert effects.sharing().shared.independent
    assert effects.shared.dense(effects.v)[0, 1] == pytest.approx(1.5**2 / 25, rel=1e-12)
    turned = effects.shared.turned(np.array([1.0, -1.0, 1.0]))
    assert turned.dense(effects.v)[0, 1] == pytest.approx(-(1.5**2) / 25, rel=1e-12)


def test_rules_go_by_name(arms) -> None:
    named = effect_sizes(arms, "MD", shared=("SharedControl",))
    np.testing.assert_array_equal(
        named.V, effect_sizes(arms, "MD").sharing(dependence.SharedControl()).V
    )
    with pytest.raises(ModelError, match="Unknown dependence"):
        effect_sizes(arms, "MD", shared=("SharedControls",))


def test_an_assumed_correlation_is_tried_at_several_values(arms) -> None:
    effects = effect_sizes(arms.assign(outcome=["x", "y", "x"]), "MD")
    varied = effects.over_rho((dependence.Correlated(0.5),), (0.0, 0.3, 0.9))
    found = {rho: each.shared.dense(each.v)[0, 1] for rho, each in varied.items()}
    scale = np.sqrt(effects.v[0] * effects.v[1])
    assert found == pytest.approx({rho: rho * scale for rho in (0.0, 0.3, 0.9)}, rel=1e-12)
    with pytest.raises(ModelError, match="No rule assumes a correlation"):
        effects.over_rho((dependence.SharedControl(),), (0.5,))
    with pytest.raises(ModelError, match="between −1 and 1"):
        effects.over_rho((dependence.Correlated(0.5),), (1.0,))


MIXED = pd.DataFrame(
    [
        {"study": "means", "mean1": 5.0, "sd1": 2.0, "mean2": 4.0, "sd2": 2.0},
        {"study": "errors", "mean1": 5.0, "se1": 0.4, "mean2": 4.0, "se2": 0.4},
        {"study": "interval", "md": 1.0, "md_lower": 0.2, "md_upper": 1.8},
        {"study": "d", "d": 0.5},
        {"study": "ready", "yi": 0.4, "vi": 0.07, "measure": "SMD"},
        {"study": "both", "mean1": 5.0, "sd1": 2.0, "mean2": 4.0, "sd2": 2.0, "d": 9.0},
    ]
).assign(n1=30, n2=28)


def test_a_sheet_of_mixed_forms_becomes_effects_in_one_call() -> None:
    """The same as convert() first; each row by what it has, what is printed first."""
    at_once = effect_sizes(MIXED, "SMD", conversions="DEFAULT")
    converted = convert(MIXED, "SMD")
    in_two = effect_sizes(converted, "SMD")
    np.testing.assert_array_equal(at_once.y, in_two.y)
    np.testing.assert_array_equal(at_once.v, in_two.v)
    assert at_once.log == in_two.log
    assert at_once.conversions == converted.log
    own = effect_sizes(MIXED.iloc[[0]], "SMD")
    assert (at_once.y[0], at_once.y[5]) == (own.y[0], own.y[0])
    assert (at_once.y[4], at_once.v[4]) == (0.4, 0.07)
    assert any(line.startswith("Converted: SE to SD (2 cells), ") for line in at_once.log)


def test_rules_are_tried_in_their_order_and_by_name() -> None:
    row = MIXED.iloc[[3]].assign(md=1.0, md_se=0.5)
    by_name = effect_sizes(row, "SMD", conversions=("PrintedD", "DEFAULT"))
    by_rule = effect_sizes(row, "SMD", conversions=(conversions.PrintedD(), *conversions.DEFAULT))
    by_default = effect_sizes(row, "SMD", conversions="DEFAULT")
    one = effect_sizes(row, "SMD", conversions=conversions.PrintedD())
    assert by_name.y[0] == by_rule.y[0] == one.y[0]
    assert by_default.y[0] == one.y[0]
    by_md = effect_sizes(row, "SMD", conversions=("DifferenceOverSD", "DifferenceToSMD"))
    assert by_md.y[0] != pytest.approx(one.y[0], abs=1e-3)
    for wrong in ("SDToSE", ("SDToSE",), (3,), 3):
        with pytest.raises(ModelError, match="conversion"):
            effect_sizes(row, "SMD", conversions=wrong)
    with pytest.raises(ModelError, match="said by a rule"):
        effect_sizes(row, "SMD", conversions="DEFAULT", shared=3)


def test_an_assumed_distribution_widens_the_rows_it_concerns() -> None:
    table = MIXED.iloc[:1].assign(cluster_size=11.0)
    fixed = effect_sizes(table, "SMD", conversions=conversions.ClusterDesign(0.05))
    spread = effect_sizes(
        table, "SMD", conversions=conversions.ClusterDesign(priors.Uniform(0, 0.1))
    )
    plain = effect_sizes(MIXED.iloc[:1], "SMD")
    np.testing.assert_allclose(fixed.v, plain.v * 1.5, rtol=1e-12)
    np.testing.assert_allclose(spread.v, plain.v * 1.5, rtol=1e-6)
    assert any("Variances changed by what was assumed" in line for line in spread.log)


def test_all_rows_of_which_no_effect_can_be_made_are_listed_once_each() -> None:
    broken = pd.concat([MIXED, pd.DataFrame([
        {"study": "lost", "n1": 10, "n2": 12, "mean1": 3.0},
        {"study": "empty"},
        {"study": "wrong", "n1": 1, "n2": 12, "mean1": 3.0, "sd1": 1.0, "mean2": 3.0, "sd2": 1.0},
    ])])  # fmt: skip
    with pytest.raises(DataError) as refused:
        effect_sizes(broken, "SMD", conversions="DEFAULT")
    told = {p.study: (p.column, p.what) for p in refused.value.problems}
    assert len(told) == len(refused.value.problems) == 3
    assert told["wrong"][0] == "n1"
    assert told["lost"][0] == "sd1, mean2, sd2"
    assert "(mean1 = 3, n1 = 10, n2 = 12)" in told["lost"][1]
    assert told["empty"][0] == "n1, mean1, sd1, n2, mean2, sd2"
    assert "(no number)" in told["empty"][1]


def test_a_table_that_rests_on_a_distribution_says_what_it_lacks() -> None:
    table = pd.concat([MIXED.iloc[:1], pd.DataFrame([{"study": "lost", "n1": 10, "n2": 12}])])
    rules = (conversions.ClusterDesign(priors.Uniform(0, 0.1)),)
    with pytest.raises(DataError, match="lost"):
        effect_sizes(table.assign(cluster_size=5.0), "SMD", conversions=rules)


def test_mixed_sheets_cost_in_proportion_to_their_rows() -> None:
    def spent(rows: int) -> float:
        table = pd.concat([MIXED.iloc[:4]] * (rows // 4), ignore_index=True)
        table["study"] = [f"S{i}" for i in range(len(table))]
        trials = from_frame(table)
        began = time.process_time()
        effect_sizes(trials, "SMD", conversions="DEFAULT")
        return time.process_time() - began

    spent(400)
    assert spent(40_000) < 25 * spent(4000)


@pytest.mark.parametrize(
    "column", ["md_se", "change_sd1", "change_sd2", "baseline_sd1", "sei", "se2"]
)
@pytest.mark.parametrize("value", [-0.1, 0.0])
def test_what_must_be_positive_is_so_before_anything_is_converted(column, value) -> None:
    row = pd.DataFrame({"study": ["A"], "md": [1.0], "md_se": [0.1], "n1": 20, "n2": 20})
    row[column] = value
    for act in (
        lambda: effect_sizes(row, "MD", conversions="DEFAULT"),
        lambda: effect_sizes(from_frame(row), "MD", conversions="DEFAULT"),
        lambda: convert(row, "MD"),
    ):
        with pytest.raises(DataError) as refused:
            act()
        problem = refused.value.problems[0]
        assert (problem.study, problem.column, problem.value) == ("A", column, f"{value:g}")


@pytest.mark.parametrize("column", ["n1", "n2", "n_total"])
def test_sizes_are_whole_whatever_the_effect_comes_from(column) -> None:
    row = pd.DataFrame({"study": ["A"], "d": [0.5], "n1": 50, "n2": 50}).assign(**{column: 50.5})
    with pytest.raises(DataError, match=f"column '{column}', value '50.5'.*must be whole"):
        effect_sizes(row, "SMD", conversions="DEFAULT")


@pytest.mark.parametrize(
    ("cells", "code", "why"),
    [
        ({"md": 5.0, "md_lower": 0.1, "md_upper": 0.9}, "MD", "md lies outside its interval"),
        ({"md": -0.5, "t_stat": 2.0}, "SMD", "md and t_stat have opposite signs"),
        (
            {"hazard_ratio": 0.8, "hazard_ratio_lower": 0.6, "hazard_ratio_upper": 3.0},
            "HR",
            "not centred on hazard_ratio on the log scale",
        ),
    ],
)
def test_the_row_that_contradicts_itself_is_named_before_absent_columns(cells, code, why) -> None:
    table = pd.DataFrame([{"study": "A", "n1": 50, "n2": 50} | cells])
    with pytest.raises(DataError) as refused:
        effect_sizes(table, code, conversions="DEFAULT")
    first, *others = refused.value.problems
    assert first.study == "A"
    assert first.what.endswith(why)
    assert not any(problem.study for problem in others)


def test_a_column_in_other_letters_is_to_be_renamed(table: pd.DataFrame) -> None:
    for now, was in (("Study", "study"), ("N1", "n1")):
        with pytest.raises(DataError, match=f"Rename the column '{now}' to '{was}'"):
            effect_sizes(table.rename(columns={was: now}), "SMD")


@pytest.mark.parametrize(
    ("sei", "fits"), [(0.2, True), (0.202, True), (0.1991, True), (0.22, False), (0.04, False)]
)
def test_a_variance_and_a_standard_error_in_one_row_must_agree(sei, fits) -> None:
    table = generic(sei=[sei, np.nan])
    if fits:
        assert effect_sizes(table, "GEN").v.tolist() == [0.04, 0.09]
        return
    with pytest.raises(DataError, match=r"study 'A', column 'vi', value '0.04'.*not the square"):
        effect_sizes(table, "GEN")
