"""Molloy GJ, O'Carroll RE, Ferguson E (2014), Conscientiousness and medication adherence.

Annals of Behavioral Medicine 47:92–101 (abstract, p. 92): 16 studies, N = 3 476, a mean correlation
of 0.15 (0.09 to 0.21); correlations averaged on Fisher's scale.
"""

import numpy as np

from consilience.classical.pool import pool
from consilience.effects import effect_sizes

N = [109, 749, 55, 107, 72, 65, 174, 326, 58, 771, 56, 91, 116, 537, 158, 65]
R = [
    0.187, 0.162, 0.340, 0.320, 0.270, 0.000, 0.175, 0.050, 0.260, 0.010, -0.090, 0.370,
    0.000, 0.150, 0.240, 0.040,
]  # fmt: skip


def test_mean_correlation_page_92(trials_of, agree):
    effects = effect_sizes(trials_of(r=R, n=N), "ZCOR")
    row = pool(effects, "DL").summary().loc["mu", ["estimate", "lower", "upper"]]
    agree(np.tanh(row.astype(float)), "0.15 0.09 0.21")
