"""Everybody counts once, however many estimates tell of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import consilience as cs
from consilience import findings
from consilience.findings.comparator import ComparatorMedian
from consilience.findings.reading import turned

ROOT = Path(__file__).parents[2]


def effects_of(rows: list[dict]) -> cs.Effects:
    table = pd.DataFrame(rows).assign(yi=0.1, vi=0.1, measure="SMD")
    table["estimate"] = [f"estimate {place}" for place in range(len(table))]
    return cs.effect_sizes(table, "SMD")


def test_the_19_controls_of_two_arms_are_19_people() -> None:
    table = cs.read_trials(ROOT / "data" / "smi_functioning" / "trials.csv").frame
    both = table[table["study"].eq("Popova") & table["outcome"].eq("global functioning")]
    assert len(both) == 2
    counted = findings.people(cs.effect_sizes(both, "SMD"))
    assert (counted.studies, counted.estimates, counted.participants) == (1, 2, 57)
    assert counted.repeated == ("Popova",)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_count_is_that_of_a_list_of_people(data) -> None:
    """Arms hold people by name; every row tells of two arms on one occasion."""
    rows, people = [], {}
    for study in range(data.draw(st.integers(1, 3))):
        sizes = data.draw(st.lists(st.integers(5, 60), min_size=2, max_size=4))
        arms = [set(range(100 * arm, 100 * arm + n)) for arm, n in enumerate(sizes)]
        outcomes = data.draw(st.sampled_from([("a",), ("a", "b")]))
        people[study] = set().union(*arms)
        rows += [
            {"study": f"S{study}", "outcome": outcome, "arm1": f"T{arm}", "arm2": "C"}
            | {"n1": len(arms[arm]), "n2": len(arms[0])}
            for outcome in outcomes
            for arm in range(1, len(arms))
        ]
    counted = findings.people(effects_of(rows))
    assert counted.participants == sum(len(each) for each in people.values())
    assert (counted.studies, counted.estimates) == (len(people), len(rows))


def test_what_nobody_says_is_told_and_not_guessed() -> None:
    rows = [
        {"study": "Silent"},
        {"study": "Sum", "n_total": 80.0},
        {"study": "Sum", "n_total": 60.0, "scale": None},
        {"study": "Strata", "n1": 20, "n2": 20},
        {"study": "Strata", "n1": 30, "n2": 20},
        {"study": "Late", "n1": 50, "n2": 40, "timepoint": "post"},
        {"study": "Late", "n1": 45, "n2": 38, "timepoint": "follow-up"},
    ]
    counted = findings.people(effects_of(rows))
    assert counted.silent == ("Silent",)
    assert counted.unsure == ("Sum",)
    assert counted.repeated == ("Late",)
    assert counted.participants == 140 + 90 + 90


def test_a_shared_comparator_counts_once_in_the_median() -> None:
    table = pd.DataFrame(
        {
            "estimate": ["A1", "A2", "A3", "B", "C"],
            "study": ["A", "A", "A", "B", "C"],
            "arm2": ["c", "c", "c", "c", "c"],
            "events1": 3,
            "n1": 30,
            "events2": [9, 9, 9, 3, 6],
            "n2": 30,
        }
    )
    way = turned(cs.effect_sizes(table, "OR"), "lower")
    told = ComparatorMedian().translate(way)
    assert told.control == pytest.approx(1000 * np.median([9 / 30, 3 / 30, 6 / 30]))
    assert "3 comparator arms, which range from 100 to 300" in told.source
