"""Many meta-analyses at once: the same answers as one by one, and a table that says what it is."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.errors import DataError, ModelError, RefusalError
from consilience.rows import newcomer

SOURCE = Path(__file__).parents[1] / "src"
TAU = cs.heterogeneity.Normal(cs.priors.HalfNormal(0.5))
MODEL = cs.Model(mu=cs.priors.Normal(0, 1), heterogeneity=TAU)
SIZES = (1, 2, 3, 5, 10, 20, 40)
PRIORS = (
    cs.priors.HalfNormal(0.5),
    cs.priors.HalfCauchy(0.5),
    cs.priors.HalfStudentT(4.0, 0.5),
    cs.priors.Exponential(2.0),
    cs.priors.LogNormal(-2.56, 1.74),
    cs.priors.InverseGamma(1.0, 0.15),
    cs.priors.Uniform(0.0, 4.0),
)
MEANS = (cs.priors.Normal(0.0, 1.0), cs.priors.Normal(5.0, 0.01), cs.priors.Flat())


def reviews(seed, sizes=SIZES, unit=1.0):
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    v = np.exp(rng.normal(-2.5, 1.0, len(rows)))
    center, tau = rng.normal(0.2, 0.5, len(sizes)), np.abs(rng.normal(0.0, 0.5, len(sizes)))
    y = rng.normal(center[rows], np.sqrt(v + tau[rows] ** 2))
    names = np.array([f"review {number}" for number in range(len(sizes))])[rows]
    return pd.DataFrame({"review": names, "yi": y * unit, "vi": v * unit**2})


def single(rows, model, level=0.95):
    """Fit one data set by itself, with the true effect of a new trial below."""
    table = rows.assign(study=[f"s{place}" for place in range(len(rows))])
    fit = cs.fit(model, cs.effect_sizes(table[["study", "yi", "vi"]], "GEN"), "exact")
    new = fit.combine((newcomer(fit, "prediction"),), level=level)
    return fit, pd.concat([fit.summary(level), new])


def differences(row, rows, model, level=0.95):
    """Largest difference to the single fit, in widths of its interval, by quantity and statistic.

    A standard deviation that heavy tails dominate is not compared: the single fit leaves out what
    lies beyond the 1e-13 quantiles.
    """
    fit, table = single(rows, model, level)
    found = {}
    for name in ("mu", "tau", "prediction"):
        own = table.loc[name]
        width = own["upper"] - own["lower"]
        for stat in ("mean", "sd", "median", "lower", "upper"):
            ours, theirs = row[f"{name}_{stat}"], own[stat]
            alike = ours == theirs or (np.isnan(ours) and np.isnan(theirs))
            found[name, stat] = 0.0 if alike else abs(ours - theirs) / width
        if name != "tau":
            found[name, "p"] = abs(row[f"{name}_p_gt_0"] - own["p_gt_0"])
    if fit.log_evidence is not None:
        found["log", "evidence"] = abs(row["log_evidence"] - fit.log_evidence)
    return found


@pytest.mark.parametrize("mu", MEANS, ids=lambda prior: prior.label)
@pytest.mark.parametrize("tau", PRIORS, ids=lambda prior: prior.label)
def test_every_answer_is_that_of_a_single_fit(mu, tau):
    model = cs.Model(mu=mu, heterogeneity=cs.heterogeneity.Normal(tau))
    frame = reviews(len(mu.label) + len(tau.label))
    table = cs.fit_many(frame, "review", model=model)
    for name, rows in frame.groupby("review", sort=False):
        found = differences(table.loc[name], rows, model)
        loose = {key: found.pop(key) for key in LOOSE}
        assert max(found.values()) < 2e-8, (name, found)
        assert max(loose.values()) < 1e-3, (name, loose)


# The single fit reads the quantiles of tau off an interpolant, to about 1e-6, and cuts the far
# tail off the variances; test_batched.py holds all of these to 1e-9 against brute force.
LOOSE = (
    *(("tau", stat) for stat in ("median", "lower", "upper")),
    ("mu", "sd"),
    ("prediction", "sd"),
)


@pytest.mark.parametrize("unit", [1e-8, 1e-3, 1e4, 1e9])
def test_the_size_of_the_unit_does_not_matter(unit):
    tau = cs.heterogeneity.Normal(cs.priors.HalfNormal(0.5 * unit))
    model = cs.Model(mu=cs.priors.Normal(0, unit), heterogeneity=tau)
    frame = reviews(5, unit=unit)
    table = cs.fit_many(frame, "review", model=model)
    for name, rows in frame.groupby("review", sort=False):
        found = differences(table.loc[name], rows, model)
        for key in LOOSE:
            found.pop(key)
        assert max(found.values()) < 2e-8, (name, found)


@pytest.mark.parametrize("mu", MEANS, ids=lambda prior: prior.label)
def test_a_common_effect_is_that_of_a_single_fit(mu):
    model = cs.Model(mu=mu, heterogeneity="Nothing")
    frame = reviews(6)
    table = cs.fit_many(frame, "review", model=model, thresholds=(0.1,))
    assert not [column for column in table if column.startswith("tau")]
    for name, rows in frame.groupby("review", sort=False):
        fit, own = single(rows, model)
        for quantity in ("mu", "prediction"):
            stats = ["mean", "sd", "median", "lower", "upper"]
            ours = table.loc[name, [f"{quantity}_{stat}" for stat in stats]].to_numpy(float)
            np.testing.assert_allclose(ours, own.loc["mu", stats].to_numpy(float), rtol=1e-9)
        if mu.proper:
            assert table.loc[name, "log_evidence"] == pytest.approx(fit.log_evidence, abs=1e-9)
        else:
            assert np.isnan(table.loc[name, "log_evidence"])


def test_the_shape_of_the_answer():
    table = cs.fit_many(reviews(1), by="review", model=MODEL, thresholds=(0.0, -0.25))
    quantities = ["mean", "sd", "median", "lower", "upper"]
    above = ["p_gt_0", "p_gt_-0.25"]
    assert list(table.columns) == [
        "k",
        *(f"mu_{stat}" for stat in (*quantities, *above)),
        *(f"tau_{stat}" for stat in quantities),
        *(f"prediction_{stat}" for stat in (*quantities, *above)),
        "log_evidence",
        "conflict_p",
        "level",
        "accuracy",
        "note",
    ]
    assert table.index.name == "review"
    assert list(table.index) == [f"review {number}" for number in range(len(SIZES))]
    assert tuple(table["k"]) == SIZES
    assert (table["level"] == 0.95).all()
    assert (table["accuracy"] <= 1e-8).all()
    assert (table["note"] == "").all()
    assert "no direction was declared" in table.attrs["direction"]
    assert (table["mu_p_gt_-0.25"] > table["mu_p_gt_0"]).all()


@pytest.mark.parametrize("tau", PRIORS[:4], ids=lambda prior: prior.label)
def test_the_conflict_of_each_set_is_that_of_its_fit(tau):
    model = cs.Model(mu=cs.priors.Normal(0.1, 0.3), heterogeneity=cs.heterogeneity.Normal(tau))
    frame = reviews(11)
    table = cs.fit_many(frame, "review", model=model)
    for name, rows in frame.groupby("review", sort=False):
        alone = cs.conflict(single(rows, model)[0]).loc["mu", "p_value"]
        assert table.loc[name, "conflict_p"] == pytest.approx(alone, abs=2e-3)


def test_the_conflict_without_scatter_is_a_normal_tail_and_is_said():
    from scipy import stats

    frame = pd.DataFrame(
        {"review": list("aabb"), "yi": [70.0, 71.0, 0.1, 0.2], "vi": [1.0, 1.0, 0.1, 0.2]}
    )
    table = cs.fit_many(frame, "review", model=cs.Model(mu=MODEL.mu, heterogeneity="Nothing"))
    exact = 2 * stats.norm.sf(np.array([70.5, 0.4 / 3]) / np.sqrt([1 + 0.5, 1 + 0.2 / 3]))
    np.testing.assert_allclose(table["conflict_p"], exact, rtol=1e-9)
    (said,) = table.attrs["cautions"]
    assert "conflict in 1 of 2 data sets" in said
    flat = cs.Model(mu=cs.priors.Flat(), heterogeneity=TAU)
    calm = cs.fit_many(frame, "review", model=flat)
    assert calm["conflict_p"].isna().all()
    assert calm.attrs["cautions"] == []


def test_moments_are_a_part_of_the_whole_answer():
    frame = reviews(2)
    moments, whole = cs.moments_many(frame, "review", model=MODEL), fitted(frame)
    assert set(moments.columns) < set(whole.columns)
    numbers = moments.columns.drop(["note", "accuracy"])
    np.testing.assert_allclose(moments[numbers], whole[numbers], rtol=1e-8)


def fitted(frame, **settings):
    return cs.fit_many(frame, by="review", model=MODEL, **settings)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.99])
def test_the_interval_holds_its_level(level):
    frame = reviews(3)
    table = fitted(frame, level=level)
    for name, rows in frame.groupby("review", sort=False):
        _, own = single(rows, MODEL, level)
        ours = table.loc[name, ["mu_lower", "mu_upper"]].to_numpy(float)
        np.testing.assert_allclose(ours, own.loc["mu", ["lower", "upper"]], rtol=1e-8, atol=1e-9)


def test_intervals_cover_as_often_as_they_say():
    """Effects drawn from the prior: 80 % of the intervals hold what was drawn."""
    rng = np.random.default_rng(7)
    count, k = 4000, 4
    mu, tau = rng.normal(0.0, 1.0, count), np.abs(rng.normal(0.0, 0.5, count))
    new = rng.normal(mu, tau)
    v = np.exp(rng.normal(-2.5, 0.8, (count, k)))
    y = rng.normal(mu[:, None], np.sqrt(v + tau[:, None] ** 2))
    rows = np.repeat(np.arange(count), k)
    table = fitted(pd.DataFrame({"review": rows, "yi": y.ravel(), "vi": v.ravel()}), level=0.8)
    for name, truth in (("mu", mu), ("tau", tau), ("prediction", new)):
        held = (table[f"{name}_lower"] <= truth) & (truth <= table[f"{name}_upper"])
        assert held.mean() == pytest.approx(0.8, abs=0.02), name
    expected = table["mu_p_gt_0"].mean()
    assert (mu > 0).mean() == pytest.approx(expected, abs=0.02)


def test_rows_of_a_data_set_need_not_stand_together():
    frame = reviews(4)
    mixed = frame.sample(frac=1.0, random_state=1)
    table = fitted(mixed)
    assert list(table.index) == list(mixed["review"].unique())
    numbers = table.columns.drop(["note", "accuracy"])
    np.testing.assert_allclose(table[numbers], fitted(frame).loc[table.index, numbers], rtol=1e-7)


@pytest.mark.parametrize(
    "names",
    [
        [7, 7, 3],
        pd.array([7, 7, 3], dtype="Int64"),
        pd.Categorical(["b", "b", "a"], categories=["a", "b"]),
        pd.to_datetime(["2020-01-01", "2020-01-01", "2019-01-01"]),
        [("a", 1), ("a", 1), ("b", 2)],
    ],
    ids=["integers", "nullable", "categories", "dates", "tuples"],
)
def test_data_sets_may_bear_any_names(names):
    frame = pd.DataFrame({"yi": [0.1, 0.2, 0.3], "vi": [0.1, 0.1, 0.1]})
    frame["review"] = pd.Series(names, index=frame.index)
    table = fitted(frame)
    assert list(table["k"]) == [2, 1]
    assert list(table.index) == [frame["review"].iloc[0], frame["review"].iloc[2]]


@pytest.mark.parametrize("kind", ["float32", "int64", "Float64", "object", "str"])
def test_numbers_may_come_in_any_type(kind):
    frame = pd.DataFrame({"review": ["a", "a"], "yi": [1, 2], "vi": [1, 4]})
    plain = fitted(frame)
    other = fitted(frame.astype({"yi": kind, "vi": kind}))
    pd.testing.assert_frame_equal(other, plain)


def test_the_frame_is_left_as_it_is():
    frame = reviews(4).sample(frac=1.0, random_state=2)
    before = frame.copy()
    fitted(frame)
    pd.testing.assert_frame_equal(frame, before)


FRAME = pd.DataFrame(
    {"review": ["A", "A", "B"], "yi": [0.1, 0.2, 0.3], "vi": [0.1, 0.2, 0.3]}, index=[10, 11, 12]
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"yi": [0.1, np.nan, 0.3]}, ["study 'A'", "column 'yi'", "value 'nan'", "Row 11"]),
        ({"yi": [0.1, 0.2, np.inf]}, ["study 'B'", "column 'yi'", "value 'inf'", "Row 12"]),
        ({"yi": ["0.1", "0,2", "0.3"]}, ["study 'A'", "column 'yi'", "value '0,2'", "Row 11"]),
        ({"yi": [True, False, True]}, ["column 'yi'", "value 'True'"]),
        ({"yi": [1j, 2j, 3j]}, ["column 'yi'", "value '1j'"]),
        ({"yi": pd.to_datetime(["2020-01-01"] * 3)}, ["column 'yi'", "2020-01-01"]),
        ({"vi": [0.1, 0.0, 0.3]}, ["study 'A'", "column 'vi'", "value '0.0'", "above zero"]),
        ({"vi": [0.1, 0.2, -1.0]}, ["study 'B'", "column 'vi'", "value '-1.0'", "Row 12"]),
        ({"vi": pd.array([0.1, None, 0.3], dtype="Float64")}, ["column 'vi'", "Row 11"]),
        ({"review": ["A", None, "B"]}, ["column 'review'", "Row 11", "Name its data set"]),
        (
            {"review": pd.Categorical(["A", "A", "B"], categories=["A", "B", "C"])},
            ["study 'C'", "has no rows", "remove_unused_categories"],
        ),
    ],
)
def test_bad_values_are_named_by_data_set_row_column_and_value(change, words):
    with pytest.raises(DataError) as error:
        fitted(FRAME.assign(**change))
    for word in (*words, "."):
        assert word in str(error.value)


def test_all_problems_are_told_at_once_but_not_thousands():
    with pytest.raises(DataError) as error:
        fitted(FRAME.assign(yi=[np.nan, 0.1, np.nan], vi=[0.0, 0.1, 0.2]))
    assert len(error.value.problems) == 3
    many = pd.DataFrame({"review": 1, "yi": np.full(1000, np.nan), "vi": 1.0})
    with pytest.raises(DataError) as error:
        fitted(many)
    assert len(error.value.problems) == 20


@pytest.mark.parametrize(
    ("frame", "by", "words"),
    [
        (FRAME.drop(columns="vi"), "review", "column 'vi': 0 columns have this name"),
        (FRAME, "meta", "column 'meta': 0 columns have this name.*review, yi, vi"),
        (FRAME, "yi", "cannot say which data set"),
        (FRAME.iloc[:0], "review", "no rows"),
        (pd.concat([FRAME, FRAME[["yi"]]], axis="columns"), "review", "column 'yi': 2 columns"),
        ({"yi": [1.0]}, "review", "is needed, not dict"),
    ],
    ids=["no variances", "no name", "a number as name", "empty", "twice", "no frame"],
)
def test_a_frame_that_is_none_is_refused(frame, by, words):
    with pytest.raises(DataError, match=words):
        cs.fit_many(frame, by, model=MODEL)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 95.0, np.nan])
def test_an_impossible_level_is_refused(level):
    with pytest.raises(ModelError, match=r"between 0 and 1.*Try 0\.95"):
        fitted(FRAME, level=level)


@pytest.mark.parametrize("thresholds", [(np.nan,), (np.inf,), 0.0, ((0.0,),)])
def test_impossible_thresholds_are_refused(thresholds):
    with pytest.raises(ModelError, match="finite numbers in a sequence"):
        fitted(FRAME, thresholds=thresholds)


def test_a_model_that_it_cannot_do_is_refused_before_anything_is_computed():
    model = cs.Model(mu=cs.priors.Normal(0, 1), terms=cs.terms.Exchangeable("region"))
    with pytest.raises(RefusalError, match=r"takes no terms.*loop over them with fit"):
        cs.fit_many(FRAME, "review", model=model)


def test_what_cannot_be_computed_is_empty_with_a_note_and_the_rest_is_not():
    ragged = pd.DataFrame({"review": "R", "yi": [0.1, 0.2], "vi": [1e-200, 1.0]})
    table = fitted(pd.concat([FRAME, ragged]))
    assert table.loc["R", "k"] == 2
    assert "orders of magnitude" in table.loc["R", "note"]
    assert table.loc["R", "mu_mean":"log_evidence"].isna().all()
    assert (table.loc[["A", "B"], "note"] == "").all()
    assert table.loc[["A", "B"], "mu_mean":"log_evidence"].notna().all(axis=None)


def test_numba_is_loaded_when_data_are_fitted_and_not_before():
    code = (
        "import sys, json, consilience as cs; cs.fit_many; cs.moments_many; "
        "print(json.dumps('numba' in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env={"PYTHONPATH": str(SOURCE)},
        text=True,
    )
    assert json.loads(done.stdout) is False
