"""Yusuf S, Peto R, Lewis J, Collins R, Sleight P (1985), Beta blockade and myocardial infarction.

Progress in Cardiovascular Diseases 27:335–371, Table 6, p. 343: total mortality in short-term
trials of oral beta blockers; the typical odds ratio by Peto's one-step method and its 95 % limits,
two decimals.
"""

import numpy as np
import pytest

from consilience.classical.counts import peto
from consilience.classical.pool import pool
from consilience.effects import effect_sizes

TREATED = (
    [14, 18, 15, 10, 21, 3, 2, 19, 15, 5, 0, 8, 3, 0, 1, 0, 14, 0, 8, 6, 3],
    [
        56, 66, 100, 52, 226, 38, 20, 76, 106, 62, 9, 133, 48, 16, 42, 25, 221, 11, 259,
        157, 177,
    ],
)  # fmt: skip
CONTROL = (
    [15, 19, 12, 12, 24, 6, 3, 15, 9, 4, 0, 11, 3, 0, 1, 3, 15, 0, 7, 4, 2],
    [
        58, 64, 95, 47, 228, 31, 20, 67, 114, 57, 8, 127, 49, 13, 46, 25, 228, 11, 129,
        158, 136,
    ],
)  # fmt: skip
PRINTED = "0.93 0.74 1.18"


@pytest.fixture
def table(trials_of):
    return trials_of(events1=TREATED[0], n1=TREATED[1], events2=CONTROL[0], n2=CONTROL[1])


def test_peto_table_6_page_343(table, agree):
    found = peto(table)
    agree(np.exp(found[["estimate", "lower", "upper"]].astype(float)), PRINTED)


def test_the_same_from_the_trials_own_estimates(table, agree):
    """Inverse variances of (O - E) / V; trials without events say nothing."""
    told = table[table["events1"] + table["events2"] > 0]
    row = pool(effect_sizes(told, "PETO"), "CE").summary().loc["mu"]
    agree(np.exp(row[["estimate", "lower", "upper"]].astype(float)), PRINTED)
