"""What an analysis computes, against independent arithmetic; and reviews with little in them."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from consilience import priors
from consilience.errors import ModelError
from consilience.fit import fit
from consilience.heterogeneity import Normal
from consilience.model import Model
from consilience.report.analysis import analyse
from consilience.report.asking import exceedance, model_files
from consilience.report.robust import robustness
from consilience.report.sections import get
from consilience.report.writing import page
from consilience.review import Review
from consilience.spec import read_model

MODELS = Path(__file__).parents[2] / "models"


def test_exceedance_is_the_integral_of_the_posterior(review: Review) -> None:
    # Common effect, normal prior: the posterior is normal and known in closed form.
    from math import erfc, sqrt

    effects = review.effects
    found = fit(read_model(MODELS / "common_effect.toml").model, effects)
    precision = 1.0 + np.sum(1 / effects.v)
    mean = np.sum(effects.y / effects.v) / precision
    for value in (-1.0, 0.0, 0.2, 0.33, 0.5, 2.0):
        exact = 0.5 * erfc((value - mean) * sqrt(precision / 2))
        assert exceedance(found, value) == pytest.approx(exact, abs=1e-12)


def test_exceedance_of_zero_is_what_the_summary_says(analysis) -> None:
    for one in analysis.fitted:
        said = one.fit.summary().loc["mu", "p_gt_0"]
        assert exceedance(one.fit, 0.0) == pytest.approx(said, abs=1e-9)


def test_thresholds_are_those_of_the_plan(analysis, review: Review) -> None:
    values = [one.threshold.value for one in analysis.answer.chances]
    assert values == [one.value for one in review.plan.thresholds]
    chances = [one.probability for one in analysis.answer.chances]
    assert chances == sorted(chances, reverse=True)
    assert list(analysis.forecast.chances.columns) == ["p_gt_0", "p_gt_0.2", "p_gt_0.5"]


def test_each_trial_is_left_out_once_and_alone(analysis, review: Review) -> None:
    table = analysis.robustness.left_out
    assert list(table.index) == list(review.effects.labels)
    assert (table["k"] == review.effects.k - 1).all()
    chien = fit(analysis.primary.declared.model, review.effects.without("Chien 2016")).summary()
    assert table.loc["Chien 2016", "estimate"] == pytest.approx(chien.loc["mu", "mean"], rel=1e-9)


def test_a_refit_that_cannot_be_done_says_so_in_its_row(analysis, parse) -> None:
    # With flat priors of the mean and of tau, two trials leave the posterior improper.
    review = analysis.review
    few = review.effects.only("Jensen 2019", "Zhang 2015", "Lu 2012", "Pioli 2006")
    same = few.without("Lu 2012", "Pioli 2006")
    case = replace(review.sensitivity[0], name="Two of a kind", effects=same)
    model = Model(mu=priors.Flat(), heterogeneity=Normal(priors.Flat()))
    found = robustness(model, replace(review, effects=few, sensitivity=(case,)))
    row = found.declared.loc["Two of a kind"]
    assert np.isnan(row["estimate"])
    assert "proper" in row["note"]
    assert found.left_out["estimate"].isna().all()
    shown = get("sensitivity").render(replace(analysis, robustness=found))
    assert f"No estimate: {row['note']}" in parse(shown).text


def test_a_term_that_no_longer_varies_is_left_out_and_named(analysis, parse) -> None:
    # Two trials against usual care leave nothing to compare comparators with.
    review = analysis.review
    few = review.effects.only("Jensen 2019", "Zhang 2015", "Lu 2012")
    case = replace(review.sensitivity[0], name="Two of a kind", effects=few.without("Lu 2012"))
    model = analysis.primary.declared.model
    found = robustness(model, replace(review, effects=few, sensitivity=(case,)))
    row = found.declared.loc["Two of a kind"]
    assert (row["k"], row["note"]) == (2, "")
    assert "without the term for comparator type" in row["remark"]
    assert found.left_out["remark"].notna().tolist() == [False, False, True]
    shown = get("sensitivity").render(replace(analysis, robustness=found))
    assert row["remark"] in parse(shown).text


def test_two_models_of_one_title_stay_two(
    review: Review, bare, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(sys.modules["consilience.report.analysis"], "draw", lambda _: {})
    text = (MODELS / "random_effects.toml").read_text("utf-8")
    for name in ("first", "second", "third"):
        title = "Common effect" if name == "third" else "Twin"
        new = text.replace('title = "Random effects"', f'title = "{title}"')
        (tmp_path / f"{name}.toml").write_text(new, "utf-8")
    few = bare(review, 4)
    plan = replace(few.plan, primary="first", models=("first", "second", "third"))
    found = analyse(replace(few, plan=plan), tmp_path)
    names = list(found.compared.index)
    assert names[:3] == ["Twin (first)", "Twin (second)", "Common effect"]
    assert names[-1] == "Common effect (classical)"
    assert found.compared.loc["Common effect (classical)", "interval"] == "confidence"


def test_models_come_from_the_folder_that_was_named(review: Review, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"partial_pooling\.toml"):
        model_files(review, tmp_path)
    assert list(model_files(review)) == ["partial_pooling", "random_effects"]


@pytest.mark.parametrize("k", [1, 2])
def test_one_or_two_trials_are_reported_with_their_caution(
    review: Review, bare, parse, k: int
) -> None:
    found = analyse(bare(review, k), MODELS)
    assert len(found.robustness.left_out) == (0 if k == 1 else 2)
    text = " ".join(parse(page(found)).text.split())
    assert "the data say next to nothing about heterogeneity" in text
    assert f"Over {k} trial" in text
