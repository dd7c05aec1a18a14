"""NUTS: the gate, the ladder, the seed; and a model that the exact engine cannot do.

One PyMC model is compiled for the whole file, with a Student-t prior on mu.
"""

import functools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import engines, heterogeneity, priors
from consilience.engines.nuts.gate import faults
from consilience.engines.nuts.sampler import Settings
from consilience.errors import ConvergenceError, ModelError
from consilience.fit import WATERMARK

pytestmark = pytest.mark.nuts

Y = np.array([0.22, 0.35, 0.80, 0.36, 0.25, -0.05, 0.0, 0.31, 0.49])
V = np.array([0.034, 0.017, 0.034, 0.032, 0.106, 0.133, 0.032, 0.033, 0.07])
MODEL = cs.Model(
    mu=priors.StudentT(3.0, 0.0, 0.5), heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.5))
)


@pytest.fixture(scope="module")
def effects(effects_of):
    return effects_of(Y, V)


@pytest.fixture(scope="module")
def compiled(effects):
    """The model compiled once; each fit of this file samples it anew."""
    from consilience.engines.nuts import parametrisation as module

    built = module.compile_model(MODEL.pymc(effects))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "compile_model", lambda _: built)
        yield built


@pytest.fixture(scope="module")
def fit(compiled, effects):
    return cs.fit(MODEL, effects, seed=3)


@pytest.fixture(scope="module")
def bad(compiled, effects):
    """Far too few draws, in a single chain."""
    return cs.fit(MODEL, effects, engines.Nuts(seed=1, draws=15, tune=15, chains=2))


def test_auto_falls_to_nuts_and_says_why(fit):
    assert isinstance(fit.engine, engines.Nuts)
    assert "StudentT" in fit.reason
    assert "no Gaussian form" in fit.reason
    assert "NUTS" in str(fit.diagnosis)


@pytest.fixture(scope="module")
def grid():
    """The posterior of (mu, τ) on a grid, by independent arithmetic."""
    mu = np.linspace(-1.2, 1.8, 1201)[:, None]
    tau = np.linspace(1e-4, 2.0, 800)[None, :]
    logs = stats.t(3, 0, 0.5).logpdf(mu) + stats.halfnorm(scale=0.5).logpdf(tau)
    for y, v in zip(Y, V, strict=True):
        logs = logs + stats.norm(mu, np.sqrt(tau**2 + v)).logpdf(y)
    mass = np.exp(logs - logs.max())
    return mu, tau, mass / mass.sum()


def test_it_agrees_with_a_grid(fit, grid):
    mu, tau, mass = grid
    summary = fit.summary()
    for name, values in (("mu", mu), ("tau", tau)):
        mean = float(np.sum(mass * values))
        sd = float(np.sqrt(np.sum(mass * (values - mean) ** 2)))
        row = summary.loc[name]
        assert abs(row["mean"] - mean) < 4 * row["mcse"]
        assert row["sd"] == pytest.approx(sd, rel=0.1)
    effect = np.sum(mass * (mu + tau**2 / (tau**2 + V[2]) * (Y[2] - mu)))
    row = summary.loc["theta[t2]"]
    assert abs(row["mean"] - effect) < 4 * row["mcse"]


def test_the_same_seed_gives_the_same_draws_on_any_number_of_cores(fit, effects, monkeypatch):
    import nutpie

    monkeypatch.setattr(nutpie, "sample", functools.partial(nutpie.sample, cores=1))
    alone = cs.fit(MODEL, effects, seed=3)
    other = cs.fit(MODEL, effects, seed=4)
    for name in ("mu", "tau", "theta"):
        ours = fit.draws["posterior"][name].to_numpy()
        np.testing.assert_array_equal(ours, alone.draws["posterior"][name].to_numpy())
        theirs = other.draws["posterior"][name].to_numpy()  # another seed may have to climb
        assert not np.allclose(ours, theirs[:, : ours.shape[1]])


def test_draws_are_read_as_the_sampler_itself_gives_them(compiled):
    import nutpie

    settings = Settings(40, 60, 3, 0.9)
    ours, theirs = (
        compiled.run(settings, 5),
        nutpie.sample(
            compiled.model,
            draws=40,
            tune=60,
            chains=3,
            target_accept=0.9,
            seed=5,
            save_warmup=False,
            progress_bar=False,
        ),
    )
    own = theirs["posterior"].to_dataset()
    assert set(ours.posterior) == set(own)
    for name, values in own.items():
        assert ours.posterior[name].dims == values.dims
        np.testing.assert_array_equal(ours.posterior[name].to_numpy(), values.to_numpy())
    assert ours.divergences == int(theirs["sample_stats"]["diverging"].sum())
    energy = theirs["sample_stats"]["energy"].to_numpy()
    steps = (np.diff(energy, axis=1) ** 2).mean(axis=1) / energy.var(axis=1)
    assert ours.bfmi == pytest.approx(steps.min(), rel=1e-12)


def test_a_fit_that_passes_shows_how_it_was_made(fit):
    assert fit.diagnosis.passed
    assert "4 chains of 1000 draws" in str(fit.diagnosis)
    stats_group = fit.draws["sample_stats"]
    assert stats_group.attrs["divergences"] == 0
    assert stats_group.attrs["bfmi"] >= 0.3


def test_it_saves_and_loads_to_the_digit(fit, tmp_path):
    fit.save(tmp_path / "fit.nc")
    again = cs.load_fit(tmp_path / "fit.nc")
    pd.testing.assert_frame_equal(again.summary(), fit.summary(), check_exact=True)
    assert again.model == fit.model
    assert again.engine == fit.engine
    assert str(again.diagnosis) == str(fit.diagnosis)
    np.testing.assert_array_equal(again.posterior.foresee(), fit.posterior.foresee())
    table = cs.compare({"Bayes": fit})
    pd.testing.assert_frame_equal(cs.compare({"Bayes": again}), table, check_exact=True)


def test_a_bad_run_climbs_the_ladder_and_fails(bad):
    assert not bad.diagnosis.passed
    said = str(bad.diagnosis)
    assert said.startswith("NOT CONVERGED")
    for step in ("0.95", "0.99", "twice the draws", "ESS below 400"):
        assert step in said


ANSWERS = {
    "summary": lambda fit: fit.summary(),
    "compare": lambda fit: cs.compare({"Bayes": fit}),
    "predict": lambda fit: cs.predict(fit, cs.NewTrial(sei=0.2)),
    "check": lambda fit: cs.check(fit),
}


@pytest.mark.parametrize("ask", ANSWERS)
def test_a_bad_run_shows_no_estimate(bad, ask):
    with pytest.raises(ConvergenceError, match=r"did not converge.*force=True"):
        ANSWERS[ask](bad)


def test_force_shows_the_numbers_under_a_watermark(bad, compiled, effects):
    settings = engines.Nuts(seed=1, draws=15, tune=15, chains=2)
    forced = cs.fit(MODEL, effects, settings, force=True)
    table = forced.summary()
    assert table.attrs["watermark"] == WATERMARK
    assert np.isfinite(table.loc["mu", "mean"])
    assert not forced.diagnosis.passed


@pytest.mark.parametrize("ask", ["compare", "predict", "check"])
def test_the_watermark_follows_every_answer(compiled, effects, ask):
    settings = engines.Nuts(seed=1, draws=15, tune=15, chains=2)
    forced = cs.fit(MODEL, effects, settings, force=True)
    answer = ANSWERS[ask](forced)
    marked = {
        "compare": lambda: answer.attrs,
        "predict": lambda: cs.summarise(answer).attrs,
        "check": lambda: answer.trials.attrs,
    }[ask]()
    assert WATERMARK in str(marked.get("watermark"))


def test_a_forced_fit_stays_forced_and_failed_when_loaded(compiled, effects, tmp_path):
    settings = engines.Nuts(seed=1, draws=15, tune=15, chains=2)
    cs.fit(MODEL, effects, settings, force=True).save(tmp_path / "fit.nc")
    again = cs.load_fit(tmp_path / "fit.nc")
    assert not again.diagnosis.passed
    assert again.summary().attrs["watermark"] == WATERMARK


def rows(**changed):
    good = {"r_hat": 1.002, "ess_bulk": 900.0, "ess_tail": 800.0}
    return pd.DataFrame([good, good | changed], index=["mu", "tau"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"r_hat": 1.011}, r"R-hat above 1.01: tau \(1.011\)"),
        ({"ess_bulk": 399.0}, r"bulk ESS below 400: tau \(399\)"),
        ({"ess_tail": 10.0}, r"tail ESS below 400: tau \(10\)"),
        ({"r_hat": np.nan}, r"R-hat above 1.01: tau \(nan\)"),
        ({"ess_bulk": np.nan}, "bulk ESS"),
    ],
)
def test_every_quantity_must_pass(changed, said):
    (only,) = faults(rows(**changed), divergences=0, bfmi=0.9)
    import re

    assert re.search(said, only)


@pytest.mark.parametrize(("divergences", "bfmi"), [(1, 0.9), (0, 0.29), (0, np.nan)])
def test_divergences_and_energy_must_pass(divergences, bfmi):
    assert len(faults(rows(), divergences=divergences, bfmi=bfmi)) == 1


def test_what_just_passes_passes():
    just = rows(r_hat=1.01, ess_bulk=400.0, ess_tail=400.0)
    assert faults(just, divergences=0, bfmi=0.3) == ()


def test_improper_scales_are_refused_before_sampling(effects):
    model = cs.Model(
        mu=priors.StudentT(3.0, 0.0, 1.0), heterogeneity=heterogeneity.Normal(priors.Flat())
    )
    with pytest.raises(ModelError, match=r"proper priors on standard deviations; tau"):
        cs.fit(model, effects)
