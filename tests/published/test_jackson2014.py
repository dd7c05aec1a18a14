"""Jackson D, Turner R, Rhodes K, Viechtbauer W (2014), Confidence intervals in meta-regression.

BMC Medical Research Methodology 14:103. doi:10.1186/1471-2288-14-103. Residual heterogeneity with a
binary covariate (first example) and with the year (second example): intervals from Cochran's Q,
from Q with weights 1 / standard error, from the Q-profile, and Wald's on the log scale; three
decimals.
"""

import numpy as np
import pytest

from consilience.classical import intervals
from consilience.classical.pool import pool
from consilience.classical.weighting import PowerOfVariance

FIRST = (
    [
        0.0267, 0.8242, 0.3930, 2.4405, 2.1401, 1.2528, 2.4849, 0.3087,
        1.4246, 0.1823, 1.1378, 1.2321, 2.0695, 4.0237, 1.4383, 1.6021,
    ],
    [
        0.1285, 0.0315, 0.0931, 2.0967, 1.0539, 0.1602, 1.0235, 0.0218,
        0.5277, 0.0556, 0.3304, 0.1721, 0.4901, 2.0200, 0.3399, 0.1830,
    ],
    [0] * 10 + [1] * 6,
)  # fmt: skip
SECOND = (
    [
        0.54, 0.4, 0.64, 0.365, 0.835, 0.02, 0.12, 0.085, 1.18, 0.08, 0.18, 0.325, 0.06,
        0.715, 0.065, 0.245, 0.24, 0.06, 0.19,
    ],
    [
        0.0176, 0.019, 0.0906, 0.0861, 0.0063, 0.0126, 0.0126, 0.0041, 0.0759, 0.0126,
        0.0104, 0.0242, 0.0026, 0.2629, 0.0169, 0.0156, 0.0481, 0.0084, 0.0044,
    ],
    [
        1986, 1987, 1988, 1988, 1998, 1999, 2000, 2000, 2000, 2001, 2001, 2001, 2002, 2002,
        2002, 2002, 2003, 2003, 2003,
    ],
)  # fmt: skip
PRINTED = {
    "first": ("0.003 0.691", "0.000 1.125", "0.002 1.487", "0.011 0.633"),
    "second": ("0.017 0.139", "0.018 0.138", "0.018 0.156", "0.016 0.111"),
}
EXAMPLES = [(FIRST, PRINTED["first"]), (SECOND, PRINTED["second"])]


@pytest.mark.parametrize(("data", "printed"), EXAMPLES, ids=["binary", "year"])
def test_residual_heterogeneity(effects_of, agree, data, printed):
    yi, vi, covariate = data
    effects = effects_of(yi, vi, covariate=covariate)
    pooled = pool(effects, "REML", moderators="covariate")
    methods = [intervals.get("GENQ", weighting=PowerOfVariance(p)) for p in (1.0, 0.5)]
    for method, text in zip([*methods, "QP"], printed, strict=False):
        agree(pooled.confint(method).loc["tau2", ["lower", "upper"]], text)
    found = pooled.heterogeneity()
    half = 1.96 * found["tau2_se"] / found["tau2"]
    agree(found["tau2"] * np.exp([-half, half]), printed[3])
