"""The verb and its table: up to seven outcomes, one row each, footnotes by letters."""

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import findings
from consilience.errors import ModelError
from consilience.priors import HalfNormal

RANDOM = cs.Model(heterogeneity=cs.heterogeneity.Normal(tau=HalfNormal(0.5)))


@pytest.fixture(scope="module")
def joint() -> cs.Fit:
    """Two outcomes of overlapping trials in one model."""
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(
        {
            "estimate": [f"e{place}" for place in range(9)],
            "study": ["A", "B", "C", "D", "E", "A", "B", "F", "G"],
            "outcome": ["pain"] * 5 + ["sleep"] * 4,
            "yi": rng.normal(0.3, 0.1, 9),
            "vi": 0.03,
            "measure": "SMD",
            "n1": 60,
            "n2": 60,
            "higher_is_better": "yes",
        }
    )
    model = cs.Model(
        terms=(cs.terms.Exchangeable("outcome", scale=HalfNormal(0.3)),),
        heterogeneity=cs.heterogeneity.Normal(tau=HalfNormal(0.5)),
    )
    return cs.fit(model, cs.effect_sizes(rows, "SMD"), seed=1)


def outcome(fit: cs.Fit, name: str = "X", **more: object) -> findings.Outcome:
    return findings.Outcome(name=name, fit=fit, **more)


def test_an_outcome_of_a_joint_model_is_its_level(joint) -> None:
    asked = [
        outcome(joint, "all"),
        outcome(joint, "pain", at={"outcome": "pain"}),
        outcome(joint, "new", at={"outcome": "never measured"}),
    ]
    everything, pain, new = findings.summary_of_findings(asked).findings
    level = cs.subgroups(joint, "outcome").loc["pain"]
    assert np.allclose(pain.effect, level[["estimate", "lower", "upper"]].astype(float), atol=1e-9)
    assert (everything.people.participants, pain.people.participants) == (7 * 120, 5 * 120)
    assert any("learns from the estimates of other outcomes" in each for each in pain.cautions)
    assert new.people.studies == 0
    assert new.suggestions == ()
    assert any("borrows the effect" in each for each in new.cautions)
    assert new.effect.upper - new.effect.lower > pain.effect.upper - pain.effect.lower
    pooled = cs.pool(joint.effects.keep(np.arange(9) < 5), "DL").summary().iloc[0]
    assert np.allclose(pain.classical, pooled[["estimate", "lower", "upper"]].astype(float))


def test_eight_outcomes_are_more_than_a_table_holds(joint) -> None:
    seven = [outcome(joint, str(place)) for place in range(7)]
    assert len(findings.summary_of_findings(seven).findings) == 7
    with pytest.raises(ModelError, match=r"at most 7 .* 8 were given"):
        findings.summary_of_findings([*seven, findings.Unmeasured(name="8")])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda _: [], "takes a list"),
        (lambda fit: fit, "takes a list"),
        (lambda fit: [outcome(fit), outcome(fit)], "Two outcomes are called X"),
        (lambda fit: [outcome(fit, at={"time": "post"})], "no column 'time'"),
        (lambda fit: [outcome(fit, importance="vital")], "Choose from: critical"),
        (lambda fit: [outcome(fit, certainty="fair")], "Choose from: very low"),
        (lambda fit: [outcome(fit, absolute=findings.BaselineRisk(0.1, "s"))], "absolute is not"),
        (lambda fit: [outcome(fit, mid=0.2)], "mid is not"),
        (lambda fit: [outcome(fit, name="")], "what it is called"),
        (lambda fit: [findings.Outcome(name="X", fit=fit.effects)], "findings.Unmeasured"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(joint, wrong, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        findings.summary_of_findings(wrong(joint))
    assert words in str(caught.value)


def test_a_judgement_is_shown_beside_the_suggestion_and_changes_nothing(joint) -> None:
    judged = (
        findings.Judgement("indirectness", "serious", "Young people only."),
        findings.Judgement("risk of bias", "very serious", "Nobody was masked."),
        findings.Judgement("imprecision", "not serious"),
    )
    plain = outcome(joint, "plain", at={"outcome": "pain"})
    told = outcome(joint, "told", at={"outcome": "pain"}, judgements=judged, certainty="very low")
    one, two = findings.summary_of_findings([plain, told]).findings
    assert one.suggestions == two.suggestions
    assert (one.certainty, two.certainty) == ("", "very low")
    assert two.judgements[0].domain == "risk of bias"
    with pytest.raises(ModelError, match="judged twice"):
        outcome(joint, judgements=(judged[0], judged[0]))


def test_the_table_reads_as_the_numbers_do(joint) -> None:
    scale = findings.FamiliarScale("NRS", 2.0, "a trial")
    mid = findings.MidAbsolute(0.5, "a panel")
    asked = [
        outcome(joint, "pain", at={"outcome": "pain"}, absolute=(scale,), mid=mid),
        outcome(joint, "sleep", at={"outcome": "sleep"}, absolute=(scale,)),
        findings.Unmeasured(name="work", importance="critical"),
    ]
    summary = findings.summary_of_findings(asked, level=0.9)
    table, frame = summary.table(), summary.frame
    assert list(table.index) == list(frame["outcome"]) == ["pain", "sleep", "work"]
    row = frame.iloc[0]
    ends = [f"{row[name]:.2f}" for name in ("estimate", "lower", "upper")]
    assert table.loc["pain", "effect"].endswith("{} ({} to {})".format(*ends))
    assert table.loc["pain", "participants (trials)"] == "600 (5 trials)"
    assert table.loc["work", "effect"] == "not estimable"
    assert table.loc["sleep", "P(beyond MID)"] == "–"
    assert np.allclose(frame["difference_upper"][:2], 2 * frame["upper"][:2])
    assert frame["level"].eq(0.9).all()
    letters = [note.letter for note in summary.footnotes]
    assert letters == ["a", "b", "c"]
    assert table.loc["pain", "notes"] == "a, b, c"
    assert table.loc["sleep", "notes"] == "a, b"
    text = str(summary)
    assert all(f"{note.letter} {note.text}" in text for note in summary.footnotes)
    assert "nan" not in text


def test_letters_go_on_after_z() -> None:
    judged = tuple(
        findings.Finding(name=str(place), cautions=(f"Caution {place}.",)) for place in range(28)
    )
    letters = [note.letter for note in findings.SummaryOfFindings(judged).footnotes]
    assert letters[25:] == ["z", "aa", "ab"]
