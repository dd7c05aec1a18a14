"""Rules for participants who are missing: identities, arithmetic by hand, simulation, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from tests.across import across

import consilience as cs
from consilience import likelihoods
from consilience.errors import DataError, ModelError, RefusalError
from consilience.likelihoods import missing

Z = 1.959963984540054
EVENTS = pd.DataFrame({
    "study": ["a", "b", "c"], "events1": [12, 3, 30], "n1": [40, 25, 80], "events2": [20, 8, 25],
    "n2": [45, 30, 78], "missing1": [6, 0, 25], "missing2": [3, 10, 8],
    "failed1": [4, 0, 5], "failed2": [1, 5, 4], "moved1": [2, 0, 5], "moved2": [2, 5, 0],
})  # fmt: skip
MEANS = pd.DataFrame({
    "study": ["a", "b"], "mean1": [14.0, 20.0], "sd1": [5.0, 6.0], "n1": [40, 90],
    "mean2": [17.0, 18.5], "sd2": [5.5, 7.0], "n2": [38, 85], "missing1": [9, 0],
    "missing2": [5, 30],
})  # fmt: skip
ARMS = {f"{column}{arm}": f"{column}{other}"
        for column in ("events", "n", "missing", "failed", "moved", "mean", "sd")
        for arm, other in ("12", "21")}  # fmt: skip
COUNTED = ("OR", "RR", "RD")
MEANT = ("MD", "SMD", "ROM")


def events(code="OR", **columns):
    return cs.effect_sizes(EVENTS.assign(**columns), code)


def means(code="MD", **columns):
    return cs.effect_sizes(MEANS.assign(**columns), code)


def same(one, two, rtol=1e-12):
    np.testing.assert_allclose(one.y, two.y, rtol=rtol, atol=1e-14)
    np.testing.assert_allclose(one.v, two.v, rtol=rtol)


@across("code", COUNTED)
def test_a_risk_by_an_odds_ratio_is_that_odds_ratio_without_spread(code):
    trials = events(code)
    imputed = missing.Imputed(missing.risks.OddsRatio(2.5), missing.risks.OddsRatio(0.4))
    known = missing.IMOR(np.log(2.5), np.log(0.4), 0.0, 0.0)
    same(imputed.adjusted(trials), known.adjusted(trials))


@across("code", COUNTED)
def test_the_own_risk_is_available_cases_and_the_extremes_are_the_ends_of_odds_ratios(code):
    trials = events(code)
    same(missing.Imputed().adjusted(trials), trials)
    for name, far in (("NoEvents", -36.0), ("AllEvents", 36.0)):
        ends = missing.IMOR(far, far, 0.0, 0.0).adjusted(trials)
        same(missing.Imputed(name, name).adjusted(trials), ends, rtol=1e-9)


@across("code", COUNTED)
def test_the_risk_of_the_other_arm_is_the_odds_ratio_between_them(code):
    trials = events(code).without("b", "c")
    p1, p2 = 12 / 40, 20 / 45
    between = np.exp(logit(p2) - logit(p1))
    held = missing.Imputed(missing.risks.OddsRatio(between), "OwnRisk").adjusted(trials)
    same(missing.Imputed("ComparatorRisk", "ComparatorRisk").adjusted(trials), held)
    held = missing.Imputed("OwnRisk", missing.risks.OddsRatio(1.0 / between)).adjusted(trials)
    same(missing.Imputed("InterventionRisk", "InterventionRisk").adjusted(trials), held)


@across("code", COUNTED)
def test_reasons_share_out_those_who_are_missing(code):
    trials = events(code)
    rule = missing.ByReason(("failed", "moved"), ("NoEvents", "OwnRisk"))
    found = rule.adjusted(trials)
    one = missing.ByReason(("failed",), ("AllEvents",)).adjusted(trials)
    same(one, missing.Imputed("AllEvents", "AllEvents").adjusted(trials))
    alike = missing.ByReason(("failed", "moved"), ("NoEvents", "NoEvents")).adjusted(trials)
    same(alike, missing.Imputed("NoEvents", "NoEvents").adjusted(trials))
    # Trial c: 25 missing by 5 and 5, a ratio; so are 10 by 5 and 5 of trial b.
    doubled = trials.table.assign(failed1=[8, 0, 50], moved1=[4, 0, 50])
    same(rule.adjusted(cs.effect_sizes(doubled.reset_index(drop=True), code)), found)
    # A trial without reasons has those of all trials together: 9 and 7 with the intervention.
    silent = EVENTS.assign(failed1=[4, 0, 0], moved1=[2, 0, 0])
    stated = EVENTS.assign(failed1=[4, 0, 4], moved1=[2, 0, 2])
    same(*(rule.adjusted(cs.effect_sizes(each, code)) for each in (silent, stated)))


def test_imputed_risks_have_the_error_of_simulated_trials():
    """Everyone is seen or missing for one of two reasons; the seen have the event or not."""
    rng, draws, n = np.random.default_rng(3), 200_000, np.array([600, 500])
    p, shares = np.array([0.3, 0.45]), np.array([[0.7, 0.2, 0.1], [0.8, 0.05, 0.15]])
    whole = []
    for arm in (0, 1):
        counts = rng.multinomial(n[arm], shares[arm], size=draws)
        risk = rng.binomial(counts[:, 0], p[arm]) / counts[:, 0]
        moved = expit(logit(risk) + np.log(2.0))
        whole.append((counts[:, 0] * risk + counts[:, 2] * moved) / n[arm])
    y = np.log(whole[0] / whole[1])
    seen, failed, moved = (shares[:, at] * n for at in range(3))
    row = {"study": ["a"], **{
        f"{name}{arm}": [float(values[int(arm) - 1])] for arm in "12" for name, values in
        (("events", p * seen), ("n", seen), ("failed", failed), ("moved", moved),
         ("missing", failed + moved))
    }}  # fmt: skip
    rule = missing.ByReason(("failed", "moved"), ("NoEvents", missing.risks.OddsRatio(2.0)))
    found = rule.adjusted(cs.effect_sizes(pd.DataFrame(row), "RR"))
    assert found.y[0] == pytest.approx(y.mean(), abs=0.004)
    assert found.v[0] == pytest.approx(y.var(), rel=0.02)


@across(("code", "word"), [(code, word) for code in COUNTED for word in ("yes", "no")])
def test_best_and_worst_case_bound_all_others_and_gamble_and_hollis_reaches_both(code, word):
    trials = events(code, higher_is_better=word)
    rules = missing.strategies(trials)
    assert list(rules) == ["available cases", "ICA-0", "ICA-1", "ICA-pC", "ICA-pE", "ICA-p",
                           "ICA-b", "ICA-w", "Gamble–Hollis"]  # fmt: skip
    found = {name: rule.adjusted(trials) for name, rule in rules.items()}
    every = np.stack([each.y for each in found.values()])
    np.testing.assert_array_equal(every.max(axis=0), found["ICA-b"].y)
    np.testing.assert_array_equal(every.min(axis=0), found["ICA-w"].y)
    wide = found["Gamble–Hollis"]
    np.testing.assert_array_equal(wide.y, trials.y)
    good, bad = (extreme(code, up=up) for up in (word == "yes", word == "no"))
    sign = 1.0 if word == "yes" else -1.0
    ends = np.stack([
        sign * good.y + Z * np.sqrt(good.v), sign * bad.y - Z * np.sqrt(bad.v)
    ])  # fmt: skip
    np.testing.assert_allclose(2.0 * Z * np.sqrt(wide.v), ends[0] - ends[1], rtol=1e-12)
    assert (wide.v >= trials.v).all()


def extreme(code, *, up):
    """All who are missing in one arm with the event, in the other without, as if seen."""
    first, second = (1, 0) if up else (0, 1)
    table = EVENTS.assign(
        events1=EVENTS["events1"] + first * EVENTS["missing1"],
        events2=EVENTS["events2"] + second * EVENTS["missing2"],
        n1=EVENTS["n1"] + EVENTS["missing1"], n2=EVENTS["n2"] + EVENTS["missing2"],
    )  # fmt: skip
    return cs.effect_sizes(table, code)


RULES = {
    "OR": (missing.GambleHollis(), missing.Imputed("NoEvents", "ComparatorRisk"),
           missing.ByReason(("failed", "moved"), ("ComparatorRisk", "AllEvents")),
           missing.IMOR(0.4, -0.2, 0.6, 0.3, 0.5)),
    "ROM": (missing.IMRoM(0.4, -0.2, 0.6, 0.3, 0.5),),
    "SMD": (missing.IMRoM(0.4, -0.2, 0.6, 0.3, 0.5), missing.IMDoM(0.4, -0.2, 0.6, 0.3, 0.5)),
}  # fmt: skip
TURNED = (missing.GambleHollis(), missing.Imputed("InterventionRisk", "NoEvents"),
          missing.ByReason(("failed", "moved"), ("InterventionRisk", "AllEvents")),
          missing.IMOR(-0.2, 0.4, 0.3, 0.6, 0.5), missing.IMRoM(-0.2, 0.4, 0.3, 0.6, 0.5),
          missing.IMDoM(-0.2, 0.4, 0.3, 0.6, 0.5))  # fmt: skip


@across(("code", "rule"), [(code, rule) for code, rules in RULES.items() for rule in rules])
def test_arms_that_change_places_turn_the_sign(code, rule):
    table = EVENTS if code == "OR" else MEANS
    other = next(each for each in TURNED if type(each) is type(rule))
    one = rule.adjusted(cs.effect_sizes(table, code))
    two = other.adjusted(cs.effect_sizes(table.rename(columns=ARMS), code))
    np.testing.assert_allclose(two.y, -one.y, rtol=1e-10)
    np.testing.assert_allclose(two.v, one.v, rtol=1e-10)


@across(("rule", "code"), [(missing.IMDoM, "MD"), (missing.IMDoM, "SMD"), *(
    (missing.IMRoM, code) for code in MEANT)])  # fmt: skip
def test_no_departure_is_available_cases(rule, code):
    trials = means(code)
    same(rule(sd1=0.0, sd2=0.0).adjusted(trials), trials)
    nobody = means(code, missing1=0, missing2=0)
    same(rule(0.3, 0.4, 0.5, 0.6).adjusted(nobody), nobody)


def test_a_known_ratio_of_means_is_a_known_difference_where_means_are_not_in_question():
    """With sampling errors of nearly nothing the only error left is that of the shares."""
    sure = means("MD", sd1=1e-6, sd2=1e-6).without("b")
    ratio = missing.IMRoM(np.log(1.3), np.log(0.8), 0.0, 0.0).adjusted(sure)
    same(missing.IMDoM(14.0 * 0.3, -17.0 * 0.2, 0.0, 0.0).adjusted(sure), ratio, rtol=1e-9)
    shares = np.array([9 / 49, 0.0]), np.array([5 / 43, 30 / 115])
    trials = means("ROM")
    found = missing.IMRoM(np.log(1.3), np.log(0.8), 0.0, 0.0).adjusted(trials)
    wanted = np.log1p(0.3 * shares[0]) - np.log1p(-0.2 * shares[1])
    np.testing.assert_allclose(found.y - trials.y, wanted, rtol=1e-12)


@across(("rule", "code"), [(missing.IMDoM, "SMD"), *((missing.IMRoM, code) for code in MEANT)])
def test_adjusted_means_are_those_of_simulated_ones(rule, code):
    """Means, shares and departures are drawn; the standard deviation is held."""
    rng, draws, given = np.random.default_rng(8), 200_000, rule(0.3, -0.2, 0.25, 0.15, 0.6)
    trials = means(code, n1=[400, 900], n2=[380, 850], missing1=[90, 0], missing2=[50, 300])
    found, sizes = given.adjusted(trials), trials.table
    delta = rng.multivariate_normal(given.departure.mean, given.departure.covariance, draws)
    for place in (0, 1):
        row, whole, unit = sizes.iloc[place], [], 1.0
        if code == "SMD":
            unit = (row["mean1"] - row["mean2"]) / trials.y[place]
        for arm, away in (("1", delta[:, 0]), ("2", delta[:, 1])):
            everyone = int(row[f"n{arm}"] + row[f"missing{arm}"])
            share = rng.binomial(everyone, row[f"missing{arm}"] / everyone, draws) / everyone
            error = row[f"sd{arm}"] if code != "SMD" else pooled(row)
            m = row[f"mean{arm}"] + error / np.sqrt(row[f"n{arm}"]) * rng.standard_normal(draws)
            m = m / unit
            lost = m + away if rule is missing.IMDoM else m * np.exp(away)
            whole.append(m + share * (lost - m))
        y = np.log(whole[0] / whole[1]) if code == "ROM" else whole[0] - whole[1]
        sd = np.sqrt(found.v[place])
        assert found.y[place] == pytest.approx(y.mean(), abs=5.0 * sd / np.sqrt(draws) + 2e-3 * sd)
        n = row["n1"] + row["n2"]
        unit_error = np.mean(y**2) / (2.0 * n) if code == "SMD" else 0.0
        assert found.v[place] == pytest.approx(y.var() + unit_error, rel=0.015)


def pooled(row):
    free = row["n1"] - 1, row["n2"] - 1
    return np.sqrt((free[0] * row["sd1"] ** 2 + free[1] * row["sd2"] ** 2) / sum(free))


def test_units_of_the_instrument_do_not_matter_to_ratios():
    rule = missing.IMRoM(0.2, -0.1, 0.3, 0.2, 0.4)
    large = MEANS.assign(**{name: 100.0 * MEANS[name] for name in ("mean1", "sd1", "mean2", "sd2")})
    for code, factor in (("MD", 100.0), ("SMD", 1.0), ("ROM", 1.0)):
        one, two = (rule.adjusted(cs.effect_sizes(each, code)) for each in (MEANS, large))
        np.testing.assert_allclose(two.y, factor * one.y, rtol=1e-10)
        np.testing.assert_allclose(two.v, factor**2 * one.v, rtol=1e-10)


@across("rule", [missing.GambleHollis(), missing.Imputed(), missing.IMRoM(),
                 missing.ByReason(("failed",), ("NoEvents",))])  # fmt: skip
def test_rules_for_estimates_stand_in_no_likelihood(rule):
    for kind, fits in ((likelihoods.Binomial, "IMOR"), (likelihoods.ArmMeans, "IMDoM")):
        with pytest.raises(ModelError, match=fits):
            kind(missing=rule)
    if not isinstance(rule, missing.IMRoM):
        with pytest.raises(RefusalError, match="adjusted"):
            _ = rule.departure


@across(("rule", "trials", "said"), [
    (missing.GambleHollis(), means(), "OR"), (missing.Imputed(), means(), "OR"),
    (missing.ByReason(("failed",), ("NoEvents",)), means("SMD"), "OR"),
    (missing.IMRoM(), events(), "MD"), (missing.IMDoM(), means("ROM"), "SMD"),
], ids=lambda case: f"{case[0]} of {case[1].measure.code}")  # fmt: skip
def test_another_measure_is_refused(rule, trials, said):
    with pytest.raises(ModelError, match=said):
        rule.adjusted(trials)


@across(("rule", "columns", "named"), [
    (missing.GambleHollis(), {"missing1": [-1, 2, 3], "missing2": [1.5, 0, 0]},
     {("a", "missing1"), ("a", "missing2")}),
    (missing.Imputed(), {"missing1": [np.nan, 2, 3]}, {("a", "missing1")}),
    (missing.ByReason(("failed", "moved"), ("NoEvents", "OwnRisk")),
     {"failed1": [-2, 0, 1], "moved2": [0.5, 0, 1]}, {("a", "failed1"), ("a", "moved2")}),
    (missing.ByReason(("failed",), ("NoEvents",)), {"failed2": [0, 0, 0]}, {("", "missing2")}),
    (missing.ByReason(("gone",), ("NoEvents",)), {}, {("", "gone1"), ("", "gone2")}),
])  # fmt: skip
def test_counts_that_cannot_be_are_named_together(rule, columns, named):
    with pytest.raises(DataError) as caught:
        rule.adjusted(events(**columns))
    assert {(each.study, each.column) for each in caught.value.problems} == named
    assert all(len(each.remedy) > 20 for each in caught.value.problems)


def test_ratios_are_of_means_above_zero():
    with pytest.raises(DataError, match="above zero") as caught:
        missing.IMRoM().adjusted(means(mean1=[-1.0, 0.0]))
    assert {(each.study, each.column) for each in caught.value.problems} == {
        ("a", "mean1"), ("b", "mean1"),
    }  # fmt: skip


@across("settings", [
    {"reasons": (), "risks": ()}, {"reasons": ("a", "a"), "risks": ("NoEvents", "OwnRisk")},
    {"reasons": ("a",), "risks": ("NoEvents", "OwnRisk")}, {"reasons": ("a",), "risks": ("All",)},
    {"reasons": ("",), "risks": ("NoEvents",)}, {"reasons": (3,), "risks": ("NoEvents",)},
    {"reasons": ("a",), "risks": (likelihoods.Normal(),)}, {},
])  # fmt: skip
def test_reasons_that_are_none_are_refused(settings):
    with pytest.raises(ModelError):
        missing.get("ByReason", **settings)


def test_risks_that_are_none_are_refused():
    for imor in (0.0, -1.0, np.inf, np.nan, True, "two"):
        with pytest.raises(ModelError, match="imor"):
            missing.risks.OddsRatio(imor)
    with pytest.raises(ModelError, match="NoEvents"):
        missing.Imputed("Nobody")
    with pytest.raises(ModelError, match="worse in others"):
        missing.strategies(events(higher_is_better=["yes", "no", "yes"]))


def test_what_was_done_stands_on_record():
    found = missing.ByReason(("failed", "moved"), ("NoEvents", "OwnRisk")).adjusted(events())
    assert "NoEvents() for 'failed'" in found.log[-1]
    assert "do not add up: c (" in found.log[-1]
    assert {line.column for line in found.conversions} == {"yi", "vi"}
    assert cs.pool(found, "REML").summary().loc["mu", "se"] > 0.0
