"""Ours beside metafor's models: regressions, levels, scale, robust errors, counts.

The reference is of metafor 3.8-1 with its default settings. What each model is, the tests say;
where numbers differ by more than 1e-4, brute force decides.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import metafor_counts_truth
import metafor_models_truth as truth
import numpy as np
from metafor_compare import ROOT, Item, floats, item

sys.path.insert(0, str(ROOT))

from tests.classical import (
    test_counts,
    test_glmm,
    test_location_scale,
    test_metareg,
    test_robust,
)
from tests.classical.multilevel_cases import MODELS as LEVELS
from tests.classical.multilevel_cases import case

import consilience as cs
from consilience.classical import counts
from consilience.classical.hypotheses import explained, wald_test

HERE = Path(__file__).resolve().parent
_CODES = {"EE": "CE"}
_TABLE = {
    "beta": "estimate", "se": "se", "pval": "p_value", "ci.lb": "lower", "ci.ub": "upper",
}  # fmt: skip
_ADJUSTED = {"robust_CR1": "CR1p", "robust_CR0_z": "CR0", "robust_CR2": "CR2"}
_NOTHING: truth.Truth = {}


def models() -> Iterator[tuple[str, str, Callable[[], Iterator[Item]]]]:
    """Name every model of the reference by its file and itself, with its comparison."""
    for name in test_metareg.MODELS:
        yield "meta-regression", name, lambda n=name: _regression(n)
    for name in test_location_scale.MODELS:
        yield "location–scale", name, lambda n=name: _scale(n)
    for name in LEVELS:
        yield "multilevel", name, lambda n=name: _levels(n)
    for name in ("tannersmith_uni", "bcg_ablat_HC"):
        yield "robust", name, lambda n=name: _robust_alone(n)
    for name in test_glmm.MODELS:
        yield "GLMM", name, lambda n=name: _glmm(n)
    for name in test_counts.COUNTS:
        yield "Mantel–Haenszel, Peto", name, lambda n=name: _pooled_counts(n)


def _regression(name: str) -> Iterator[Item]:
    data = test_metareg.effects(name)
    for tag, theirs in test_metareg.MODELS[name]["fits"].items():
        code = _CODES.get(theirs["method"], theirs["method"])
        pooled = cs.pool(
            data, code, moderators=test_metareg.formula(name), inference=theirs["test"]
        )
        knha = theirs["test"] == "knha"

        true = truth.once(
            lambda p=pooled, c=code, t=knha: truth.regression(
                p.effects, p.design.full, code=c, knha=t
            )
        )
        yield from _coefficients(tag, pooled, theirs, true=true)
        found, test = pooled.heterogeneity(), wald_test(pooled)
        ours = {
            "tau2": found["tau2"], "I2": found["I2"], "H2": found["H2"], "QE": found["Q"],
            "QEp": found["Q_p"], "QM": test["statistic"], "QMp": test["p_value"],
        }  # fmt: skip
        if theirs.get("se.tau2") is not None:
            ours["se.tau2"] = found["tau2_se"]
        if theirs.get("R2") is not None and pooled.design.intercept:
            ours["R2"] = explained(pooled)
        sizes = {"I2": 1.0, "R2": 1.0, "tau2": 1e-3 * float(data.v.min())}
        yield from _numbers(tag, ours, theirs, true=true, sizes=sizes)


def _scale(name: str) -> Iterator[Item]:
    theirs, pooled = test_location_scale.MODELS[name], test_location_scale.asked(name)
    true = truth.once(lambda: truth.location_scale(pooled, theirs["scale"]["alpha"]))
    yield from _coefficients("location", pooled, theirs, true=true)
    test, fit = wald_test(pooled), pooled.fit_statistics()
    ours = {
        "QM": test["statistic"], "QMp": test["p_value"], "QE": pooled.heterogeneity()["Q"],
        "tau2": pooled.tau2, "I2": pooled.variances()["I2"],
    }  # fmt: skip
    yield from _numbers("location", ours, theirs, true=true, sizes={"I2": 1.0})
    yield from _heights(fit, theirs["fit"])
    table, known = pooled.scale.summary(), theirs["scale"]
    test = wald_test(pooled.scale)
    scale = {
        "alpha": table["estimate"], "se": table["se"], "pval": table["p_value"],
        "ci.lb": table["lower"], "ci.ub": table["upper"], "QS": test["statistic"],
        "QSp": test["p_value"],
    }  # fmt: skip
    if pooled.touching:
        scale = {"alpha": table["estimate"]}
    yield from _numbers("scale", scale, known, true=true, sizes={})


def _levels(name: str) -> Iterator[Item]:
    effects, random, settings = case(name)
    theirs = LEVELS[name]
    pooled = cs.pool_multilevel(effects, random, **settings)
    true = truth.once(lambda: truth.multilevel(pooled))
    yield from _coefficients("", pooled, theirs, true=true)
    found, test, table = pooled.heterogeneity(), pooled.test(), pooled.variance_components()
    nested = bool(theirs["sigma2"] != [0])
    ours = {
        "vb": np.ravel(pooled.cov), "QE": found["Q"], "QEp": found["Q_p"],
        "QM": test["statistic"], "QMp": test["p_value"], "fitted": pooled.fitted(),
    }  # fmt: skip
    variances = table.loc[table["parameter"] == "tau2", "estimate"]
    if len(variances):
        ours["sigma2" if nested else "tau2"] = variances
    rho = table.loc[(table["parameter"] == "rho") & ~table["held"].astype(bool), "estimate"]
    if len(rho) == 1:
        ours["rho"] = rho
    yield from _numbers("", ours, theirs, true=true, sizes={})
    yield from _heights(pooled.fit_statistics(), theirs["fit.stats"])
    yield from _guesses(pooled, theirs)
    yield from _profiles(pooled, theirs)
    if isinstance(theirs.get("cs_vcov"), dict):
        yield from _robust(test_robust.clustered(effects, theirs["cluster"]), pooled, theirs)


def _guesses(pooled: cs.classical.multilevel.PooledMultilevel, theirs: dict) -> Iterator[Item]:
    """Compare the random effects, each column in rising order, and the prediction interval."""
    found, start = pooled.random_effects(), 0
    known = theirs.get("ranef")
    for label, values in (known if isinstance(known, dict) else {}).items():
        rows = found.iloc[start : start + len(values["intrcpt"])]
        start += len(rows)
        for column, key in (("estimate", "intrcpt"), ("se", "se"), ("lower", "pi.lb")):
            other = np.sort(floats(values[key]))
            size = float(np.abs(floats(values["se"])).max())
            own = np.sort(rows[column].to_numpy(dtype=float))
            yield item("random effects", f"{label} {key}", ours=own, theirs=list(other), size=size)
    if "predict1" in theirs:
        ends, known = pooled.prediction_interval(), theirs["predict1"]
        ours = [ends["lower"], ends["upper"]]
        yield item("prediction", "pi", ours=ours, theirs=[known["pi.lb"], known["pi.ub"]])


def _profiles(pooled: cs.classical.multilevel.PooledMultilevel, theirs: dict) -> Iterator[Item]:
    rows = theirs.get("confint") or []
    for component, known in zip(pooled.variance_components().index, rows, strict=False):
        found = cs.profile_likelihood(pooled, component, points=3).attrs
        ends = [float(np.atleast_1d(known[key])[0]) for key in ("lb", "ub")]
        ours = np.array([found["lower"], found["upper"]], dtype=float)

        def true(component: str = component, ours: np.ndarray = ours) -> np.ndarray:
            return truth.ends(pooled, component, ours)

        yield item(
            "profile intervals",
            component,
            ours=ours,
            theirs=ends,
            true=true,
            size=max(map(abs, ends)),
        )


def _robust(
    effects: cs.Effects, pooled: cs.classical.multilevel.PooledMultilevel, theirs: dict
) -> Iterator[Item]:
    from dataclasses import replace

    pooled = replace(pooled, effects=effects)
    for code, known in theirs["cs_vcov"].items():
        if isinstance(known, dict):
            continue
        cov = cs.robust(pooled, "cluster", adjustment=code).cov
        size = np.sqrt(np.outer(np.diag(cov), np.diag(cov))).ravel()
        yield item(
            "robust", f"{code} vcov", ours=cov.ravel(), theirs=list(np.ravel(known)), size=size
        )
    for tag, code in _ADJUSTED.items():
        if tag in theirs:
            yield from _sandwich(tag, cs.robust(pooled, "cluster", adjustment=code), theirs[tag])


def _robust_alone(name: str) -> Iterator[Item]:
    known = test_robust.UNIVARIATE[name]
    if name == "tannersmith_uni":
        data = {"study": known["cluster"], "yi": known["yi"], "vi": known["vi"]}
        pooled, cluster = cs.pool(test_robust.effects_from(data)), "study"
    else:
        table = {"study": range(13), "yi": known["yi"], "vi": known["vi"]}
        plain = test_robust.effects_from(table)
        from dataclasses import replace

        effects = replace(plain, table=plain.table.assign(ablat=known["ablat"]))
        pooled, cluster = cs.pool(effects, moderators="ablat"), "estimate"

    for tag, code in (("CR0", "CR0"), ("CR1", "CR1p"), ("CR2", "CR2")):
        if tag in known:
            found = cs.robust(pooled, cluster, adjustment=code)
            true = truth.once(lambda c=code: truth.robust(pooled, cluster, c))
            yield from _sandwich(tag, found, known[tag], true=true)


def _sandwich(
    tag: str, found: object, known: dict, *, true: Callable[[], truth.Truth] = lambda: _NOTHING
) -> Iterator[Item]:
    table = found.summary()
    ours = {
        "beta": table["estimate"], "se": table["se"], "pval": table["p_value"],
        "ci.lb": table["lower"], "ci.ub": table["upper"], "stat": table["statistic"],
    }  # fmt: skip
    se = table["se"].to_numpy()
    sizes = {"beta": se, "ci.lb": se, "ci.ub": se, "stat": 1.0}
    yield from _numbers(tag, ours, known, true=true, sizes=sizes, group="robust")
    if len(known["dfs"]) == len(table):
        yield from _numbers(tag, {"dfs": table["df"]}, known, true=true, sizes={}, group="robust")


def _glmm(name: str) -> Iterator[Item]:
    # The exact conditional likelihood is integrated without nodes there.
    nodes = 0 if name.startswith("OR") and "CM.EL" in name else None
    theirs, pooled = test_glmm.MODELS[name], test_glmm.asked(name, nodes)
    true = truth.once(lambda: metafor_counts_truth.counts(pooled))
    yield from _coefficients("", pooled, theirs, true=true)
    found = pooled.heterogeneity()
    ours = {
        "tau2": found["tau2"], "I2": found["I2"], "H2": found["H2"], "QE.LRT": found["Q"],
        "QEp.LRT": found["Q_p"], "QE.Wld": found["Q_wald"], "QM": wald_test(pooled)["statistic"],
    }  # fmt: skip
    if theirs["sigma2"] is not None:
        ours["sigma2"] = pooled.nuisance()["sigma2"]
    sizes = {"I2": 1.0, "tau2": 1e-6, "sigma2": 1e-6}
    yield from _numbers("", ours, theirs, true=true, sizes=sizes)
    if name.endswith("_EE"):
        fit, known = pooled.fit_statistics(), theirs["fit"]
        yield item("", "deviance", ours=fit["deviance"], theirs=known["dev"])
        if "UM.RS" not in name:
            for column, key in (("log_likelihood", "ll"), ("AIC", "AIC"), ("BIC", "BIC")):
                yield item("", key, ours=fit[column], theirs=known[key])


def _pooled_counts(name: str) -> Iterator[Item]:
    kept, table = test_counts.COUNTS[name], test_counts.table_of(name)
    answers = [
        (measure, theirs, lambda m=measure: counts.mantel_haenszel(
            table, m.split("_")[0], correct="_" not in m))
        for measure, theirs in (kept["mh"] or {}).items()
    ]  # fmt: skip
    if kept["peto"]:
        answers.append(("peto", kept["peto"], lambda: counts.peto(table)))
    for tag, theirs, made in answers:
        if "error" in theirs:
            continue
        found = made()
        ours = {
            key: found[column] for key, column in test_counts.ANSWERS.items()
            if column in found.index and theirs.get(key) is not None
        }  # fmt: skip
        yield from _numbers(tag, ours, theirs, true=lambda: _NOTHING, sizes={"I2": 1.0})


def _coefficients(
    tag: str, pooled: object, theirs: dict, *, true: Callable[[], truth.Truth]
) -> Iterator[Item]:
    table = pooled.summary()
    ours = {key: table[column] for key, column in _TABLE.items() if key in theirs}
    se = table["se"].to_numpy()
    yield from _numbers(tag, ours, theirs, true=true, sizes={"beta": se, "ci.lb": se, "ci.ub": se})


def _numbers(  # noqa: PLR0913 - all of them are what a comparison is of
    tag: str, ours: dict, theirs: dict, *, true: Callable[[], truth.Truth], sizes: dict,
    group: str = "",
) -> Iterator[Item]:  # fmt: skip
    """Pair numbers by name; differences are relative to the number, or to a larger size."""
    for key, own in ours.items():
        other = floats(np.ravel(theirs[key]).tolist())
        size = np.maximum(np.abs(other), sizes.get(key, 1e-300))
        yield item(
            group, f"{tag} {key}".strip(), ours=own, theirs=list(other), size=size,
            true=lambda k=key: np.atleast_1d(true().get(k, np.nan)),
        )  # fmt: skip


def _heights(fit: object, theirs: dict) -> Iterator[Item]:
    columns = {
        "log_likelihood": "ll",
        "deviance": "dev",
        "AIC": "AIC",
        "BIC": "BIC",
        "AICc": "AICc",
    }
    for row in ("ML", "REML"):
        for column, key in columns.items():
            yield item("log likelihoods", f"{row} {key}", ours=fit.loc[row, column],
                       theirs=theirs[row][key], size=max(1.0, abs(theirs[row][key])))  # fmt: skip
