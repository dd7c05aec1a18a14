"""The batched engine against definitions: its functions, its table, its rules, brute force."""

from dataclasses import dataclass
from math import inf
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import legendre
from scipy import optimize
from scipy.special import ndtr, ndtri

from consilience import heterogeneity, priors
from consilience.bias import RiskOfBias
from consilience.engines.batched import engine, kernel, mixture, rule, vector
from consilience.engines.batched.prior import look_up, tabulate
from consilience.engines.batched.reading import read
from consilience.engines.batched.sets import DataSets
from consilience.engines.batched.sheet import BEYOND, HEIGHT, MASS, MEAN, SHARP, blank
from consilience.errors import RefusalError
from consilience.model import Model
from consilience.priors import Prior
from consilience.terms import Exchangeable

ULP = np.finfo(float).eps
PRIORS = (
    priors.HalfNormal(0.5),
    priors.HalfNormal(1e-3),
    priors.HalfCauchy(0.3),
    priors.HalfStudentT(4.0, 0.5),
    priors.Exponential(2.0),
    priors.LogNormal(-2.56, 1.74),
    priors.InverseGamma(1.0, 0.15),
    priors.Uniform(0.0, 4.0),
    priors.Uniform(0.2, 2.0),
)
every_prior = pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.label)


@dataclass(frozen=True, slots=True)
class Broken(Prior):
    """A density that bends at 0.3: f(x) ∝ exp(−|x − 0.3|), x ≥ 0."""

    equation: ClassVar[str] = "f(x) = exp(−|x − 0.3|) / (2 − e^(−0.3))"

    @property
    def support(self):
        return 0.0, inf

    def _logpdf(self, x):
        return -np.abs(x - 0.3) - np.log(2.0 - np.exp(-0.3))

    def _cdf(self, x):
        raise NotImplementedError

    def _ppf(self, q):
        raise NotImplementedError

    def pymc(self, name, dims=None):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "reference", "x"),
    [
        (vector.exp, np.exp, np.linspace(-700.0, 700.0, 9001)),
        (vector.log, np.log, 10.0 ** np.linspace(-300.0, 300.0, 9001)),
        (vector.sinh, np.sinh, 10.0 ** np.linspace(-18.0, np.log10(85.0), 9001)),
    ],
    ids=["exp", "log", "sinh"],
)
def test_elementary_functions_are_within_two_units_of_the_last_place(function, reference, x):
    found = x.copy()
    function(found, np.empty_like(x))
    np.testing.assert_allclose(found, reference(x), rtol=2 * ULP, atol=2 * ULP)


def test_an_exponential_far_below_the_others_is_nothing_beside_them():
    found = np.array([-np.inf, -1e300, -5000.0, 0.0])
    vector.exp(found, np.empty(4))
    assert np.all(found[:3] < 1e-300)
    assert found[3] == 1.0


@every_prior
def test_the_table_reproduces_the_log_density(prior):
    lower, upper = prior.support
    sheet, n = blank(), 320
    rng = np.random.default_rng(1)
    beyond = 10.0 ** rng.uniform(-12.0, 3.0, n)
    if np.isfinite(upper):
        beyond = rng.random(n) * (upper - lower)
    sheet[BEYOND : BEYOND + n] = beyond
    look_up(tabulate(prior), sheet, (n, 1.0))
    expected = prior.logpdf(lower + beyond)
    seen = expected > -1e100
    found = sheet[HEIGHT : HEIGHT + n]
    np.testing.assert_allclose(found[seen], expected[seen], rtol=2e-12, atol=2e-12)
    assert np.all(found[~seen] < -1e99)


def test_a_density_with_a_bend_is_refused_by_its_place():
    with pytest.raises(RefusalError, match=r"smooth density.*near tau = 0\.(29|30).*by itself"):
        tabulate(Broken())


@pytest.mark.parametrize("which", range(len(rule.PLAIN)))
def test_every_rule_integrates_a_bell(which):
    sheet = blank()
    n = rule.lay(sheet, np.array([-8.0, 8.0]), which)
    x, w = sheet[:n], sheet[rule.WEIGHT : rule.WEIGHT + n]
    assert n == rule.PLAIN[which]
    assert np.all(np.diff(x) > 0.0)
    assert w @ np.exp(-0.5 * x**2) == pytest.approx(np.sqrt(2.0 * np.pi), rel=1e-9)


@pytest.mark.parametrize("which", range(len(rule.CUT)))
def test_a_cut_rule_has_its_panels_end_at_the_edges(which):
    sheet, edges = blank(), np.array([-7.0, -1.9, 0.1, 2.0, 7.0])
    n = rule.lay(sheet, edges, len(rule.PLAIN) + which)
    x, w = sheet[:n], sheet[rule.WEIGHT : rule.WEIGHT + n]
    assert n == rule.CUT[which]
    np.testing.assert_allclose(x[w == 0.0], edges[1:], atol=1e-14)
    low = x < -1.9 + 1e-9
    assert w[low] @ np.exp(x[low]) == pytest.approx(np.exp(-1.9) - np.exp(-7.0), rel=1e-13)
    assert w @ np.exp(x) == pytest.approx(2.0 * np.sinh(7.0), rel=1e-13)


def normal_on_a_sheet(mean, sd):
    sheet = blank()
    sheet[MASS : MASS + 16] = 1.0 / 16.0
    sheet[MEAN : MEAN + 16], sheet[SHARP : SHARP + 16] = mean, 1.0 / sd
    return sheet, (16, SHARP)


@pytest.mark.parametrize("z", [-37.0, -8.0, -1.0, -1e-3, 0.0, 0.3, 2.0, 5.0, 9.0])
def test_the_normal_tail_is_exact_to_the_last_places(z):
    sheet, place = normal_on_a_sheet(2.0, 3.0)
    x = 2.0 + 3.0 * z
    assert mixture.above(sheet, x, place) == pytest.approx(ndtr(-z), rel=1e-12, abs=3e-15)
    probability, density, slope = mixture.below(sheet, x, place)
    assert probability == pytest.approx(ndtr(z), abs=3e-15)
    expected = np.exp(-0.5 * z**2) / (3.0 * np.sqrt(2.0 * np.pi))
    assert density == pytest.approx(expected, rel=1e-12)
    assert slope == pytest.approx(-z / 3.0 * expected, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("level", [0.01, 0.5, 0.95, 0.999])
def test_the_quantiles_of_a_normal_are_known(level):
    sheet, place = normal_on_a_sheet(-1.0, 0.5)
    asked, answers = engine.ask(level, ()), np.empty(3)
    worst = mixture.quantiles((sheet, sheet), asked, (place, place, answers))
    np.testing.assert_allclose(answers, -1.0 + 0.5 * ndtri(asked.probabilities), atol=1e-13)
    assert worst < 1e-12


def one(y, v, prior, mu=(0.0, 1.0), level=0.95):
    sets = DataSets(y, v, np.array([0, len(y)]))
    return engine.run(sets, engine.assume(mu, prior), engine.ask(level, (0.0,)))[0]


@dataclass(frozen=True)
class Brute:
    """The same posterior by a dense composite rule on log τ − lower, without any cleverness."""

    y: np.ndarray
    v: np.ndarray
    prior: Prior
    mu: tuple[float, float]

    def nodes(self):
        lower, upper = self.prior.support
        top = min(upper - lower, 1e14 * float(self.prior.ppf(0.5)) + 1e14 * np.sqrt(self.v.max()))
        edges = np.linspace(np.log(np.sqrt(self.v.min())) - 36.0, np.log(top), 801)
        t, w = legendre.leggauss(16)
        half = 0.5 * np.diff(edges)[:, None]
        u = edges[:-1, None] + half * (1.0 + t)
        return np.minimum(lower + np.exp(u), upper), half * w * np.exp(u)

    def log_density(self, tau):
        m, sd = self.mu
        total = self.v + tau[..., None] ** 2
        s0, centre = np.sum(1.0 / total, axis=-1), np.average(self.y, weights=1.0 / self.v)
        g = np.sum((self.y - centre) / total, axis=-1) / s0
        rest = np.sum((self.y - centre - g[..., None]) ** 2 / total, axis=-1)
        pull = np.log1p(s0 * sd**2) + (g + centre - m) ** 2 / (1.0 / s0 + sd**2)
        likelihood = -0.5 * (np.sum(np.log(2.0 * np.pi * total), axis=-1) + rest + pull)
        precision = s0 + 1.0 / sd**2
        mean = (s0 * (g + centre) + m / sd**2) / precision
        return likelihood + self.prior.logpdf(tau), mean, 1.0 / precision

    def answers(self):
        tau, w = self.nodes()
        height, m, variance = self.log_density(tau)
        mass = np.exp(height - height.max()) * w
        evidence = height.max() + np.log(mass.sum())
        mass /= mass.sum()
        mean, tau_mean = np.sum(mass * m), np.sum(mass * tau)
        around = variance + (m - mean) ** 2
        moments = (
            *(evidence, mean, np.sqrt(np.sum(mass * around)), tau_mean),
            *(np.sqrt(np.sum(mass * (tau - tau_mean) ** 2)),),
            *(np.sqrt(np.sum(mass * (around + tau**2))),),
        )
        spreads = np.sqrt(variance), np.sqrt(variance + tau**2)
        mixed = [[mixed_quantile(mass, m, s, q) for q in (0.025, 0.5, 0.975)] for s in spreads]
        return np.array([*moments, *mixed[0], *mixed[1]]), self.tau_quantile_errors

    def tau_quantile_errors(self, quantiles):
        """P(τ ≤ quantile) − q for each of the three, by integrating up to it."""
        tau, w = self.nodes()
        peak = self.log_density(tau)[0].max()
        total = np.sum(np.exp(self.log_density(tau)[0] - peak) * w)
        t, gauss = legendre.leggauss(64)
        reached = [self.up_to(each, t, gauss, peak) / total for each in quantiles]
        return np.array(reached) - [0.025, 0.5, 0.975]

    def up_to(self, end, t, gauss, peak):
        lower = self.prior.support[0]
        edges = np.linspace(0.0, np.sqrt(end - lower), 65)
        half = 0.5 * np.diff(edges)[:, None]
        root = edges[:-1, None] + half * (1.0 + t)
        height = np.exp(self.log_density(lower + root**2)[0] - peak)
        return np.sum(height * half * gauss * 2.0 * root)


def mixed_quantile(mass, m, s, q):
    ends = (m + s * ndtri(q)).min(), (m + s * ndtri(q)).max()
    return optimize.brentq(lambda x: np.sum(mass * ndtr((x - m) / s)) - q, *ends, xtol=1e-14)


@pytest.mark.parametrize("k", [1, 2, 5, 10, 40])
@every_prior
def test_every_answer_is_that_of_brute_force(prior, k):
    rng = np.random.default_rng(k)
    v = np.exp(rng.normal(-2.5, 0.8, k))
    y = rng.normal(0.3, np.sqrt(v + 0.1))
    found = one(y, v, prior)
    expected, error = Brute(y, v, prior, (0.0, 1.0)).answers()
    assert found[kernel.STATUS] == kernel.FINE
    assert found[kernel.ACCURACY] <= 1e-8
    own = [kernel.EVIDENCE, kernel.MU, kernel.MU_SD, kernel.TAU, kernel.TAU_SD, kernel.NEW_SD]
    finite = np.isfinite(found[own])
    np.testing.assert_allclose(found[own][finite], expected[:6][finite], rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(found[[8, 9, 10, 14, 15, 16]], expected[6:], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(error(found[11:14]), 0.0, atol=1e-10)


@pytest.mark.parametrize(
    ("prior", "k", "flat", "infinite"),
    [
        (priors.HalfCauchy(0.5), 1, False, [kernel.TAU_SD, kernel.NEW_SD]),
        (priors.HalfCauchy(0.5), 2, False, []),
        (priors.HalfCauchy(0.5), 1, True, [kernel.MU_SD, kernel.TAU, kernel.TAU_SD, kernel.NEW_SD]),
        (priors.HalfCauchy(0.5), 2, True, [kernel.TAU_SD, kernel.NEW_SD, kernel.MU_SD]),
        (priors.HalfCauchy(0.5), 3, True, []),
        (priors.HalfNormal(0.5), 1, True, []),
    ],
)
def test_moments_that_do_not_exist_are_infinite(prior, k, flat, infinite):
    y, v = np.linspace(0.1, 0.5, k), np.full(k, 0.04)
    found = one(y, v, prior, (0.0, inf) if flat else (0.0, 1.0))
    moments = [kernel.MU, kernel.MU_SD, kernel.TAU, kernel.TAU_SD, kernel.NEW_SD]
    assert found[kernel.STATUS] == kernel.FINE
    assert [each for each in moments if np.isinf(found[each])] == sorted(infinite)


@given(
    st.integers(1, 12), st.integers(0, 10_000), st.floats(-12.0, 12.0), st.sampled_from([0.5, 3.0])
)
def test_answers_carry_their_unit(k, seed, power, width):
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(-2.5, 0.8, k))
    y = rng.normal(0.3, np.sqrt(v + 0.1))
    unit = 10.0**power
    base = one(y, v, priors.HalfNormal(width))
    scaled = one(y * unit, v * unit**2, priors.HalfNormal(width * unit), (0.0, unit))
    plain = [kernel.STATUS, kernel.EVIDENCE, kernel.ACCURACY, 17, 18]
    rest = np.setdiff1d(np.arange(len(base)), plain)
    np.testing.assert_allclose(scaled[rest], base[rest] * unit, rtol=1e-7, atol=1e-8 * unit)
    np.testing.assert_allclose(scaled[17:], base[17:], atol=1e-8)
    expected = base[kernel.EVIDENCE] - k * np.log(unit)
    assert scaled[kernel.EVIDENCE] == pytest.approx(expected, abs=1e-8)


@given(st.integers(2, 12), st.integers(0, 10_000), st.floats(-1e3, 1e3))
def test_a_flat_mean_moves_with_the_effects_and_their_order_does_not_count(k, seed, shift):
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(-2.5, 0.8, k))
    y = rng.normal(0.3, np.sqrt(v + 0.1))
    order = rng.permutation(k)
    base = one(y, v, priors.HalfNormal(0.5), (0.0, inf))
    moved = one(y[order] + shift, v[order], priors.HalfNormal(0.5), (0.0, inf))
    placed = [kernel.MU, 8, 9, 10, 14, 15, 16]
    spread = [kernel.MU_SD, kernel.TAU, kernel.TAU_SD, kernel.NEW_SD, 11, 12, 13]
    np.testing.assert_allclose(moved[placed], base[placed] + shift, atol=2e-9 * (1 + abs(shift)))
    np.testing.assert_allclose(moved[spread], base[spread], rtol=2e-8)


@pytest.mark.parametrize(
    ("y", "v", "status"),
    [
        ([0.1, 0.2], [1e-200, 1.0], kernel.RAGGED),
        ([1e200, -1e200], [1.0, 1.0], kernel.NO_NUMBER),
    ],
)
def test_what_cannot_be_computed_says_so_and_gives_no_number(y, v, status):
    found = one(np.array(y), np.array(v), priors.HalfNormal(0.5))
    assert found[kernel.STATUS] == status
    assert np.all(np.isnan(found[1:]))


def test_a_mode_far_from_zero_is_found_behind_one_near_zero():
    """A mean held at 0 and estimates near 10⁴: only a huge τ reconciles them."""
    y = 1e4 + np.random.default_rng(1).normal(0.0, 2e-3, 2000)
    found = one(y, np.full(2000, 1e-6), priors.HalfNormal(0.5))
    tau = np.linspace(400.0, 550.0, 100_001)
    g = y.mean()
    spread = 1e-6 + tau**2
    height = -1000.0 * np.log(spread) - 0.5 * (
        np.sum((y - g) ** 2) / spread
        + np.log1p(2000.0 / spread)
        + g**2 / (spread / 2000.0 + 1.0)
        + tau**2 / 0.25
    )
    mass = np.exp(height - height.max())
    assert found[kernel.TAU] == pytest.approx(np.average(tau, weights=mass), rel=1e-7)


def test_neither_the_threads_nor_the_chunks_change_a_digit(monkeypatch):
    rng = np.random.default_rng(3)
    sizes = rng.integers(1, 30, 400)
    v = np.exp(rng.normal(-2.5, 0.8, sizes.sum()))
    sets = DataSets(rng.normal(0.3, 0.4, len(v)), v, np.cumsum([0, *sizes]))
    assumed, asked = engine.assume((0.0, 1.0), priors.HalfNormal(0.5)), engine.ask(0.95, (0.0,))
    whole = engine.run(sets, assumed, asked)
    monkeypatch.setattr(engine, "_CHUNK", 7)
    monkeypatch.setattr(engine.config, "NUMBA_NUM_THREADS", 3)
    np.testing.assert_array_equal(engine.run(sets, assumed, asked), whole)


def test_moments_alone_are_those_of_the_whole_answer():
    rng = np.random.default_rng(4)
    v = np.exp(rng.normal(-2.5, 0.8, 500))
    sets = DataSets(rng.normal(0.3, 0.4, 500), v, np.arange(0, 501, 10))
    assumed = engine.assume((0.0, 1.0), priors.HalfCauchy(0.5))
    whole = engine.run(sets, assumed, engine.ask(0.95, (0.0,)))
    moments = engine.run(sets, assumed, engine.ask_nothing())
    own = [kernel.EVIDENCE, kernel.MU, kernel.MU_SD, kernel.TAU, kernel.TAU_SD, kernel.NEW_SD]
    assert moments.shape == (50, kernel.FIRST)
    np.testing.assert_allclose(moments[:, own], whole[:, own], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Model(mu=priors.StudentT(3.0, 0.0, 1.0)), "Normal or a Flat prior of mu, not StudentT"),
        (Model(mu=priors.Normal(), terms=Exchangeable("region")), "takes no terms"),
        (Model(mu=priors.Normal(), bias=RiskOfBias()), "takes no bias"),
        (Model(mu=priors.Normal()), "HalfWeaklyInformative.* of tau depends on"),
        (
            Model(mu=priors.Normal(), heterogeneity=heterogeneity.Normal(priors.Flat())),
            "proper prior of tau; Flat",
        ),
        (Model(mu=priors.Normal(), heterogeneity=heterogeneity.StudentT()), "not StudentT"),
    ],
    ids=["mu", "terms", "bias", "unit", "improper", "heterogeneity"],
)
def test_other_models_are_refused_with_a_remedy(model, words):
    with pytest.raises(RefusalError, match=words) as refusal:
        read(model)
    assert "fit(" in str(refusal.value) or "Give tau" in str(refusal.value)


def test_a_mean_without_a_known_unit_is_flat_as_it_is_for_a_single_fit():
    tau = heterogeneity.Normal(priors.HalfNormal(0.5))
    assert read(Model(heterogeneity=tau)).mu == (0.0, inf)
