"""The seam of selection: which estimates come to light, through NUTS; refused by the exact engine.

The bias of these tests is a step: estimates that are significant in the direction favoured all come
to light, of the others a known share. Its brute force is written apart, on a grid.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors
from consilience.bias import Bias
from consilience.errors import RefusalError

SHARE, CRITICAL = 0.15, 1.96
MU, TAU = priors.Normal(0.0, 1.0), priors.HalfNormal(0.5)


@dataclass(frozen=True, slots=True)
class Step(Bias):
    """Of estimates below 1.96 standard errors in the direction favoured, a share comes to light."""

    favours: Literal[-1, 1]
    share: float = SHARE

    def shift(self, effects):  # noqa: ARG002 - it shifts nothing
        return ()

    def log_selection(self, y, se, *, favours):
        return np.where(favours * y > CRITICAL * se, 0.0, np.log(self.share))

    def pymc_selection(self, location, variance, *, effects):
        import pymc as pm
        import pytensor.tensor as pt

        se, favours = np.sqrt(effects.v), self.favours
        own = self.log_selection(effects.y, se, favours=favours)
        if location.ndim == 2:
            se, own = se[:, None], own[:, None]
        z = (favours * location - CRITICAL * se) / pt.sqrt(se**2 + variance)
        significant = 0.5 * pm.math.erfc(-z / np.sqrt(2.0))
        return own - pt.log(self.share + (1.0 - self.share) * significant)


@dataclass(frozen=True, slots=True)
class Unfinished(Bias):
    """It says what comes to light and not how that is sampled."""

    def shift(self, effects):  # noqa: ARG002 - it shifts nothing
        return ()

    def log_selection(self, y, se, *, favours):  # noqa: ARG002 - all come to light
        return 0.0 * y


def published(count, favours=1, mu=0.1, tau=0.2):
    """Simulate trials of which the significant ones and a share of the others are published."""
    rng = np.random.default_rng(5)
    v = rng.uniform(0.02, 0.15, 20 * count)
    y = rng.normal(mu, np.sqrt(v + tau**2))
    seen = (favours * y > CRITICAL * np.sqrt(v)) | (rng.random(len(y)) < SHARE)
    table = pd.DataFrame({"study": range(len(y)), "yi": y, "vi": v})[seen][:count]
    return cs.effect_sizes(table.assign(study=[f"t{i}" for i in range(count)]), "GEN")


def model(bias, scatter=heterogeneity.Normal(TAU)):  # noqa: B008 - frozen
    return cs.Model(mu=MU, heterogeneity=scatter, bias=bias)


def brute(effects, favours, components):
    """Posterior mean and SD of mu on a grid; `components` gives shares and variances at tau."""
    mu, tau = np.linspace(-1.5, 1.5, 301), np.linspace(1e-4, 2.0, 200)
    grid = stats.norm.logpdf(mu)[:, None] + stats.norm.logpdf(tau, scale=0.5)
    for y, v in zip(effects.y, effects.v, strict=True):
        density = chance = 0.0
        for share, h in components(tau):
            sd = np.sqrt(v + h)[None, :]
            density = density + share * stats.norm.pdf(y, mu[:, None], sd)
            beyond = stats.norm.sf(CRITICAL * np.sqrt(v), favours * mu[:, None], sd)
            chance = chance + share * (beyond + SHARE * (1.0 - beyond))
        grid = grid + np.log(density) - np.log(chance)
    mass = np.exp(grid - grid.max()).sum(axis=1)
    mean = np.average(mu, weights=mass)
    return mean, np.sqrt(np.average((mu - mean) ** 2, weights=mass))


def normal(tau):
    yield 1.0, tau**2


def two(tau):
    """A tenth of the trials scatter three times as widely."""
    yield 0.9, tau**2
    yield 0.1, (3.0 * tau) ** 2


@dataclass(frozen=True, slots=True)
class Contaminated(heterogeneity.StudentT):
    """The mixture of `two`, in the PyMC form that mixtures have; it is not sampled here."""

    def pymc(self, predictor, effects):  # noqa: ARG002 - the same for all trials
        import pytensor.tensor as pt

        from consilience.heterogeneity.base import Mixed

        tau = self.tau.pymc("tau")
        variances = tau**2 * np.array([[1.0, 9.0]])
        return Mixed(predictor, variances, pt.as_tensor_variable(np.array([0.9, 0.1])))


@pytest.mark.nuts
@pytest.mark.parametrize("favours", [1, pytest.param(-1, marks=pytest.mark.slow)])
def test_a_step_is_sampled_as_brute_force_has_it(favours):
    effects = published(40, favours, mu=favours * 0.1)
    fit = cs.fit(model(Step(favours)), effects, cs.engines.Nuts(seed=1))
    assert fit.diagnosis.passed, fit.diagnosis
    row, (mean, sd) = fit.summary().loc["mu"], brute(effects, favours, normal)
    assert row["mean"] == pytest.approx(mean, abs=4 * row["mcse"])
    assert row["sd"] == pytest.approx(sd, rel=0.1)
    ignored = cs.fit(model("Nothing"), effects).summary().loc["mu", "mean"]
    assert favours * ignored > favours * mean + 0.1  # without the seam the literature is believed


@pytest.mark.parametrize("favours", [1, -1])
def test_the_potential_of_a_mixture_is_that_of_its_density(favours):
    """log p of the PyMC model at points, against the density of the mixture written down."""
    effects = published(6, favours, mu=favours * 0.1)
    built = model(Step(favours), Contaminated(tau=TAU)).pymc(effects)
    plain = model("Nothing", Contaminated(tau=TAU)).pymc(effects)
    value = {"mu": np.array(0.2), "tau_log__": np.log(np.array(0.3))}
    gap = float(built.compile_logp()(value) - plain.compile_logp()(value))
    expected = 0.0
    for y, v in zip(effects.y, effects.v, strict=True):
        chance = 0.0
        for share, h in two(np.array(0.3)):
            beyond = stats.norm.sf(CRITICAL * np.sqrt(v), favours * 0.2, np.sqrt(v + h))
            chance += share * (beyond + SHARE * (1.0 - beyond))
        own = 0.0 if favours * y > CRITICAL * np.sqrt(v) else np.log(SHARE)
        expected += own - np.log(chance)
    assert gap == pytest.approx(expected, abs=1e-10)


def test_the_wrong_direction_corrects_the_wrong_way():
    """Why the direction is required: the same data, favoured the other way, are moved apart."""
    effects = published(40)
    (right, _), (wrong, _) = (brute(effects, favours, normal) for favours in (1, -1))
    ignored = cs.fit(model("Nothing"), effects).summary().loc["mu", "mean"]
    assert right < ignored - 0.1
    assert wrong > ignored
    with pytest.raises(TypeError, match="favours"):
        Step()
    with pytest.raises(TypeError, match="favours"):
        Step(1).log_selection(effects.y, np.sqrt(effects.v))


def test_the_exact_engine_refuses_and_auto_takes_nuts():
    effects = published(5)
    with pytest.raises(RefusalError, match=r"exact engine.*Step selects.*engines.Nuts"):
        cs.fit(model(Step(1)), effects, "exact")
    choice = cs.engines.auto(model(Step(1)), effects)
    assert isinstance(choice.engine, cs.engines.Nuts)
    assert "Step selects" in choice.reason


def test_a_bias_that_cannot_be_sampled_says_so():
    with pytest.raises(RefusalError, match=r"Unfinished.*pymc_selection"):
        model(Unfinished()).pymc(published(5))


@pytest.mark.parametrize("verb", ["loo", "influence", "outliers", "power_scaling", "check"])
def test_questions_that_rest_on_plain_likelihoods_refuse(verb):
    effects = published(5)
    plain = cs.fit(model("Nothing"), effects)
    fit = cs.Fit(model(Step(1)), effects, plain.engine, plain.posterior)
    with pytest.raises(RefusalError, match=rf"{verb}\(\).*Step selects"):
        getattr(cs, verb)(fit)


@pytest.mark.parametrize("bias", [cs.bias.Nothing(), cs.bias.RiskOfBias(), cs.bias.PowerWeight()])
def test_no_bias_of_the_registry_selects(bias):
    assert not bias.selects
