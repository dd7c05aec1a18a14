"""The contract of every prior of the registry: its density, its inverses and its PyMC twin."""

import pickle
from dataclasses import FrozenInstanceError, fields
from itertools import pairwise
from math import inf, log

import numpy as np
import pytest
from scipy import integrate, stats
from tests.across import across

from consilience import priors
from consilience.errors import ModelError
from consilience.priors import (
    I2,
    LKJ,
    BergerDeely,
    Beta,
    Catalogue,
    Context,
    Conventional,
    DuMouchel,
    Exponential,
    Flat,
    HalfCauchy,
    HalfLogistic,
    HalfNormal,
    HalfStudentT,
    HalfUnitInformation,
    HalfWeaklyInformative,
    InverseGamma,
    Jeffreys,
    LogNormal,
    LogStudentT,
    Lomax,
    Mixture,
    Normal,
    OverallJeffreys,
    Prior,
    Shrinkage,
    SqrtUniform,
    Squared,
    StudentT,
    Truncated,
    Uniform,
    UnitInformation,
    WeaklyInformative,
)

V = (0.04, 0.09, 0.25, 1.0)

EXAMPLES: dict[type[Prior], tuple[Prior, ...]] = {
    BergerDeely: (BergerDeely(), BergerDeely(V)),
    Beta: (Beta(2.0, 2.0), Beta(18.0, 2.0), Beta(1.0, 3.0)),
    Catalogue: (Catalogue("SMD", publication="rhodes2015"), Catalogue("RD", area="ENT")),
    Conventional: (Conventional(), Conventional(V), Conventional((1e-6, 1e4))),
    DuMouchel: (DuMouchel(), DuMouchel(V)),
    Exponential: (Exponential(2.0), Exponential(0.01)),
    Flat: (Flat(),),
    HalfCauchy: (HalfCauchy(0.5), HalfCauchy(25.0)),
    HalfLogistic: (HalfLogistic(0.5), HalfLogistic(70.0)),
    HalfNormal: (HalfNormal(), HalfNormal(0.01), HalfNormal(70.0)),
    HalfStudentT: (HalfStudentT(4.0, 0.5), HalfStudentT(1.0, 2.0), HalfStudentT(200.0, 0.1)),
    HalfUnitInformation: (HalfUnitInformation(), HalfUnitInformation(1.0)),
    HalfWeaklyInformative: (HalfWeaklyInformative(),),
    I2: (I2(), I2(V)),
    InverseGamma: (InverseGamma(1.0, 0.15), InverseGamma(3.5, 20.0)),
    Jeffreys: (Jeffreys(), Jeffreys(V)),
    LKJ: (LKJ(), LKJ(2.0), LKJ(5.5)),
    LogNormal: (LogNormal(-2.56, 1.74), LogNormal(3.0, 0.1)),
    LogStudentT: (LogStudentT(5.0, -1.72, 1.295), LogStudentT(4.0, 3.0, 0.1)),
    Lomax: (Lomax(6.0, 3.0), Lomax(1.0, 0.2)),
    Mixture: (
        Mixture((Normal(0.3, 0.1), StudentT(3.0, 0.0, 1.0)), (0.8, 0.2)),
        Mixture((HalfNormal(0.1), HalfCauchy(1.0), Uniform(0.5, 3.0)), (0.5, 0.25, 0.25)),
        Mixture((Normal(0.3, 0.1),), (1.0,)),
        Mixture((UnitInformation(), Normal()), (0.5, 0.5)),
    ),
    Normal: (Normal(), Normal(-3.0, 0.01), Normal(70.0, 12.0)),
    OverallJeffreys: (OverallJeffreys(), OverallJeffreys(V)),
    Shrinkage: (Shrinkage(), Shrinkage(V)),
    SqrtUniform: (SqrtUniform(),),
    Squared: (Squared(InverseGamma(1.0, 0.15)), Squared(Uniform(0.25, 4.0))),
    StudentT: (StudentT(3.0, 0.0, 1.0), StudentT(1.0, -2.0, 0.3), StudentT(200.0, 50.0, 9.0)),
    Truncated: (
        Truncated(StudentT(3.0, 0.35, 0.102), 0.0),
        Truncated(Normal(), -1.0, 2.5),
        Truncated(HalfCauchy(0.5), upper=3.0),
        Truncated(HalfUnitInformation(), upper=3.0),
    ),
    Uniform: (Uniform(0.0, 5.0), Uniform(-3.0, -2.5)),
    UnitInformation: (UnitInformation(), UnitInformation(2.0)),
    WeaklyInformative: (WeaklyInformative(),),
}
SECOND_NAMES = {"TibshiraniJeffreys": Jeffreys}
ALL = [prior for examples in EXAMPLES.values() for prior in examples]
CONCRETE = [prior for prior in ALL if prior.resolved]
PROPER = [prior for prior in CONCRETE if prior.proper]
MADE_OF_OTHERS = (Catalogue, Mixture, Squared, Truncated)
PLAIN = [p for p in ALL if not isinstance(p, MADE_OF_OTHERS) and "v" not in p.parameters]

EXTREMES = np.array([-inf, -1e300, -1.0, -5e-324, 0.0, 5e-324, 1e-300, 1.0, 1e300, inf])
SHARES = np.array([1e-6, 0.001, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.999])


def label(prior: Prior) -> str:
    return prior.label


every = across("prior", ALL, ids=label)
concrete = across("prior", CONCRETE, ids=label)
proper = across("prior", PROPER, ids=label)
plain = across("prior", PLAIN, ids=label)


def test_every_prior_of_the_registry_has_examples() -> None:
    assert set(EXAMPLES) == set(priors.REGISTRY.values())
    first = {name: kind for name, kind in priors.REGISTRY.items() if name not in SECOND_NAMES}
    assert all(name == prior.__name__ for name, prior in first.items())
    assert all(priors.REGISTRY[name] is kind for name, kind in SECOND_NAMES.items())


@every
def test_its_name_and_parameters_build_it_again(prior: Prior) -> None:
    again = priors.get(type(prior).__name__, **prior.parameters)
    assert again == prior
    assert hash(again) == hash(prior)
    assert pickle.loads(pickle.dumps(prior)) == prior


@every
def test_it_never_changes(prior: Prior) -> None:
    assert not hasattr(prior, "__dict__")
    for field in fields(prior):
        with pytest.raises(FrozenInstanceError):
            setattr(prior, field.name, 1.0)


@every
def test_it_speaks(prior: Prior) -> None:
    assert prior.equation.startswith("f(x) ")
    assert isinstance(prior, Catalogue) or all(name in prior.equation for name in prior.parameters)
    assert prior.label.startswith(type(prior).__name__ + "(")


@across("value", [np.nan, inf, -inf, True, "1", None, 1j, [1.0]])
@plain
def test_every_parameter_is_a_finite_number(prior: Prior, value: object) -> None:
    for name in prior.parameters:
        with pytest.raises(ModelError, match=f"{type(prior).__name__}: {name} must be a finite"):
            type(prior)(**{**prior.parameters, name: value})


@across("value", [0, -0.5])
@every
def test_scales_and_shapes_are_positive(prior: Prior, value: float) -> None:
    for name in prior.positive:
        with pytest.raises(ModelError, match=f"{name} must be greater than 0, got {value}"):
            type(prior)(**{**prior.parameters, name: value})


@plain
def test_whole_numbers_of_any_kind_become_floats(prior: Prior) -> None:
    whole = {name: number for number, name in enumerate(prior.parameters, 1)}
    expected = type(prior)(**{name: float(number) for name, number in whole.items()})
    assert type(prior)(**whole) == expected
    assert type(prior)(**{name: np.int64(n) for name, n in whole.items()}) == expected
    assert all(type(value) is float for value in type(prior)(**whole).parameters.values())


@proper
def test_density_integrates_to_one_and_to_its_distribution_function(prior: Prior) -> None:
    lower, upper = prior.support
    ends = np.concatenate([[lower], prior.ppf(SHARES), [upper]])

    def density(x: float) -> float:
        return float(np.exp(prior.logpdf(x)))

    def density_of_log(t: float) -> float:
        return float(np.exp(prior.logpdf(np.exp(t)) + t))

    stretched = lower == 0.0 and prior.cdf(1e-150) > 0.0  # over hundreds of orders of magnitude
    pairs = pairwise(np.log(np.clip(ends, 1e-300, 1e300)) if stretched else ends)
    pieces = [
        integrate.quad(
            density_of_log if stretched else density, a, b, epsabs=1e-14, epsrel=1e-11, limit=500
        )[0]
        for a, b in pairs
    ]
    np.testing.assert_allclose(sum(pieces), 1.0, rtol=1e-10)
    np.testing.assert_allclose(np.cumsum(pieces)[:-1], SHARES, rtol=1e-8, atol=1e-12)


@proper
def test_quantiles_undo_the_distribution_function(prior: Prior) -> None:
    q = np.concatenate([np.geomspace(1e-12, 0.5, 40), 1.0 - np.geomspace(0.5, 1e-6, 40)])
    x = prior.ppf(q)
    np.testing.assert_allclose(prior.cdf(x), q, rtol=1e-9, atol=1e-14)
    # Next to a limit inside the support a share is a difference of two.
    slack = 1e-9 * abs(prior.ppf(0.5)) if isinstance(prior, Truncated) else 0.0
    np.testing.assert_allclose(prior.ppf(prior.cdf(x)), x, rtol=1e-8, atol=slack)
    assert np.all(np.diff(prior.ppf(np.unique(q))) > 0.0)


@proper
def test_ends_of_the_support_and_beyond(prior: Prior) -> None:
    lower, upper = prior.support
    np.testing.assert_array_equal(prior.ppf([0.0, 1.0]), [lower, upper])
    np.testing.assert_array_equal(prior.cdf([-inf, lower, upper, inf]), [0.0, 0.0, 1.0, 1.0])
    np.testing.assert_array_equal(prior.logpdf([-inf, inf]), [-inf, -inf])
    assert np.all(np.isnan(prior.ppf([-0.1, 1.1, np.nan])))
    outside = (lower > EXTREMES) | (upper < EXTREMES)
    assert np.all(prior.logpdf(EXTREMES[outside]) == -inf)


@concrete
def test_no_value_is_too_small_or_too_large(prior: Prior) -> None:
    assert not np.isnan(prior.logpdf(EXTREMES)).any()
    assert np.all(prior.logpdf(EXTREMES) < inf)


@proper
def test_distribution_function_rises_from_zero_to_one(prior: Prior) -> None:
    shares = prior.cdf(EXTREMES)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert np.all(np.diff(shares) >= 0.0)
    tiny = prior.ppf([5e-324, 1e-300, 1.0 - 2**-53])
    assert not np.isnan(tiny).any()
    assert np.all(tiny[:-1] <= tiny[1:])


@concrete
@across("shape", [(), (0,), (3,), (2, 1, 4)])
def test_answers_have_the_shape_of_the_question(prior: Prior, shape: tuple[int, ...]) -> None:
    x = np.full(shape, 0.25)
    questions = (prior.logpdf, prior.cdf, prior.ppf) if prior.proper else (prior.logpdf,)
    for question in questions:
        assert question(x).shape == shape
        assert question(x).dtype == np.float64
    np.testing.assert_array_equal(x, 0.25)


REFERENCES = {
    Beta: lambda p: stats.beta(p.alpha, p.beta),
    LKJ: lambda p: stats.beta(p.eta, p.eta, loc=-1.0, scale=2.0),
    Exponential: lambda p: stats.expon(scale=1.0 / p.lam),
    HalfLogistic: lambda p: stats.halflogistic(scale=p.scale),
    Lomax: lambda p: stats.lomax(p.alpha, scale=p.lam),
    HalfCauchy: lambda p: stats.halfcauchy(scale=p.beta),
    HalfNormal: lambda p: stats.halfnorm(scale=p.sigma),
    InverseGamma: lambda p: stats.invgamma(p.alpha, scale=p.beta),
    LogNormal: lambda p: stats.lognorm(p.sigma, scale=np.exp(p.mu)),
    Normal: lambda p: stats.norm(p.mu, p.sigma),
    StudentT: lambda p: stats.t(p.nu, p.mu, p.sigma),
    Uniform: lambda p: stats.uniform(p.lower, p.upper - p.lower),
}


@across("prior", [p for p in PROPER if type(p) in REFERENCES], ids=label)
def test_density_and_inverses_are_those_of_scipy(prior: Prior) -> None:
    reference = REFERENCES[type(prior)](prior)
    x = reference.ppf(SHARES)
    np.testing.assert_allclose(prior.logpdf(x), reference.logpdf(x), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(prior.cdf(x), SHARES, rtol=1e-9)
    np.testing.assert_allclose(prior.ppf(SHARES), x, rtol=1e-9)


@across("prior", EXAMPLES[HalfStudentT], ids=label)
def test_half_student_t_is_the_folded_student_t(prior: HalfStudentT) -> None:
    whole = stats.t(prior.nu, 0.0, prior.sigma)
    x = prior.ppf(SHARES)
    np.testing.assert_allclose(prior.logpdf(x), log(2.0) + whole.logpdf(x), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(2.0 * whole.sf(x), 1.0 - SHARES, rtol=1e-8)


def grid(prior: Prior) -> np.ndarray:
    lower, upper = prior.support
    inside = prior.ppf(np.linspace(0.0001, 0.9999, 25)) if prior.proper else [0.1, 1.0, 20.0]
    edges = np.array([lower - 1.0, lower, upper, upper + 1.0])
    # PyMC's inverse gamma gives nan at 0, where the density has the limit 0.
    return np.append(inside, edges[np.isfinite(edges) & (isinstance(prior, Normal) | (edges != 0))])


def test_density_is_that_of_the_pymc_variable() -> None:
    import pymc
    import pytensor

    with pymc.Model() as model:
        variables = [prior.pymc(f"v{number}") for number, prior in enumerate(CONCRETE)]
    grids = [grid(prior) for prior in CONCRETE]
    outputs = [pymc.logp(variable, x) for variable, x in zip(variables, grids, strict=True)]
    answers = pytensor.function([], outputs, mode="FAST_COMPILE")()
    assert [variable.name for variable in model.free_RVs] == [v.name for v in variables]
    for prior, x, answer in zip(CONCRETE, grids, answers, strict=True):
        # PyMC takes log(2) of its half-Cauchy and half-t in single precision: 2e-9 off.
        np.testing.assert_allclose(prior.logpdf(x), answer, 1e-12, 5e-9, err_msg=prior.label)


def test_pymc_variables_take_named_dimensions() -> None:
    import pymc
    import pytensor

    with pymc.Model(coords={"coef": ["a", "b", "c"]}) as model:
        variables = [prior.pymc(f"v{place}", dims="coef") for place, prior in enumerate(CONCRETE)]
    assert {model.named_vars_to_dims[variable.name] for variable in variables} == {("coef",)}
    outputs = [pymc.logp(variable, np.array([0.1, 0.2, 0.3])) for variable in variables]
    answers = pytensor.function([], outputs, mode="FAST_COMPILE")()
    assert {answer.shape for answer in answers} == {(3,)}


@every
def test_a_gaussian_form_is_given_or_refused_in_words(prior: Prior) -> None:
    normal_part = Mixture((Normal(0.3, 0.1),), (1.0,))
    if prior == normal_part:
        assert prior.normal_moments() == (0.3, 0.1)
    elif isinstance(prior, Normal):
        assert prior.normal_moments() == (prior.mu, prior.sigma)
    elif isinstance(prior, Flat):
        assert prior.normal_moments() == (0.0, inf)
    else:
        speaker = prior.prior if isinstance(prior, Catalogue) else prior
        with pytest.raises(ModelError, match=type(speaker).__name__) as refusal:
            prior.normal_moments()
        assert "Normal prior" in str(refusal.value) or "resolve" in str(refusal.value)


@concrete
def test_concrete_priors_stay_what_they_are(prior: Prior) -> None:
    assert prior.resolve(Context(2.0, np.array(V))) is prior
    assert prior.resolve(Context(np.nan, np.array([7.0]))) is prior


@across("prior", [prior for prior in ALL if not prior.resolved], ids=label)
def test_priors_of_the_effects_become_concrete_with_them(prior: Prior) -> None:
    made = prior.resolve(Context(2.0, np.array(V)))
    assert made.resolved
    assert np.isfinite(made.logpdf(0.3))
    if prior.support[0] == 0.0:
        assert made.support == prior.support
    with pytest.raises(ModelError, match=r"resolve\(context\)"):
        prior.logpdf(0.3)


@every
def test_improper_priors_state_their_powers(prior: Prior) -> None:
    if prior.proper:
        assert (prior.tail_power, prior.zero_power) == (-inf, 0.0)
    elif prior.resolved and not isinstance(prior, Flat):
        far, near = np.array([1e8, 1e9]), np.array([1e-9, 1e-8])
        assert np.diff(prior.logpdf(far))[0] == pytest.approx(prior.tail_power * log(10.0))
        assert np.diff(prior.logpdf(near))[0] == pytest.approx(prior.zero_power * log(10.0))
