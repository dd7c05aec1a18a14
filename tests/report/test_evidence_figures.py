"""The flow and the risk of bias on the page: drawn for two widths, and told in words."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.report.shared import judged, redrawn

from consilience.report import pictures
from consilience.report.analysis import Analysis
from consilience.report.evidence_pictures import evidence_painters, judged_columns
from consilience.report.sections import get
from consilience.report.tables import tables
from consilience.risk_of_bias import NO_ASSESSMENT


@pytest.fixture(scope="module")
def drawn() -> Analysis:
    return redrawn(judged())


def test_each_figure_is_drawn_for_a_page_and_for_a_telephone(drawn: Analysis) -> None:
    for name in ("prisma_flow", "traffic_light", "risk_of_bias_summary"):
        wide, narrow = (drawn.pictures[each].inline for each in (name, f"{name}_narrow"))
        assert 'viewBox="0 0 576 ' in wide
        assert 'viewBox="0 0 280.8 ' in narrow
    assert [each.assessment for each in judged_columns(drawn.review)] == [drawn.review.assessment]  # type: ignore[attr-defined]


def test_a_review_without_flow_and_judgements_has_neither(analysis: Analysis) -> None:
    review = replace(analysis.review, assessment=NO_ASSESSMENT, flow=pd.DataFrame())
    bare = replace(analysis, review=review)
    assert evidence_painters(bare) == {}
    assert judged_columns(bare.review) == ()


def test_the_section_names_the_tool_its_source_and_every_word(drawn: Analysis, parse) -> None:
    html = get("risk_of_bias").render(drawn)
    said = " ".join(parse(html).text.split())
    assert "Judged with RoB 2 (revised Cochrane tool for randomised trials, 2019)" in said
    assert 'href="https://doi.org/10.1136/bmj.l4898"' in html
    assert "no formal assessment" not in said
    for label in drawn.review.effects.labels[:-1]:
        words = [one.word for one in drawn.review.assessment.of(label)]
        shown = " ".join("not stated" if word == "Not stated" else word for word in words)
        assert f"{label} {shown}".replace(" ", "") in said.replace(" ", "")
    assert f"Nothing is recorded for {drawn.review.effects.labels[-1]}." in said
    assert html.count("<figure>") == 2
    assert html.count("<svg") == 4


def test_the_shares_are_those_of_the_classical_weights(drawn: Analysis) -> None:
    weights, held = drawn.twin.weights(), drawn.review.assessment
    table = tables(drawn)["risk_of_bias_summary"]
    for key in table.index:
        for word in table.columns:
            here = [weights[label] for label in held.labels if held.table.loc[label, key] == word]
            assert table.loc[key, word] == pytest.approx(sum(here) / weights.sum(), abs=1e-12)


def test_the_limits_say_that_judgements_were_not_modelled(drawn, analysis, parse) -> None:
    after, before = (parse(get("limits").render(each)).text for each in (drawn, analysis))
    assert "Risk of bias was judged, and not modelled" in after
    assert "Risk of bias was not judged" not in after
    assert "Risk of bias was not judged" in before
    assert "not formally assessed" in parse(get("in_short").render(analysis)).text
    assert "was judged but not modelled" in parse(get("in_short").render(drawn)).text


def test_what_sources_state_is_shown_and_called_no_assessment(analysis, parse) -> None:
    html = get("risk_of_bias").render(analysis)
    said = " ".join(parse(html).text.split())
    assert "This is no formal assessment" in said
    assert "the signs judge nothing" in said
    assert "Jensen 2019not stated" in said.replace(" not", "not")
    assert "Judged with" not in said


def test_hostile_words_and_titles_stay_text(parse, monkeypatch) -> None:
    hostile = "<script>alert(1)</script>"
    told = judged().review.risk_of_bias.assign(note=hostile)
    flow = judged().review.flow.assign(text=hostile)
    review = replace(judged().review, risk_of_bias=told, flow=flow)
    monkeypatch.setattr(pictures, "_painters", lambda _: {})  # those of the evidence alone
    bad = redrawn(replace(judged(), review=review))
    for name in ("risk_of_bias", "flow"):
        html = get(name).render(bad)
        assert "<script" not in html
        assert hostile in parse(html).text
