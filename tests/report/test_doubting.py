"""What the report says of other priors and of trials that are trusted less."""

from dataclasses import replace

import numpy as np
import pytest

import consilience as cs
from consilience import bias
from consilience.report.doubting import dial, other_priors
from consilience.report.sections import get
from consilience.report.tables import tables
from consilience.review import NO_DIAL, BiasDial, PriorMap


def test_the_map_is_that_of_the_primary_fit(analysis) -> None:
    found, fit = analysis.priors, analysis.primary.fit
    assert [each.rule.threshold for each in found.tipping] == [0.0, 0.2, 0.5]
    assert {each.rule.certainty for each in found.tipping} == {0.975}
    assert found.tipping[0] == cs.tipping_point(fit)
    own = cs.prior_map(fit, [-1.0], [0.1]).squeeze()
    corner = found.surface.isel(location=0, scale=0)
    assert float(corner["p_gt"]) == pytest.approx(float(own["p_gt"]), abs=1e-8)
    assert float(found.surface["location"][-1]) == 1.0
    assert float(found.surface["scale"][-1]) == pytest.approx(2.0)


def test_without_a_declared_range_the_tipping_point_lies_on_the_map(analysis, review) -> None:
    plan = replace(review.plan, prior_map=PriorMap(threshold=0.2))
    found = other_priors(analysis.primary.fit, replace(review, plan=plan))
    point, surface = found.tipping[0], found.surface
    assert surface["location"].min() < point.location < surface["location"].max()
    assert surface["scale"].min() < point.scale < surface["scale"].max()
    assert surface.attrs["threshold"] == 0.2


def test_the_numbers_of_the_page_are_those_of_the_table(analysis, parse) -> None:
    text = " ".join(parse(get("prior_map").render(analysis)).text.split())
    first = analysis.priors.tipping[0]
    assert f"{first.probability:.3f}yes" in text
    assert f"{first.location:.2f}".replace("-", "−") in text
    files = tables(analysis)
    assert len(files["prior_map"]) == 625
    assert list(files["tipping_points"]["threshold"]) == [0.0, 0.2, 0.5]
    last = analysis.priors.surface.isel(location=-1, scale=-1)
    assert f"{float(last['mean']):.2f}" in text


def test_a_model_that_cannot_be_mapped_says_why(analysis, review) -> None:
    fit = analysis.primary.fit
    flat = cs.fit(replace(fit.model, mu=cs.priors.Flat()), review.effects)
    found = other_priors(flat, review)
    assert not found.tipping
    html = get("prior_map").render(replace(analysis, priors=found))
    assert "Not done: The prior of mu is" in html


def test_the_dial_is_that_of_the_primary_model(analysis, review, parse) -> None:
    asked = review.plan.bias_dial
    doubt = bias.PowerWeight(asked.column, asked.levels, 0.5)
    model = replace(analysis.primary.declared.model, bias=doubt)
    own = cs.fit(model, review.effects).summary().loc["mu"]
    row = analysis.dial.table.loc["weight 0.5"]
    assert row["mean"] == pytest.approx(own["mean"], rel=1e-10)
    text = " ".join(parse(get("bias_dial").render(analysis)).text.split())
    assert asked.reason.strip() in text
    assert "no judgement of the risk of bias: what is not stated may well have been done" in text
    names = (
        "Jensen 2019, Kimhy 2021, Popova 2014 (FAT), Attux 2013, Lu 2012, Pioli 2006, Romain 2018, "
        "Grant 2012, Sanchez 2014, Unnamed 1 (CD009006) and Unnamed 2 (CD009006)"
    )
    assert f"says “no” or “not stated”: {names}" in text
    assert f"Left out, the mean effect is {analysis.dial.table['mean'].iloc[0]:.2f}" in text


def test_as_they_stand_is_the_primary_answer(analysis) -> None:
    last = analysis.dial.table.loc["weight 1"]
    assert last["mean"] == pytest.approx(analysis.answer.mean["mean"], rel=1e-10)
    assert last["upper"] == pytest.approx(analysis.answer.mean["upper"], rel=1e-8)


def test_without_a_declaration_there_is_no_dial(analysis, review) -> None:
    plain = replace(review, plan=replace(review.plan, bias_dial=NO_DIAL))
    assert dial(analysis.primary.declared.model, plain).table.empty
    assert not get("bias_dial").applies(replace(analysis, review=plain))


def test_a_dial_that_cannot_be_turned_says_why(analysis, review) -> None:
    few = review.effects.keep(np.isin(review.effects.table["assessors_masked"], ["no"]))
    asked = BiasDial("assessors_masked", ("no",), "All of them.")
    alone = replace(review, effects=few, plan=replace(review.plan, bias_dial=asked))
    model = cs.Model(mu=cs.priors.Normal(0.0, 1.0), heterogeneity="Nothing")
    found = dial(model, alone)
    assert found.table.empty
    html = get("bias_dial").render(replace(analysis, review=alone, dial=found))
    assert "Not done: All 2 estimates hold no" in html
