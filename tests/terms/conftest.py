"""Six trials with two factors and two numbers."""

import pandas as pd
import pytest

import consilience as cs


@pytest.fixture(scope="session")
def table():
    return pd.DataFrame({
        "study": list("ABCDEF"), "n1": 40, "n2": 40,
        "yi": [0.1, 0.4, 0.2, 0.5, 0.0, 0.3], "vi": [0.04, 0.02, 0.05, 0.03, 0.06, 0.02],
        "kind": ["CBT", "act", "CBT", "exercise", "act", "CBT"],
        "against": ["TAU", "waitlist", "active", "TAU", "TAU", "active"],
        "year": [2001.0, 2003, 2004, 2008, 2011, 2012], "dose": [1, 2, 2, 3, 1, 5],
        "alone": "x", "gap": ["a", "b", None, "a", "b", "a"],
        "blank": ["a", "b", " ", "a", "b", "a"],
    })  # fmt: skip


@pytest.fixture(scope="session")
def effects(table):
    return cs.effect_sizes(table, "GEN")
