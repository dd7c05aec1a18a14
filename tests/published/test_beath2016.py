"""Beath KJ (2016), metaplus: an R package for the analysis of robust meta-analysis.

The R Journal 8(1):5–16, doi:10.32614/RJ-2016-001, section "Intravenous magnesium in acute
myocardial infarction": log odds ratios of 16 trials by maximum likelihood, the printed summary and
Figure 2. Of the printed interval, -1.2583 to -0.3428, two digits only: the article prints three
fits with this one likelihood, and their ends differ (-1.2583 and -1.2594, -0.3427 to -0.3430),
since they are read off an interpolated profile. Ours are held to the likelihood itself.
"""

import numpy as np
import pytest

from consilience.classical.diagnostics import fit_statistics
from consilience.classical.hypotheses import profile_interval
from consilience.classical.pool import pool
from consilience.effects import effect_sizes

TREATED = [1, 9, 2, 1, 10, 1, 1, 0, 6, 1, 2, 5, 4, 90, 4, 2216]
N1 = [40, 135, 200, 48, 150, 59, 25, 22, 76, 27, 89, 23, 130, 1159, 107, 29011]
CONTROL = [2, 23, 7, 1, 8, 9, 3, 1, 11, 7, 12, 13, 8, 118, 17, 2103]
ENDS = ["lower", "upper"]
N2 = [36, 135, 200, 46, 148, 56, 23, 21, 75, 27, 80, 33, 122, 1157, 108, 29039]


@pytest.fixture
def magnesium(trials_of):
    return effect_sizes(trials_of(events1=TREATED, n1=N1, events2=CONTROL, n2=N2), "OR")


def highest(effects, mu):
    """Return the log likelihood at mu, over a fine grid of tau²."""
    total = effects.v + np.linspace(0, 2, 40_001)[:, None]
    return np.max(-0.5 * np.sum(np.log(2 * np.pi * total) + (effects.y - mu) ** 2 / total, axis=1))


def test_summary_of_the_normal_model(magnesium, agree):
    pooled = pool(magnesium, "ML")
    row = profile_interval(pooled).loc["mu"]
    agree([pooled.tau2, row["estimate"], row["p_value"]], "0.2540 -0.7463 0.000501")
    fit = fit_statistics(pooled).loc["ML"]
    agree(fit[["log_likelihood", "AIC", "BIC"]], "-19.68459 43.36918 44.91436")


def test_profile_interval(magnesium, agree):
    row = profile_interval(pool(magnesium, "ML")).loc["mu"]
    agree(row[["lower", "upper"]], "-1.26 -0.34")
    drops = [highest(magnesium, row["estimate"]) - highest(magnesium, row[end]) for end in ENDS]
    assert drops == pytest.approx([1.9207294] * 2, abs=1e-4)
