"""Raudenbush SW (2009), Analyzing effect sizes: random-effects models.

In: Cooper, Hedges, Valentine (eds.), The Handbook of Research Synthesis and Meta-Analysis, 2nd ed.,
pp. 295–315. Teacher expectancy and pupils' IQ: 19 experiments, standardised mean differences, and
the weeks of contact before the experiment (3 stands for 3 or more).
"""

import pytest

from consilience.classical.pool import pool

D = [
    0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80,
    0.54, 0.18, -0.02, 0.23, -0.18, -0.06, 0.30, 0.07, -0.07,
]  # fmt: skip
V = [
    0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630,
    0.0912, 0.0497, 0.0835, 0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303,
]  # fmt: skip
WEEKS = [2, 3, 3, 0, 0, 3, 3, 3, 0, 1, 0, 0, 1, 2, 3, 3, 1, 2, 3]
ROWS = ["tau2", "estimate", "se", "statistic", "lower", "upper"]


@pytest.fixture
def expectancy(effects_of):
    return effects_of(D, V, weeks=WEEKS)


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("CE z", [0, 0.060, 0.036, 1.655, -0.011, 0.132]),
        ("REML z", [0.019, 0.084, 0.052, 1.621, -0.018, 0.185]),
        ("DL z", [0.026, 0.089, 0.056, 1.601, -0.020, 0.199]),
        ("CE knha", [0, 0.060, 0.051, 1.173, -0.048, 0.168]),
        ("REML knha", [0.019, 0.084, 0.062, 1.359, -0.046, 0.213]),
        ("DL knha", [0.026, 0.089, 0.064, 1.405, -0.044, 0.223]),
    ],
)
def test_table_16_3_page_309(expectancy, code, printed):
    """Conventional and Knapp–Hartung standard errors side by side."""
    estimator, inference = code.split()
    pooled = pool(expectancy, estimator, inference=inference)
    row = pooled.summary().loc["mu"].to_dict() | {"tau2": pooled.tau2}
    assert [row[name] for name in ROWS] == pytest.approx(printed, abs=5e-4)


def test_table_16_2_page_301(expectancy):
    """Q of the common effect, and the regression on weeks, which leaves no scatter."""
    assert pool(expectancy, "CE").heterogeneity()["Q"] == pytest.approx(35.83, abs=5e-3)
    regression = pool(expectancy, "REML", moderators="weeks")
    table = regression.summary()
    assert table["estimate"].tolist() == pytest.approx([0.407, -0.157], abs=5e-4)
    assert table["statistic"].tolist() == pytest.approx([4.68, -4.39], abs=5e-3)
    assert regression.tau2 == pytest.approx(0, abs=5e-4)
    assert regression.heterogeneity()["Q"] == pytest.approx(16.57, abs=5e-3)
