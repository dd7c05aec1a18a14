"""What review.toml declares of a summary of findings: every fault by its key, all at once."""

import tomllib
from types import SimpleNamespace

import pandas as pd
import pytest
from tests.contracts.test_sections import read

import consilience as cs
from consilience import findings
from consilience.priors import HalfNormal
from consilience.report.sections.summary_of_findings import FindingsTable
from consilience.review.declared_findings import DeclaredFinding
from consilience.review.findings import finding_problems, summary_of
from consilience.review.toml import build, faults

LEVELS = {"outcome": ["death", "stroke", "work"], "time": ["post"], "population": []}
GOOD = """
[[findings]]
outcome = "death"
name = "Death <script>alert(1)</script>"
importance = "critical"
baseline = "comparator"
risks = [{ value = 0.4, source = "a register & more", name = "high risk" }]
mid = { value = 30.0, on = "absolute", source = "\\"><img src=x onerror=alert(1)>" }
certainty = "low"
[[findings.judgements]]
domain = "risk of bias"
judgement = "serious"
footnote = "{{7*7}} <b onclick=x>"

[[findings]]
outcome = "work"
measured = "no"
importance = "important"
comment = "<i>Nobody</i> asked."
"""
BAD = """
[[findings]]
outcome = "deaht"
time = "later"
population = "ITT"
importance = "vital"
measured = "perhaps"
better = "up"
baseline = "control"
certainty = "fair"
risks = [{ value = 1.4, source = "x" }, { value = 0.2, source = "" }]
scales = [{ name = "PSP", sd = -3.0, source = "x", higher_is_better = "often" }]
improved = [{ value = 0.0, source = "x" }]
rates = [{ value = -1.0, source = "x" }]
mid = { value = 0.2, on = "points", source = "x" }
[[findings.judgements]]
domain = "bias"
judgement = "serious"
footnote = "x"
[[findings.judgements]]
domain = "imprecision"
judgement = "serious"
"""


def declared(text: str) -> tuple[DeclaredFinding, ...]:
    raw = tomllib.loads(text)["findings"]
    assert not list(faults(tuple[DeclaredFinding, ...], raw, key="findings"))
    return build(tuple[DeclaredFinding, ...], raw)


@pytest.fixture(scope="module")
def fit() -> cs.Fit:
    table = pd.DataFrame(
        {
            "study": ["A", "B", "C", "D"],
            **{"events1": [4, 10, 6, 3], "n1": [50, 100, 60, 40]},
            **{"events2": [9, 30, 12, 4], "n2": [50, 100, 60, 40]},
            "higher_is_better": "no",
        }
    )
    model = cs.Model(heterogeneity=cs.heterogeneity.Normal(tau=HalfNormal(0.5)))
    return cs.fit(model, cs.effect_sizes(table, "OR"))


def test_every_fault_is_told_by_its_key_with_what_is_known() -> None:
    told = {
        str(each).split("key `findings[1].")[1].split("`")[0]: str(each)
        for each in finding_problems(declared(BAD), LEVELS)
    }
    assert set(told) == {
        *("outcome", "time", "population", "importance", "measured", "better", "baseline"),
        *("certainty", "risks[1]", "risks[2]", "scales[1]", "scales[1].higher_is_better"),
        *("improved[1]", "rates[1]", "mid.on", "judgements[1]", "judgements[2]"),
    }
    assert "Choose from: death, stroke, work." in told["outcome"]
    assert "Choose from: critical, important, of limited importance." in told["importance"]
    assert "risk of bias, inconsistency" in told["judgements[1]"]
    assert "has no grid" in told["population"]


def test_keys_that_nobody_knows_are_refused_by_name() -> None:
    raw = [{"outcome": "death", "baselin": "comparator", "mid": {"value": 1.0}}]
    told = " ".join(str(each) for each in faults(tuple[DeclaredFinding, ...], raw, key="findings"))
    assert "findings[1].baselin" in told
    assert "findings[1].mid.source" in told


def test_rows_of_one_name_and_more_than_seven_are_refused() -> None:
    many = declared(GOOD)[1:] * 8
    told = [str(each) for each in finding_problems(many, LEVELS)]
    assert any("8 outcomes are more" in each for each in told)
    assert any("two rows have one name" in each for each in told)


@pytest.fixture(scope="module")
def summary(fit) -> findings.SummaryOfFindings:
    rows = declared(GOOD)
    assert not list(finding_problems(rows, LEVELS))
    return summary_of(rows, lambda _: (fit,), level=0.95)


def test_a_declared_row_is_the_row_that_a_script_asks_for(fit, summary) -> None:
    by_hand = findings.summary_of_findings(
        [
            findings.Outcome(
                name="Death <script>alert(1)</script>",
                fit=fit,
                importance="critical",
                absolute=(
                    findings.ComparatorMedian(),
                    findings.BaselineRisk(0.4, "a register & more", "high risk"),
                ),
                mid=findings.MidAbsolute(30.0, '"><img src=x onerror=alert(1)>'),
                judgements=(
                    findings.Judgement("risk of bias", "serious", "{{7*7}} <b onclick=x>"),
                ),
                certainty="low",
            ),
            findings.Unmeasured(
                name="work", importance="important", comment="<i>Nobody</i> asked."
            ),
        ]
    )
    pd.testing.assert_frame_equal(summary.frame, by_hand.frame)
    assert summary.footnotes == by_hand.footnotes
    nothing = summary_of(declared(GOOD)[:1], lambda _: (), level=0.95)
    assert not nothing.findings[0].answered
    assert summary_of((), lambda _: (), level=0.95).findings == ()


def test_the_section_is_valid_html_whatever_the_labels_hold(summary) -> None:
    question = SimpleNamespace(intervention="a pill", comparator="usual care")
    analysis = SimpleNamespace(findings=summary, review=SimpleNamespace(question=question))
    html = FindingsTable().render(analysis)
    seen = read(html)
    assert (seen.faults, seen.open) == ([], [])
    assert not {"script", "img", "i", "b"} & set(seen.tags)
    assert not {key for key, _ in seen.attrs if key.startswith("on")}
    assert "&lt;script&gt;" in html
    assert "{{7*7}}" in html
    ids = [value for key, value in seen.attrs if key == "id"]
    assert len(ids) == len(set(ids))
    links = [value.removeprefix("#") for key, value in seen.attrs if key == "href"]
    assert links
    assert set(links) <= set(ids)
    assert {note.letter for note in summary.footnotes} == {each.rsplit("-")[-1] for each in links}
    assert seen.tags.count("caption") == seen.tags.count("table") == 2
    assert seen.tags.count("th") == sum(key == "scope" for key, _ in seen.attrs)
    assert "No trial measured it." in html
    assert "nan" not in html
