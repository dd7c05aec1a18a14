"""What the registry, the bounds and the improper prior refuse, in words."""

import pytest

from consilience import priors
from consilience.errors import ModelError
from consilience.priors import Flat, HalfNormal, Normal, Uniform


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        ModelError, match=r"Unknown prior 'Halfnormal'.*HalfCauchy, HalfLogistic, HalfNormal"
    ):
        priors.get("Halfnormal", sigma=1.0)


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ModelError, match=r"'HalfNormal' does not take.*scale"):
        priors.get("HalfNormal", scale=1.0)


@pytest.mark.parametrize(("lower", "upper"), [(1, 1), (2, 1)])
def test_a_uniform_prior_needs_room(lower: float, upper: float) -> None:
    with pytest.raises(ModelError, match=f"Uniform: upper must be greater than lower = {lower}"):
        Uniform(lower, upper)


def test_whole_numbers_and_floats_are_the_same_prior() -> None:
    assert HalfNormal(1) == HalfNormal(1.0)
    assert {Normal(0, 1), Normal(0.0, 1.0)} == {Normal()}
    assert Normal(0, 1) != HalfNormal(1)


def test_labels_are_read_as_written() -> None:
    assert HalfNormal().label == "HalfNormal(sigma = 0.5)"
    assert Normal(-2.5, 70).label == "Normal(mu = -2.5, sigma = 70)"
    assert Flat().label == "Flat()"


@pytest.mark.parametrize("question", ["cdf", "ppf"])
def test_the_improper_prior_has_no_probabilities(question: str) -> None:
    with pytest.raises(ModelError, match=r"Flat\(\) is improper.*Use a proper prior"):
        getattr(Flat(), question)(0.5)


def test_the_improper_prior_says_so() -> None:
    assert not Flat().proper
    assert Normal().proper
