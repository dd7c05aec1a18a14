"""Gleser LJ, Olkin I (2009), Stochastically dependent effect sizes.

In: Cooper, Hedges, Valentine (eds.), The Handbook of Research Synthesis and Meta-Analysis, 2nd ed.,
chapter 19: several treatments against one control, generalised least squares with the covariances
of estimates that share it. Risk differences (Table 19.2, p. 360; eqs. 19.6 to 19.8, pp. 361–362),
log odds ratios (pp. 362–363), log risk ratios and arcsines (pp. 363–365), standardised mean
differences (pp. 364–367). The chapter's chi-squares of 2.057 for the odds ratios and 4.264 for the
arcsines are 2.0563 and 4.2634.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from consilience.classical.pool import pool
from consilience.covariance import Covariance
from consilience.effects import effect_sizes

STUDY, TREATMENT = ["1", "1", "2", "3", "3", "3"], ["A", "B", "A", "A", "B", "C"]
# As in the chapter, the control comes first: effects are treated less control.
CONTROLS = [40, 40, 10, 150, 150, 150], [1000, 1000, 200, 2000, 2000, 2000]
TREATED = [100, 150, 15, 40, 80, 50], [4000, 4000, 400, 1000, 1000, 1000]


def dependent(effects, common):
    """Give estimates of one study the covariance ``common(places)`` beside their variances."""
    studies = effects.table["study"].to_numpy()
    members = [np.flatnonzero(studies == each) for each in pd.unique(studies)]
    members = [at for at in members if len(at) > 1]
    blocks = []
    for at in members:
        block = np.array(common(at), dtype=float)
        np.fill_diagonal(block, effects.v[at])
        blocks.append(block)
    return replace(effects, shared=Covariance(tuple(members), tuple(blocks)))


def averaged(effects):
    """The common effect of each treatment: coefficients, their covariance and Q."""
    found = pool(effects, "CE", moderators="0 + treatment")
    return found.beta, found.cov, found.heterogeneity()["Q"]


@pytest.fixture
def arms():
    p, n = np.divide(*CONTROLS), np.array(CONTROLS[1])
    table = pd.DataFrame({
        "study": STUDY, "estimate": [f"{s}.{t}" for s, t in zip(STUDY, TREATMENT, strict=True)],
        "treatment": TREATMENT, "events1": CONTROLS[0], "n1": CONTROLS[1],
        "events2": TREATED[0], "n2": TREATED[1],
    })  # fmt: skip
    return table, p, n


def square(at, values):
    return np.full((len(at), len(at)), values[at[0]])


def test_risk_differences_pages_360_to_362(arms, agree):
    table, p, n = arms
    effects = effect_sizes(table, "RD")
    agree(effects.y, "0.0150 0.0025 0.0125 0.0350 -0.0050 0.0250")
    beta, cov, Q = averaged(dependent(effects, lambda at: square(at, p * (1 - p) / n)))
    agree(beta, "0.0200 0.0043 0.0211")
    agree(1e6 * cov[np.triu_indices(3)], "24.612 19.954 13.323 28.538 13.255 69.806")
    agree([Q], "7.191")


def test_log_odds_ratios_pages_362_and_363(arms, agree):
    table, p, n = arms
    effects = effect_sizes(table, "OR")
    agree(effects.y, "0.4855 0.0671 0.3008 0.6657 -0.0700 0.4321")
    beta, cov, Q = averaged(dependent(effects, lambda at: square(at, 1 / (n * p * (1 - p)))))
    agree(beta, "0.5099 0.0044 0.4301")
    agree(cov[np.triu_indices(3)], "0.01412 0.00712 0.00425 0.01178 0.00455 0.02703")
    agree([Q], "2.06")


def test_log_risk_ratios_pages_363_and_364(arms, agree):
    table, p, n = arms
    effects = effect_sizes(table, "RR")
    agree(effects.y, "0.4700 0.0645 0.2877 0.6286 -0.0645 0.4055")
    beta, _, _ = averaged(dependent(effects, lambda at: square(at, (1 - p) / (n * p))))
    agree(beta, "0.4875 0.0006 0.4047")


def test_arcsines_pages_364_and_365(arms, agree):
    """The chapter's angle is twice ours."""
    table, _, n = arms
    effects = effect_sizes(table, "AS")
    agree(2 * effects.y, "0.0852 0.0130 0.0613 0.1521 -0.0187 0.1038")
    beta, cov, Q = averaged(dependent(effects, lambda at: square(at, 1 / (4 * n))))
    agree(2 * beta, "0.1010 0.0102 0.0982")
    agree(4 * cov[np.triu_indices(3)], "0.00058 0.00040 0.00024 0.00061 0.00025 0.00137")
    agree([Q], "4.26")


def test_standardised_mean_differences_pages_364_to_367(agree):
    study, treatment = ["1", "1", "2", "3", "4", "4"], ["A", "B", "A", "A", "A", "B"]
    gain = np.subtract([7.87, 4.35, 9.32, 8.08, 7.44, 5.34], [-1.36, -1.36, 0.98, 1.17, 0.45, 0.45])
    d = gain / [4.2593, 4.2593, 2.8831, 3.1764, 2.9344, 2.9344]
    agree(d, "2.1670 1.3406 2.8927 2.1754 2.3821 1.6664")
    n1, n2 = np.array([[25, 22, 38, 50, 30, 30], [25, 25, 40, 50, 30, 30]])
    total = np.array([72, 72, 78, 100, 90, 90])
    labels = [f"{s}.{t}" for s, t in zip(study, treatment, strict=True)]
    columns = {"yi": d, "vi": 1 / n1 + 1 / n2 + d**2 / (2 * total), "treatment": treatment}
    effects = effect_sizes(pd.DataFrame({"study": study, "estimate": labels, **columns}), "GEN")
    shared = dependent(
        effects, lambda at: 1 / n2[at[0]] + np.outer(d[at], d[at]) / (2 * total[at[0]])
    )
    beta, cov, Q = averaged(shared)
    agree([*beta, Q], "2.374 1.570 3.945")
    agree(cov[np.triu_indices(2)], "0.02257 0.01244 0.03554")
