"""Rules beside each other, on people with two outcomes in trials of three arms."""

import time

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience.dependence import Autoregressive, Correlated, SharedArms, SharedControl

TRIALS = 40_000
NOISE = 0.035
"""Four standard errors of a simulated and of a mean built covariance, in correlations."""
SIZES = {"A": 30, "B": 40, "C": 25}
LEVELS = {"A": (1.0, 0.6), "B": (0.5, 0.8), "C": (0.0, 0.0)}


def people(rng, correlation: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return means and SDs of each arm, (trials, outcomes), from the values of its people."""
    root = np.linalg.cholesky(correlation).T
    found = {}
    for arm, n in SIZES.items():
        values = rng.normal(size=(TRIALS, n, len(root))) @ root + np.resize(LEVELS[arm], len(root))
        found[arm] = values.mean(axis=1), values.std(axis=1, ddof=1)
    return found


def rows(arms, comparisons: tuple[str, ...], outcomes: int, trial: int | slice) -> dict:
    """Return the columns of the comparisons, outcome by outcome."""
    pairs = [(pair, outcome) for outcome in range(outcomes) for pair in comparisons]
    cells = {"arm1": [p[0] for p, _ in pairs], "arm2": [p[1] for p, _ in pairs]}
    cells["outcome"] = [f"outcome {o}" for _, o in pairs]
    cells["weeks"] = [float(o) for _, o in pairs]
    for side in (0, 1):
        name = str(side + 1)
        cells[f"n{name}"] = [SIZES[p[side]] for p, _ in pairs]
        cells[f"mean{name}"] = [arms[p[side]][0][trial, o] for p, o in pairs]
        cells[f"sd{name}"] = [arms[p[side]][1][trial, o] for p, o in pairs]
    return cells


def simulated(arms, comparisons, outcomes: int, measure: str) -> np.ndarray:
    """Return the covariance of the effects over the trials."""
    cells = rows(arms, comparisons, outcomes, slice(None))
    k = len(cells["arm1"])
    ys = []
    for i in range(k):
        own = {c: x[i] for c, x in cells.items() if c[:-1] in ("n", "mean", "sd")}
        ys.append(cs.measures.get(measure).compute(pd.DataFrame(own))[0])
    return np.cov(ys)


def built(arms, comparisons, outcomes: int, *, measure: str, rules) -> np.ndarray:
    """Return the mean of the covariances that are built for the first 2 000 trials."""
    cells = rows(arms, comparisons, outcomes, slice(0, 2000))
    parts = [
        pd.DataFrame({name: values[i] for name, values in cells.items()}, index=range(2000))
        for i in range(len(cells["arm1"]))
    ]
    table = pd.concat([each.assign(study=[f"T{t}" for t in range(2000)]) for each in parts])
    table["estimate"] = [f"e{i}" for i in range(len(table))]
    effects = cs.effect_sizes(table, measure, shared=rules)
    assert len(effects.shared.blocks) == 2000
    return np.mean(effects.shared.blocks, axis=0)


def agree(claimed: np.ndarray, truth: np.ndarray) -> None:
    scale = np.sqrt(np.outer(np.diag(truth), np.diag(truth)))
    assert np.abs((claimed - truth) / scale).max() < NOISE


@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_two_outcomes_of_shared_arms_are_the_product_of_both_rules(rng, rho) -> None:
    """Mean differences, for which the product is exact; within the noise of the trials."""
    arms = people(rng, np.array([[1.0, rho], [rho, 1.0]]))
    pairs = ("AC", "BC")
    truth = simulated(arms, pairs, 2, "MD")
    claimed = built(arms, pairs, 2, measure="MD", rules=(SharedArms(), Correlated(rho)))
    agree(claimed, truth)
    without = built(arms, pairs, 2, measure="MD", rules=(SharedArms(), Correlated(1e-9)))
    assert np.abs(without - truth)[0, 2] > 5 * np.abs(claimed - truth)[0, 2]


def test_standardised_outcomes_correlate_a_little_less(rng) -> None:
    """Their units correlate with the square of rho only: said in the documentation, shown here."""
    arms = people(rng, np.array([[1.0, 0.6], [0.6, 1.0]]))
    truth = simulated(arms, ("AC",), 2, "SMD")
    found = truth[0, 1] / np.sqrt(truth[0, 0] * truth[1, 1])
    assert 0.56 < found < 0.61


@pytest.mark.parametrize("turned", ["yes", "no"])
def test_outcomes_of_which_one_is_turned_correlate_as_their_turned_values(rng, turned) -> None:
    """What is shared is that of effects that all point one way, however their scales point."""
    sign = {"yes": 1.0, "no": -1.0}[turned]
    people_of = {
        arm: (np.column_stack([means[:, 0] + 1.5, sign * (means[:, 1] + 1.5)]), sds)
        for arm, (means, sds) in people(rng, np.array([[1.0, 0.6], [0.6, 1.0]])).items()
    }
    people_of["C"] = (people_of["C"][0] - [1.5, sign * 1.5], people_of["C"][1])
    cells = rows(people_of, ("AC",), 2, slice(None))
    ys = [
        cs.measures.get("SMD").compute(
            pd.DataFrame({c: x[i] for c, x in cells.items() if c[:-1] in ("n", "mean", "sd")})
        )[0]
        for i in range(2)
    ]
    truth = np.corrcoef(ys[0], sign * ys[1])[0, 1]
    table = pd.DataFrame({c: [np.mean(x[i]) if c[:-1] in ("n", "mean", "sd") else x[i]
                              for i in range(2)] for c, x in cells.items()})  # fmt: skip
    table = table.assign(study="T", higher_is_better=["yes", turned], estimate=["one", "other"])
    effects = cs.effect_sizes(table, "SMD", shared=(SharedArms(), Correlated(0.6)))
    assert (effects.y > 1.0).all()
    found = effects.shared.blocks[0][0, 1] / np.sqrt(effects.v.prod())
    assert truth < found < truth + 0.12


def test_times_of_an_autoregressive_process(rng) -> None:
    apart = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    arms = people(rng, 0.7**apart)
    truth = simulated(arms, ("AC",), 4, "MD")
    claimed = built(arms, ("AC",), 4, measure="MD", rules=(Autoregressive(0.7),))
    agree(claimed, truth)


@pytest.mark.parametrize("measure", ["MD", "SMD", "ROM"])
def test_the_built_covariance_is_that_of_peoples_data(rng, measure) -> None:
    arms = {
        arm: (means[:, :1] + 8.0, sds[:, :1])
        for arm, (means, sds) in people(rng, np.eye(2)).items()
    }
    pairs = ("AC", "BC")
    truth = simulated(arms, pairs, 1, measure)
    claimed = built(arms, pairs, 1, measure=measure, rules=(SharedArms(),))
    agree(claimed, truth)


def test_the_cost_is_linear_in_the_rows() -> None:
    def spent(studies: int) -> float:
        k = 4 * studies
        table = pd.DataFrame({
            "study": np.repeat([f"S{i}" for i in range(studies)], 4), "control": "c", "n1": 20.0,
            "n2": 25.0, "mean1": np.linspace(1, 2, k), "mean2": 1.0, "sd1": 1.0, "sd2": 1.5,
            "estimate": [f"e{i}" for i in range(k)],
        })  # fmt: skip
        effects = cs.effect_sizes(table, "SMD")
        began = time.process_time()
        effects.sharing(SharedControl())
        return time.process_time() - began

    spent(100)
    assert spent(20_000) < 25 * spent(2000)
