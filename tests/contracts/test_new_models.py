"""The model files of crossed, nested, grouped, moderated, robust and biased trials, and more.

They load and give their reasons, and both engines give the same answers; where the exact engine
has no form for a model, an integral written out here takes its place.
"""

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import beta
from tests.reviews import functioning

import consilience as cs
from consilience import priors, spec
from consilience.model import blocks

ROOT = Path(__file__).resolve().parents[2]
EXACT = (
    *("by_group", "location_scale", "nested", "crossed", "bias_adjusted", "down_weighted"),
    "empirical_rhodes",
)
AGAIN = ("crossed", "down_weighted", "empirical_rhodes")
"""Of components that others here, partial_pooling and test_product.py sample by default."""
SAMPLED = ("robust_t", "two_component", "empirical_bartos")
PRINTED = "Without the converted rows"
EARLIER = ("common_effect", "random_effects", "partial_pooling", "moderated", "sceptical")
"""Their tests: tests/contracts/test_models.py."""
DEPENDENT = ("multivariate", "three_level", "two_views")
"""Their tests: tests/contracts/test_dependent_models.py."""
EXPOSED = ("threshold", "hinge", "emax")
"""Their tests: tests/exposure/test_models.py."""
COUNTED = ("arm_means", "beta_binomial", "binomial", "conditional", "poisson")
"""Their tests: tests/contracts/test_counted_models.py."""
NAMES = (*EXACT, *SAMPLED)

each = pytest.mark.parametrize("name", NAMES)


def test_every_model_file_is_tested():
    files = {file.stem for file in (ROOT / "models").glob("*.toml")}
    assert files == {*NAMES, *EARLIER, *DEPENDENT, *EXPOSED, *COUNTED}


@cache
def declared(name):
    return cs.read_model(ROOT / "models" / f"{name}.toml")


@cache
def judged():
    """The trials of the review that print means, with the judgement that two of the models ask for.

    They stand against three comparators: as many scales as the exact engine has room for.
    Raters who knew the intervention count as high risk: the sources of Lu 2012 and Pioli 2006
    say so (review.toml).
    """
    review = functioning()
    printed = next(each for each in review.sensitivity if each.name == PRINTED)
    effects = printed.effects
    unblinded = effects.table["trial"].isin(["LU2012", "PIOLI2006"])
    table = effects.table.assign(risk_of_bias=np.where(unblinded, "high", "low"))
    return cs.effects.Effects(effects.y, effects.v, table, effects.measure, directed=True)


@pytest.fixture(scope="module")
def trials():
    return judged()


@cache
def sampled(name):
    """Each model is compiled and sampled once for all tests.

    What climbs the ladder (tests/engines/test_nuts_ladder.py) starts on the rung where it ends.
    """
    start = {"crossed": 0.99, "nested": 0.95}.get(name, 0.9)
    return cs.fit(declared(name).model, judged(), cs.engines.Nuts(seed=1, target_accept=start))


@cache
def exact(name):
    return cs.fit(declared(name).model, judged(), "exact")


@each
def test_it_says_what_it_is_and_stands_in_the_table(name):
    found = declared(name)
    assert min(len(found.title), len(found.equation), len(found.when)) > 5
    assert f"| `{name}` |" in (ROOT / "models" / "README.md").read_text(encoding="utf-8")


def stated(value, where=""):
    """Every table that names a prior, with the place where it stands."""
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from stated(inner, f"{where}[{number}]")
    if isinstance(value, dict):
        slot = where.split(".")[-1]
        component = slot in {"heterogeneity", "bias"} or slot.endswith("]")
        if value.get("kind") in priors.REGISTRY and not component:
            yield where
        for key, inner in value.items():
            yield from stated(inner, f"{where}.{key}".strip("."))


@each
def test_a_reason_and_a_source_stand_beside_every_prior(name, trials):
    found = declared(name)
    content = tomllib.loads((ROOT / "models" / f"{name}.toml").read_text(encoding="utf-8"))
    slots = list(stated(content))
    reasons = {reason.slot: reason for reason in found.reasons}
    assert all(len(reasons[slot].reason) > 30 and len(reasons[slot].source) > 10 for slot in slots)
    hypers = found.model.heterogeneity.population(trials).hypers
    owned = {hyper.prior for hyper in hypers}
    owned |= {hyper.prior for part in blocks(found.model, trials) for hyper in part.scales}
    owned |= {part.prior for part in blocks(found.model, trials) if not part.scales}
    assert set(_priors(found.model)) == owned  # no default stands unspoken


def _priors(model):
    from dataclasses import fields, is_dataclass

    def inside(part):
        if isinstance(part, priors.Prior):
            yield part
        elif isinstance(part, tuple):
            for each_part in part:
                yield from inside(each_part)
        elif is_dataclass(part):
            for field in fields(part):
                yield from inside(getattr(part, field.name))

    return inside(model)


@each
def test_it_survives_mapping_and_toml(name, tmp_path):
    model = declared(name).model
    assert spec.from_mapping(spec.to_mapping(model)) == model
    path = tmp_path / "again.toml"
    path.write_text(spec.to_toml(model), encoding="utf-8")
    assert cs.read_model(path).model == model


@pytest.mark.parametrize("name", EXACT)
def test_it_is_exact_on_the_review(name, trials):
    fit = exact(name)
    assert isinstance(cs.engines.auto(fit.model, trials).engine, cs.engines.Exact)
    assert fit.posterior.accuracy < 1e-8
    assert np.isfinite(fit.log_evidence)
    assert "conflict" not in str(fit.diagnosis)
    assert 0.1 < fit.summary().loc["mu", "mean"] < 0.5


@pytest.mark.parametrize("name", SAMPLED)
def test_it_is_sampled_and_says_why(name, trials):
    choice = cs.engines.auto(declared(name).model, trials)
    assert isinstance(choice.engine, cs.engines.Nuts)
    assert "no Gaussian form" in choice.reason
    assert not choice.reason.endswith(".")  # it stands inside a sentence


@pytest.mark.nuts
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in AGAIN else n for n in EXACT]
)
def test_the_engines_agree_within_four_monte_carlo_errors(name):
    ours, theirs = exact(name).summary(), sampled(name).summary()
    assert list(ours.index) == list(theirs.index)
    gap = np.abs(ours["mean"] - theirs["mean"]) / theirs["mcse"]
    assert gap.max() < 4, (gap.idxmax(), gap.max())


def student(x, nu, scale):
    z = x / scale
    return (1 + z**2 / nu) ** (-(nu + 1) / 2) / (scale * np.sqrt(nu) * beta(nu / 2, 0.5))


def normal(x, variance):
    return np.exp(-0.5 * x**2 / variance) / np.sqrt(2 * np.pi * variance)


def half_normal(tau):
    return np.exp(-0.5 * (tau / 0.5) ** 2)


def bartos(axes, y, v):
    mu, tau = axes
    prior = student(mu, 4.0, 0.29) * tau**-2.6 * np.exp(-0.27 / tau)
    return prior * np.prod([normal(a - mu, tau**2 + b) for a, b in zip(y, v, strict=True)], axis=0)


def two_classes(axes, y, v):
    mu, tau, w = axes
    each_trial = [
        (1 - w) * normal(a - mu, tau**2 + b) + w * normal(a - mu, 25 * tau**2 + b)
        for a, b in zip(y, v, strict=True)
    ]
    return np.exp(-0.5 * mu**2) * half_normal(tau) * np.prod(each_trial, axis=0)


def heavy_tails(axes, y, v):
    """θ by the trapezoid rule: what it scatters about mu like t₄, what y scatters about it."""
    mu, tau = axes
    t = np.sinh(np.linspace(-5.5, 5.5, 221))
    weights = student(t, 4.0, 1.0) * np.cosh(np.arcsinh(t)) * 0.05
    each_trial = [
        sum(p * normal(a - mu - tau * z, b) for z, p in zip(t, weights, strict=True))
        for a, b in zip(y, v, strict=True)
    ]
    return np.exp(-0.5 * mu**2) * half_normal(tau) * np.prod(each_trial, axis=0)


MU, TAU = np.linspace(-1.2, 1.8, 151), np.exp(np.linspace(-9, 1.6, 160))
INTEGRALS = {
    "empirical_bartos": (bartos, (MU, TAU)),
    "two_component": (two_classes, (MU, TAU, np.linspace(0.0, 0.5, 41)[1::2])),
    "robust_t": (heavy_tails, (MU[::2], TAU[::2])),
}


@pytest.mark.nuts
@pytest.mark.parametrize("name", SAMPLED)
def test_sampling_agrees_with_an_integral_of_its_own(name, trials):
    """Means and SDs of what the model has, from its joint density on a grid written out here."""
    density, axes = INTEGRALS[name]
    places = np.meshgrid(*axes, indexing="ij")
    joint = density(places, trials.y, trials.v) * places[1]  # the grid of tau is logarithmic
    mass = joint / joint.sum()
    summary = sampled(name).summary()
    assert sampled(name).diagnosis.passed
    for row, values in zip(("mu", "tau", "outlier_weight"), places, strict=False):
        mean = float(np.sum(mass * values))
        sd = float(np.sqrt(np.sum(mass * (values - mean) ** 2)))
        assert abs(summary.loc[row, "mean"] - mean) < 4 * summary.loc[row, "mcse"], row
        assert summary.loc[row, "sd"] == pytest.approx(sd, rel=0.1), row


@each
def test_its_prior_predictive_is_in_range(name, trials):
    """Before the data most new trials lie within ±2 and less than one in fifty beyond ±6."""
    model = declared(name).model
    population = model.heterogeneity.population(trials)
    rng = np.random.default_rng(1)
    point = {hyper.name: hyper.prior.ppf(rng.random(4000)) for hyper in population.hypers}
    variance = population.anywhere().draw(point, (4000, 1), rng)[:, 0]
    mu = model.mu.ppf(rng.random(4000))
    theta = mu + np.sqrt(variance) * rng.standard_normal(4000)
    assert np.mean(np.abs(theta) < 2) > 0.85
    assert np.mean(np.abs(theta) > 6) < 0.02
    assert np.mean(np.abs(theta) > 0.2) > 0.5


def test_the_bias_dial_ends_where_the_trials_are_left_out(trials):
    from dataclasses import replace

    model = declared("down_weighted").model
    left = cs.fit(replace(model, bias=replace(model.bias, weight=0.0)), trials)
    without = cs.fit(replace(model, bias="Nothing"), trials.without("Lu 2012", "Pioli 2006"))
    pair = (fit.summary().loc["mu", ["mean", "sd"]].to_numpy(float) for fit in (left, without))
    np.testing.assert_allclose(*pair, rtol=1e-9)
