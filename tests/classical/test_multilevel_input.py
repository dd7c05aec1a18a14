"""What cannot be analysed is refused in words that say what, where and what to do."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.classical.test_multilevel_algebra import SITES, correlation, distances
from tests.classical.test_multilevel_algebra import random_effects_data as data
from tests.classical.test_multilevel_optimum import frame_effects, simulated

from consilience.classical.multilevel import components, pool_multilevel, profile_likelihood
from consilience.covariance import Covariance
from consilience.errors import DataError, ModelError


def with_column(effects, **columns):
    return replace(effects, table=effects.table.assign(**columns))


@pytest.mark.parametrize(
    ("random", "words"),
    [
        ("nowhere", "no column 'nowhere'; it has .*study"),
        ("study/nowhere", "no column 'nowhere'"),
        ("XY(outcome | study)", "Unknown random-effects component 'XY'. Known: AR, CAR"),
        ("outcome | study", "is no random effect. Write a path"),
        ("", "is no random effect"),
        (7, "7 is no random effect"),
        ((None,), "None is no random effect"),
        (("study", "study"), "'study' and 'study' group these 24 estimates in the same way"),
        (("study/estimate", "estimate"), "in the same way"),
        ("one", "one level only, x; its variance cannot be told"),
        ("UN(one | study)", "one inner level only, x; use Intercept"),
        ("UN(outcome | one)", "all estimates are in one cluster, x"),
        ("CS(outcome | estimate)", "no cluster holds two levels"),
        ("UN(rare | study)", "seen in one cluster only.*: r0. Leave them out"),
        ("HCS(rare | study)", "r0"),
        ("DIAG(rare | study)", "r0"),
        ("UN(apart | study)", "no cluster holds both"),
        (components.get("Intercept", level="study", variance=-1.0), "held at -1.0"),
        (components.get("CS", inner="outcome", outer="study", rho=1.5), "rho is held at 1.5"),
        (components.get("SPEXP", place="site", distances=distances(), rho=-1), "positive distance"),
        (components.get("Known", level="site", matrix=np.eye(6)), "must be a DataFrame"),
    ],
)
def test_random_effects_that_cannot_be(random, words):
    effects = data()
    outcome = effects.table["outcome"].to_numpy()
    rare = np.where(np.arange(24) == 0, "r0", outcome)
    early = (effects.table["study"] < "s04").to_numpy()
    apart = np.where(outcome == "o0", np.where(early, "a", "c"), np.where(early, "b", "d"))
    effects = with_column(effects, one="x", rare=rare, apart=apart)
    with pytest.raises(ModelError, match=words):
        pool_multilevel(effects, random)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"method": "DL"}, "Unknown method of estimation 'DL'. Known: ML, REML"),
        ({"inference": "knha"}, "Unknown method of inference .*'knha'. Known: contain, t, z"),
        ({"level": 95}, "no probability between 0 and 1"),
        ({"estimator": "REML"}, "does not take estimator; it takes moderators, method"),
        ({"moderators": "x + twice"}, "twice"),
        ({"moderators": "nothing"}, "no such column"),
    ],
)
def test_settings_that_cannot_be(settings, words):
    effects = data()
    effects = with_column(effects, twice=2 * effects.table["x"])
    with pytest.raises(ModelError, match=words):
        pool_multilevel(effects, "study", **settings)


def test_moderators_and_labels_that_are_missing_name_their_studies():
    effects = data()
    holes = np.where(np.arange(24) == 3, np.nan, 1.0 * np.arange(24))
    study = effects.table["study"].iloc[3]
    with pytest.raises(DataError, match=f"study '{study}', column 'dose'"):
        pool_multilevel(with_column(effects, dose=holes), "study", moderators="dose")
    labels = np.where(np.arange(24) == 3, "", effects.table["drug"])
    with pytest.raises(DataError, match=f"study '{study}', column 'drug'"):
        pool_multilevel(with_column(effects, drug=labels), "drug")
    times = np.where(np.arange(24) == 3, "late", effects.table["time"].astype(str))
    with pytest.raises(DataError, match=f"study '{study}', column 'time'.*late"):
        pool_multilevel(with_column(effects, time=times), "CAR(time | study)")


def test_a_covariance_that_is_none_names_its_estimates():
    effects = data()
    at = np.array([2, 5])
    block = np.full((2, 2), 1.0)
    broken = replace(effects, shared=Covariance((at,), (block,)))
    named = f"{effects.labels[2]}, {effects.labels[5]}"
    with pytest.raises(DataError, match=rf"{named}.*not positive definite"):
        pool_multilevel(broken, "study")


@pytest.mark.parametrize("k", [1, 2])
def test_too_few_estimates(k):
    effects = frame_effects(range(k), [0.1, 0.4][:k], [0.1, 0.2][:k], x=[1.0, 2.0][:k])
    with pytest.raises(ModelError, match=r"estimates? cannot tell"):
        pool_multilevel(effects, (), moderators=None if k == 1 else "x")


def test_two_estimates_without_moderators_are_analysed():
    pooled = pool_multilevel(frame_effects([0, 1], [0.1, 0.9], [0.01, 0.02]), "study")
    assert pooled.variance_components()["estimate"].item() > 0
    assert np.isfinite(pooled.summary().loc["mu", "se"])


def test_what_is_no_effects():
    with pytest.raises(ModelError, match=r"takes effects, not a DataFrame"):
        pool_multilevel(pd.DataFrame({"yi": [1.0]}), "study")


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (lambda m: m.drop(index="p1", columns="p1"), DataError, "column 'site', value 'p1'"),
        (lambda m: m.assign(p0=0.5), DataError, "not symmetric"),
        (lambda m: m * np.nan, DataError, "not symmetric"),
        (lambda m: m.rename(index={"p0": "q"}), ModelError, "the same labels"),
        (lambda m: -m, DataError, "diagonal is not positive"),
        (lambda m: 3 * m - 2 * np.eye(6), ModelError, "negative eigenvalue"),
    ],
)
def test_matrices_that_cannot_be(change, kind, words):
    known = correlation().abs() * 0 + 0.9 + 0.1 * np.eye(6)
    with pytest.raises(kind, match=words):
        pool_multilevel(data(), components.get("Known", level="site", matrix=change(known)))


def test_tables_that_are_no_distances():
    close = distances()
    close.loc["p0", "p1"] = close.loc["p1", "p0"] = 0.0
    with pytest.raises(DataError, match=r"no table of distances"):
        pool_multilevel(data(), components.get("SPEXP", place="site", distances=close))
    few = with_column(data(), site=np.where(np.arange(24) % 2, "p0", "p1"))
    with pytest.raises(ModelError, match=r"at least three"):
        pool_multilevel(few, components.get("SPEXP", place="site", distances=distances()))


def test_a_matrix_may_hold_more_levels_in_another_order():
    known = correlation()
    more = pd.DataFrame(np.eye(8), [*SITES[::-1], "y", "z"], [*SITES[::-1], "y", "z"])
    more.loc[SITES, SITES] = known
    one, other = (
        pool_multilevel(data(), components.get("Known", level="site", matrix=each))
        for each in (known, more)
    )
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-11)


def test_profiles_that_cannot_be():
    pooled = pool_multilevel(simulated(1), "study/estimate")
    with pytest.raises(ModelError, match=r"no component 'sigma'. Known: study, study/estimate"):
        profile_likelihood(pooled, "sigma")
    with pytest.raises(ModelError, match=r"2 points draw no curve"):
        profile_likelihood(pooled, "study", points=2)
    held = components.get("Intercept", level="study", variance=0.1)
    with pytest.raises(ModelError, match=r"is held"):
        profile_likelihood(pool_multilevel(simulated(1), (held, "estimate")), "study")


def test_tables_say_where_nothing_is_known():
    pooled = pool_multilevel(data(), "UN(outcome | study)", moderators="0 + outcome")
    assert pooled.prediction_interval()[["lower", "upper"]].isna().all()
    assert "level_of" in pooled.prediction_interval().attrs["convention"]
    one = pooled.prediction_interval("o1")
    row = pooled.summary().loc["outcome[o1]"]
    tau2 = pooled.variance_components().loc["outcome | study: tau2[o1]", "estimate"]
    half = 1.959963984540054 * np.sqrt(tau2 + row["se"] ** 2)
    assert one["lower"] == pytest.approx(row["estimate"] - half, rel=1e-10)
    with pytest.raises(ModelError, match=r"no level|has a level 'o9'. Known: o0, o1, o2"):
        pooled.prediction_interval("o9")
    bare = pool_multilevel(data(), ())
    assert bare.prediction_interval()[["lower", "upper"]].isna().all()
    assert bare.random_effects().empty
    with pytest.raises(ModelError, match=r"Give rows of 3"):
        pooled.test(np.eye(2))
    assert "outcome | study" in repr(pooled)


def test_linked_estimates_that_would_not_fit_are_refused(monkeypatch):
    monkeypatch.setattr("consilience.classical.multilevel.algebra.CELLS", 10)
    with pytest.raises(ModelError, match=r"3 estimates are linked .*outcome . study"):
        pool_multilevel(data(), "CS(outcome | study)")
