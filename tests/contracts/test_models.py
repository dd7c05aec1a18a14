"""The contract of every file in models/: it loads, gives its reasons, and both engines agree on it.

The agreement is on the real review, for every row of the summary, within 4 Monte Carlo errors.
"""

import tomllib
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logsumexp
from tests.reviews import functioning

import consilience as cs
from consilience import engines, priors, spec
from consilience.engines.smoothing import smoothed
from consilience.engines.summary import COLUMNS
from consilience.model import blocks

ROOT = Path(__file__).resolve().parents[2]
FIVE = ("common_effect", "random_effects", "partial_pooling", "moderated", "sceptical")
# The others: tests/contracts/test_new_models.py.
FILES = sorted((ROOT / "models").glob("*.toml"))
NAMES = [file.stem for file in FILES if file.stem in FIVE]
MCSE = 4.0

each = pytest.mark.parametrize("name", NAMES)
AGAIN = ("sceptical",)
"""random_effects under another prior of mu."""
each_sampled = pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in AGAIN else n for n in NAMES]
)


@cache
def declared(name):
    return cs.read_model(ROOT / "models" / f"{name}.toml")


@cache
def review():
    return functioning()


@cache
def printed():
    """The trials that print means and standard deviations: few, and quickly sampled."""
    name = "Without the converted rows"
    return next(each.effects for each in review().sensitivity if each.name == name)


@cache
def exact(name):
    return cs.fit(declared(name).model, printed(), "exact")


@cache
def sampled(name):
    """Each model is compiled and sampled once for all tests."""
    return cs.fit(declared(name).model, printed(), engines.Nuts(seed=1))


def test_the_five_models_are_there():
    assert set(FIVE) == set(NAMES)


@each
def test_it_says_what_it_is_and_when_to_use_it(name):
    found = declared(name)
    assert found.name == name
    for text in (found.title, found.equation, found.when):
        assert len(text) > 5
    assert f"`{name}`" in (ROOT / "models" / "README.md").read_text(encoding="utf-8")


def prior_tables(value, where=""):
    """Every table that names a prior, with the place where it stands."""
    if isinstance(value, list):
        for number, each_value in enumerate(value):
            yield from prior_tables(each_value, f"{where}[{number}]")
    if isinstance(value, dict):
        if value.get("kind") in priors.REGISTRY and where.split(".")[-1] in {
            "mu",
            "tau",
            "scale",
            "prior",
        }:
            yield where, value
        for key, inner in value.items():
            yield from prior_tables(inner, f"{where}.{key}".strip("."))


@each
def test_a_reason_and_a_source_stand_beside_every_prior(name):
    content = tomllib.loads((ROOT / "models" / f"{name}.toml").read_text(encoding="utf-8"))
    found = dict(prior_tables(content))
    assert "mu" in found
    reasons = {each_reason.slot: each_reason for each_reason in declared(name).reasons}
    for where, table in found.items():
        reason = reasons[where]
        assert reason.choice == table["kind"]
        assert len(reason.reason) > 30, where
        assert len(reason.source) > 10, where


@each
def test_it_states_every_prior_that_the_model_has(name):
    """No default stands unspoken: as many priors in the file as in the model."""
    content = tomllib.loads((ROOT / "models" / f"{name}.toml").read_text(encoding="utf-8"))
    parts = blocks(declared(name).model, review().effects)
    hypers = declared(name).model.heterogeneity.scatter(review().effects).hypers
    scaled = sum(len(part.scales) for part in parts)
    own = sum(not part.scales for part in parts)
    assert len(dict(prior_tables(content))) == own + scaled + len(hypers)


@each
def test_it_survives_a_round_trip_through_mapping_and_toml(name, tmp_path):
    model = declared(name).model
    assert spec.from_mapping(spec.to_mapping(model)) == model
    path = tmp_path / "again.toml"
    path.write_text(spec.to_toml(model), encoding="utf-8")
    assert cs.read_model(path).model == model


@each
def test_its_prior_predictive_is_in_range(name):
    """Before the data: estimates within ±6 SD of the outcome, nine in ten within ±2."""
    fit = exact(name)
    prior = fit.draws["prior"].to_dataset()
    mu = prior["mu"].to_numpy().ravel()
    tau = prior["tau"].to_numpy().ravel() if "tau" in prior else np.zeros(mu.size)
    yi = mu + np.random.default_rng(1).normal(size=mu.size) * np.sqrt(
        tau**2 + np.median(fit.effects.v)
    )
    assert np.mean(np.abs(yi) < 2) > 0.9
    assert np.abs(yi).max() < 6
    assert np.mean(np.abs(yi) > 0.2) > 0.2  # and does not rule effects out


@each
def test_it_fits_the_real_review_exactly(name):
    fit = exact(name)
    assert fit.diagnosis.passed
    assert fit.posterior.accuracy < 1e-9
    assert np.isfinite(fit.log_evidence)
    summary = fit.summary()
    assert list(summary.columns) == list(COLUMNS)
    assert np.isfinite(summary[["mean", "sd", "median", "lower", "upper"]].to_numpy(float)).all()


@each
def test_the_prior_and_the_data_do_not_conflict(name):
    assert not any("conflict" in caution for caution in exact(name).diagnosis.cautions)


def monte_carlo(fit, names, method, **settings):
    """MCSE of every row by a method of ArviZ, in the order of the summary."""
    from arviz_stats.base import array_stats

    posterior = fit.draws["posterior"].to_dataset()
    layout = fit.posterior.layout
    beta, hypers = layout.read(posterior)
    columns = dict(zip(fit.posterior.coefficients, np.moveaxis(beta, -1, 0), strict=True)) | hypers
    theta = posterior["theta"]
    columns |= {
        f"theta[{label}]": theta.sel(estimate=label).to_numpy() for label in fit.effects.labels
    }
    draws = np.stack([columns[name] for name in names], axis=-1)
    return array_stats.mcse(draws, method=method, chain_axis=0, draw_axis=1, **settings)


@pytest.mark.nuts
@each_sampled
def test_nuts_passes_its_gate(name):
    assert sampled(name).diagnosis.passed, sampled(name).diagnosis


@pytest.mark.nuts
@each_sampled
def test_both_engines_have_the_same_rows_and_columns(name):
    ours, theirs = exact(name).summary(), sampled(name).summary()
    assert list(ours.index) == list(theirs.index)
    assert list(ours.columns) == list(theirs.columns)
    monte = ["ess_bulk", "ess_tail", "r_hat", "mcse"]
    assert ours[monte].isna().all(axis=None)
    assert theirs[monte].notna().all(axis=None)
    assert theirs["accuracy"].isna().all()


@pytest.mark.nuts
@each_sampled
def test_the_engines_agree_within_four_monte_carlo_errors(name):
    ours, theirs = exact(name).summary(), sampled(name).summary()
    error = {
        "mean": theirs["mcse"],
        "sd": monte_carlo(sampled(name), theirs.index, "sd"),
        "median": monte_carlo(sampled(name), theirs.index, "median"),
        "lower": monte_carlo(sampled(name), theirs.index, "quantile", prob=0.025),
        "upper": monte_carlo(sampled(name), theirs.index, "quantile", prob=0.975),
    }
    for column, mcse in error.items():
        gap = np.abs(ours[column] - theirs[column]) / mcse
        assert gap.max() < MCSE, (column, gap.idxmax(), gap.max())
    share = np.sqrt(ours["p_gt_0"] * (1 - ours["p_gt_0"]) / theirs["ess_bulk"])
    np.testing.assert_array_less(np.abs(ours["p_gt_0"] - theirs["p_gt_0"]), MCSE * share + 1e-3)


@pytest.mark.nuts
@each_sampled
def test_both_engines_answer_in_the_same_groups(name):
    ours, theirs = exact(name).draws, sampled(name).draws
    for group in (
        "posterior",
        "prior",
        "log_likelihood",
        "log_prior",
        "observed_data",
        "constant_data",
        "marginals",
    ):
        mine, other = ours[group].to_dataset(), theirs[group].to_dataset()
        assert set(mine.data_vars) == set(other.data_vars), group
        assert {v: mine[v].dims for v in mine} == {v: other[v].dims for v in other}, group
        for coordinate in mine.coords:
            np.testing.assert_array_equal(mine[coordinate], other[coordinate])


@pytest.mark.nuts
@each_sampled
def test_combinations_agree(name):
    """compare(), which mixes in scatter and fresh levels, is blind to the engine."""
    ours, theirs = (cs.compare({"it": fit}).loc["it"] for fit in (exact(name), sampled(name)))
    draws = sampled(name).summary()
    assert theirs["estimate"] == pytest.approx(ours["estimate"], abs=MCSE * draws.loc["mu", "mcse"])
    effective = draws[["ess_bulk", "ess_tail"]].min(axis=None)
    off = MCSE * np.sqrt(0.025 * 0.975 / effective)  # what a tail of 0.025 may be taken for
    near, far = (
        cs.compare({"it": exact(name)}, level=1.0 - 2.0 * max(0.025 + sign * off, 1e-4)).loc["it"]
        for sign in (1, -1)
    )
    for what in ("", "prediction_"):
        lower, upper = f"{what}lower", f"{what}upper"
        assert far[lower] <= theirs[lower] <= near[lower], what
        assert near[upper] <= theirs[upper] <= far[upper], what
    if ours["tau"] > 0.0:
        below = exact(name).posterior.cdf({"tau": theirs["tau"]})["tau"]
        assert below == pytest.approx(0.5, abs=MCSE * np.sqrt(0.25 / effective))
    assert sampled(name).log_evidence is None


@pytest.mark.nuts
@each_sampled
def test_both_engines_foresee_each_trial_alike(name):
    """Refits against Pareto-smoothed importance weights, within the error of the weights.

    A chance p that is a mean under weights w has the variance p(1 − p) Σw², by as much more as
    draws of a chain say less than independent ones. Beyond k = 0.7 nothing of the kind holds
    (Vehtari et al. 2024, arXiv:1507.02646), which is so for most trials of the model with as many
    coefficients as groups of trials.
    """
    ours, posterior = exact(name).posterior.foresee(), sampled(name).posterior
    logs, k = smoothed(-posterior.draws.log_likelihood.reshape(-1, len(ours)).T)
    sound = k <= 0.7
    assert sound.sum() >= len(ours) / 2 or name == "moderated"
    shares = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    draws = sampled(name).summary()[["ess_bulk", "ess_tail"]].min(axis=None)
    effective = draws / shares.shape[1] / np.sum(shares**2, axis=1)
    gap = np.abs(posterior.foresee() - ours) / np.sqrt(ours * (1.0 - ours) / effective)
    assert gap[sound].max(initial=0.0) < MCSE


@pytest.mark.nuts
@each_sampled
def test_arviz_reads_sampled_trees(name):
    import arviz as az

    tree = sampled(name).draws
    assert (az.summary(tree, ci_prob=0.95)["r_hat"].astype(float) <= 1.01).all()
    assert "mu" in az.psense_summary(tree).index
    with warnings.catch_warnings():
        # Lone levels are influential by nature: ArviZ says so, and refits are there for that.
        warnings.filterwarnings("ignore", message="Estimated shape parameter of Pareto")
        assert np.isfinite(az.loo(tree).elpd)
