"""What the page says of the evidence: conversions, rows, risk of bias, flow; all of it true."""

from dataclasses import replace

import pandas as pd
import pytest

from consilience.report.sections import get
from consilience.report.tables import tables


def words(parse, html: str) -> str:
    return " ".join(parse(html).text.split())


def test_every_converted_trial_has_its_steps_on_the_page(analysis, parse) -> None:
    said = words(parse, get("conversions").render(analysis))
    assert "10 of the 19 effects come from figures that had to be converted" in said
    used = analysis.review.ledger.query("status == 'used' and converted != ''")
    for label in used["label"]:
        assert label in said
    for piece in ("f_stat = 6.96, favours = intervention", "share = 0.5", "Uniform(lower = 0"):
        assert piece in said
    for rule in analysis.review.conversions:
        assert " ".join(rule.reason.split()) in said


def test_all_steps_are_a_table_in_full_precision(analysis) -> None:
    table = tables(analysis)["conversions"]
    assert table is analysis.review.converted.steps
    grant = table.query("row == 81 and column == 'sd1'").iloc[0]
    assert float(grant["now"]) == pytest.approx(3.3 * 30**0.5, rel=1e-9)
    assert len(tables(analysis)["rows"]) == 101


def test_a_row_that_is_left_out_names_its_reason_and_its_conversions(analysis, parse) -> None:
    said = words(parse, get("left_out").render(analysis))
    assert "82 rows of the trial table are not used" in said
    assert "Total to arms, Printed d" in said


def test_methods_say_what_was_converted_and_assumed(analysis, parse) -> None:
    said = words(parse, get("methods").render(analysis))
    assert "Nothing was" not in said
    assert "10 of the effects were converted by declared rules" in said
    assert "5 variances hold its share" in said


def test_methods_of_a_review_without_conversions_say_so(analysis, parse) -> None:
    ledger = analysis.review.ledger.assign(converted="")
    plain = replace(analysis.review, conversions=(), ledger=ledger)
    said = words(parse, get("methods").render(replace(analysis, review=plain)))
    assert "Nothing was converted or imputed." in said
    assert not get("conversions").applies(replace(analysis, review=plain))
    assert "†" not in get("effects").render(replace(analysis, review=plain))


def test_limits_name_what_waits_and_what_cannot_be_had(analysis, parse) -> None:
    said = words(parse, get("limits").render(analysis))
    assert "10 of the 19 effects rest on figures that were converted" in said
    assert "ECLIPSE 2023, CBSST+CCT pilot and Alvarez-Jimenez 2021 measured the outcome" in said
    assert "wait for a conversion" not in said
    reason = "Printed only as a mean difference: needs a conversion that review.toml does not …"
    ledger = analysis.review.ledger.copy()
    ledger.loc[ledger["row"] == 35, "reason"] = reason
    waiting = replace(analysis.review, ledger=ledger)
    said = words(parse, get("limits").render(replace(analysis, review=waiting)))
    assert "1 row of 1 trial would answer the question" in said


def test_risk_of_bias_does_without_statements_and_shows_judgements(analysis, parse) -> None:
    judged = pd.DataFrame(
        {
            "trial": ["JENSEN2019", "LU2012"],
            "label": ["Jensen 2019", "Lu 2012"],
            "D1": ["Low", "Some concerns"],
            "Overall": ["Low", ""],
        }
    )
    review = replace(analysis.review, risk_of_bias=judged)
    said = words(parse, get("risk_of_bias").render(replace(analysis, review=review)))
    assert "Jensen2019LowLowLu2012Someconcerns–" in said.replace(" ", "")
    assert "Nothing is recorded for Zhang 2015" in said
    bare = judged[["trial", "label"]]
    review = replace(analysis.review, risk_of_bias=bare)
    assert "Nothing is recorded" in get("risk_of_bias").render(replace(analysis, review=review))


def test_the_flow_is_shown_as_a_diagram_and_as_a_table(analysis, parse) -> None:
    html = get("flow").render(analysis)
    said = words(parse, html)
    assert "Databases120Recordsscreened101Duplicaterecords19" in said.replace(" ", "")
    assert html.count("<svg") == 2
    assert "Records screened (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}101)" in html
