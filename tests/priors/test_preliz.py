"""Distributions of PreliZ where a prior stands: read by name and parameters, checked by density.

PreliZ is not installed; the stand-ins have what its distributions have: a class name, `params`,
perhaps attributes by name, and `pdf`.
"""

import numpy as np
import pytest
from scipy import stats

from consilience import heterogeneity, priors
from consilience.errors import ModelError
from consilience.model import Model
from consilience.priors import Prior, from_preliz
from consilience.terms import Linear


def stand_in(name: str, frozen: object, *params: object, **named: object) -> object:
    """Make an object whose class bears this name."""
    holds = {"params": params, "pdf": staticmethod(frozen.pdf), **named}
    return type(name, (), holds)()


HALF = stand_in("HalfNormal", stats.halfnorm(scale=0.5), 0.5)
NORMAL = stand_in("Normal", stats.norm(0.1, 2.0), 0.1, 2.0)


class Bare:
    """A PreliZ distribution before it has parameters."""

    params = (None,)

    @staticmethod
    def pdf(x: np.ndarray) -> np.ndarray:
        return np.full_like(x, np.nan)


@pytest.mark.parametrize(
    ("dist", "prior"),
    [
        (HALF, priors.HalfNormal(0.5)),
        (NORMAL, priors.Normal(0.1, 2.0)),
        (stand_in("HalfCauchy", stats.halfcauchy(scale=0.3), 0.3), priors.HalfCauchy(0.3)),
        (stand_in("StudentT", stats.t(3, 1, 2), 3, 1, 2), priors.StudentT(3, 1, 2)),
        (stand_in("LogNormal", stats.lognorm(0.87, scale=np.exp(-1.28)), -1.28, 0.87), None),
        (stand_in("Uniform", stats.uniform(-1, 3), -1, 2), priors.Uniform(-1, 2)),
        (stand_in("InverseGamma", stats.invgamma(1, scale=0.15), 1, 0.15), None),
        (stand_in("Exponential", stats.expon(scale=0.5), 2.0), priors.Exponential(2.0)),
        (stand_in("Cauchy", stats.cauchy(0, 0.7), 0, 0.7), priors.StudentT(1, 0, 0.7)),
        (
            stand_in("TruncatedNormal", stats.truncnorm(0, np.inf), 0, 1, 0, np.inf),
            priors.Truncated(priors.Normal(), 0.0),
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_known_distributions_become_priors(dist: object, prior: object) -> None:
    found = from_preliz(dist)
    assert isinstance(found, Prior)
    assert prior is None or found == prior


def test_another_parametrisation_is_read_by_name() -> None:
    # Normal(mu, tau): PreliZ keeps sigma as an attribute, and the precision in `params`.
    dist = stand_in("Normal", stats.norm(0.0, 0.5), 0.0, 4.0, mu=0.0, sigma=0.5, tau=4.0)
    assert from_preliz(dist) == priors.Normal(0.0, 0.5)


def test_made_of_others() -> None:
    cut = stats.truncnorm(-0.05, 1.45, loc=0.1, scale=2.0)
    truncated = stand_in("Truncated", cut, 0.1, 2.0, 0.0, 3.0, dist=NORMAL, lower=0.0, upper=3.0)
    assert from_preliz(truncated) == priors.Truncated(priors.Normal(0.1, 2.0), 0.0, 3.0)

    class Mixed:
        @staticmethod
        def pdf(x: np.ndarray) -> np.ndarray:
            return 0.25 * HALF.pdf(x) + 0.75 * NORMAL.pdf(x)

    mixed = stand_in("Mixture", Mixed, 0.5, 0.1, 2.0, dist=[HALF, NORMAL], weights=[0.25, 0.75])
    parts = (priors.HalfNormal(0.5), priors.Normal(0.1, 2.0))
    assert from_preliz(mixed) == priors.Mixture(parts, (0.25, 0.75))


def test_a_density_that_differs_is_refused() -> None:
    wrong = stand_in("HalfNormal", stats.halfnorm(scale=0.25), 0.5)
    with pytest.raises(ModelError, match=r"density of .* is not that of HalfNormal\(sigma = 0.5\)"):
        from_preliz(wrong)


def test_what_has_no_counterpart_is_refused_with_a_list() -> None:
    with pytest.raises(ModelError, match=r"'VonMises' has no counterpart.*Cauchy, Exponential"):
        from_preliz(stand_in("VonMises", stats.vonmises(1.0), 0.0, 1.0))
    with pytest.raises(ModelError, match=r"has no values for sigma.*maxent"):
        from_preliz(type("HalfNormal", (Bare,), {})())


def test_they_stand_in_every_slot_of_a_model() -> None:
    model = Model(
        mu=NORMAL,
        terms=(Linear("year", prior=NORMAL),),
        heterogeneity=heterogeneity.Normal(tau=HALF),
    )
    ours = Model(
        mu=priors.Normal(0.1, 2.0),
        terms=(Linear("year", prior=priors.Normal(0.1, 2.0)),),
        heterogeneity=heterogeneity.Normal(tau=priors.HalfNormal(0.5)),
    )
    assert model == ours


def test_the_library_is_not_imported() -> None:
    import sys

    assert "preliz" not in sys.modules
