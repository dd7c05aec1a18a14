"""Fits on disk: the same to the digit, whatever their labels, and nothing else passes for one."""

import json
import pickle

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from tests.across import across

import consilience as cs
from consilience import heterogeneity, priors, terms
from consilience.archive import effects_from_text, effects_to_text, read_tree
from consilience.errors import DataError

HALF = priors.HalfNormal(0.5)


@pytest.fixture(scope="module")
def effects():
    table = pd.DataFrame({
        "study": ["NA", "None", "Ünïcode 研究 🧪", "nan", "a [b] / c", '"quoted" \\ back'],
        "estimate": ["NA", "None", "Ünïcode 研究 🧪", "nan", "a [b] / c", '"quoted" \\ back'],
        "yi": [1 / 3, 0.1 + 0.2, 2 / 7, np.pi / 10, 1e-17, 0.3],
        "vi": [1 / 30, 0.05, 0.04, 1 / 7, 0.06, 0.02],
        "kind": ["NA", "None", "é", "NA", "None", "é"],
        "dose": [1e-17, 1 / 3, 2 / 3, 0.1 + 0.2, 5.0, 7.123456789012345e10],
        "note": ["", "x", "", "y", "z", " "], "gap": [None, "u", None, "v", "w", "u"],
        "hole": [np.nan, 1.0, 2.0, np.nan, 3.0, 4.0], "whole": [1, 2, 3, 4, 5, 2**53 + 1],
        "blind": [True, False, True, True, False, True],
    })  # fmt: skip
    return cs.effect_sizes(table, "GEN")


@pytest.fixture(scope="module")
def fit(effects):
    model = cs.Model(
        mu=priors.Normal(0.0, 1.0),
        terms=(
            terms.Exchangeable("kind", priors.HalfNormal(0.3)),
            terms.Linear("dose", priors.Normal(0.0, 1e-10)),
        ),
        heterogeneity=heterogeneity.Normal(priors.HalfCauchy(0.5)),
    )
    return cs.fit(model, effects, seed=5)


@pytest.fixture(scope="module")
def path(fit, tmp_path_factory):
    place = tmp_path_factory.mktemp("archive") / "fit.nc"
    fit.save(place)
    return place


@pytest.fixture(scope="module")
def again(path):
    return cs.load_fit(path)


def test_summaries_are_equal_to_the_digit(fit, again):
    for level in (0.95, 0.5):
        pd.testing.assert_frame_equal(again.summary(level), fit.summary(level), check_exact=True)
    assert again.log_evidence == fit.log_evidence
    assert again.posterior.accuracy == fit.posterior.accuracy


def test_model_engine_and_words_are_equal(fit, again):
    assert again.model == fit.model
    assert again.engine == fit.engine
    assert (again.reason, again.forced) == (fit.reason, fit.forced)
    assert str(again.diagnosis) == str(fit.diagnosis)


def test_effects_are_equal(effects, again):
    pd.testing.assert_frame_equal(again.effects.frame, effects.frame, check_exact=True)
    np.testing.assert_array_equal(again.effects.y, effects.y)
    np.testing.assert_array_equal(again.effects.v, effects.v)
    assert again.effects.labels == effects.labels
    assert again.effects.measure == effects.measure
    assert again.effects.directed == effects.directed
    assert again.effects.log == effects.log


def test_draws_are_equal(fit, again):
    for group in (
        "posterior",
        "prior",
        "log_likelihood",
        "log_prior",
        "marginals",
        "observed_data",
    ):
        ours, theirs = fit.draws[group].to_dataset(), again.draws[group].to_dataset()
        assert set(ours.data_vars) == set(theirs.data_vars)
        for name in ours.data_vars:
            np.testing.assert_array_equal(ours[name], theirs[name])
        for name in ours.coords:
            assert list(map(str, ours[name].to_numpy())) == list(map(str, theirs[name].to_numpy()))


QUESTIONS = {
    "compare": lambda fit: cs.compare({"Bayes": fit}),
    "subgroups": lambda fit: cs.subgroups(fit, "kind"),
    "predictions": lambda fit: cs.summarise(
        cs.predict(fit, cs.NewTrial(sei=0.2, kind="new", dose=1.0), seed=2)
    ),
    "checks": lambda fit: cs.check(fit).trials,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_loaded_fit_answers_as_the_first(fit, again, question):
    ask = QUESTIONS[question]
    pd.testing.assert_frame_equal(ask(again), ask(fit), check_exact=True)


def test_a_loaded_fit_can_be_saved_again(again, tmp_path):
    again.save(tmp_path / "again.nc")
    third = cs.load_fit(tmp_path / "again.nc")
    pd.testing.assert_frame_equal(third.summary(), again.summary(), check_exact=True)


def test_the_tree_is_what_xarray_reads(path):
    ours = read_tree(path)
    with xr.open_datatree(path, engine="h5netcdf") as theirs:
        xr.testing.assert_identical(ours, theirs.load())
        for node in theirs.subtree:
            for name, variable in node.variables.items():
                assert ours[node.path].variables[name].dtype == variable.dtype, (node.path, name)


def test_arviz_reads_the_file(path):
    import arviz as az

    tree = az.from_netcdf(path)
    assert "mu" in tree["posterior"]
    tree.close()


@pytest.mark.parametrize(
    "model",
    [
        cs.Model(mu=priors.Flat(), heterogeneity="Nothing"),
        cs.Model(mu=priors.Flat(), heterogeneity=heterogeneity.Normal(priors.Flat())),
        cs.Model(
            mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(priors.Uniform(0.1, 2))
        ),
    ],
    ids=["no scale", "improper", "bounded"],
)
def test_other_models_survive_too(effects, tmp_path, model):
    fit = cs.fit(model, effects)
    fit.save(tmp_path / "fit.nc")
    again = cs.load_fit(tmp_path / "fit.nc")
    pd.testing.assert_frame_equal(again.summary(), fit.summary(), check_exact=True)
    assert again.log_evidence == fit.log_evidence


def test_effects_survive_text(effects):
    again = effects_from_text(effects_to_text(effects))
    pd.testing.assert_frame_equal(again.frame, effects.frame, check_exact=True)
    for name in effects.table:
        assert again.table[name].dtype == effects.table[name].dtype, name


def test_dates_among_the_columns_do_not_stand_in_the_way(tmp_path):
    dates = pd.to_datetime(["2001-02-03", "2004-05-06", "2007-08-09"])
    table = pd.DataFrame({"study": list("ABC"), "yi": [0.1, 0.2, 0.3], "vi": 0.05, "date": dates})
    effects = cs.effect_sizes(table, "GEN")
    again = effects_from_text(effects_to_text(effects))
    assert list(pd.to_datetime(again.table["date"])) == list(dates)


def test_directed_measures_come_back_with_their_settings(tmp_path):
    table = pd.DataFrame({
        "study": list("ABC"), "n1": 30, "mean1": [5.0, 6, 7], "sd1": 2.0, "n2": [30, 31, 32],
        "mean2": 5.0, "sd2": 2.0, "higher_is_better": ["yes", "no", "yes"],
    })  # fmt: skip
    for measure in (cs.measures.get("SMD"), cs.measures.get("MD")):
        effects = cs.effect_sizes(table, measure)
        again = effects_from_text(effects_to_text(effects))
        assert again.measure == measure
        assert again.direction == effects.direction
        assert again.directed


# What is no fit


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for place in (tmp_path / "missing.nc", tmp_path):
        with pytest.raises(DataError, match="not a saved fit"):
            cs.load_fit(place)


@pytest.mark.parametrize(
    "content", [b"", b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"hello" * 100, b"\x00" * 4096]
)
def test_foreign_bytes_are_refused(tmp_path, content):
    place = tmp_path / "foreign.nc"
    place.write_bytes(content)
    with pytest.raises(DataError, match="not a saved fit"):
        cs.load_fit(place)


def test_other_netcdf_is_refused(tmp_path):
    xr.Dataset({"x": ("a", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="not a fit saved by this version"):
        cs.load_fit(tmp_path / "other.nc")


@across("share", [0.01, 0.3, 0.7, 0.99, 0.999])
def test_truncated_files_are_refused(path, tmp_path, share):
    content = path.read_bytes()
    place = tmp_path / "cut.nc"
    place.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError):
        cs.load_fit(place)


@across("seed", range(40))
def test_damaged_files_are_refused_or_read_right(fit, path, tmp_path, seed):
    """A run of bytes overwritten anywhere: an error in words, or nothing that matters was hit."""
    rng = np.random.default_rng(seed)
    content = bytearray(path.read_bytes())
    start = int(rng.integers(0, len(content) - 600))
    if seed < 30:  # the head of the file holds the structure
        start = int(rng.integers(0, 20_000))
    run = (1, 8, 200)[seed % 3]
    content[start : start + run] = rng.bytes(run)
    place = tmp_path / "damaged.nc"
    place.write_bytes(content)
    try:
        loaded = cs.load_fit(place)
    except DataError:
        return
    assert loaded.model == fit.model


def changed(path, tmp_path, **attrs):
    place = tmp_path / "changed.nc"
    place.write_bytes(path.read_bytes())
    with h5py.File(place, "r+") as file:
        for name, value in attrs.items():
            del file.attrs[name]
            if value is not None:
                file.attrs[name] = value
    return place


@across("name", ["model", "effects", "engine", "reason", "forced", "consilience_fit"])
def test_a_missing_part_is_refused(path, tmp_path, name):
    with pytest.raises(DataError):
        cs.load_fit(changed(path, tmp_path, **{name: None}))


@pytest.mark.parametrize(
    "attrs",
    [
        {"consilience_fit": 99},
        {"model": "not json"},
        {"model": "[]"},
        {"model": '{"mu": "Typo"}'},
        {"model": '{"heterogeneity": {"kind": "Normal", "tau": {"kind": "Normal"}}}'},
        {"engine": "{}"},
        {"engine": '{"name": "gibbs"}'},
        {"engine": '{"name": "exact", "seed": -1}'},
        {"effects": "{}"},
        {"effects": "null"},
        {"effects": '{"y": [1], "v": []}'},
    ],
    ids=str,
)
def test_a_part_that_is_wrong_is_refused(path, tmp_path, attrs):
    with pytest.raises(DataError):
        cs.load_fit(changed(path, tmp_path, **attrs))


def test_draws_of_another_model_or_of_other_trials_are_refused(path, effects, tmp_path):
    """The nodes and draws of one posterior with the words of another."""
    model = json.dumps({"mu": {"kind": "Normal"}, "heterogeneity": "Nothing"})
    trials = effects_to_text(effects.without("NA"))
    for attrs in ({"model": model}, {"effects": trials}):
        with pytest.raises(DataError, match=r"damaged"):
            cs.load_fit(changed(path, tmp_path, **attrs))


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    """A pickle in the place of a fit is not run, nor one in the place of its parts."""
    for name in ("loads", "load", "Unpickler"):
        monkeypatch.setattr(pickle, name, _explode)
    place = tmp_path / "fit.nc"
    place.write_bytes(pickle.dumps({"model": 1}))
    with pytest.raises(DataError):
        cs.load_fit(place)


def test_loading_never_unpickles(path, monkeypatch):
    for name in ("loads", "load", "Unpickler"):
        monkeypatch.setattr(pickle, name, _explode)
    cs.load_fit(path).summary()


def _explode(*args, **kwargs):
    raise AssertionError("something was unpickled")


def test_a_failed_write_leaves_the_old_file_whole(fit, path, tmp_path, monkeypatch):
    place = tmp_path / "fit.nc"
    place.write_bytes(path.read_bytes())
    monkeypatch.setattr(xr.DataTree, "to_netcdf", _explode)
    with pytest.raises(AssertionError):
        fit.save(place)
    assert place.read_bytes() == path.read_bytes()
    assert [each.name for each in tmp_path.iterdir()] == ["fit.nc"]


def test_folders_are_made_on_the_way(fit, tmp_path):
    fit.save(tmp_path / "a" / "b" / "fit.nc")
    assert cs.load_fit(str(tmp_path / "a" / "b" / "fit.nc")).model == fit.model


def test_what_estimates_share_and_how_they_were_made_is_kept():
    table = pd.DataFrame({
        "study": ["A", "A", "B"], "estimate": ["1", "2", "3"], "control": ["c", "c", "c"],
        "n1": [20, 30, 40], "mean1": [5.0, 6, 7], "se1": [0.3, 0.2, 0.4],
        "n2": [25, 25, 40], "mean2": [4.0, 4, 5], "sd2": [1 / 3, 1 / 3, 2.0],
    })  # fmt: skip
    rules = (cs.dependence.SharedControl(),)
    effects = cs.effect_sizes(table, "SMD", conversions="DEFAULT", shared=rules)
    again = effects_from_text(effects_to_text(effects))
    np.testing.assert_array_equal(again.V, effects.V)
    assert not again.shared.independent
    assert again.conversions == effects.conversions
    assert again.log == effects.log
    np.testing.assert_array_equal(again.without("2").V, effects.without("2").V)


def test_effects_written_before_anything_was_shared_are_read(effects):
    content = json.loads(effects_to_text(effects))
    del content["shared"], content["conversions"]
    again = effects_from_text(json.dumps(content))
    assert again.shared.independent
    assert again.conversions == ()
