"""Models as mappings and as TOML: nothing is lost, and nothing unknown passes."""

import math
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import consilience as cs
from consilience import bias, heterogeneity, likelihoods, priors, spec, terms
from consilience.errors import ModelError

numbers = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=1e-300, max_value=1e300)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
PRIORS = {
    "Beta": st.builds(priors.Beta, positive, positive),
    "LKJ": st.builds(priors.LKJ, positive),
    "Exponential": st.builds(priors.Exponential, positive),
    "Flat": st.builds(priors.Flat),
    "HalfCauchy": st.builds(priors.HalfCauchy, positive),
    "HalfNormal": st.builds(priors.HalfNormal, positive),
    "HalfStudentT": st.builds(priors.HalfStudentT, positive, positive),
    "HalfUnitInformation": st.builds(priors.HalfUnitInformation, positive),
    "InverseGamma": st.builds(priors.InverseGamma, positive, positive),
    "LogNormal": st.builds(priors.LogNormal, numbers, positive),
    "Normal": st.builds(priors.Normal, numbers, positive),
    "StudentT": st.builds(priors.StudentT, positive, numbers, positive),
    "Uniform": st.tuples(st.floats(0, 1e3), st.floats(1, 1e3)).map(
        lambda pair: priors.Uniform(pair[0], pair[0] + pair[1])
    ),
    "UnitInformation": st.builds(priors.UnitInformation, positive),
    "WeaklyInformative": st.builds(priors.WeaklyInformative),
    "HalfWeaklyInformative": st.builds(priors.HalfWeaklyInformative),
    "HalfLogistic": st.builds(priors.HalfLogistic, positive),
    "LogStudentT": st.builds(priors.LogStudentT, positive, numbers, positive),
    "Lomax": st.builds(priors.Lomax, positive, positive),
    "SqrtUniform": st.builds(priors.SqrtUniform),
    "Catalogue": st.just(priors.Catalogue("SMD", publication="rhodes2015")),
}
PRIORS |= {
    name: st.builds(priors.REGISTRY[name], st.lists(positive, max_size=3).map(tuple))
    for name in (
        *("BergerDeely", "Conventional", "DuMouchel", "I2"),
        *("Jeffreys", "OverallJeffreys", "Shrinkage", "TibshiraniJeffreys"),
    )
}
PRIORS |= {
    "Mixture": st.builds(
        priors.Mixture,
        st.tuples(PRIORS["HalfNormal"], PRIORS["InverseGamma"]),
        st.just((0.25, 0.75)),
    ),
    "Squared": st.builds(priors.Squared, PRIORS["InverseGamma"]),
    "Truncated": st.builds(
        priors.Truncated,
        st.builds(priors.HalfNormal, st.floats(0.1, 10)),
        upper=st.floats(1, 30),
    ),
}
REAL = {"LKJ", "Normal", "StudentT", "UnitInformation", "WeaklyInformative"}
SCALES = st.one_of(*(PRIORS[name] for name in PRIORS if name not in REAL))
TERMS = st.one_of(
    st.builds(terms.Exchangeable, texts, SCALES),
    st.builds(terms.Linear, texts, st.one_of(*PRIORS.values())),
)
MODELS = st.builds(
    cs.Model,
    mu=st.one_of(*PRIORS.values()),
    terms=st.lists(TERMS, max_size=3, unique=True),
    heterogeneity=st.one_of(
        st.builds(heterogeneity.Normal, SCALES), st.builds(heterogeneity.Nothing)
    ),
    likelihood=st.builds(likelihoods.Normal),
    bias=st.builds(bias.Nothing),
)


def test_every_prior_is_among_the_examples():
    assert set(PRIORS) == set(priors.REGISTRY)


@given(MODELS)
def test_a_mapping_gives_the_same_model_back(model):
    assert spec.from_mapping(spec.to_mapping(model)) == model


@given(model=MODELS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_toml_gives_the_same_model_back(model, tmp_path):
    path = tmp_path / "model.toml"
    path.write_text(spec.to_toml(model), encoding="utf-8")
    assert cs.read_model(path).model == model


@given(MODELS)
def test_toml_is_toml_of_the_mapping(model):
    assert tomllib.loads(spec.to_toml(model)) == spec.to_mapping(model)


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_with_its_words_and_reasons(tmp_path):
    found = cs.read_model(written(tmp_path, """
        title = "Mine"
        equation = "y = θ"
        when = "always"
        [mu]
        kind = "Normal"
        sigma = 2.0
        reason = "because"
        source = "Someone 1999"
        [heterogeneity]
        kind = "Normal"
        [heterogeneity.tau]
        kind = "HalfNormal"
        sigma = 0.3
        reason = "so"
        [[terms]]
        kind = "Exchangeable"
        factor = "kind"
        scale = "HalfNormal"
        reason = "levels"
    """))  # fmt: skip
    assert (found.name, found.title, found.equation, found.when) == (
        "mine",
        "Mine",
        "y = θ",
        "always",
    )
    assert found.model == cs.Model(
        mu=priors.Normal(0.0, 2.0),
        terms=(terms.Exchangeable("kind", priors.HalfNormal()),),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.3)),
    )
    assert [(each.slot, each.choice, each.reason, each.source) for each in found.reasons] == [
        ("mu", "Normal", "because", "Someone 1999"),
        ("heterogeneity.tau", "HalfNormal", "so", ""),
        ("terms[0]", "Exchangeable", "levels", ""),
    ]


def test_slots_that_are_not_named_take_their_defaults():
    assert spec.from_mapping({}) == cs.Model()
    assert spec.from_mapping({"mu": "Flat"}) == cs.Model(mu=priors.Flat())


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"nu": "Normal"}, r"slots mu, terms.*no 'nu'"),
        ({"mu": "Typo"}, r"mu: Unknown prior 'Typo'. Known: BergerDeely"),
        ({"mu": {"kind": "Typo"}}, r"mu: Unknown prior 'Typo'"),
        ({"mu": {"sigma": 1.0}}, r"mu needs a table with a `kind`"),
        ({"mu": 3}, r"mu needs a table with a `kind`, not 3"),
        ({"mu": ["Normal"]}, r"mu needs a table"),
        ({"mu": {"kind": "Normal", "scale": 1.0}}, r"mu: .*'Normal' does not take.*scale"),
        ({"mu": {"kind": "Normal", "sigma": "wide"}}, r"mu: Normal: sigma must be a finite number"),
        ({"mu": {"kind": "Normal", "sigma": -1.0}}, r"mu: Normal: sigma must be greater than 0"),
        ({"mu": {"kind": "Normal", "sigma": math.nan}}, r"mu: Normal: sigma must be a finite"),
        ({"mu": {"kind": "Normal", "name": "x"}}, r"mu: .*does not take"),
        ({"mu": {"kind": ["Normal"]}}, r"mu: Unknown prior"),
        ({"heterogeneity": {"kind": "Normal", "tau": 0.5}}, r"heterogeneity.tau needs a table"),
        ({"heterogeneity": {"kind": "Normal", "tau": "Typo"}}, r"heterogeneity.tau: Unknown prior"),
        ({"heterogeneity": {"kind": "Normal", "tau": {"kind": "Normal"}}},
         r"heterogeneity: tau.*negative"),
        ({"heterogeneity": {"kind": "Normal", "name": "x"}}, r"heterogeneity: .*does not take"),
        ({"heterogeneity": {"kind": "Normal", "omega": 1}}, r"heterogeneity: .*omega"),
        ({"terms": [{"kind": "Linear", "formula": 5}]}, r"terms\[0\]: Linear: the formula"),
        ({"terms": [{"kind": "Linear"}]}, r"terms\[0\]: .*formula"),
        ({"terms": ["Linear"]}, r"terms\[0\]: .*formula"),
        ({"terms": [{"kind": "Exchangeable", "factor": "a"}, {"kind": "Quadratic"}]},
         r"terms\[1\]: Unknown term 'Quadratic'"),
        ({"terms": [{"kind": "Exchangeable", "factor": "a", "scale": {"kind": "Normal"}}]},
         r"terms\[0\]: .*negative"),
        ({"terms": 7}, r"terms\[0\] needs a table"),
        ({"terms": {"kind": "Exchangeable"}}, r"terms\[0\]: .*factor"),
        ({"bias": {"kind": "Pet"}}, r"bias: Unknown bias 'Pet'. Known: Nothing"),
        (
            {"likelihood": "Weibull"},
            r"likelihood: Unknown likelihood 'Weibull'. Known: ArmMeans, .*Normal",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(mapping, said):
    with pytest.raises(ModelError, match=said):
        spec.from_mapping(mapping)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mu = ", "cannot be read"),
        ("[mu]\nkind = 'Typo'", "mine.toml: mu: Unknown prior"),
        ("colour = 'red'", "mine.toml: .*colour"),
        ("\x00", "cannot be read"),
    ],
)
def test_a_bad_file_is_named(tmp_path, text, said):
    with pytest.raises(ModelError, match=said):
        cs.read_model(written(tmp_path, text))


def test_files_that_are_none_are_refused(tmp_path):
    for path in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(ModelError, match="cannot be read"):
            cs.read_model(path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes("title = 'Über'".encode("latin-1"))
    with pytest.raises(ModelError, match="cannot be read"):
        cs.read_model(latin)
    large = tmp_path / "large.toml"
    large.write_text("# " + "x" * 300_000)
    with pytest.raises(ModelError, match="larger than"):
        cs.read_model(large)


def test_a_toml_bomb_is_refused(tmp_path):
    """Brackets nested beyond reason end in words, not in a crash."""
    with pytest.raises(ModelError):
        cs.read_model(written(tmp_path, "mu = " + "[" * 50_000))
