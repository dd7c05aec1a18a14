"""How true effects scatter: normally, or not at all."""

import numpy as np
import pytest

from consilience import heterogeneity, priors
from consilience.errors import ModelError

POINT = {"tau": np.array([0.0, 0.3, 2.0])}


def test_normal_scatter_is_tau_squared_for_old_and_new_trials():
    scatter = heterogeneity.Normal(priors.HalfNormal(0.5)).scatter(None)
    assert [hyper.name for hyper in scatter.hypers] == ["tau"]
    np.testing.assert_array_equal(scatter.variance(POINT), POINT["tau"][:, None] ** 2)
    np.testing.assert_array_equal(scatter.anywhere().variance(POINT), POINT["tau"][:, None] ** 2)


def test_nothing_scatters_nothing_at_every_node():
    scatter = heterogeneity.Nothing().scatter(None)
    assert scatter.hypers == ()
    np.testing.assert_array_equal(scatter.variance({}), [[0.0]])
    np.testing.assert_array_equal(scatter.variance({"kind_scale": np.ones(4)}), np.zeros((4, 1)))


@pytest.mark.parametrize(
    "tau",
    [
        priors.Normal(0.0, 1.0),
        priors.StudentT(3.0, 0.0, 1.0),
        priors.Uniform(-1.0, 1.0),
        priors.UnitInformation(),
    ],
    ids=lambda prior: prior.label,
)
def test_a_prior_with_negative_values_is_refused(tau):
    with pytest.raises(ModelError, match=r"tau.*negative.*HalfNormal"):
        heterogeneity.Normal(tau)


@pytest.mark.parametrize("tau", [0.5, None, "Typo", [priors.HalfNormal()], priors.HalfNormal])
def test_tau_is_a_prior(tau):
    with pytest.raises(ModelError, match=r"tau|Typo"):
        heterogeneity.Normal(tau)


def test_tau_may_be_named():
    assert heterogeneity.Normal("HalfNormal") == heterogeneity.Normal(priors.HalfNormal())


def test_a_prior_that_starts_above_zero_is_welcome():
    assert heterogeneity.Normal(priors.Uniform(0.1, 1.0)).tau.support == (0.1, 1.0)
