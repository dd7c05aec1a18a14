"""Every meta-regression of the reference, from its formula, to 1e-6."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from tests.classical.references import near, read

from consilience.classical.base import Estimator
from consilience.classical.hypotheses import (
    explained,
    hypothesis,
    likelihood_ratio,
    wald_test,
)
from consilience.classical.pool import pool
from consilience.classical.wls import Weighted, standard_form
from consilience.effects import effect_sizes
from consilience.errors import DataError, ModelError

MODELS = read("models_metareg.json")["models"]
ITERATED = {"ML", "REML", "EB", "PM"}
FORMULAS = {
    "bcg_alloc_noint": "0 + alloc",
    "bcg_alloc_ablat": "alloc + ablat",
    "bcg_poly_ablat": "ablat + squared",
    "bangert_meta_ni": "meta * hundreds",
    "linde_group": "C(group)",
    # An empty cell: metafor drops the column that is zero throughout, and so must the user.
    "mcdaniel_type_struct": "type + struct + pu",
}


@dataclass(frozen=True, slots=True)
class Given(Estimator):
    """A tau² that another program found."""

    found: float
    scatter: bool
    code: ClassVar[str] = "given"
    label: ClassVar[str] = "given"

    @property
    def scatters(self):
        return self.scatter

    def tau2(self, y, v, X):  # noqa: ARG002
        return self.found

    def tau2_se(self, y, v, X, *, tau2):  # noqa: ARG002
        return np.nan


def effects(name):
    data = pd.DataFrame(MODELS[name]["data"]).dropna()
    data["study"] = [f"trial {i}" for i in range(len(data))]
    if name == "bcg_poly_ablat":
        data["squared"] = data["ablat"] ** 2
    if name == "bangert_meta_ni":
        data["hundreds"] = data["ni"] / 100
    if name == "mcdaniel_type_struct":
        data["pu"] = ((data["type"] == "p") & (data["struct"] == "u")).astype(float)
    return effect_sizes(data, "GEN")


def formula(name):
    return FORMULAS.get(name, MODELS[name]["formula"].removeprefix("~"))


@pytest.mark.parametrize("name", MODELS)
def test_every_number_given_tau2(name):
    """With the reference's own tau² all that follows from it agrees to 1e-6."""
    data = effects(name)
    for fit in MODELS[name]["fits"].values():
        given = Given(fit["tau2"], fit["method"] != "EE")
        pooled = pool(data, given, moderators=formula(name), inference=fit["test"])
        table, found, test = pooled.summary(), pooled.heterogeneity(), wald_test(pooled)
        assert pooled.effects.k == fit["k"]
        for column, key in (
            ("estimate", "beta"), ("se", "se"), ("p_value", "pval"),
            ("lower", "ci.lb"), ("upper", "ci.ub"),
        ):  # fmt: skip
            near(table[column], fit[key], 1e-6)
        near(found[["I2", "H2", "Q", "Q_p"]], [fit[x] for x in ("I2", "H2", "QE", "QEp")], 1e-6)
        near(test["statistic"], fit["QM"], 1e-6)
        near(test["p_value"], fit["QMp"], 1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_tau2_of_every_estimator(name):
    """To 1e-6 where a formula gives it; where it is iterated, nearer its own equation."""
    data = effects(name)
    for fit in MODELS[name]["fits"].values():
        code = {"EE": "CE"}.get(fit["method"], fit["method"])
        pooled = pool(data, code, moderators=formula(name), inference=fit["test"])
        if code not in ITERATED:
            near(pooled.tau2, fit["tau2"], 1e-6)
            if fit.get("se.tau2") is not None:
                near(pooled.heterogeneity()["tau2_se"], fit["se.tau2"], 1e-6)
            if fit.get("R2") is not None and pooled.design.intercept:
                near(explained(pooled), fit["R2"], 1e-6)
            continue
        assert abs(pooled.tau2 - fit["tau2"]) < 2e-4
        ours, theirs = (_missed(pooled, x) for x in (pooled.tau2, fit["tau2"]))
        assert ours <= theirs + 1e-9, (code, pooled.tau2, fit["tau2"])


def _missed(pooled, tau2):
    """How far tau² is from what its estimator asks for, by plain dense formulas."""
    y, v, X = pooled.effects.y, pooled.effects.v, pooled.design.full
    W = np.diag(1 / (v + tau2))
    projector = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)
    k, p = X.shape
    if pooled.estimator.code in {"PM", "EB"}:
        return 0.0 if tau2 == 0 and y @ projector @ y < k - p else abs(y @ projector @ y - (k - p))
    height = 0.5 * (np.linalg.slogdet(W)[1] - y @ projector @ y)
    if pooled.estimator.code == "REML":
        height -= 0.5 * np.linalg.slogdet(X.T @ W @ X)[1]
    return -height


@pytest.mark.parametrize("name", MODELS)
def test_partial_hypotheses(name):
    """The reference tests its second and third coefficient together (or the second)."""
    tested = 0
    for fit in MODELS[name]["fits"].values():
        if "anova_btt" not in fit:
            continue
        theirs = fit["anova_btt"]
        given = Given(fit["tau2"], fit["method"] != "EE")
        pooled = pool(effects(name), given, moderators=formula(name), inference=fit["test"])
        names = [pooled.names[i - 1] for i in np.atleast_1d(theirs["btt"])]
        joint = hypothesis(pooled, [{each: 1} for each in names]).attrs["joint"]
        near(joint["statistic"], theirs["QM"], 1e-6)
        near(joint["p_value"], theirs["QMp"], 1e-6)
        assert joint["df"] == len(names)
        tested += 1
    assert tested in {0, len(MODELS[name]["fits"])}


def test_some_models_have_partial_hypotheses():
    held = [name for name, m in MODELS.items() if "anova_btt" in m["fits"]["REML_z"]]
    assert len(held) == 5


@pytest.mark.parametrize("name", MODELS)
def test_likelihood_ratio(name):
    """By dense maximisation to 1e-9; the reference stops at tau² to 1e-5, whatever its scale."""
    if formula(name).startswith("0"):
        return
    data, theirs = effects(name), MODELS[name]["lrt_ml"]
    full, plain = pool(data, "ML", moderators=formula(name)), pool(data, "ML")
    found = likelihood_ratio(full, plain)
    dense = 2 * (_highest(full) - _highest(plain))
    assert found["statistic"] == pytest.approx(dense, rel=1e-9, abs=1e-9)
    assert found["p_value"] == pytest.approx(stats.chi2.sf(dense, found["df"]), rel=1e-7)
    near(found["statistic"], theirs["LRT"], 5e-4)


def _highest(pooled):
    top = 10 * np.var(pooled.effects.y)
    grid = np.linspace(0, top, 81)
    best = grid[int(np.argmin([_missed(pooled, t) for t in grid]))]
    ends = max(0.0, best - grid[1]), best + grid[1]
    found = optimize.minimize_scalar(
        lambda t: _missed(pooled, t), bounds=ends, method="bounded", options={"xatol": 1e-12}
    )
    return -min(found.fun, _missed(pooled, 0.0))


@pytest.mark.parametrize("name", [name for name, m in MODELS.items() if m["predict"]])
def test_predictions_at_new_moderators(name):
    """Expected effects at new moderators and their intervals, given the reference's tau²."""
    theirs = MODELS[name]["predict"]
    fit = MODELS[name]["fits"]["REML_z"]
    pooled = pool(effects(name), Given(fit["tau2"], scatter=True), moderators=formula(name))
    rows = np.atleast_2d(theirs["newmods"])
    rows = np.column_stack([np.ones(len(rows)), rows])
    table = pooled.contrast(rows, labels=[str(i) for i in range(len(rows))])
    near(table["estimate"], theirs["pred"], 1e-6)
    near(table["se"], theirs["se"], 1e-6)


def test_polynomials_and_splines_span_what_they_say():
    """poly() and raw powers are one model; a spline with few pieces nests the straight line."""
    data = effects("bcg_poly_ablat")
    raw, orthogonal = (
        pool(data, "ML", moderators=f) for f in ("ablat + squared", "poly(ablat, 2)")
    )
    assert orthogonal.tau2 == pytest.approx(raw.tau2, rel=1e-9)
    np.testing.assert_allclose(orthogonal.fitted(), raw.fitted(), atol=1e-10)
    assert wald_test(orthogonal)["statistic"] == pytest.approx(wald_test(raw)["statistic"])
    line = pool(data, "ML", moderators="ablat")
    for spline in ("bs(ablat, df=4)", "cr(ablat, df=3)"):
        bent = pool(data, "ML", moderators=spline)
        X, straight = bent.design.full, data.frame["ablat"].to_numpy(dtype=float)
        left = straight - X @ np.linalg.lstsq(X, straight, rcond=None)[0]
        assert np.abs(left).max() < 1e-8 * straight.max()
        assert likelihood_ratio(bent, line)["statistic"] >= 0


def test_interactions_are_lines_of_their_own():
    """A full interaction with a factor gives each level the line that it has alone (tau² = 0)."""
    data = effects("bcg_alloc_ablat")
    both = pool(data, "CE", moderators="alloc * ablat")
    for level in ("random", "systematic"):
        alone = pool(data.keep((data.table["alloc"] == level).to_numpy()), "CE", moderators="ablat")
        slope = hypothesis(both, {"ablat": 1, f"alloc[{level}]:ablat": 1})
        assert slope["estimate"].iloc[0] == pytest.approx(alone.beta[1], rel=1e-9)
        assert slope["se"].iloc[0] == pytest.approx(alone.summary()["se"].iloc[1], rel=1e-9)


def test_an_empty_cell_is_named():
    with pytest.raises(ModelError, match=r"struct"):
        pool(effects("mcdaniel_type_struct"), moderators="type * struct + pu")


def test_offsets_have_the_coefficient_one():
    """Taking an offset off by hand is the same, and its own coefficient is estimated as zero."""
    data = effects("bcg_ablat_year")
    known = 0.01 * data.frame["ablat"].to_numpy()
    table = data.table.assign(known=known)
    shifted = effect_sizes(table.assign(yi=data.y - known, vi=data.v), "GEN")
    ours = pool(effect_sizes(table, "GEN"), moderators="year + offset(known)")
    by_hand = pool(shifted, moderators="year")
    pd.testing.assert_frame_equal(ours.summary(), by_hand.summary(), rtol=1e-12)
    only = pool(effect_sizes(table, "GEN"), moderators="offset(known)")
    assert only.names == ("mu",)
    assert only.beta[0] == pytest.approx(pool(shifted).beta[0], rel=1e-12)
    assert "known" in " ".join(only.effects.log)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("year - offset(known)", "subtracts"),
        ("year:offset(known)", "crossed"),
        ("year * offset(known)", "crossed"),
        ("year + offset(nothing)", "no column 'nothing'"),
    ],
)
def test_offsets_that_are_none(text, match):
    data = effects("bcg_ablat_year")
    table = effect_sizes(data.table.assign(known=1.0), "GEN")
    with pytest.raises(ModelError, match=match):
        pool(table, moderators=text)


def test_an_unknown_offset_names_its_studies():
    data = effects("bcg_ablat_year")
    holes = effect_sizes(data.table.assign(known=[np.nan, *[1.0] * 12]), "GEN")
    with pytest.raises(DataError, match="trial 0"):
        pool(holes, moderators="offset(known)")


def test_nearly_singular_designs_name_their_columns():
    """Too near to carry digits, though no column is an exact combination of the others."""
    data = effects("bcg_ablat_year")
    year = data.frame["year"].to_numpy(dtype=float)
    wiggle = np.sin(np.arange(13.0))
    twins = data.table.assign(near=year + 2e-7 * wiggle, apart=year + wiggle)
    with pytest.raises(ModelError, match=r"(?s)year.*near"):
        pool(effect_sizes(twins, "GEN"), moderators="ablat + year + near")
    fine = pool(effect_sizes(twins, "GEN"), moderators="ablat + year + apart")
    basis = standard_form(fine.effects.y, fine.effects.v, fine.design.full)
    assert Weighted(*basis.data).df == 9
