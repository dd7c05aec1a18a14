"""Bartoš F et al. (2021), Bayesian model-averaged meta-analysis in medicine.

Statistics in Medicine 40:6743–6761, doi:10.1002/sim.9170, the example of dentine hypersensitivity
(five studies of Poulsen et al. 2006): mu ~ t(5) with scale 0.51, tau ~ inverse gamma(1.79, 0.28),
each of them present or absent with even odds. The Bayes factors for the effect and for scatter; the
averaged effect, which the paper draws by simulation (1.082, 0.686 to 1.412), is left out.
"""

import numpy as np
import pytest
from scipy.special import gammaln, logsumexp

import consilience as cs
from consilience.heterogeneity import Normal as Scatter
from consilience.priors import InverseGamma, Normal

D = [0.9073050, 0.7207589, 1.3305829, 1.7688872, 1.3286828]
SE = [0.2720456, 0.1977769, 0.2721648, 0.2656483, 0.3582617]
HALF, SCALE, STEP = 2.5, 0.51, 0.4


@pytest.fixture(scope="module")
def evidence(effects_of):
    """Log evidence with the effect and without it, by a common effect and with scatter."""
    effects = effects_of(D, np.square(SE))
    u = np.arange(-6, 2.4, STEP)  # t(5): a normal whose precision exp(u) is gamma(5/2, 5/2)
    weights = STEP * np.exp(HALF * (np.log(HALF) + u - np.exp(u)) - gammaln(HALF))
    scales = SCALE * np.exp(-u / 2)

    def both(heterogeneity):
        models = [cs.Model(mu=Normal(0, each), heterogeneity=heterogeneity) for each in scales]
        fits = [cs.fit(model, effects, "exact") for model in models]
        there = logsumexp([fit.log_evidence for fit in fits], b=weights)
        return there, fits[0].log_evidence + cs.savage_dickey(fits[0], "mu").log

    return np.array([both("Nothing"), both(Scatter(InverseGamma(1.79, 0.28)))])


def inclusion(present, absent):
    return [np.exp(logsumexp(present) - logsumexp(absent))]


def test_inclusion_of_the_effect(evidence, agree):
    agree(inclusion(evidence[:, 0], evidence[:, 1]), "218.53")


def test_inclusion_of_scatter(evidence, agree):
    agree(inclusion(evidence[1], evidence[0]), "3.52")
