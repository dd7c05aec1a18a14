"""Berkey CS, Hoaglin DC, Antczak-Bouckoms A, Mosteller F, Colditz GA (1998), Multiple outcomes.

Meta-analysis of multiple outcomes by regression with random effects. Statistics in Medicine
17:2537–2550: surgical against non-surgical treatment of periodontal disease, probing depth (PD) and
attachment level (AL) of five trials; Table II, p. 2545 (maximum likelihood), three decimals.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from consilience import pool_multilevel
from consilience.covariance import Covariance
from consilience.effects import effect_sizes

# PD, AL, their variances and their covariance
TRIALS = {
    "Pihlstrom 1983": (0.47, -0.32, 0.0075, 0.0077, 0.0030),
    "Lindhe 1982": (0.20, -0.60, 0.0057, 0.0008, 0.0009),
    "Knowles 1979": (0.40, -0.12, 0.0021, 0.0014, 0.0007),
    "Ramfjord 1987": (0.26, -0.31, 0.0029, 0.0015, 0.0009),
    "Becker 1988": (0.56, -0.39, 0.0148, 0.0304, 0.0072),
}


@pytest.fixture
def surgery():
    rows = [
        {
            "study": name, "estimate": f"{name} {outcome}", "outcome": outcome,
            "yi": given[i], "vi": given[2 + i], "year": int(name[-4:]) - 1983,
        }
        for name, given in TRIALS.items()
        for i, outcome in enumerate(("PD", "AL"))
    ]  # fmt: skip
    effects = effect_sizes(pd.DataFrame(rows), "GEN")
    blocks = tuple(np.array([[a, c], [c, b]]) for _, _, a, b, c in TRIALS.values())
    members = tuple(np.array([2 * i, 2 * i + 1]) for i in range(5))
    return replace(effects, shared=Covariance(members, blocks))


def test_table_ii_page_2545(surgery, agree):
    found = pool_multilevel(
        surgery, "UN(outcome | study)", moderators="0 + outcome + outcome:year", method="ML"
    )
    table = found.summary()
    agree(table["estimate"], "-0.335 0.348 -0.011 0.001")
    agree(table["se"], "0.079 0.052 0.024 0.015")
    components = found.variance_components()["estimate"]
    agree(components.iloc[:2], "0.025 0.008")
    variances, correlation = components.iloc[:2].to_numpy(), float(components.iloc[2])
    agree([correlation * np.sqrt(variances.prod())], "0.009")
