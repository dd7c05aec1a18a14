"""Clusters, crossover, several arms, units and directions, borrowed SDs: on raw data."""

import numpy as np
import pandas as pd
import pytest

from consilience.convert import convert
from consilience.effects import effect_sizes
from consilience.errors import DataError, ModelError
from consilience.trials.conversions import (
    DEFAULT,
    BorrowSD,
    ClusterArms,
    ClusterDesign,
    CombineArms,
    CrossoverCorrelation,
    CrossoverToMD,
    CrossoverToSMD,
    GivenSD,
    Rescale,
    ReverseScale,
    SplitControl,
    SwapArms,
)


def clustered(rng, sizes: np.ndarray, *, icc: float, trials: int) -> np.ndarray:
    """Draw one arm, (trials, people), whose clusters have these sizes."""
    shared = np.repeat(rng.normal(0, np.sqrt(icc), (trials, len(sizes))), sizes, axis=1)
    return shared + rng.normal(0, np.sqrt(1 - icc), (trials, sizes.sum()))


@pytest.mark.parametrize(
    "sizes", [np.full(12, 10), np.array([2, 3, 4, 5, 6, 8, 10, 12, 15, 17, 18, 20])]
)
def test_the_design_effect_is_the_variance_of_clustered_trials(rng, make, through, sizes) -> None:
    raw = make(*(clustered(rng, sizes, icc=0.1, trials=2500) for _ in range(2)))
    table = raw.arms_table(cluster_size=sizes.mean(), cluster_cv=sizes.std() / sizes.mean())
    y, v = through(table, "MD", ClusterDesign(0.1))
    naive = raw.effects("MD")[1]
    # the arms' own SDs fall short by the clusters they share, here by a hundredth
    assert v.mean() == pytest.approx(y.var(), rel=0.09)
    assert naive.mean() < 0.65 * y.var()


@pytest.mark.parametrize(
    "sizes", [np.full(12, 10), np.array([2, 3, 4, 5, 6, 8, 10, 12, 15, 17, 18, 20])]
)
def test_clusters_in_one_arm_widen_that_arms_share(rng, make, through, sizes) -> None:
    """Groups led by a therapist against people treated one by one, in arms of unequal size."""
    groups = clustered(rng, sizes, icc=0.1, trials=4000)
    raw = make(1.3 * groups, rng.normal(0.0, 1.0, (4000, 60)))
    of_groups = {"size": sizes.mean(), "cv": sizes.std() / sizes.mean()}
    columns = {f"cluster_{name}1": value for name, value in of_groups.items()}
    y, v = through(raw.arms_table(**columns), "MD", ClusterArms(0.1))
    assert v.mean() == pytest.approx(y.var(), rel=0.09)
    assert raw.effects("MD")[1].mean() < 0.85 * y.var()
    swapped = make(*raw.arms[::-1])
    mirrored = {f"cluster_{name}2": value for name, value in of_groups.items()}
    again, w = through(swapped.arms_table(**mirrored), "MD", ClusterArms(0.1))
    np.testing.assert_allclose(again, -y, rtol=1e-12)
    np.testing.assert_allclose(w, v, rtol=1e-12)


def test_clusters_in_both_arms_alike_are_clusters_in_the_trial(rng, make, through) -> None:
    raw = make(rng.normal(0.0, 1.0, (5, 40)), rng.normal(0.0, 2.0, (5, 30)))
    both = raw.arms_table(cluster_size1=8.0, cluster_cv1=0.4, cluster_size2=8.0, cluster_cv2=0.4)
    one = raw.arms_table(cluster_size=8.0, cluster_cv=0.4)
    np.testing.assert_allclose(
        through(both, "SMD", ClusterArms(0.05))[1],
        through(one, "SMD", ClusterDesign(0.05))[1],
        rtol=1e-12,
    )


def test_arms_without_sds_share_by_their_sizes(filled) -> None:
    table = pd.DataFrame(
        {
            "study": list("ABCDE"),
            "n1": [30, 30, 30, 30, np.nan],
            "n2": [60, 60, 60, 60, 60],
            "cluster_size1": [11, np.nan, 0.5, 1, 11],
            "cluster_size2": [np.nan] * 5,
        }
    )
    (effect,) = filled(table.assign(design_effect=np.nan), ("design_effect",), ClusterArms(0.05))
    np.testing.assert_allclose(effect, [1 + 0.5 * 2 / 3, np.nan, np.nan, 1.0, np.nan])


def test_a_printed_icc_goes_before_the_assumed_one(filled) -> None:
    table = pd.DataFrame(
        {"study": ["A", "B", "C"], "cluster_size": [11, 11, np.nan], "icc": [0.02, np.nan, 0.3]}
    )
    (effect,) = filled(table.assign(design_effect=np.nan), ("design_effect",), ClusterDesign(0.05))
    np.testing.assert_allclose(effect, [1.2, 1.5, np.nan])


def crossed(rng, *, r: float, n: int, trials: int, gap: float = 0.5) -> np.ndarray:
    return rng.multivariate_normal([gap, 0.0], [[1.0, r], [r, 1.0]], (trials, n))


@pytest.mark.parametrize("r", [0.0, 0.5, 0.8])
def test_crossover_trials_have_the_variance_of_their_pairs(rng, make, through, r) -> None:
    values = crossed(rng, r=r, n=30, trials=2500)
    raw = make(values[..., 0], values[..., 1])
    table = raw.arms_table(n_pairs=30)
    y, v = through(table, "MD", CrossoverToMD(r))
    assert v.mean() == pytest.approx(y.var(), rel=0.08)
    g, v = through(table, "SMD", CrossoverToSMD(r))
    assert g.mean() == pytest.approx(0.5, abs=0.015)
    assert v.mean() == pytest.approx(g.var(), rel=0.08)


@pytest.mark.parametrize("printed", ["t_stat", "md_se"])
def test_a_paired_test_gives_the_correlation_of_the_raw_data(rng, make, filled, printed) -> None:
    values = crossed(rng, r=0.7, n=25, trials=50)
    raw = make(values[..., 0], values[..., 1])
    change = values[..., 0] - values[..., 1]
    se = change.std(axis=1, ddof=1) / 5
    shown = {"t_stat": change.mean(axis=1) / se, "md_se": se}
    table = raw.arms_table(n_pairs=25, **{printed: shown[printed]})
    r, v = filled(table, ("pair_r", "vi"), CrossoverCorrelation(), CrossoverToMD(0.0), measure="MD")
    np.testing.assert_allclose(r, [np.corrcoef(each.T)[0, 1] for each in values], rtol=1e-8)
    np.testing.assert_allclose(v, se**2, rtol=1e-8)


def test_a_crossover_trial_is_not_read_as_a_parallel_one(rng, make) -> None:
    values = crossed(rng, r=0.7, n=25, trials=1)
    table = make(values[..., 0], values[..., 1]).arms_table(n_pairs=25)
    with pytest.raises(DataError, match=r"crossover trial.*CrossoverToSMD"):
        effect_sizes(table, "SMD")


@pytest.fixture
def three_arms(rng) -> list[np.ndarray]:
    return [rng.normal(loc, 2.0, n) for loc, n in ((4.0, 14), (5.5, 20), (3.0, 19))]


def two_rows(arms: list[np.ndarray], **more: object) -> pd.DataFrame:
    first, second, control = arms
    table = pd.DataFrame({"study": ["A (one)", "A (two)"], "intervention": ["one", "two"]} | more)
    for name, values in (("n", len), ("mean", np.mean), ("sd", lambda x: np.std(x, ddof=1))):
        table[f"{name}1"] = [float(values(first)), float(values(second))]
        table[f"{name}2"] = float(values(control))
    return table


def test_combined_arms_are_those_of_all_participants(three_arms) -> None:
    first, second, control = three_arms
    both = np.concatenate([first, second])
    rule = CombineArms(("A (one)", "A (two)"))
    trials = convert(two_rows(three_arms), "SMD", rules=(rule,))
    assert len(trials) == 1
    row = trials.frame.iloc[0]
    assert (row["n1"], row["n2"]) == (34, 19)
    np.testing.assert_allclose([row["mean1"], row["sd1"]], [both.mean(), both.std(ddof=1)])
    np.testing.assert_allclose([row["mean2"], row["sd2"]], [control.mean(), control.std(ddof=1)])
    assert row["intervention"] == "one + two"
    assert "2 rows" in {line.was for line in trials.log}


def test_comparators_of_one_intervention_are_combined_likewise(three_arms) -> None:
    swapped = convert(two_rows(three_arms), "SMD", rules=(SwapArms(("A (one)", "A (two)")),))
    trials = convert(swapped, "SMD", rules=(CombineArms(("A (one)", "A (two)"), arm=2),))
    both = np.concatenate(three_arms[:2])
    np.testing.assert_allclose(trials.frame["sd2"], [both.std(ddof=1)])


def test_arms_of_different_trials_are_not_combined(three_arms) -> None:
    table = two_rows(three_arms).assign(mean2=[3.0, 3.1], timepoint=["post", "follow-up"])
    with pytest.raises(DataError) as caught:
        convert(table, "SMD", rules=(CombineArms(("A (one)", "A (two)")),))
    assert {problem.column for problem in caught.value.problems} == {"mean2", "timepoint"}
    with pytest.raises(DataError, match="nothing to combine"):
        convert(table, "SMD", rules=(CombineArms(("A (one)",)),))
    with pytest.raises(DataError, match="no row has this name"):
        convert(table, "SMD", rules=(CombineArms(("A (one)", "B")),))
    with pytest.raises(ModelError, match="arm must be 1 or 2"):
        CombineArms(("A (one)",), arm=3)


def test_a_divided_control_is_counted_once(three_arms) -> None:
    table = two_rows(three_arms, events2=7.0)
    trials = convert(table, "SMD", rules=(SplitControl(("A (one)", "A (two)")),))
    assert list(trials.frame["n2"]) == [10, 9]
    assert trials.frame["events2"].sum() == 7
    assert list(trials.frame["sd2"]) == list(table["sd2"])


def test_a_divided_control_makes_the_pooled_variance_honest(rng) -> None:
    n, trials = 20, 3000
    control = rng.normal(size=(trials, n)).mean(axis=1)
    means = [rng.normal(size=(trials, n)).mean(axis=1) for _ in range(2)]
    pooled = (means[0] + means[1]) / 2 - control
    table = pd.DataFrame({"study": ["A", "B"], "mean1": 0.0, "mean2": 0.0, "sd1": 1.0, "sd2": 1.0})
    table = table.assign(n1=n, n2=n)
    whole = effect_sizes(table, "MD").v
    split = effect_sizes(convert(table, "MD", rules=(SplitControl(("A", "B")),)), "MD").v
    truth = pooled.var()
    assert 1 / (1 / whole).sum() < 0.75 * truth
    assert 1 / (1 / split).sum() == pytest.approx(truth, rel=0.06)


def test_a_divided_control_keeps_what_a_standard_error_says_of_the_sd(three_arms) -> None:
    table = two_rows(three_arms)
    sd, n = table.sd2[0], table.n2[0]
    table = table.assign(se2=sd / np.sqrt(n), sd2=np.nan, mean2_lower=2.0, mean2_upper=4.0)
    rules = (SplitControl(("A (one)", "A (two)")), *DEFAULT)
    np.testing.assert_allclose(convert(table, "SMD", rules=rules).frame["sd2"], sd)


def test_controls_that_differ_are_not_divided(three_arms) -> None:
    with pytest.raises(DataError, match="do not share"):
        convert(
            two_rows(three_arms).assign(n2=[19, 18]),
            "SMD",
            rules=(SplitControl(("A (one)", "A (two)")),),
        )


@pytest.fixture
def minutes(rng, make) -> pd.DataFrame:
    raw = make(rng.normal(300, 60, (3, 20)), rng.normal(260, 60, (3, 20)))
    return raw.arms_table(
        scale="time use", higher_is_better="yes", md=40.0, md_lower=10.0, md_upper=70.0
    )


def test_another_unit_changes_the_difference_and_not_the_smd(minutes, through) -> None:
    rule = Rescale("time use", 1 / 60, 5.0)
    np.testing.assert_allclose(through(minutes, "SMD", rule), through(minutes, "SMD"))
    (y, v), (hours, squared) = through(minutes, "MD"), through(minutes, "MD", rule)
    np.testing.assert_allclose((hours * 60, squared * 3600), (y, v))
    frame = convert(minutes, "MD", rules=(rule,)).frame
    np.testing.assert_allclose(frame[["md", "md_lower", "md_upper"]].iloc[0] * 60, [40, 10, 70])
    np.testing.assert_allclose(frame["mean1"], minutes["mean1"] / 60 + 5)


def test_a_reversed_scale_keeps_the_turned_effect(minutes, through) -> None:
    rule = ReverseScale("time use", 0, 600)
    np.testing.assert_allclose(through(minutes, "MD", rule), through(minutes, "MD"))
    trials = convert(minutes, "MD", rules=(rule,))
    assert set(trials.frame["higher_is_better"]) == {"no"}
    np.testing.assert_allclose(trials.frame["mean1"], 600 - minutes["mean1"])
    np.testing.assert_allclose(
        trials.frame[["md", "md_lower", "md_upper"]].iloc[0], [-40, -70, -10]
    )
    again = convert(trials, "MD", rules=(rule,)).frame
    pd.testing.assert_frame_equal(
        again[minutes.columns], minutes, check_dtype=False, check_like=True
    )


def test_exchanged_arms_turn_the_effect(minutes, through) -> None:
    table = minutes.assign(d=0.3)
    y, v = through(table, "SMD")
    turned, same = through(table, "SMD", SwapArms(("T1",)))
    np.testing.assert_allclose(turned, y * [1, -1, 1])
    np.testing.assert_allclose(same, v)
    assert list(convert(table, "SMD", rules=(SwapArms(("T1",)),)).frame["d"]) == [0.3, -0.3, 0.3]


@pytest.mark.parametrize(
    ("make_rule", "words"),
    [
        (lambda: Rescale("x", 0.0), "above zero"),
        (lambda: Rescale("x", -1.0), "ReverseScale"),
        (lambda: ReverseScale("x", 5, 5), "below greatest"),
        (lambda: ClusterDesign(1.5), "between 0 and 1"),
        (lambda: ClusterDesign(None), "number or a distribution"),
        (lambda: CrossoverToMD(float("nan")), "between -1 and 1"),
        (lambda: CrossoverToMD(correlation=True), "number or a distribution"),
        (lambda: GivenSD("x", -2.0), "between 0 and inf"),
    ],
)
def test_settings_that_cannot_be_are_refused(make_rule, words) -> None:
    with pytest.raises(ModelError, match=words):
        make_rule()


def test_a_scale_that_no_row_has_is_refused(minutes) -> None:
    with pytest.raises(DataError, match="Known: time use"):
        convert(minutes, "MD", rules=(Rescale("minutes", 2.0),))


def test_a_borrowed_sd_is_that_of_the_peers(filled) -> None:
    table = pd.DataFrame({"study": list("ABCD"), "scale": ["x", "x", "x", "y"]})
    table = table.assign(n1=[11, 21, 30, 30], sd1=[2.0, 4.0, np.nan, np.nan], mean1=1.0)
    table = table.assign(n2=[11, 21, 30, 30], sd2=[2.0, 4.0, np.nan, np.nan], mean2=0.5)
    sd1, sd2 = filled(table, ("sd1", "sd2"), BorrowSD(noise=0.0))
    pooled = np.sqrt((20 * 4 + 40 * 16) / 60)
    np.testing.assert_allclose(sd1, [2, 4, pooled, np.nan])
    np.testing.assert_allclose(sd2, [2, 4, pooled, np.nan])
