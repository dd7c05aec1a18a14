"""Improper posteriors are refused before anything is integrated, and only those."""

import re

import numpy as np
import pandas as pd
import pytest
from tests.across import across

from consilience import heterogeneity, terms
from consilience.effects import Effects, effect_sizes
from consilience.engines import Exact
from consilience.engines.exact import rule
from consilience.engines.exact.form import assemble
from consilience.engines.exact.proof import proper_posterior, prove
from consilience.errors import ModelError
from consilience.model import Model
from consilience.priors import (
    BergerDeely,
    Flat,
    HalfNormal,
    Jeffreys,
    LogStudentT,
    Normal,
    OverallJeffreys,
    Prior,
    SqrtUniform,
)

# With k estimates and p flat coefficients the posterior is proper from k = p + this on.
NEEDED = {Flat: 2, SqrtUniform: 1, Jeffreys: 1, BergerDeely: 1, OverallJeffreys: 0}
BOTH = (Flat(), Normal(0.0, 1.0))


def effects(k: int, groups: int = 2) -> Effects:
    rng = np.random.default_rng(3)
    table = {
        "study": [f"trial {number}" for number in range(k)],
        "kind": [f"kind {number % groups}" for number in range(k)],
        "year": np.arange(2000.0, 2000.0 + k),
        "yi": rng.normal(0.2, 0.4, k),
        "vi": rng.uniform(0.02, 0.1, k),
    }
    return effect_sizes(pd.DataFrame(table), "GEN")


def random_effects(tau: Prior, mu: Prior) -> Model:
    return Model(mu=mu, heterogeneity=heterogeneity.Normal(tau=tau))


def is_proper(model: Model, given: Effects) -> bool:
    try:
        prove(assemble(model, given))
    except ModelError as error:
        return not re.search(r"is improper.*Give .* a proper prior, such as", str(error))
    return True


@across("kind", NEEDED, ids=lambda kind: kind.__name__)
@across("mu", BOTH, ids=lambda prior: prior.label)
@across("k", [1, 2, 3, 4])
def test_trials_needed_in_a_random_effects_model(kind: type[Prior], mu: Prior, k: int) -> None:
    flat = int(isinstance(mu, Flat))
    enough = k >= max(flat, 1) and k - flat >= NEEDED[kind]
    assert is_proper(random_effects(kind(), mu), effects(k)) is enough
    if enough:
        proper_posterior(kind(), k, flat)
    else:
        with pytest.raises(ModelError, match="The posterior of tau is improper"):
            proper_posterior(kind(), k, flat)


@across("kind", NEEDED, ids=lambda kind: kind.__name__)
@across("k", [2, 3, 5])
def test_the_powers_are_those_of_the_integrand(kind: type[Prior], k: int) -> None:
    """The proof counts; here the likelihood itself is asked, far out."""
    model = random_effects(kind(), Flat())
    form = assemble(model, effects(k))
    x = np.array([[1e5], [1e6]])
    slope = np.diff(form.given(x).log_likelihood)[0] / np.log(10.0)
    assert slope == pytest.approx(-(k - 1), abs=1e-6)
    prior = form.hypers[0].prior
    assert np.diff(prior.logpdf(x[:, 0]))[0] / np.log(10) == pytest.approx(kind.tail_power)


def test_every_flat_coefficient_costs_a_trial() -> None:
    model = Model(
        mu=Flat(),
        terms=(terms.Linear("year", prior=Flat()),),
        heterogeneity=heterogeneity.Normal(tau=Flat()),
    )
    assert not is_proper(model, effects(3))
    assert is_proper(model, effects(4))


def scaled(scale: Prior, tau: Prior) -> Model:
    term = terms.Exchangeable("kind", scale=scale)
    return Model(mu=Flat(), terms=(term,), heterogeneity=heterogeneity.Normal(tau=tau))


@pytest.mark.parametrize(("groups", "enough"), [(2, False), (3, True), (4, True)])
def test_levels_needed_for_a_flat_scale(groups: int, *, enough: bool) -> None:
    """Of q levels q − 1 contrasts are left beside mu; a uniform scale needs two."""
    model, given = scaled(Flat(), HalfNormal(0.5)), effects(12, groups)
    assert is_proper(model, given) is enough
    form = assemble(model, given)
    far = np.array([[0.3, 1e5], [0.3, 1e6]])
    slope = np.diff(form.given(far).log_likelihood)[0] / np.log(10.0)
    assert slope == pytest.approx(-(groups - 1), rel=1e-3)


def test_two_flat_scales_are_judged_together() -> None:
    # Three trials, one of each kind: two contrasts, enough for either scale but not for both.
    flat = scaled(Flat(), Flat())
    assert is_proper(flat, effects(4, 3))
    assert is_proper(scaled(Flat(), HalfNormal(0.5)), effects(3, 3))
    assert is_proper(scaled(HalfNormal(0.5), Flat()), effects(3, 3))
    with pytest.raises(ModelError, match="The posterior of tau and kind_scale is improper"):
        prove(assemble(flat, effects(3, 3)))


def test_a_group_with_too_few_trials_has_no_flat_tau() -> None:
    model = Model(
        mu=Normal(0.0, 1.0), heterogeneity=heterogeneity.ByGroup("kind", tau=SqrtUniform())
    )
    assert is_proper(model, effects(4))
    flat = Model(mu=Normal(0.0, 1.0), heterogeneity=heterogeneity.ByGroup("kind", tau=Flat()))
    assert not is_proper(flat, effects(3))
    assert is_proper(flat, effects(4))
    with pytest.raises(ModelError, match=r"tau\[kind 1\].*is improper.*1 estimate|3 estimates"):
        prove(assemble(flat, effects(3)))


def test_nothing_is_integrated_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def integrate(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(rule, "integrate", integrate)
    monkeypatch.setattr("consilience.engines.exact.engine.integrate", integrate)
    with pytest.raises(
        ModelError, match=r"The posterior of tau is improper.*2 estimates and 1 flat"
    ):
        Exact().run(random_effects(Flat(), Flat()), effects(2))


def test_a_prior_too_steep_at_zero_is_refused() -> None:
    steep = type("Steep", (SqrtUniform,), {"zero_power": -1.0, "__slots__": ()})
    with pytest.raises(ModelError, match="not integrable at zero"):
        proper_posterior(steep(), 10, 1)


def test_a_prior_beyond_the_end_of_numbers_is_refused() -> None:
    with pytest.raises(ModelError, match=r"lies below 1e-300, where numbers end.*larger nu"):
        prove(assemble(random_effects(LogStudentT(1.0, -1.7, 1.3), Normal()), effects(5)))
    prove(assemble(random_effects(LogStudentT(5.0, -1.7, 1.3), Normal()), effects(5)))
