"""The cells of the shipped grid hold the rows that a reader of trials.csv would put there."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import consilience as cs

ROOT = Path(__file__).parents[2]
# Read off trials.csv and the declared choices by hand: rows without an effect or excluded, and rows
# of a trial that another scale, or another week, stands for. From 1.
NO_EFFECT = {24, 25, 27, *range(35, 40), 41, *range(74, 78), 100, 101}
EXCLUDED = {15, 16, 17, 29, 30, 31, 32, 33, 85, 86, 97}
NOT_CHOSEN = {7, 8, 44, 47, 50, 53, 57, 60, 63, 64, 68, 82}
RANK = {"ITT": 0, "CC": 1, "not stated": 2}


@pytest.fixture(scope="module")
def usable() -> pd.DataFrame:
    table = pd.read_csv(ROOT / "data" / "smi_outcomes" / "trials.csv")
    table["row"] = np.arange(1, len(table) + 1)
    table["population"] = table["population"].fillna("not stated")
    return table[~table["row"].isin(NO_EFFECT | EXCLUDED | NOT_CHOSEN)]


def expected(usable: pd.DataFrame, outcome: str, time: str, population: str) -> set[int]:
    here = usable[(usable["outcome"] == outcome) & (usable["timepoint"] == time)]
    if population != "all":
        return set(here.loc[here["population"] == population, "row"])
    ranked = here.assign(rank=here["population"].map(RANK)).sort_values("rank", kind="stable")
    return set(ranked.drop_duplicates("trial")["row"])


def test_every_cell_holds_the_rows_that_pandas_finds_in_the_table(review, usable):
    cells = review.cells.cells
    assert len(cells) == 13 * 2 * 4
    wrong = {
        cell.key: (set(cell.rows), expected(usable, *cell.key))
        for cell in cells
        if cell.analysed and set(cell.rows) != expected(usable, *cell.key)
    }
    assert not wrong
    left = {cell.key for cell in cells if not cell.analysed}
    assert all(not expected(usable, *key) or key[2] != "all" for key in left)


def test_every_row_of_the_table_is_used_or_left_out_with_a_reason(review, usable):
    used = set(usable["row"])
    ledger = review.ledger
    assert set(ledger.loc[ledger["status"] == "used", "row"]) == used == set(review.cells.rows)
    assert (ledger.loc[ledger["status"] != "used", "reason"] != "").all()
    assert review.effects.k == len(used) == 63


def test_a_trial_stands_once_in_a_cell_and_its_page_says_why_other_rows_do_not(review):
    for cell in (cell for cell in review.cells.cells if cell.analysed):
        if cell.k:
            assert review.of(cell).table["trial"].is_unique
        assert (cell.left["reason"] != "").all(), cell.name
    both = next(
        c for c in review.cells.cells if c.key == ("social functioning", "follow-up", "all")
    )
    left = both.left.set_index("row")["reason"]
    assert "preferred" in left[5]  # Jensen 2019 is also read by intention to treat
    assert "39 weeks" in left[44]


@pytest.mark.parametrize(
    ("key", "scales"),
    [
        (("personal recovery", "post", "all"), ("MHRM", "CHOICE")),
        (("insight", "follow-up", "ITT"), ("ITAQ",)),
    ],
)
def test_the_effects_of_a_cell_are_those_of_its_rows_alone(review, key, scales):
    table = pd.read_csv(ROOT / "data" / "smi_outcomes" / "trials.csv", dtype=str)
    cell = next(cell for cell in review.cells.cells if cell.key == key)
    rows = table.iloc[[row - 1 for row in cell.rows]]
    assert all(any(name in scale for name in scales) for scale in rows["scale"])
    alone = cs.effect_sizes(numeric(rows), "SMD")
    ours = review.of(cell)
    assert ours.y == pytest.approx(alone.y, rel=1e-12)
    assert ours.v == pytest.approx(alone.v, rel=1e-12)


def numeric(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["n1", "mean1", "sd1", "n2", "mean2", "sd2"]
    return rows[["study", "higher_is_better"]].join(rows[columns].astype(float))


def test_estimates_of_one_trial_are_correlated_as_declared(review):
    labels = list(review.effects.labels)
    V = review.effects.shared.dense(review.effects.v)
    sd = np.sqrt(np.diag(V))

    def rho(first: str, second: str) -> float:
        i, j = labels.index(first), labels.index(second)
        return V[i, j] / (sd[i] * sd[j])

    jensen = "Jensen 2019: {}"
    post, later = jensen.format("symptoms, post, CC"), jensen.format("symptoms, follow-up, CC")
    hope = jensen.format("hope, post, CC")
    assert rho(post, later) < 0.7
    assert rho(post, later) == pytest.approx(0.7, abs=0.02)
    assert rho(post, hope) == pytest.approx(0.5, abs=0.05)
    assert rho(later, hope) == pytest.approx(0.35, abs=0.05)
    assert rho(post, "Lu 2012: insight, post, CC") == 0


def test_two_arms_with_one_control_group_share_its_sampling_error(review):
    """Gleser and Olkin's covariance of two standardised differences against one arm of 19."""
    effects = review.effects
    names = ("Popova 2014 (FAT)", "Popova 2014 (CE)")
    i, j = (effects.labels.index(f"{name}: global functioning, post, CC") for name in names)
    shared = 1 / 19 + effects.y[i] * effects.y[j] * 19 / (2 * 38 * 38)
    assert effects.shared.dense(effects.v)[i, j] == pytest.approx(shared, rel=1e-9)
