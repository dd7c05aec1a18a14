"""What holds for two fits of one model, one exact and one sampled."""

import numpy as np
import pytest

import consilience as cs
from consilience.fit import Fit

MCSE = 4.0


def agree(exact: Fit, sampled: Fit) -> None:
    """Every row of the summary within 4 Monte Carlo errors; the same groups, answers and checks."""
    assert sampled.diagnosis.passed, sampled.diagnosis
    ours, theirs = exact.summary(), sampled.summary()
    assert list(ours.index) == list(theirs.index)
    gap = np.abs(ours["mean"] - theirs["mean"]) / theirs["mcse"]
    assert gap.max() < MCSE, gap.sort_values().tail()
    spread = np.abs(theirs["sd"] / ours["sd"] - 1.0) * np.sqrt(theirs["ess_bulk"])
    finite = np.isfinite(ours["sd"].to_numpy(float))
    assert spread[finite].max() < 10.0, spread.idxmax()
    for fit in (exact, sampled):
        assert fit.posterior.variables == set(fit.draws["posterior"].data_vars)
    for group in ("posterior", "prior", "log_prior", "log_likelihood"):
        mine, other = (fit.draws[group].to_dataset() for fit in (exact, sampled))
        assert {v: mine[v].dims for v in mine} == {v: other[v].dims for v in other}, group
    table = cs.compare({"exact": exact, "nuts": sampled})
    width = table.loc["exact", "prediction_upper"] - table.loc["exact", "prediction_lower"]
    for column in ("estimate", "prediction_lower", "prediction_upper"):
        assert table.loc["nuts", column] == pytest.approx(
            table.loc["exact", column], abs=0.06 * width
        )
    np.testing.assert_allclose(sampled.posterior.foresee(), exact.posterior.foresee(), atol=0.08)
