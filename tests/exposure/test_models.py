"""The model files of exposure: reasons beside every prior, and a fit of trials that have it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import consilience as cs
from consilience import spec

ROOT = Path(__file__).resolve().parents[2]

each = pytest.mark.parametrize("name", ["threshold", "hinge", "emax"])


@each
def test_it_says_what_it_is_and_why(name, tmp_path):
    found = cs.read_model(ROOT / "models" / f"{name}.toml")
    assert f"| `{name}` |" in (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    assert min(len(found.title), len(found.equation), len(found.when)) > 5
    slots = {reason.slot for reason in found.reasons}
    assert slots == {"terms[0].location", "terms[0].effect", "heterogeneity.tau"}
    assert all(min(len(each.reason), len(each.source)) > 25 for each in found.reasons)
    (tmp_path / "again.toml").write_text(spec.to_toml(found.model), encoding="utf-8")
    assert cs.read_model(tmp_path / "again.toml").model == found.model


@each
def test_it_fits_trials_with_an_exposure_and_answers_the_questions(name):
    x = np.array([22.0, 41.0, 55.0, 61.0, 78.0, 90.0])
    rng = np.random.default_rng(2)
    table = pd.DataFrame({
        "study": list("ABCDEF"), "yi": rng.normal(0.4 * (x > 50), 0.2), "vi": 0.04,
        "exposure": x, "n1": 40, "n2": 40,
    })  # fmt: skip
    model = cs.read_model(ROOT / "models" / f"{name}.toml").model
    fit = cs.fit(model, cs.effect_sizes(table, "GEN"))
    assert fit.diagnosis.passed
    assert fit.posterior.accuracy < 3e-9
    rows = cs.compare({"curve": fit})
    assert rows.loc["curve", "estimate"] == pytest.approx(fit.summary().loc["mu", "mean"])
    new = cs.predict(fit, cs.NewTrial(sei=0.2, exposure=70.0), seed=1)
    assert np.isfinite(cs.summarise(new)["mean"]).all()
    assert np.isfinite(cs.check(fit).trials["p_value_loo"]).all()
