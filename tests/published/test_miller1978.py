"""Miller JJ (1978), The inverse of the Freeman–Tukey double arcsine transformation.

The American Statistician 32:138: four proportions, the one table of p. 138, and the text below it.
Miller's angle is twice ours.
"""

import numpy as np
import pytest

from consilience.classical.pool import pool
from consilience.effects import effect_sizes
from consilience.measures.pft import proportion

X, N = np.array([3, 6, 10, 1]), np.array([11, 17, 21, 6])


@pytest.fixture
def angles(trials_of):
    return effect_sizes(trials_of(events=X, n=N), "PFT")


def test_angles_and_variances_page_138(angles, agree):
    agree(2 * angles.y, "1.1391 1.2888 1.5253 0.9515")
    agree(4 * angles.v, "0.0870 0.0571 0.0465 0.1538")


def test_the_mean_angle_is_a_proportion_at_the_harmonic_mean_of_the_sizes(angles, agree):
    """Miller's unweighted mean, and the weighted one, back on the scale of proportions."""
    harmonic = len(N) / np.sum(1 / N)
    weighted = pool(angles, "CE").summary().loc["mu", "estimate"]
    means = np.array([angles.y.mean(), float(weighted)])
    agree(2 * means, "1.2262 1.3093")
    agree(proportion(means, np.full(2, harmonic)), "0.3164 0.3595")
