"""The rules: which rows they relate, how they combine, what they refuse, what they say."""

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import consilience as cs
from consilience import dependence
from consilience.dependence import (
    REGISTRY,
    Autoregressive,
    Clusters,
    Correlated,
    CorrelatedLevels,
    Given,
    SharedArms,
    SharedControl,
    SharedIntervention,
)
from consilience.errors import DataError, ModelError, RefusalError

SETTINGS = {
    "Correlated": {"rho": 0.5},
    "CorrelatedLevels": {"rho": {("a", "b"): 0.3}},
    "Autoregressive": {"rho": 0.8},
    "Clusters": {"column": "lab", "rho": 0.2},
    "Given": {"matrix": {"X": [[0.04, 0.01], [0.01, 0.09]]}},
}


def ready(**columns: object) -> pd.DataFrame:
    k = max((len(x) for x in columns.values() if isinstance(x, list)), default=2)
    vi = [0.04, 0.09, 0.05, 0.02, 0.06, 0.03][:k]
    table = {"study": ["X"] * k, "estimate": [f"e{i}" for i in range(k)], "yi": 0.1, "vi": vi}
    return pd.DataFrame(table | columns)


def correlations(table: pd.DataFrame, *rules, measure: str = "GEN") -> np.ndarray:
    effects = cs.effect_sizes(table, measure, shared=rules)
    sd = np.sqrt(effects.v)
    return effects.V.to_numpy() / np.outer(sd, sd)


@pytest.fixture
def arms() -> pd.DataFrame:
    """A trial with three arms and one with two."""
    return pd.DataFrame(
        {
            "study": ["X", "X", "Y"],
            "estimate": ["A-C", "B-C", "D-E"],
            "arm1": ["A", "B", "A"],
            "arm2": ["C", "C", "C"],
            "n1": [40, 50, 30],
            "mean1": [12.0, 11.0, 9.0],
            "sd1": [3.0, 4.0, 2.0],
            "n2": [45, 45, 45],
            "mean2": [10.0, 10.0, 10.0],
            "sd2": [3.5, 3.5, 3.5],
        }
    )


@pytest.mark.parametrize("name", REGISTRY)
def test_a_rule_is_known_by_its_name_and_compares_by_value(name) -> None:
    rule = dependence.get(name, **SETTINGS.get(name, {}))
    again = dependence.get(name, **SETTINGS.get(name, {}))
    assert type(rule) is REGISTRY[name]
    assert rule == again
    assert rule.title
    assert rule.label
    assert rule.source
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        rule.title = "other"
    with pytest.raises(ModelError, match=r"does not take"):
        dependence.get(name, nonsense=1)


def test_an_unknown_rule_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"Unknown dependence 'Shared'.*Clusters.*SharedControl"):
        dependence.get("Shared")


def test_nothing_is_shared_unless_it_is_said(arms) -> None:
    effects = cs.effect_sizes(arms, "MD")
    assert effects.shared.independent
    np.testing.assert_array_equal(effects.V, np.diag(effects.v))


def test_a_shared_control_brings_its_own_variance(arms) -> None:
    effects = cs.effect_sizes(arms, "MD", shared=(SharedControl("arm2"),))
    expected = np.diag(effects.v)
    expected[0, 1] = expected[1, 0] = 3.5**2 / 45  # arm C of study Y is another C
    np.testing.assert_allclose(effects.V, expected, rtol=1e-12)
    assert "`arm2`" in effects.log[-2]
    assert "2 of 3 estimates" in effects.log[-1]


def test_a_control_is_recognised_by_its_numbers_only_where_they_are_named(arms) -> None:
    numbers = ("n2", "mean2", "sd2")
    by_numbers = cs.effect_sizes(arms, "SMD", shared=(SharedControl(numbers),))
    by_name = cs.effect_sizes(arms, "SMD", shared=(SharedControl("arm2"),))
    np.testing.assert_array_equal(by_numbers.V, by_name.V)
    assert "n2, mean2, sd2" in by_numbers.log[-2]
    other = arms.assign(sd2=[3.5, 3.6, 3.5])
    apart = cs.effect_sizes(other, "SMD", shared=(SharedControl(numbers),))
    assert apart.shared.independent
    assert "independent" in apart.log[-1]


def test_the_mirror_of_a_shared_control_is_a_shared_intervention(arms) -> None:
    swapped = arms.rename(columns=lambda name: name.translate(str.maketrans("12", "21")))
    one = cs.effect_sizes(arms, "ROM", shared=(SharedControl("arm2"),))
    two = cs.effect_sizes(swapped, "ROM", shared=(SharedIntervention("arm1"),))
    np.testing.assert_allclose(one.V, two.V, rtol=1e-12)


def test_arms_are_found_on_either_side(arms) -> None:
    chain = arms.assign(arm1=["A", "C", "A"], arm2=["C", "B", "C"])
    middle = {"n1": [40, 45, 30], "mean1": [12.0, 10.0, 9.0], "sd1": [3.0, 3.5, 2.0]}
    second = {"n2": [45, 50, 45], "mean2": [10.0, 11.0, 10.0], "sd2": [3.5, 4.0, 3.5]}
    effects = cs.effect_sizes(chain.assign(**middle, **second), "MD", shared=(SharedArms(),))
    assert effects.V.to_numpy()[0, 1] == pytest.approx(-(3.5**2) / 45, rel=1e-12)


def test_a_closed_triangle_is_refused_by_its_study(arms) -> None:
    triangle = arms.assign(study="X", arm1=["A", "B", "A"], arm2=["C", "C", "B"])
    third = {"n1": [40, 50, 40], "mean1": [12.0, 11.0, 12.0], "sd1": [3.0, 4.0, 3.0]}
    second = {"n2": [45, 45, 50], "mean2": [10.0, 10.0, 11.0], "sd2": [3.5, 3.5, 4.0]}
    with pytest.raises(DataError, match=r"study 'X'.*not positive definite"):
        cs.effect_sizes(triangle.assign(**third, **second), "MD", shared=(SharedArms(),))


def test_an_arm_that_prints_two_numbers_is_refused(arms) -> None:
    with pytest.raises(DataError) as refused:
        cs.effect_sizes(arms.assign(n2=[45, 44, 45]), "MD", shared=(SharedControl("arm2"),))
    (problem,) = refused.value.problems
    assert (problem.study, problem.column, problem.value) == ("X (row 2)", "n2", "44")


def test_an_arm_without_a_name_is_refused_where_it_matters(arms) -> None:
    with pytest.raises(DataError, match=r"study 'X \(row 2\)', column 'arm2'"):
        cs.effect_sizes(arms.assign(arm2=["C", None, None]), "MD", shared=(SharedControl("arm2"),))
    with pytest.raises(DataError, match=r"column 'control'.*no such column.*arm2"):
        cs.effect_sizes(arms, "MD", shared=("SharedControl",))


def test_two_outcomes_of_a_shared_control_need_both_arms_and_their_correlation(arms) -> None:
    """A − C on pain, B − C on function: the arms' share times the outcomes' correlation."""
    two = arms.assign(outcome=["pain", "function", "pain"], n2=[45, 43, 45])
    with pytest.raises(DataError, match=r"column 'outcome'.*SharedArms.*Correlated"):
        cs.effect_sizes(two, "MD", shared=(SharedControl("arm2"), Correlated(0.4)))
    with pytest.raises(DataError, match=r"column 'outcome'.*Correlated\(rho"):
        cs.effect_sizes(two, "MD", shared=(SharedArms(),))
    both = cs.effect_sizes(two, "MD", shared=(SharedArms(), Correlated(0.4)))
    share = 3.5**2 / np.sqrt(45 * 43)
    assert both.V.to_numpy()[0, 1] == pytest.approx(0.4 * share, rel=1e-12)


def test_two_outcomes_of_one_comparison_correlate_as_given(arms) -> None:
    twice = pd.concat([arms, arms.assign(mean1=arms["mean1"] + 1)], ignore_index=True).assign(
        outcome=["pain"] * 3 + ["function"] * 3, estimate=list("abcdef")
    )
    found = correlations(twice, SharedArms(), Correlated(0.4), measure="MD")
    one = correlations(arms, SharedControl("arm2"), measure="MD")
    np.testing.assert_allclose(np.diag(found[:3, 3:]), 0.4, rtol=1e-12)
    np.testing.assert_allclose(found[:3, 3:], 0.4 * one, rtol=1e-12, atol=1e-15)


def test_constant_and_levelwise_correlations() -> None:
    table = ready(outcome=["a", "b", "c"])
    np.testing.assert_allclose(correlations(table, Correlated(0.5)), 0.5 + 0.5 * np.eye(3))
    matrix = np.array([[1.0, 0.3, 0.2], [0.3, 1.0, -0.1], [0.2, -0.1, 1.0]])
    mapping = {("a", "b"): 0.3, ("c", "a"): 0.2, ("b", "c"): -0.1}
    frame = pd.DataFrame(matrix, index=list("abc"), columns=list("abc"))
    for rho in (mapping, frame):
        np.testing.assert_allclose(correlations(table, CorrelatedLevels(rho)), matrix)
    assert CorrelatedLevels(CorrelatedLevels(mapping).rho) == CorrelatedLevels(mapping)
    with pytest.raises(DataError, match=r"study 'X .row 3.', column 'outcome'.*'a' with 'c'"):
        correlations(table, CorrelatedLevels({("a", "b"): 0.3, ("b", "c"): 0.3}))


def test_times_correlate_the_less_the_further_apart() -> None:
    table = ready(weeks=[4.0, 8.0, 12.0])
    apart = np.abs(np.subtract.outer([4, 8, 12], [4, 8, 12]))
    np.testing.assert_allclose(correlations(table, Autoregressive(0.9)), 0.9**apart)
    with pytest.raises(DataError, match="words, not numbers"):
        correlations(ready(timepoint=["post", "later"]), Autoregressive(0.9, over="timepoint"))
    with pytest.raises(DataError, match=r"study 'X \(row 2\)', column 'weeks'"):
        correlations(ready(weeks=[4.0, np.nan]), Autoregressive(0.9))


def test_outcomes_and_times_multiply() -> None:
    table = ready(outcome=["a", "b", "a", "b"], weeks=[1.0, 1.0, 3.0, 3.0])
    found = correlations(table, Correlated(0.5), Autoregressive(0.9))
    expected = np.kron([[1, 0.81], [0.81, 1]], [[1, 0.5], [0.5, 1]])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_separate_people_of_one_study_are_independent() -> None:
    table = ready(outcome=["a", "b", "a", "b"], population=["men", "men", "women", "women"])
    found = correlations(table, Correlated(0.5, within=("study", "population")))
    np.testing.assert_allclose(found, np.kron(np.eye(2), [[1, 0.5], [0.5, 1]]), rtol=1e-12)


def test_clusters_speak_last_and_given_numbers_first() -> None:
    table = ready(study=["X", "X", "Y"], outcome=["a", "b", "a"], lab=["L", "L", "L"])
    found = correlations(table, Clusters("lab", 0.1), Correlated(0.5))
    np.testing.assert_allclose(found, [[1, 0.5, 0.1], [0.5, 1, 0.1], [0.1, 0.1, 1]])
    matrix = {"X": [[0.04, 0.03], [0.03, 0.09]]}
    printed = correlations(table, Clusters("lab", 0.1), Correlated(0.9), Given(matrix))
    assert printed[0, 1] == pytest.approx(0.03 / np.sqrt(0.04 * 0.09))
    assert printed[0, 2] == pytest.approx(0.1)
    alone = correlations(table.assign(lab=["L", None, "L"]), Clusters("lab", 0.1))
    np.testing.assert_allclose(alone, [[1, 0, 0.1], [0, 1, 0], [0.1, 0, 1]])


def test_a_whole_matrix_is_taken_as_it_is() -> None:
    whole = np.array([[0.04, 0.01, 0.0], [0.01, 0.09, 0.02], [0.0, 0.02, 0.05]])
    table = ready(study=["X", "X", "Y"])
    for matrix in (whole, pd.DataFrame(whole), whole.tolist()):
        found = cs.effect_sizes(table, "GEN", shared=(Given(matrix),))
        np.testing.assert_allclose(found.V, whole, rtol=1e-12)


@pytest.mark.parametrize(
    ("matrix", "error", "words"),
    [
        ({"Z": [[1.0]]}, DataError, r"study 'Z'.*no such study"),
        ({"X": [[0.04]]}, DataError, r"study 'X'.*1 estimates, and there are 2"),
        ({"X": [[0.05, 0.01], [0.01, 0.09]]}, DataError, r"row 1.*'vi'.*0.05 is not that"),
        ({"X": [[0.04, 0.01], [0.02, 0.09]]}, DataError, "not symmetric"),
        ({"X": [[0.04, 0.07], [0.07, 0.09]]}, DataError, r"study 'X'.*not positive definite"),
        ({"X": [[0.04, np.nan], [np.nan, 0.09]]}, ModelError, "square matrix of numbers"),
        ({"X": [1.0, 2.0]}, ModelError, "square matrix"),
        ("nonsense", ModelError, "square matrix"),
    ],
)
def test_a_matrix_that_is_none_is_refused(matrix, error, words) -> None:
    with pytest.raises(error, match=words):
        correlations(ready(), Given(matrix))


@pytest.mark.parametrize("rho", [1.0, -1.0, 1.5, np.nan, np.inf, "0.5", None, True])
@pytest.mark.parametrize("kind", [Correlated, Autoregressive, lambda rho: Clusters("lab", rho)])
def test_what_is_no_correlation_is_refused(kind, rho) -> None:
    with pytest.raises(ModelError, match="between −1 and 1"):
        kind(rho)


@pytest.mark.parametrize("columns", [(), "", ("a", 3), ("",), 3, None])
def test_columns_must_be_names(columns) -> None:
    with pytest.raises(ModelError, match="must name one column or more"):
        SharedControl(columns)
    with pytest.raises(ModelError, match="must name one column or more"):
        Correlated(0.5, over=columns)
    with pytest.raises(ModelError, match="must name one column"):
        Autoregressive(0.5, over=columns or ("weeks", "months"))


def test_correlations_that_cannot_all_hold_are_refused_by_study() -> None:
    table = ready(study=["X"] * 3 + ["Y"] * 3, outcome=list("abcabc"))
    with pytest.raises(DataError) as refused:
        correlations(table, Correlated(-0.6))
    assert [problem.study for problem in refused.value.problems] == ["X", "Y"]
    same = ready(outcome=["a", "a"])
    assert correlations(same, Correlated(0.5))[0, 1] == 0.0


def test_a_measure_without_arms_refuses_and_correlates_by_number(arms) -> None:
    table = ready(control=["c", "c"])
    with pytest.raises(RefusalError, match="Clusters"):
        correlations(table, SharedControl())
    assert correlations(table, Clusters("study", 0.5))[0, 1] == pytest.approx(0.5)


def test_ready_made_rows_share_by_their_sizes_as_in_vcalc(arms) -> None:
    """metafor's vcalc(grp1, grp2, w1, w2): correlation of weights; printed rows beside raw ones."""
    raw = cs.effect_sizes(arms, "SMD", shared=(SharedControl("arm2"),))
    made = arms.assign(yi=raw.y, vi=raw.v, measure="SMD")
    found = correlations(made, SharedArms(), measure="SMD")
    by_weights = (1 / 45) / np.sqrt((1 / 40 + 1 / 45) * (1 / 50 + 1 / 45))
    assert found[0, 1] == pytest.approx(by_weights, rel=1e-12)
    mixed = made.assign(measure=["SMD", None, None], yi=[raw.y[0], *[np.nan] * 2], vi=raw.v)
    between = correlations(mixed, SharedArms(), measure="SMD")[0, 1]
    assert between == pytest.approx(by_weights, rel=0.05)
    with pytest.raises(DataError, match=r"study 'X \(row 1\)', column 'n1, n2'"):
        correlations(made.assign(n1=[np.nan, 50, 30]), SharedArms(), measure="SMD")


def test_a_design_effect_widens_what_is_shared_as_well(arms) -> None:
    plain = cs.effect_sizes(arms, "MD", shared=(SharedControl("arm2"),))
    wide = cs.effect_sizes(arms.assign(design_effect=2.0), "MD", shared=(SharedControl("arm2"),))
    np.testing.assert_allclose(wide.V, 2 * plain.V, rtol=1e-12)


def test_a_turned_scale_changes_no_covariance(arms) -> None:
    plain = cs.effect_sizes(arms, "SMD", shared=(SharedControl("arm2"),))
    turned = cs.effect_sizes(
        arms.assign(higher_is_better="no"), "SMD", shared=(SharedControl("arm2"),)
    )
    np.testing.assert_array_equal(turned.y, -plain.y)
    np.testing.assert_array_equal(turned.V, plain.V)


def test_a_divided_control_is_not_shared_as_well(arms) -> None:
    split = cs.convert(arms, "SMD", rules=(cs.trials.conversions.SplitControl(("A-C", "B-C")),))
    assert cs.effect_sizes(split, "SMD").shared.independent
    with pytest.raises(ModelError, match="SplitControl"):
        cs.effect_sizes(split, "SMD", shared=(SharedControl("arm2"),))


def test_a_block_too_large_to_hold_is_refused() -> None:
    k = 7000
    table = pd.DataFrame(
        {"study": "X", "estimate": [str(i) for i in range(k)], "yi": 0.1, "vi": 1.0}
    )
    with pytest.raises(DataError, match="smaller clusters"):
        cs.effect_sizes(table, "GEN", shared=(Clusters("study", 0.5),))


def test_one_estimate_and_none_related() -> None:
    one = cs.effect_sizes(ready().head(1), "GEN", shared=(Clusters("study", 0.5),))
    assert one.shared.independent
    assert one.V.shape == (1, 1)


@settings(max_examples=60, deadline=None)
@given(
    studies=st.lists(st.integers(0, 3), min_size=2, max_size=9),
    rho=st.floats(0.0, 0.95),
    decay=st.floats(0.0, 0.95),
    seed=st.integers(0, 2**31),
)
def test_any_mixture_of_rules_is_a_covariance(studies, rho, decay, seed) -> None:
    """A product of correlation matrices is one; the same in any order of rows and rules."""
    rng = np.random.default_rng(seed)
    k = len(studies)
    table = pd.DataFrame(
        {
            "study": [f"S{each}" for each in studies],
            "estimate": [f"e{i}" for i in range(k)],
            "outcome": [f"o{i}" for i in range(k)],
            "weeks": rng.integers(0, 9, k).astype(float),
            "arm1": [f"t{i}" for i in rng.integers(0, 2, k)],
            "arm2": [f"c{i}" for i in rng.integers(0, 2, k)],
            "mean1": rng.normal(3, 1, k),
        }
    ).assign(n1=20.0, n2=25.0, mean2=2.0, sd1=1.0, sd2=1.5)
    rules = (SharedArms(), Correlated(rho), Autoregressive(decay))
    effects = cs.effect_sizes(table, "SMD", shared=rules)
    whole = effects.V.to_numpy()
    assert np.linalg.eigvalsh(whole)[0] > 0
    np.testing.assert_array_equal(whole, whole.T)
    np.testing.assert_array_equal(np.diag(whole), effects.v)
    apart = np.not_equal.outer(table["study"].to_numpy(), table["study"].to_numpy())
    assert (whole[apart] == 0).all()
    order = rng.permutation(k)
    mixed = cs.effect_sizes(table.iloc[order], "SMD", shared=rules[::-1])
    np.testing.assert_allclose(mixed.V, whole[np.ix_(order, order)], rtol=1e-12, atol=1e-15)
