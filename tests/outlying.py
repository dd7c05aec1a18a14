"""One sampled fit of trials with an outlier, made once for the rooms that put questions to it.

Their files run in one worker (tests/conftest.py).
"""

from functools import cache

import numpy as np
import pandas as pd

import consilience as cs
from consilience import heterogeneity, priors
from consilience.effects import Effects
from consilience.engines import Nuts
from consilience.fit import Fit

Y = np.array([0.3, 0.25, 0.4, 0.2, 0.35, 0.28, 2.0])
V = np.full(7, 0.01)
FAR = "t6"
MODEL = cs.Model(
    mu=priors.Normal(0.0, 1.0),
    heterogeneity=heterogeneity.StudentT(4.0, priors.HalfNormal(0.5)),
)


def trials() -> Effects:
    names = [f"t{i}" for i in range(len(Y))]
    return cs.effect_sizes(pd.DataFrame({"study": names, "yi": Y, "vi": V}), "GEN")


@cache
def outlying() -> Fit:
    """Sampled, for Student's t has no Gaussian form."""
    return cs.fit(MODEL, trials(), Nuts(seed=1))
