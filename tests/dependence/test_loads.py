"""What two comparisons with an arm in common share: against simulation and exact identities."""

import numpy as np
import pandas as pd
import pytest

from consilience import measures
from consilience.dependence.loads import BY_SIZE, REGISTRY, loads_of
from consilience.errors import DataError, RefusalError

RATES = ("IRR", "IRD", "IRSD")
SETTINGS = [
    (code, {"vtype": vtype} if vtype else {})
    for code in REGISTRY
    for vtype in measures.REGISTRY[code].choices.get("vtype", ("",))
]
IDS = ["-".join((code, *settings.values())) for code, settings in SETTINGS]
EQUAL = {"SMD", "SMD1", "D2OR", "D2ORL", "D2ORN"}
"""Measures that assume equal variances, and so do the forms "HO" and "AVHO"."""

TRIALS = 50_000
LARGE = {name: {"n": n} for name, n in {"A": 900, "B": 700, "C": 800}.items()}
"""Forms at average risks lack what plugging in a row's own adds in small arms."""


def alike(code: str, settings: dict[str, str]) -> bool:
    return code in EQUAL or settings.get("vtype") in ("HO", "AVHO")


@pytest.mark.parametrize(("code", "settings"), SETTINGS, ids=IDS)
def test_what_the_arms_bring_adds_up_to_the_variance(
    draw, compared, shared, code, settings
) -> None:
    """The variance is the measure's own, checked against metafor elsewhere."""
    measure = measures.get(code, **settings)
    table = compared(draw(50), "A", "C", rates=code in RATES)
    _, v = measure.compute(table)
    found = loads_of(measure, table, v, asked=np.ones(50, dtype=bool))
    whole = (found.first**2).sum(axis=1) + (found.second**2).sum(axis=1)
    if settings == {"vtype": "UB"} and code == "SMD":  # not a sum: both arms bend it together
        assert (whole < v).all()
        y, _ = measure.compute(table)
        assert (v - whole < y**2 / (table["n1"] + table["n2"] - 2) ** 2).all()
    else:
        np.testing.assert_allclose(whole, v, rtol=1e-12)


@pytest.mark.parametrize(("code", "settings"), SETTINGS, ids=IDS)
def test_the_covariance_under_a_shared_control_is_that_of_simulated_trials(
    draw, compared, shared, code, settings
) -> None:
    near = {"PETO": {"B": {"risk": 0.27}, "A": {"risk": 0.24}}}.get(code, {})
    if settings.get("vtype") in ("AV", "AVHO"):
        near = {name: {"mean": 12.0} if code == "ROM" else LARGE[name] for name in "ABC"}
    drawn = draw(TRIALS, alike=alike(code, settings), **near)
    measure = measures.get(code, **settings)
    tables = tuple(compared(drawn, name, "C", rates=code in RATES) for name in "AB")
    ys = [measure.compute(table)[0] for table in tables]
    truth = np.cov(*ys)
    claimed = shared(measure, tables, side="22").mean()
    noise = np.sqrt((truth[0, 0] * truth[1, 1] + truth[0, 1] ** 2) / TRIALS)
    assert claimed == pytest.approx(truth[0, 1], abs=4 * noise + 0.02 * abs(truth[0, 1]))


@pytest.mark.parametrize("pair", [("11", "A", "B", "A", "C"), ("21", "A", "B", "B", "C")])
@pytest.mark.parametrize("code", ["SMD", "SMD1", "SMDH", "SMD1H", "ROM", "CVR", "OR", "RD", "IRR"])
def test_a_shared_intervention_and_a_middle_arm_as_well(draw, compared, shared, code, pair) -> None:
    """A − B with A − C; and A − B with B − C, whose covariance is negative but for the unit."""
    side, *names = pair
    drawn = draw(TRIALS, alike=code in EQUAL)
    measure = measures.get(code)
    tables = (
        compared(drawn, names[0], names[1], rates=code in RATES),
        compared(drawn, names[2], names[3], rates=code in RATES),
    )
    truth = np.cov(*(measure.compute(table)[0] for table in tables))
    noise = np.sqrt((truth[0, 0] * truth[1, 1] + truth[0, 1] ** 2) / TRIALS)
    claimed = shared(measure, tables, side=side).mean()
    assert claimed == pytest.approx(truth[0, 1], abs=4 * noise + 0.02 * abs(truth[0, 1]))
    assert (claimed < 0) == (side == "21")


TRANSITIVE = [
    (code, settings)
    for code, settings in SETTINGS
    if code in {"MD", "ROM", "CVR", "VR", "RR", "OR", "RD", "AS", "PBIT", "OR2D", "OR2DN", *RATES}
    and settings.get("vtype") not in ("HO", "AV")
]


@pytest.mark.parametrize(("code", "settings"), TRANSITIVE)
def test_a_difference_of_comparisons_is_the_comparison_of_their_arms(
    draw, compared, shared, code, settings
) -> None:
    """(A − C) − (B − C) = A − B, so var(A − C) + var(B − C) − 2 cov = var(A − B), to the digit."""
    drawn = draw(20)
    measure = measures.get(code, **settings)
    tables = {pair: compared(drawn, *pair, rates=code in RATES) for pair in ("AC", "BC", "AB")}
    v = {pair: measure.compute(table)[1] for pair, table in tables.items()}
    if settings.get("vtype") == "AVHO":
        pytest.skip("one average for both arms is another for each comparison")
    common = shared(measure, (tables["AC"], tables["BC"]), side="22")
    np.testing.assert_allclose(v["AC"] + v["BC"] - 2 * common, v["AB"], rtol=1e-10)


def test_the_unbiased_form_is_unbiased_in_small_arms(draw, compared, shared) -> None:
    small = {"A": {"n": 8, "mean": 15}, "B": {"n": 6, "mean": 14}, "C": {"n": 10, "mean": 11}}
    drawn = draw(1_000_000, alike=True, **small)
    measure = measures.get("SMD", vtype="UB")
    tables = tuple(compared(drawn, name, "C") for name in "AB")
    truth = np.cov(*(measure.compute(table)[0] for table in tables))
    claimed = shared(measure, tables, side="22")
    noise = np.sqrt((truth[0, 0] * truth[1, 1] + truth[0, 1] ** 2) / 1e6)
    noise = np.hypot(noise, claimed.std() / 1e3)
    assert claimed.mean() == pytest.approx(truth[0, 1], abs=4 * noise)


def test_raw_data_of_people_give_the_same(rng, shared) -> None:
    """Hedges' g of 40 000 trials, person by person."""
    control = rng.normal(0.0, 1.0, (40_000, 30))
    groups = rng.normal(0.9, 1.0, (40_000, 25)), rng.normal(0.6, 1.0, (40_000, 20))

    def row(values: np.ndarray, side: str) -> dict[str, object]:
        return {
            f"n{side}": float(values.shape[1]),
            f"mean{side}": values.mean(axis=1),
            f"sd{side}": values.std(axis=1, ddof=1),
        }

    tables = tuple(
        pd.DataFrame(row(each, "1") | row(control, "2")).assign(study="T") for each in groups
    )
    measure = measures.get("SMD", vtype="UB")
    truth = np.cov(*(measure.compute(table)[0] for table in tables))
    noise = np.sqrt((truth[0, 0] * truth[1, 1] + truth[0, 1] ** 2) / 40_000)
    claimed = shared(measure, tables, side="22").mean()
    assert claimed == pytest.approx(truth[0, 1], abs=4 * noise)


def test_one_pooled_unit_gives_gleser_and_olkins_formula() -> None:
    """With 1/n2 + g h / (2 N) as its limit where all arms of the trial but two are empty of people.

    Two rows whose arms other than the control are tiny have units that are the control's own.
    """
    n2 = 1000.0
    table = pd.DataFrame(
        {
            "study": "T",
            "n1": 2.0,
            "n2": n2,
            "mean1": [5.0, 4.0],
            "mean2": 3.0,
            "sd1": 1.0,
            "sd2": 1.0,
        }
    )
    measure = measures.get("SMD")
    g, v = measure.compute(table)
    found = loads_of(measure, table, v, asked=np.ones(2, dtype=bool)).second
    assert found[0] @ found[1] == pytest.approx(1 / n2 + g[0] * g[1] / (2 * n2), rel=5e-3)


def test_logrank_and_hazard_ratios_share_events(rng) -> None:
    """Exponential survival, censored: the log ratio of rates has 1/d2 in common."""
    trials, hazards, sizes = 40_000, (0.5, 0.7, 1.0), (120, 100, 110)
    logs, deaths = [], []
    for hazard, n in zip(hazards, sizes, strict=True):
        times = rng.exponential(1 / hazard, (trials, n))
        d = (times < 1.2).sum(axis=1)
        logs.append(np.log(d / np.minimum(times, 1.2).sum(axis=1)))
        deaths.append(d)
    truth = np.cov(logs[0] - logs[2], logs[1] - logs[2])
    tables = [
        pd.DataFrame({"study": "T", "events1": deaths[i], "events2": deaths[2], "n1": 1, "n2": 1})
        for i in (0, 1)
    ]
    asked = np.ones(trials, dtype=bool)
    one, two = (
        loads_of(measures.get("HR"), t, 1 / t["events1"].to_numpy() + 1 / t["events2"].to_numpy(),
                 asked=asked)
        for t in tables
    )  # fmt: skip
    claimed = (one.second * two.second).sum(axis=1).mean()
    noise = np.sqrt((truth[0, 0] * truth[1, 1] + truth[0, 1] ** 2) / trials)
    assert claimed == pytest.approx(truth[0, 1], abs=4 * noise + 0.02 * truth[0, 1])


@pytest.mark.parametrize("code", sorted(set(measures.REGISTRY) - set(REGISTRY) - BY_SIZE))
def test_a_measure_that_knows_none_refuses_in_words(code) -> None:
    table = pd.DataFrame({"study": ["T", "T"]})
    with pytest.raises(RefusalError, match=rf"measure {code}.*Clusters.*Given"):
        loads_of(measures.get(code), table, np.ones(2), asked=np.ones(2, dtype=bool))


def test_every_measure_of_two_independent_arms_knows_its_covariance() -> None:
    """PHI, RTET and RBIS are associations in one sample."""
    two = {"n1", "n2"}, {"person_time1", "person_time2"}
    compares = {
        code
        for code, kind in measures.REGISTRY.items()
        if any(each <= set(kind.needs) for each in two)
    }
    assert compares - {"PHI", "RTET", "RBIS"} == set(REGISTRY)


def test_sizes_that_are_not_known_are_asked_for() -> None:
    table = pd.DataFrame({"study": ["T", "T"], "n1": [10.0, np.nan], "n2": 12.0})
    with pytest.raises(DataError) as refused:
        loads_of(measures.get("HR"), table, np.ones(2), asked=np.ones(2, dtype=bool))
    (problem,) = refused.value.problems
    assert (problem.study, problem.column) == ("T (row 1)", "n1, n2") or problem.study
    assert "Clusters" in problem.remedy
