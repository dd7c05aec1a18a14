"""What an engine cannot do it refuses before computing, naming the slot and the remedy."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import bias, engines, heterogeneity, priors, terms
from consilience.engines.identified import tangled
from consilience.errors import ModelError

HALF, MU, FLAT = priors.HalfNormal(0.5), priors.Normal(0.0, 1.0), priors.Flat()
NORMAL = heterogeneity.Normal(HALF)
REMEDY = re.compile(
    r"\b(Use|use|Give|Leave|leave|Try|Fit|Take|take|Name|Add|Change|Check|See|Say|Choose|Rename)\b"
    r"|Known:|known|can stand there|lies between|a whole number|takes? (a|the)"
)
SOURCE = Path(__file__).resolve().parents[2] / "src" / "consilience" / "engines"


@pytest.fixture(scope="module")
def effects(effects_of):
    rng = np.random.default_rng(2)
    x = rng.normal(0.0, 1.0, 8)
    return effects_of(
        rng.normal(0.2, 0.3, 8), rng.uniform(0.02, 0.1, 8), x=x, same=2.0 * x + 1.0,
        nearly=x + 1e-8 * rng.normal(0.0, 1.0, 8), kind=list("aabbccab"), place=list("xyxyxyxx"),
        arm=list("uuvvuvuv"), risk=["high", "low"] * 4,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_is_computed(monkeypatch):
    def stop(*_, **__):
        raise AssertionError("it computed before it refused")

    monkeypatch.setattr("consilience.engines.exact.engine.integrate", stop)
    monkeypatch.setattr("consilience.engines.nuts.parametrisation.compile_model", stop)


def model(**slots):
    return cs.Model(**({"mu": MU, "heterogeneity": NORMAL} | slots))


def columns(*names):
    return tuple(terms.Linear(name, prior=FLAT) for name in names)


def levels(*names, scale=HALF):
    return tuple(terms.Exchangeable(name, scale) for name in names)


EXACT = {
    "four scales": (
        {"terms": levels("kind", "place", "arm")},
        r"tau, kind_scale, place_scale, arm_scale.*Use engines.Nuts\(\), or fewer exchangeable",
    ),
    "Student t scatter": (
        {"heterogeneity": heterogeneity.StudentT(4.0, HALF)},
        r"StudentT heterogeneity.*use engines.Nuts\(\)",
    ),
    "two components": (
        {"heterogeneity": heterogeneity.TwoComponent(HALF)},
        r"TwoComponent heterogeneity.*use engines.Nuts\(\)",
    ),
    "no normal prior of mu": (
        {"mu": priors.StudentT(3.0, 0.0, 1.0)},
        r"StudentT.*engines.Nuts\(\)",
    ),
    "a flat spread of levels": (
        {"terms": levels("place", scale=FLAT), "mu": FLAT},
        r"posterior of place_scale is improper.*Give place_scale a proper prior",
    ),
    "columns that are the same": (
        {"mu": FLAT, "terms": columns("x", "same")},
        r"x.*same.*cannot be told apart.*Give them proper priors",
    ),
    "a prior beyond the end of numbers": (
        {"heterogeneity": heterogeneity.Normal(priors.LogStudentT(1.0, -1.7, 1.3))},
        r"tau lies below.*Give it a lighter tail",
    ),
}
NUTS = {
    "an improper tau": (
        {"heterogeneity": heterogeneity.Normal(FLAT)},
        r"tau has an improper one. Use engines.Exact\(\), or a proper prior such as HalfNormal",
    ),
    "a flat spread of levels": (
        {"terms": levels("kind", scale=FLAT)},
        r"kind_scale.*proper prior such as HalfNormal",
    ),
    "columns that are the same": (
        {"mu": FLAT, "terms": columns("x", "same")},
        r"coefficients x, same cannot be told apart.*Give them proper priors",
    ),
    "columns that are nearly the same": (
        {"terms": columns("x", "nearly")},
        r"coefficients x, nearly cannot be told apart.*Give them proper priors",
    ),
}
MANY = {
    "terms": ({"terms": levels("kind")}, r"takes no terms.*Fit such data sets one by one"),
    "a bias": (
        {"bias": bias.RiskOfBias("risk", "high", MU, HALF)},
        r"takes no bias.*Fit such data sets one by one",
    ),
    "other scatter": (
        {"heterogeneity": heterogeneity.StudentT(4.0, HALF)},
        r"Normal heterogeneity or Nothing, not StudentT.*one by one",
    ),
    "another prior of mu": (
        {"mu": priors.StudentT(3.0, 0.0, 1.0)},
        r"Normal or a Flat prior of mu, not StudentT.*one by one",
    ),
    "an improper tau": (
        {"heterogeneity": heterogeneity.Normal(FLAT)},
        r"proper prior of tau; Flat.*one by one",
    ),
    "a prior that depends on the trials": (
        {"heterogeneity": heterogeneity.Normal(priors.DuMouchel())},
        r"of tau depends on each. Give tau a prior",
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_refuses(effects, name):
    slots, said = EXACT[name]
    with pytest.raises(ModelError, match=said):
        engines.Exact().run(model(**slots), effects)


@pytest.mark.parametrize("k", [1, 2])
def test_exact_refuses_an_improper_posterior(effects, k):
    few = effects.without(*effects.labels[k:])
    slots = {"mu": FLAT, "heterogeneity": heterogeneity.Normal(FLAT)}
    with pytest.raises(ModelError, match=r"posterior of tau is improper.*Give tau a proper prior"):
        engines.Exact().run(model(**slots), few)


@pytest.mark.parametrize("name", NUTS)
def test_nuts_refuses(effects, name):
    slots, said = NUTS[name]
    with pytest.raises(ModelError, match=said):
        engines.Nuts().run(model(**slots), effects)


@pytest.mark.parametrize("name", MANY)
def test_fit_many_refuses(name):
    slots, said = MANY[name]
    frame = pd.DataFrame({"review": ["a", "a"], "yi": [0.1, 0.2], "vi": [0.1, 0.1]})
    with pytest.raises(ModelError, match=said):
        cs.fit_many(frame, "review", model=model(**slots))


@pytest.mark.parametrize("name", ["four scales", "Student t scatter", "no normal prior of mu"])
def test_auto_repeats_the_refusal_inside_a_sentence(effects, name):
    choice = engines.auto(model(**EXACT[name][0]), effects)
    assert isinstance(choice.engine, engines.Nuts)
    assert choice.reason.startswith("NUTS, because the exact engine cannot: ")
    assert not choice.reason.endswith(".")


def test_what_is_no_refusal_but_a_fault_auto_does_not_swallow(effects):
    """An improper posterior is no reason to sample it."""
    few = effects.without(*effects.labels[1:])
    with pytest.raises(ModelError, match="improper"):
        engines.auto(model(mu=FLAT, heterogeneity=heterogeneity.Normal(FLAT)), few)


def raised():
    """Every message with which a file of the engines refuses, its fixed words only."""
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(call, ast.Call) and ast.unparse(call.func) in {
                "ModelError",
                "RefusalError",
            }:
                texts = [n.value for n in ast.walk(call) if isinstance(n, ast.Constant)]
                message = "".join(text for text in texts if isinstance(text, str))
                names = [n.id for n in ast.walk(call) if isinstance(n, ast.Name)]
                yield pytest.param(message, names, id=f"{file.name}:{node.lineno}")


@pytest.mark.parametrize(("message", "names"), list(raised()))
def test_every_refusal_of_the_engines_says_what_to_do(message, names):
    """The remedy may also stand in a text that the message takes in."""
    assert REMEDY.search(message) or {"remedy", "_ALONE"} & set(names), message


@pytest.mark.parametrize("exponent", [0, -3, -6])
def test_columns_far_enough_apart_are_told_apart_in_any_unit(exponent):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(20, 2))
    pair = np.column_stack([x[:, 0], 1e9 * (x[:, 0] + 10.0**exponent * x[:, 1])])
    assert tangled(pair, ("a", "b")) == ()


@pytest.mark.parametrize("gap", [0.0, 1e-9, 1e-8])
def test_columns_that_are_nearly_combinations_are_named_and_no_others(gap):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(20, 3))
    sum_of_two = x[:, 0] + x[:, 1] + gap * x[:, 2]
    columns = np.column_stack([x, 1e-6 * sum_of_two])
    assert tangled(columns, ("a", "b", "apart", "sum")) == ("a", "b", "sum")


def test_more_columns_than_estimates_and_empty_columns_are_named():
    assert set(tangled(np.eye(2, 3), ("a", "b", "c"))) == {"c"}
    assert set(tangled(np.ones((1, 2)), ("a", "b"))) == {"a", "b"}
    assert tangled(np.empty((0, 1)), ("a",)) == ("a",)
    assert tangled(np.empty((3, 0)), ()) == ()
