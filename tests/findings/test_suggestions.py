"""Suggested judgements: at their boundaries, on published examples, and never assigned."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import findings
from consilience.errors import ModelError
from consilience.findings.evidence import Evidence, Span
from consilience.findings.information import for_differences, for_risks
from consilience.findings.people import People

PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "reference" / "findings_published.json").read_text("utf-8")
)
RULE, OTHER = findings.Imprecision(), findings.Inconsistency()
EPS = 1e-9


def effects(code: str) -> cs.Effects:
    rows = {"study": ["A", "B"], "yi": [0.1, 0.2], "vi": 0.04, "measure": code, "n1": 50, "n2": 50}
    return cs.effect_sizes(pd.DataFrame(rows), code)


def evidence(mean: tuple, *, code: str = "SMD", mid: float = 0.2, n: int = 10_000) -> Evidence:
    return Evidence(
        effects=effects(code),
        people=People(2, 2, n),
        mean=Span(*mean),
        new=Span(*mean),
        thresholds=findings.Thresholds(-mid, mid),
        level=0.95,
        risk=float("nan"),
        sign=1.0,
        I2=0.0,
        scatters=True,
        shown=lambda x: f"{x:.3f}",
    )


@pytest.mark.parametrize(
    ("mean", "mid", "word"),
    [
        ((0.3, 0.2, 0.4), 0.2, "not serious"),
        ((0.3, 0.2 - EPS, 0.4), 0.2, "serious"),
        ((0.1, -0.2, 0.2), 0.2, "not serious"),
        ((0.1, -0.2, 0.2 + EPS), 0.2, "serious"),
        ((0.1, -0.2 - EPS, 0.2 + EPS), 0.2, "very serious"),
        ((-0.3, -0.4, -0.2 + EPS), 0.2, "serious"),
        ((0.3, 0.0, 0.6), 0.0, "not serious"),
        ((0.3, -EPS, 0.6), 0.0, "serious"),
    ],
)
def test_each_threshold_inside_the_interval_is_a_level(mean, mid, word) -> None:
    found = RULE.suggest(evidence(mean, mid=mid))
    assert found.word == word
    assert found.levels == {"not serious": 0, "serious": 1, "very serious": 2}[word]


def test_the_guideline_s_own_example_of_strokes() -> None:
    told = PUBLISHED["threshold"]
    mean = (told["estimate"], told["lower"], told["upper"])
    precise = RULE.suggest(evidence(mean, code="RD", mid=told["precise_at"]))
    imprecise = RULE.suggest(evidence(mean, code="RD", mid=told["imprecise_at"]))
    assert (precise.word, imprecise.word) == ("not serious", "serious")
    assert "the smallest important benefit (0.010)" in imprecise.reason


def test_a_large_effect_is_held_against_the_information_size() -> None:
    needed = int(np.ceil(for_differences(0.2, 2.0, findings.Wanted())))
    large = evidence((0.6, 0.4, 0.8))
    words = {
        n: RULE.suggest(replace(large, people=People(2, 2, n))).word
        for n in (needed, needed - 1, -(-needed // 2), needed // 2 - 1)
    }
    assert list(words.values()) == ["not serious", "serious", "serious", "very serious"]
    few = People(2, 2, 10)
    assert RULE.suggest(evidence((0.4, 0.3, 0.5), n=10)).word == "not serious"  # not large
    always = findings.Imprecision(large_ratio=1.0, large_sd=0.0)
    assert always.suggest(evidence((0.4, 0.3, 0.5), n=10)).word == "very serious"
    unknown = replace(large, people=replace(few, silent=("A",)))
    assert RULE.suggest(unknown).word == "not serious"
    assert "not all are known" in RULE.suggest(unknown).reason


def test_a_large_ratio_is_one_of_risks_where_the_baseline_is_known() -> None:
    """An odds ratio of 0.65 is a risk ratio of 0.65 at rare events and of 0.86 at a risk of 0.7."""
    mean = evidence((np.log(0.65), np.log(0.6), np.log(0.7)), code="OR", mid=0.05, n=10)
    rare, common = (RULE.suggest(replace(mean, risk=risk)).word for risk in (1e-4, 0.7))
    assert (rare, common) == ("very serious", "not serious")
    assert "no baseline risk is declared" in RULE.suggest(mean).reason
    blind = RULE.suggest(evidence((0.03, 0.02, 0.04), code="RD", mid=0.01))
    assert "not known for this measure" in blind.reason


@pytest.mark.parametrize("risk", [0.1, 0.2, 0.5])
def test_the_information_size_has_the_power_that_is_asked_for(risk: float) -> None:
    """Exact power of the pooled z test at that size, summed over the outcomes of both arms."""
    from scipy.special import ndtr
    from scipy.stats import binom

    n = round(for_risks(risk, findings.Wanted()) / 2)
    counts = np.arange(n + 1)
    p, q = binom.pmf(counts, n, risk), binom.pmf(counts, n, 0.75 * risk)
    a, b = np.flatnonzero(p > 1e-9), np.flatnonzero(q > 1e-9)
    gap = (counts[a][:, None] - counts[b][None, :]) / n
    pooled = (counts[a][:, None] + counts[b][None, :]) / (2 * n)
    z = gap / np.sqrt(2 * pooled * (1 - pooled) / n)
    power = float(p[a] @ (z > 1.959964).astype(float) @ q[b])
    assert power == pytest.approx(0.8, abs=0.012)
    size = for_differences(0.2, 2.0, findings.Wanted())
    assert float(ndtr(0.2 * np.sqrt(size) / 2 - 1.959964)) == pytest.approx(0.8, abs=1e-6)
    # Cohen (1988), table 2.4.1: 393 in each group for d = 0.20, by the t test.
    assert size / 2 == pytest.approx(393, abs=1.0)


@pytest.mark.parametrize(
    ("new", "share", "word"),
    [
        ((0.3, 0.2, 0.5), 0.9, "not serious"),
        ((0.3, 0.1, 0.5), 0.4 - EPS, "not serious"),
        ((0.3, 0.1, 0.5), 0.4, "serious"),
        ((0.3, 0.1, 0.5), 0.9, "serious"),
        ((0.3, -0.3, 0.9), 0.75 - EPS, "serious"),
        ((0.3, -0.3, 0.9), 0.75, "very serious"),
    ],
)
def test_inconsistency_needs_true_effects_on_both_sides_and_scatter(new, share, word) -> None:
    known = replace(evidence((0.3, 0.25, 0.35)), new=Span(*new), I2=share)
    assert OTHER.suggest(known).word == word


def test_one_trial_and_a_model_without_scatter_are_not_judged() -> None:
    known = evidence((0.3, 0.25, 0.35))
    for blind in (replace(known, I2=np.nan), replace(known, scatters=False)):
        assert OTHER.suggest(blind).word == "not judged"
        assert OTHER.suggest(blind).levels == 0
    both = replace(evidence((0.3, 0.1, 0.5)), new=Span(0.3, -0.1, 0.7), I2=0.8)
    assert "do not rate down twice" in OTHER.suggest(both).reason


@pytest.mark.parametrize(
    "make",
    [
        lambda: findings.Imprecision(far=0.0),
        lambda: findings.Imprecision(large_sd=-0.1),
        lambda: findings.Imprecision(wanted=findings.Wanted(power=1.0)),
        lambda: findings.Inconsistency(some=0.8, much=0.5),
        lambda: findings.Judgement("bias", "serious", "x"),
        lambda: findings.Judgement("imprecision", "strongly suspected", "x"),
        lambda: findings.Judgement("risk of bias", "serious"),
    ],
)
def test_rules_and_words_that_cannot_be_are_refused(make) -> None:
    with pytest.raises(ModelError, match=r"\.$"):
        make()
