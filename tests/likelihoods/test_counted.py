"""Bad cells, wrong measures and settings of the likelihoods of the arms' own data."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from scipy.special import expit, logit
from tests.across import across

import consilience as cs
from consilience import likelihoods, priors
from consilience.errors import DataError, ModelError
from consilience.likelihoods import arms, baselines, counting, missing
from consilience.likelihoods.inner import log_integral

GOOD = pd.DataFrame({
    "study": ["a", "b"], "events1": [3, 0], "n1": [20, 30], "events2": [5, 4], "n2": [21, 28],
    "person_time1": [10.0, 12.0], "person_time2": [11.0, 13.0],
    "mean1": [1.0, 2.0], "sd1": [1.0, 1.5], "mean2": [0.5, 1.5], "sd2": [1.2, 0.8],
    "missing1": [2, 3], "missing2": [1, 0],
})  # fmt: skip
MEASURES = {
    "Binomial": "OR", "BetaBinomial": "OR", "Hypergeometric": "OR",
    "Poisson": "IRR", "ArmMeans": "MD",
}  # fmt: skip
BAD = {
    ("Binomial", "events1"): -1, ("BetaBinomial", "events2"): 2.5, ("Hypergeometric", "n1"): 0,
    ("Poisson", "person_time1"): 0.0, ("Poisson", "events1"): np.nan, ("ArmMeans", "sd1"): -1.0,
    ("ArmMeans", "n2"): 1, ("ArmMeans", "mean2"): np.inf, ("Binomial", "n2"): 3,
}  # fmt: skip


def effects(measure="OR"):
    return cs.effect_sizes(GOOD, measure)


def with_cell(name, column, value):
    """Effects with a cell that the measure would have refused: the likelihood looks again."""
    found = effects(MEASURES[name])
    table = found.table.astype({column: float})
    table.loc["b", column] = value
    return cs.effects.Effects(found.y, found.v, table, found.measure, directed=False)


@across(("name", "column", "value"), [(*key, value) for key, value in BAD.items()])
def test_a_cell_that_cannot_be_is_named(name, column, value):
    with pytest.raises(DataError) as caught:
        likelihoods.get(name).curves(with_cell(name, column, value))
    problem = caught.value.problems[-1]
    assert problem.study == "b"
    assert column[-1] == problem.column[-1]  # more events than participants: the events' column
    assert len(problem.remedy) > 20


def test_all_faults_come_at_once():
    found = effects()
    table = found.table.assign(events1=[25, -1], n2=[0, 28])
    broken = cs.effects.Effects(found.y, found.v, table, found.measure, directed=False)
    with pytest.raises(DataError) as caught:
        likelihoods.Binomial().curves(broken)
    assert {(each.study, each.column) for each in caught.value.problems} >= {
        ("a", "events1"), ("b", "events1"), ("a", "n2"),
    }  # fmt: skip


@across("name", MEASURES)
def test_a_column_that_is_not_there_is_named(name):
    found = effects(MEASURES[name])
    table = found.table.drop(columns=["events1" if name != "ArmMeans" else "mean1"])
    broken = cs.effects.Effects(found.y, found.v, table, found.measure, directed=False)
    with pytest.raises(DataError, match=r"events1|mean1"):
        likelihoods.get(name).curves(broken)


@across("name", MEASURES)
def test_another_measure_is_refused_with_the_one_that_fits(name):
    other = cs.effect_sizes(GOOD.assign(yi=0.1, vi=0.1), "GEN")
    with pytest.raises(ModelError, match=rf"effect_sizes\(trials, '{MEASURES[name]}'\)"):
        cs.engines.Exact().accept(cs.Model(likelihood=name), other)
    assert likelihoods.get(name).codes == (MEASURES[name],)


@across("link", ["Logit", "Log", "Identity"])
def test_a_link_belongs_to_its_measure(link):
    code = {"Logit": "OR", "Log": "RR", "Identity": "RD"}[link]
    likelihoods.Binomial(link).curves(effects(code))
    with pytest.raises(ModelError, match=code):
        likelihoods.Binomial(link).curves(effects("RD" if code != "RD" else "OR"))


def test_settings_of_another_kind_are_refused():
    for settings in ({"link": baselines.Fixed()}, {"baseline": 3}, {"missing": "Log"}):
        with pytest.raises(ModelError):
            likelihoods.Binomial(**settings)
    with pytest.raises(ModelError, match="improper"):
        baselines.Fixed(priors.Flat())
    with pytest.raises(ModelError, match=r"negative"):
        baselines.Exchangeable(sd=priors.Normal(0, 1))
    with pytest.raises(ModelError, match="rho"):
        likelihoods.BetaBinomial(rho=priors.Uniform(0, 2))
    with pytest.raises(ModelError, match="IMOR"):
        likelihoods.Binomial(missing=missing.IMDoM())
    with pytest.raises(ModelError, match="IMDoM"):
        likelihoods.ArmMeans(missing=missing.IMOR())
    for wrong in ({"sd1": -1}, {"correlation": 1.5}, {"mean2": "x"}):
        with pytest.raises(ModelError):
            missing.IMOR(**wrong)


def test_an_inner_integral_finds_its_peak_wherever_it_is():
    """Gamma functions: log ∫ exp(ax − e^x) dx = log Γ(a), peaked from −20 to 14."""
    from scipy.special import gammaln

    a = np.array([[1e-9, 0.3, 1.0, 50.0, 1e6]])
    ends = np.full(a.shape, -700.0), np.full(a.shape, 700.0)
    kept = a[:, 1:]
    found = log_integral(
        lambda x: kept * x - np.exp(x), (ends[0][:, 1:], ends[1][:, 1:]),
        edge=np.full(kept.shape, np.nan), order=48,
    )  # fmt: skip
    np.testing.assert_allclose(found, gammaln(kept), rtol=1e-11, atol=1e-8)


def test_rising_factorials_lose_no_digits():
    a = np.array([1e-200, 1e-3, 5.0, 99.0, 101.0, 1e9, 1e15])
    for x in (0.0, 1.0, 7.0, 16.0, 17.0, 40.0, 1000.0):
        wanted = [math.fsum(np.log(each + np.arange(x))) for each in a]
        np.testing.assert_allclose(counting.log_rising(a, x), wanted, rtol=1e-13, atol=1e-13)


def test_drawn_counts_have_the_moments_of_their_law():
    rng, trials = np.random.default_rng(1), effects()
    theta, base = np.array([0.5, -0.5]), baselines.Fixed(priors.Normal(-1.0, 1e-9))
    rho = 0.1
    over = likelihoods.BetaBinomial(baseline=base)
    drawn = [over.drawn(theta, {"rho": rho}, effects=trials, rng=rng).table for _ in range(1000)]
    counts = np.array([table["events1"].to_numpy() for table in drawn])
    p, n = expit(-1.0 + theta), GOOD["n1"].to_numpy()
    np.testing.assert_allclose(counts.mean(axis=0), n * p, rtol=0.08)
    variance = n * p * (1 - p) * (1 + (n - 1) * rho)
    np.testing.assert_allclose(counts.var(axis=0), variance, rtol=0.25)
    conditional = likelihoods.Hypergeometric()
    drawn = [conditional.drawn(theta, {}, effects=trials, rng=rng).table for _ in range(1000)]
    first = np.array([table["events1"].to_numpy() for table in drawn]).mean(axis=0)
    wanted = [
        stats.nchypergeom_fisher.mean(n1 + n2, n1, m, np.exp(t))
        for n1, n2, m, t in zip(GOOD["n1"], GOOD["n2"], [8, 4], theta, strict=True)
    ]
    np.testing.assert_allclose(first, wanted, rtol=0.08)


def test_odds_ratios_of_one_are_available_cases_and_extremes_are_events_or_none():
    trials = effects()
    plain = missing.IMOR(sd1=0.0, sd2=0.0).adjusted(trials)
    np.testing.assert_allclose(plain.y, trials.y, rtol=1e-12)
    np.testing.assert_allclose(plain.v, trials.v, rtol=1e-10)
    corrected = GOOD.copy()
    half = pd.Series([0.0, 0.5])
    for arm in "12":
        corrected[f"events{arm}"] = corrected[f"events{arm}"] + half
        corrected[f"n{arm}"] = corrected[f"n{arm}"] + 2 * half
    for mean, share in ((-40.0, 0.0), (40.0, 1.0)):
        extreme = missing.IMOR(mean, mean, 0.0, 0.0).adjusted(trials)
        p = {
            arm: (corrected[f"events{arm}"] + share * GOOD[f"missing{arm}"])
            / (corrected[f"n{arm}"] + GOOD[f"missing{arm}"])
            for arm in "12"
        }
        np.testing.assert_allclose(extreme.y, logit(p["1"]) - logit(p["2"]), rtol=1e-9)
    wider = missing.IMOR(sd1=1.0, sd2=1.0, correlation=0.0).adjusted(trials)
    assert (wider.v > trials.v).all()
    together = missing.IMOR(sd1=1.0, sd2=1.0, correlation=1.0).adjusted(trials)
    assert together.v[0] < wider.v[0]
    assert {line.column for line in wider.conversions} == {"yi", "vi"}
    assert all("White" in line.rule for line in wider.conversions)


def test_the_adjustment_is_what_simulated_odds_ratios_give():
    rng, trials, rule = (
        np.random.default_rng(4),
        effects("RD"),
        missing.IMOR(0.5, -0.3, 1.0, 0.7, 0.4),
    )
    delta = rng.multivariate_normal(rule.departure.mean, rule.departure.covariance, 200_000)
    found = rule.adjusted(trials)
    p, variance = [], []
    for arm, column in (("1", 0), ("2", 1)):
        seen, absent = float(GOOD[f"n{arm}"][0]), float(GOOD[f"missing{arm}"][0])
        risk, share = GOOD[f"events{arm}"][0] / seen, absent / (seen + absent)
        x = rng.binomial(int(seen), risk, len(delta)) / seen
        lost = rng.binomial(int(seen + absent), share, len(delta)) / (seen + absent)
        x = np.clip(x, 1e-9, 1 - 1e-9)
        p.append((1 - lost) * x + lost * expit(logit(x) + delta[:, column]))
        variance.append(x)
    gap = p[0] - p[1]
    assert found.y[0] == pytest.approx(gap.mean(), abs=0.004)
    assert found.v[0] == pytest.approx(gap.var(), rel=0.05)


def test_missing_participants_inside_the_likelihood():
    """One arm by hand: ∫ Binomial(x; n, π(p, δ)) N(δ) dδ, π by its own definition."""
    n, x, lost, p = 20, 3, 5, 0.3
    share = lost / (n + lost)

    def of(delta):
        from scipy import optimize

        def short(risk):
            return (1 - share) * risk + share * expit(logit(risk) + delta) - p

        risk = optimize.brentq(short, 1e-12, 1 - 1e-12, xtol=1e-15)
        return stats.binom.pmf(x, n, risk) * stats.norm.pdf(delta, 0.2, 0.6)

    wanted = np.log(integrate.quad(of, -5, 5, epsabs=1e-13)[0])
    counts = arms.Counts(*(np.array([float(value)]) for value in (x, n, 0, 1)))
    whole = arms.BinomialArms(counts, likelihoods.links.Logit())
    rule = missing.IMOR(0.2, 0.0, 0.6, 0.0)
    seen = arms.PartlySeenArms(whole, np.array([share]), np.array([0.0]), rule)
    b = np.full((1, 1, 1), -50.0)  # nobody in the other arm has the event
    found = seen.log(b, np.full((1, 1), logit(p) + 50.0), {}, order=48)
    assert found[0, 0, 0] == pytest.approx(wanted, abs=1e-8)


def test_missing_means_widen_by_what_is_not_known_of_them():
    trials = effects("MD")
    assert np.array_equal(missing.IMDoM(sd1=0.0, sd2=0.0).adjusted(trials).v, trials.v)
    rule = missing.IMDoM(0.4, 0.1, 0.5, 0.3, 0.6)
    found = rule.adjusted(trials)
    shares = np.array([[2 / 22, 1 / 22], [3 / 33, 0.0]])
    np.testing.assert_allclose(found.y - trials.y, shares @ [0.4, -0.1], rtol=1e-12)
    cross = 0.5**2 * shares[:, 0] ** 2 + 0.3**2 * shares[:, 1] ** 2
    cross -= 2 * 0.6 * 0.5 * 0.3 * shares[:, 0] * shares[:, 1]
    extra = np.array([[0.41, 0.10]]) * shares * (1 - shares) / np.array([[22, 22], [33, 28]])
    np.testing.assert_allclose(found.v - trials.v, cross + extra.sum(axis=1), rtol=1e-12)
    turned = cs.effect_sizes(GOOD.assign(higher_is_better="no"), "MD")
    np.testing.assert_allclose(rule.adjusted(turned).y, -found.y)
    with pytest.raises(ModelError, match="MD"):
        rule.adjusted(effects("OR"))
