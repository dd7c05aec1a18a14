"""The verb: which rows change, in which order, what is written down, what is refused."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.across import across

from consilience.convert import convert
from consilience.effects import effect_sizes
from consilience.errors import DataError, ModelError
from consilience.trials import conversions, read_trials
from consilience.trials.conversions import DEFAULT, REGISTRY, Rule

DATA = Path(__file__).parents[3] / "data" / "smi_functioning" / "trials.csv"
SETTINGS = {
    "Rescale": {"scale": "x", "factor": 2.0},
    "ReverseScale": {"scale": "x", "least": 0.0, "greatest": 9.0},
    "SwapArms": {"rows": ("A",)},
    "CombineArms": {"rows": ("A", "B")},
    "SplitControl": {"rows": ("A", "B")},
    "GivenSD": {"scale": "x", "sd": 2.0, "reference": "norms"},
    "ClusterDesign": {"icc": 0.05},
    "ClusterArms": {"icc": 0.05},
} | {
    key: {"correlation": 0.5}
    for key in ("ChangeSD", "ChangeToFinal", "CrossoverToMD", "CrossoverToSMD")
}

each = across("name", REGISTRY)


@pytest.fixture
def mixed() -> pd.DataFrame:
    """One row of each form."""
    return pd.DataFrame(
        [
            {"study": "means", "mean1": 5.0, "sd1": 2.0, "mean2": 4.0, "sd2": 2.0},
            {"study": "errors", "mean1": 5.0, "se1": 0.4, "mean2": 4.0, "se2": 0.4},
            {"study": "interval", "md": 1.0, "md_lower": 0.2, "md_upper": 1.8},
            {"study": "d", "d": 0.5},
            {"study": "F", "f_stat": 4.0, "md": 1.0},
            {"study": "p", "p_value": 0.03, "md": -1.0},
            {"study": "quartiles", "mean2": 4.0, "sd2": 2.0, "median1": 5.0}
            | {"lower_quartile1": 4.0, "upper_quartile1": 6.5},
        ]
    ).assign(n1=30, n2=28)


@each
def test_a_rule_knows_everything_about_itself(name) -> None:
    rule = conversions.get(name, **SETTINGS.get(name, {}))
    assert isinstance(rule, Rule)
    assert rule.title
    assert rule.equation
    assert rule.gives
    assert "doi" in rule.source or name in ("EqualArms", "CountsToOR")
    assert rule == conversions.get(name, **SETTINGS.get(name, {}))
    assert hash(rule) == hash(conversions.get(name, **SETTINGS.get(name, {})))
    assert rule.title in rule.label
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        rule.title = "other"


@each
def test_titles_tell_rules_apart(name) -> None:
    titles = [kind.title for kind in REGISTRY.values()]
    assert titles.count(REGISTRY[name].title) == 1


NAMING = {"Rescale", "ReverseScale", *(name for name in SETTINGS if "rows" in SETTINGS[name])}
"""They name rows or a scale that must be there."""


@across("name", [name for name in REGISTRY if name not in NAMING])
def test_a_rule_bears_a_table_that_has_nothing_for_it(name) -> None:
    for rows in (1, 2):
        table = pd.DataFrame({"study": list("AB")[:rows]})
        rule = conversions.get(name, **SETTINGS.get(name, {}))
        code = rule.measure or "SMD"
        assert not convert(table, code, rules=(rule,)).log


def test_a_mixed_sheet_becomes_effects(mixed) -> None:
    trials = convert(mixed, "SMD")
    effects = effect_sizes(trials, "SMD")
    assert effects.k == 7
    assert np.isfinite(effects.y).all()
    np.testing.assert_array_equal(np.sign(effects.y), [1, 1, 1, 1, 1, -1, 1])
    assert "Taken as ready-made effects: interval, d, F, p." in effects.log
    assert effects.y[0] == effect_sizes(mixed.iloc[[0]], "SMD").y[0]


def test_every_change_says_what_from_what_and_by_which_rule(mixed) -> None:
    trials = convert(mixed, "SMD")
    (line,) = [x for x in trials.log if (x.study, x.column) == ("errors", "sd1")]
    assert line.was == ""
    assert float(line.now) == pytest.approx(0.4 * np.sqrt(30))
    assert line.rule == "SE to SD: sd = se √n"
    assert line.given == "n1 = 30, se1 = 0.4"
    assert "doi:10.1002/9781119536604" in line.source
    changed = {(x.study, x.column) for x in trials.log}
    before, after = mixed.set_index("study"), trials.frame.set_index("study")
    differing = {
        (study, column)
        for study in after.index
        for column in after
        if not pd.isna(after.loc[study, column])
        and (column not in before or pd.isna(before.loc[study, column]))
    }
    assert changed == differing


def test_nothing_printed_is_overwritten(mixed) -> None:
    after = convert(mixed, "SMD").frame
    for column in mixed:
        known = mixed[column].notna()
        assert (after.loc[known, column] == mixed.loc[known, column]).all()


def test_a_row_that_has_all_is_left_alone(mixed) -> None:
    table = mixed.iloc[[0]].assign(d=9.0, se1=7.0, md_lower=0.0, md_upper=9.0)
    assert not convert(table, "SMD").log


def test_a_conversion_twice_is_a_conversion_once(mixed) -> None:
    once = convert(mixed, "SMD")
    twice = convert(once, "SMD")
    pd.testing.assert_frame_equal(once.frame, twice.frame)
    assert once.log == twice.log


def test_rules_run_in_the_order_given(mixed) -> None:
    table = mixed.iloc[[3]].assign(md=1.0, md_se=0.5)
    by_d = effect_sizes(convert(table, "SMD"), "SMD").y[0]
    turned = tuple(reversed(DEFAULT))
    by_md = effect_sizes(convert(table, "SMD", rules=turned), "SMD").y[0]
    assert by_d == pytest.approx(0.4933, abs=1e-3)
    assert by_md != pytest.approx(by_d, abs=1e-3)


def test_rules_go_by_name_as_well(mixed) -> None:
    names = ("SEToSD", "PrintedD")
    found = convert(mixed, "SMD", rules=names)
    known = convert(mixed, "SMD", rules=[conversions.get(name) for name in names])
    assert found.log == known.log
    with pytest.raises(ModelError, match=r"Unknown conversion 'SDToSE'.*SEToSD"):
        convert(mixed, "SMD", rules=("SDToSE",))
    with pytest.raises(ModelError, match="does not take"):
        conversions.get("ClusterDesign", rho=0.1)
    with pytest.raises(ModelError, match="Unknown effect measure"):
        convert(mixed, "SMDD")


def test_nothing_is_converted_silently(mixed) -> None:
    with pytest.raises(DataError) as caught:
        effect_sizes(mixed, "SMD")
    remedies = {p.study: p.remedy for p in caught.value.problems if p.study}
    assert remedies["errors"] == "convert(trials, 'SMD') would do it by: SE to SD."
    assert "CI of a difference to SE, Difference and SE to SMD" in remedies["interval"]
    assert "Printed d" in remedies["d"]
    assert "Median to mean" in remedies["quartiles"]
    assert "means" not in remedies


def test_a_whole_missing_column_is_answered_row_by_row() -> None:
    table = pd.DataFrame({"study": ["A", "B"], "n1": 20, "n2": 20, "d": [0.3, np.nan]})
    with pytest.raises(DataError) as caught:
        effect_sizes(table, "SMD")
    assert [p.study for p in caught.value.problems if "Printed d" in p.remedy] == ["A"]


def test_an_effect_of_another_measure_is_not_taken(mixed) -> None:
    trials = convert(mixed, "MD")
    ready = trials.frame["measure"].notna().to_numpy()
    with pytest.raises(DataError):
        effect_sizes(trials.keep(ready), "SMD")
    log_or = pd.DataFrame({"study": ["A", "B"], "yi": 0.3, "vi": 0.1, "measure": ["OR", "SMD"]})
    with pytest.raises(DataError, match="several measures"):
        effect_sizes(log_or, "GEN")


@pytest.mark.parametrize(("column", "value"), [("vi", 0.0), ("vi", -1.0), ("design_effect", 0.5)])
def test_ready_made_effects_are_checked(column, value) -> None:
    table = pd.DataFrame({"study": ["A"], "yi": 0.3, "vi": 0.1, "measure": "SMD", "n1": 9, "n2": 9})
    with pytest.raises(DataError) as caught:
        effect_sizes(table.assign(**{column: value}), "SMD")
    assert column in {problem.column for problem in caught.value.problems}


def test_ready_made_effects_are_turned_with_their_scale() -> None:
    table = pd.DataFrame({"study": ["A"], "yi": 0.3, "vi": 0.1, "measure": "SMD"})
    found = effect_sizes(table.assign(higher_is_better="no", design_effect=2.0), "SMD")
    assert (found.y[0], found.v[0]) == (-0.3, 0.2)


@pytest.mark.parametrize("trials", [None, [], "table.csv", 3])
def test_only_trials_can_be_converted(trials) -> None:
    with pytest.raises(DataError, match="read_trials"):
        convert(trials, "SMD")


def test_the_left_out_rows_of_the_review_become_usable() -> None:
    trials = read_trials(DATA)
    table = trials.frame
    arms = ["n1", "mean1", "sd1", "n2", "mean2", "sd2"]
    left = table[arms].isna().any(axis="columns").to_numpy()
    after = convert(trials.keep(left), "SMD", rules=("TotalFromDF", "EqualArms", *DEFAULT))
    usable = after.frame[arms].notna().all(axis="columns") | after.frame["yi"].notna()
    assert {"FOWLER2018", "CHATTERJEE2014", "ROMAIN2018", "LUTHER2018", "SANCHEZ2014"} <= set(
        after.frame.loc[usable, "trial"]
    )
    assert not {"CBSST_CCT", "ECLIPSE2023"} & set(after.frame.loc[usable, "trial"])
