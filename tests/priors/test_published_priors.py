"""Priors as the reference program and the literature tabulate them."""

import json
from pathlib import Path

import numpy as np
import pytest

from consilience.priors import HalfCauchy, HalfLogistic, HalfNormal, HalfStudentT, Lomax, Prior

REFERENCE = Path(__file__).parents[1] / "reference" / "priors_bayesmeta.json"


@pytest.mark.parametrize(
    ("name", "prior"),
    [
        ("halfnormal_0.5", HalfNormal(0.5)),
        ("halfcauchy_0.5", HalfCauchy(0.5)),
        ("halft4_0.5", HalfStudentT(4, 0.5)),
        ("halflogistic_0.5", HalfLogistic(0.5)),
        ("lomax_6_3", Lomax(6, 3)),
    ],
)
def test_heterogeneity_priors_agree_with_bayesmeta(name: str, prior: Prior) -> None:
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))
    table = reference["dists"][name]
    np.testing.assert_allclose(np.exp(prior.logpdf(reference["x"])), table["d"], rtol=1e-12)
    np.testing.assert_allclose(prior.cdf(reference["x"]), table["p"], rtol=1e-12)
    np.testing.assert_allclose(prior.ppf(reference["probs"]), table["q"], rtol=1e-11)
