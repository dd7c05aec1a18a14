"""Every cell is a fit of its own rows; variants and the joint model are what they say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.classical.diagnostics import influence
from consilience.errors import DataError, ModelError
from consilience.grid.averages import average
from consilience.grid.whole import joint
from consilience.review import variants
from consilience.rows import typical

MODELS = Path(__file__).parents[2] / "models"


def test_each_cell_is_a_direct_fit_and_pool_of_its_rows(review, answered):
    model = cs.read_model(MODELS / "random_effects.toml").model
    table = answered.table().set_index(["outcome", "time", "population"])
    places = review.effects.table["table_row"].astype(int)
    for cell in (cell for cell in review.cells.cells if cell.k):
        effects = review.effects.keep(places.isin(cell.rows).to_numpy())
        direct = cs.fit(model, effects).summary().loc["mu"]
        row = table.loc[cell.key]
        ours = row[["estimate", "lower", "upper", "p_gt_0"]].to_numpy(float)
        assert ours == pytest.approx(direct[["mean", "lower", "upper", "p_gt_0"]].to_numpy(float))
        assert row["k"] == cell.k == effects.k
        reml = cs.pool(effects, "REML").summary().loc["mu"]
        pooled = answered.cell(*cell.key).pooled["REML"].summary().loc["mu"]
        assert pooled["estimate"] == pytest.approx(reml["estimate"])


def test_a_cell_without_estimates_says_so_and_answers_nothing(answered):
    empty = answered.cell("functional capacity", "post", "all")
    assert (empty.k, empty.participants, dict(empty.fits)) == (0, 0, {})
    row = answered.table().query("outcome == 'functional capacity'").iloc[0]
    assert np.isnan(row["estimate"])
    assert "No row of trials.csv gives an effect" in row["note"]
    with pytest.raises(DataError, match="functional capacity, post, all has no fit"):
        _ = empty.fit
    with pytest.raises(DataError, match=r"does not analyse the cell 'hope, post, ITT'. Analysed: "):
        answered.cell("hope", "post", "ITT")
    with pytest.raises(DataError, match=r"no variant 'x'. Variants: Without influential"):
        answered.table("x")


def test_a_variant_leaves_out_what_its_rule_names_and_nothing_else(review, answered):
    for one in answered.of_variant("Without trials whose raters were not masked"):
        own = answered.cell(*one.cell.key)
        assert set(one.left_out) == set(own.labels) & {"Lu 2012", "Pioli 2006"}
        if not one.left_out and one.k:
            assert one.fit is own.fit
    key = ("symptoms", "post", "all")
    whole, without = answered.cell(*key), answered.cell(*key, variant="Without influential trials")
    marks = influence(cs.pool(whole.effects.sharing(), "REML"))["influential"]
    assert set(without.left_out) == set(marks.index[marks.astype(bool)]) == {"Chien 2016"}
    direct = cs.fit(whole.fit.model, whole.effects.without("Chien 2016")).summary()
    assert without.fit.summary().loc["mu", "mean"] == pytest.approx(direct.loc["mu", "mean"])
    strict = "Only trials whose raters are said to have been masked"
    gone = answered.cell("hope", "post", "all", variant=strict)
    assert (gone.k, gone.left_out) == (0, ("Jensen 2019",))
    assert (
        "leaves out every trial"
        in answered.table(strict).set_index("outcome").loc["hope"].iloc[0]["note"]
    )


def test_rules_of_variants_refuse_what_names_nothing(review):
    with pytest.raises(ModelError, match="must name one or more"):
        variants.get("WithoutTrials", trials=())
    with pytest.raises(ModelError, match=r"no column 'x'. Columns: .*assessors_masked"):
        variants.get("WithoutLevels", column="x", levels="no").keeps(review.effects)
    with pytest.raises(ModelError, match="Known: WithoutInfluential, WithoutLevels"):
        variants.get("Without")


def test_the_same_review_gives_the_same_grid(review, answered):
    few = replace(review, cells=replace(review.cells, cells=review.cells.cells[:3]))
    again = cs.grid(few, MODELS)
    pd.testing.assert_frame_equal(again.table(), answered.table().head(3), check_exact=True)


def test_participants_of_a_shared_control_group_count_once(answered):
    """Popova 2014: 19 + 19 + 19 people; Jensen 121 by the GAF-F; PMC6371462 and PMC4153675."""
    cell = answered.cell("global functioning", "post", "CC")
    assert cell.labels == ("Jensen 2019", "Popova 2014 (FAT)", "Popova 2014 (CE)")
    assert cell.participants == 62 + 59 + 3 * 19


@pytest.fixture(scope="module")
def simple(answered):
    """A joint model that reads the outcome alone, small enough to know its answers."""
    half = cs.priors.HalfNormal(0.5)
    model = cs.Model(
        terms=(cs.terms.Exchangeable("outcome", half),), heterogeneity=cs.heterogeneity.Normal(half)
    )
    return joint(answered, model)


def test_the_joint_model_reads_cells_as_subgroups_do(answered, simple):
    table = simple.table.query("k > 0").drop_duplicates("outcome").set_index("outcome")
    levels = cs.subgroups(simple.fit, "outcome")
    for name in table.index:
        for ours, theirs in (("estimate", "estimate"), ("lower", "lower"), ("p_gt_0", "p_gt_0")):
            assert table.loc[name, ours] == pytest.approx(levels.loc[name, theirs], abs=1e-9)
    alone = answered.cell("symptoms", "post", "all").fit.summary().loc["mu"]
    sd = levels.loc["symptoms", "sd"]
    assert table.loc["symptoms", "borrowed"] == pytest.approx(1 - (sd / alone["sd"]) ** 2)


def test_an_outcome_that_nobody_measured_is_a_draw_from_the_population_of_outcomes(simple):
    """Var(new outcome) = Var(mu) + E(scale²), and its expectation is mu."""
    codes = {"outcome": ("personal goals",), "timepoint": ("post",), "population": ("ITT",)}
    new = simple.fit.combine((average(simple.fit, codes, name="new"),)).iloc[0]
    mean = simple.fit.combine((typical(simple.fit, "mu"),)).iloc[0]
    scale = simple.fit.scales().loc["outcome_scale"]
    assert new["mean"] == pytest.approx(mean["mean"], abs=1e-9)
    variance = mean["sd"] ** 2 + scale["sd"] ** 2 + scale["mean"] ** 2
    assert new["sd"] ** 2 == pytest.approx(variance, rel=1e-6)
    row = simple.table.set_index("outcome").loc["personal goals"]
    assert (row["k"], row["same_outcome"]) == (0, 0)
    assert row["other_outcomes"] == 21  # both comparisons of Popova 2014 are one trial
    assert np.isnan(row["borrowed"])


def test_a_review_of_one_question_has_no_grid():
    with pytest.raises(DataError, match="declares no grid"):
        cs.grid(MODELS.parent / "data" / "smi_functioning")
