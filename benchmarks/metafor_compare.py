"""Ours, metafor's and, where they differ, the truth: every number of the kept reference."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import metafor_truth as truth
import numpy as np
import pandas as pd

import consilience as cs
from consilience.classical import diagnostics as dx
from consilience.classical import small_study as ss

ROOT = Path(__file__).resolve().parents[1]
CLOSE = 1e-4
_CODES = {"EE": "CE"}
_TABLE = {
    "estimate": "estimate", "se": "se", "ci.lb": "lower", "ci.ub": "upper", "Q": "Q",
    "tau2": "tau2", "pval": "p_value", "pvals": "p_value", "zval": "statistic",
    "tval": "statistic", "I2": "I2", "H2": "H2", "Qp": "Q_p",
}  # fmt: skip
_TRUE = {
    "estimate": "beta[0]", "se": "se[0]", "lower": "lower[0]", "upper": "upper[0]", "Q": "Q",
    "tau2": "tau2", "p_value": "p[0]", "statistic": "z[0]", "I2": "I2", "H2": "H2",
}  # fmt: skip
_FIT = {
    "beta": "estimate", "se": "se", "stat": "statistic", "pval": "p_value", "ci.lb": "lower",
    "ci.ub": "upper",
}  # fmt: skip
_SCATTER = {
    "tau2": "tau2", "se.tau2": "tau2_se", "I2": "I2", "H2": "H2", "QE": "Q", "QEp": "Q_p",
    "tau2.lb": "tau2_lower", "tau2.ub": "tau2_upper",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One array of numbers, and what brute force says of it where it can say anything.

    Parameters
    ----------
    group, name : str
    ours, theirs : ndarray
    size : ndarray
        What a difference is relative to.
    true : callable
        The same numbers by brute force; called only where the programs differ.
    """

    group: str
    name: str
    ours: np.ndarray
    theirs: np.ndarray
    size: np.ndarray
    true: Callable[[], np.ndarray] = field(default=lambda: np.array([np.nan]))

    @property
    def difference(self) -> np.ndarray:
        """Relative differences; nan where metafor has no number, inf where we have none."""
        with np.errstate(invalid="ignore"):
            found = np.abs(self.ours - self.theirs) / self.size
        found = np.where(self.ours == self.theirs, 0.0, found)
        return np.where(np.isnan(self.theirs), np.nan, np.where(np.isnan(found), np.inf, found))

    def decided(self) -> np.ndarray:
        """Tell where brute force finds ours, to 1e-6, nearer than metafor's."""
        true = np.broadcast_to(np.asarray(self.true(), dtype=float), self.ours.shape)
        own, other = np.abs(self.ours - true), np.abs(self.theirs - true)
        return (own <= 1e-6 * self.size) & (own < other)


def read(name: str) -> dict:
    """Read a file of tests/reference."""
    return json.loads((ROOT / "tests" / "reference" / name).read_text(encoding="utf-8"))["datasets"]


def effects_of(kept: dict, **columns: object) -> cs.Effects:
    """Make effects of the bare numbers."""
    names = [f"trial {number}" for number in range(len(kept["yi"]))]
    table = pd.DataFrame({"study": names, "yi": kept["yi"], "vi": kept["vi"], **columns})
    return cs.effect_sizes(table, "GEN")


def floats(values: object) -> np.ndarray:
    """Read numbers as R wrote them."""
    flat = values if isinstance(values, list) else [values]
    return np.array([np.nan if x in (None, "NaN", "NA") else float(x) for x in flat])


def item(group: str, name: str, *, ours: object, theirs: object, **more: object) -> Item:
    """Pair the numbers; small ones count relative to a thousandth of the largest."""
    own, other = np.atleast_1d(np.asarray(ours, dtype=float)), floats(theirs)
    largest = np.nanmax(np.abs(other), initial=1e-300)
    size = more.pop("size", np.maximum(np.abs(other), 1e-3 * largest))
    return Item(
        group, name, own, other, np.broadcast_to(np.maximum(size, 1e-300), other.shape), **more
    )


def fits(kept: dict) -> Iterator[Item]:
    """Every estimator with every method of inference."""
    effects, columns = effects_of(kept), kept["fits"]
    for place, method in enumerate(columns["method"]):
        theirs = {name: values[place] for name, values in columns.items()}
        code = _CODES.get(method, method)
        pooled = cs.pool(effects, code, inference=theirs["test"])
        row, scatter = pooled.summary().iloc[0], pooled.heterogeneity()
        tag, se = f"{method}_{theirs['test']}", float(row["se"])
        for key, name in _FIT.items():
            size = {"beta": se, "ci.lb": se, "ci.ub": se, "stat": 1.0}.get(key, abs(row[name]))
            size = max(abs(float(row[name])), size)
            yield item("fits", f"{tag} {key}", ours=row[name], theirs=theirs[key], size=size)
        least = 1e-3 * float(effects.v.min())
        floor = {"tau2": least, "I2": 1.0, "tau2.lb": least, "tau2.ub": least}
        for key, name in _SCATTER.items():
            size = max(abs(float(scatter[name])), floor.get(key, 1e-300))
            yield item("fits", f"{tag} {key}", ours=scatter[name], theirs=theirs[key], size=size)
        yield from _more(pooled, theirs, tag)


def _more(pooled: cs.classical.pooled.Pooled, theirs: dict, tag: str) -> Iterator[Item]:
    """Likelihoods, prediction intervals, intervals by profile likelihood."""
    heights = dx.fit_statistics(pooled)
    for key, row, name in (
        ("ll", "ML", "log_likelihood"), ("AICc", "ML", "AICc"), ("BIC", "ML", "BIC"),
        ("ll_REML", "REML", "log_likelihood"),
    ):  # fmt: skip
        size = max(1.0, abs(heights.loc[row, name]))
        value = heights.loc[row, name]
        yield item("likelihoods", f"{tag} {key}", ours=value, theirs=theirs[key], size=size)
    if pooled.estimator.scatters:
        for key, convention in (("pi", "inference"), ("riley", "k-2")):
            found = pooled.prediction_interval(convention)
            ends = [theirs[f"{key}.lb"], theirs[f"{key}.ub"]]
            size = max(abs(found["lower"]), abs(found["upper"]))
            ours = [found["lower"], found["upper"]]
            yield item("prediction intervals", f"{tag} {key}", ours=ours, theirs=ends, size=size)
    if theirs["PL.ub"] is not None:
        ends = pooled.confint("PL").loc["tau2", ["lower", "upper"]].tolist()
        wanted = [theirs["PL.lb"], theirs["PL.ub"]]
        size = max(ends[1], 1e-3 * float(pooled.effects.v.min()))
        yield item("fits", f"{tag} profile likelihood", ours=ends, theirs=wanted, size=size)


def deletions(kept: dict) -> Iterator[Item]:
    """Leave one out, cumulative pooling, influence, Baujat's plot."""
    y, v, extras = np.array(kept["yi"]), np.array(kept["vi"]), kept["extras"]
    k = len(y)
    places = np.argsort(v, kind="stable")
    effects = effects_of(kept, places=places)
    without = [np.delete(np.arange(k), i) for i in range(k)]
    orders = {
        "": [np.arange(i + 1) for i in range(k)],
        "places": [np.argsort(places, kind="stable")[: i + 1] for i in range(k)],
    }
    for name, code, inference, by in (
        ("leave1out_REML", "REML", "z", None), ("leave1out_REML_knha", "REML", "knha", None),
        ("leave1out_EE", "CE", "z", None), ("leave1out_DL", "DL", "z", None),
        ("cumul_REML", "REML", "z", ""), ("cumul_EE", "CE", "z", ""),
        ("cumul_REML_by_precision", "REML", "z", "places"),
    ):  # fmt: skip
        if name in extras:
            pooled = cs.pool(effects, code, inference=inference)
            table = dx.leave_one_out(pooled) if by is None else dx.cumulative(pooled, by)
            subsets = without if by is None else orders[by]
            group = "leave one out" if by is None else "cumulative"
            brute = _Brute(y, v, subsets, knha=inference == "knha", told=code == "REML")
            yield from _rows((group, name), table, theirs=extras[name], brute=brute)
    yield from _influence(effects, kept, _Brute(y, v, without, knha=False, told=True))


class _Brute:
    """Analyses of subsets by brute force, made once and only if asked for."""

    def __init__(
        self, y: np.ndarray, v: np.ndarray, subsets: list[np.ndarray], *, knha: bool, told: bool
    ) -> None:
        self._data, self._subsets, self._knha, self._told = (y, v), subsets, knha, told
        self._found: list[dict[str, float]] = []

    def __call__(self, name: str) -> np.ndarray:
        if not self._told or name not in _TRUE.values():
            return np.full(len(self._subsets), np.nan)
        if not self._found:
            y, v = self._data
            self._found = [
                truth.analysis(y[s], v[s], knha=self._knha and len(s) > 1) for s in self._subsets
            ]
        return np.array([each[name] for each in self._found])


def _rows(
    names: tuple[str, str], table: pd.DataFrame, *, theirs: dict, brute: _Brute
) -> Iterator[Item]:
    group, name = names
    for key, column in _TABLE.items():
        if key in theirs and isinstance(theirs[key], list):
            skip = int(group == "cumulative")  # of one estimate metafor says I² = 0 and p = 1
            yield item(
                group, f"{name} {key}", ours=table[column].to_numpy()[skip:],
                theirs=theirs[key][skip:],
                true=lambda c=column, s=skip: brute(_TRUE.get(c, ""))[s:],
            )  # fmt: skip


def _influence(  # noqa: C901 - one formula for each number
    effects: cs.Effects, kept: dict, brute: _Brute
) -> Iterator[Item]:
    extras, pooled = kept["extras"], cs.pool(effects)
    y, v = effects.y, effects.v

    def whole() -> dict[str, float]:
        return truth.analysis(y, v)

    def change() -> np.ndarray:
        return whole()["beta[0]"] - brute("beta[0]")

    def hat() -> np.ndarray:
        w = 1 / (v + whole()["tau2"])
        return w / w.sum()

    def spread() -> np.ndarray:
        return np.array([1 / np.sum(1 / (v + tau2)) for tau2 in brute("tau2")])

    true = {
        "rstudent": lambda: (y - brute("beta[0]"))
        / np.sqrt(v + brute("tau2") + brute("se[0]") ** 2),
        "dffits": lambda: change() / np.sqrt(hat() * (brute("tau2") + v)),
        "cook.d": lambda: change() ** 2 / whole()["se[0]"] ** 2,
        "cov.r": lambda: brute("se[0]") ** 2 / whole()["se[0]"] ** 2,
        "tau2.del": lambda: brute("tau2"), "QE.del": lambda: brute("Q"), "hat": hat,
        "weight": lambda: 100 * hat(), "dfbs": lambda: change() / np.sqrt(spread()),
    }  # fmt: skip
    ours = {
        "rstudent": "rstudent", "dffits": "dffits", "cook.d": "cooks_distance",
        "cov.r": "cov_ratio", "tau2.del": "tau2_without", "QE.del": "Q_without", "hat": "hat",
        "weight": "weight", "dfbs": "dfbetas[mu]",
    }  # fmt: skip
    if "influence" in extras:
        table = dx.influence(pooled)
        for key, column in ours.items():
            theirs = extras["influence"][key]
            yield item("influence", key, ours=table[column], theirs=theirs, true=true[key])
        marks = [float(each) for each in extras["influence"]["is.infl"]]
        yield item("influence", "is.infl", ours=table["influential"].astype(float), theirs=marks)
        students = extras["rstudent"]
        yield item("residuals", "rstudent", ours=table["rstudent"], theirs=students["z"],
                   true=true["rstudent"])  # fmt: skip
    for name, code in (("baujat", "REML"), ("baujat_EE", "CE")):
        if name in extras:
            table = dx.baujat(cs.pool(effects, code))
            pairs = {
                "x": lambda: (y - whole()["beta[0]"]) ** 2 / (v + whole()["tau2"]),
                "y": lambda: change() ** 2 / brute("se[0]") ** 2,
            }
            for key, column in (("x", "heterogeneity"), ("y", "influence")):
                theirs = extras[name][key]
                known = {"true": pairs[key]} if code == "REML" else {}
                yield item("Baujat", f"{name} {key}", ours=table[column], theirs=theirs, **known)
    yield from _each(effects, extras, whole)


def _each(
    effects: cs.Effects, extras: dict, whole: Callable[[], dict[str, float]]
) -> Iterator[Item]:
    """Residuals, weights and shrunken effects."""
    pooled, y, v = cs.pool(effects), effects.y, effects.v
    table, own = dx.residuals(pooled), dx.shrunken(pooled)
    deviation = (own["estimate"] - pooled.fitted()).to_numpy()
    share = pooled.tau2 / (pooled.tau2 + v)
    deviation_se = np.sqrt(share * v + share**2 * pooled.cov[0, 0])
    quantile = 1.959963984540054

    def parts() -> tuple[np.ndarray, np.ndarray, float, float]:
        found = whole()
        w = 1 / (v + found["tau2"])
        return w / w.sum(), found["tau2"] * w, found["beta[0]"], found["se[0]"] ** 2

    def residual_se() -> np.ndarray:
        return np.sqrt((v + whole()["tau2"]) * (1 - parts()[0]))

    def blup() -> tuple[np.ndarray, np.ndarray]:
        _, share, mean, variance = parts()
        return share * y + (1 - share) * mean, np.sqrt(share * v + (1 - share) ** 2 * variance)

    def ranef() -> tuple[np.ndarray, np.ndarray]:
        _, share, mean, variance = parts()
        return share * (y - mean), np.sqrt(share * v + share**2 * variance)

    def ends(pair: Callable[[], tuple[np.ndarray, np.ndarray]], sign: int) -> np.ndarray:
        return pair()[0] + sign * quantile * pair()[1]

    rows = [
        ("residuals", "rstandard", "resid", table["residual"], lambda: y - parts()[2]),
        ("residuals", "rstandard", "se", table["residual_se"], residual_se),
        ("residuals", "rstandard", "z", table["z"], lambda: (y - parts()[2]) / residual_se()),
        ("residuals", "hatvalues", "", table["hat"], lambda: parts()[0]),
        ("weights", "weights_REML", "", pooled.weights(), lambda: 100 * parts()[0]),
        ("weights", "weights_EE", "", cs.pool(effects, "CE").weights(), None),
        ("shrunken effects", "blup", "pred", own["estimate"], lambda: blup()[0]),
        ("shrunken effects", "blup", "se", own["se"], lambda: blup()[1]),
        ("shrunken effects", "blup", "pi.lb", own["lower"], lambda: ends(blup, -1)),
        ("shrunken effects", "blup", "pi.ub", own["upper"], lambda: ends(blup, 1)),
        ("shrunken effects", "ranef", "pred", deviation, lambda: ranef()[0]),
        ("shrunken effects", "ranef", "se", deviation_se, lambda: ranef()[1]),
        ("shrunken effects", "ranef", "pi.lb", deviation - quantile * deviation_se,
         lambda: ends(ranef, -1)),
        ("shrunken effects", "ranef", "pi.ub", deviation + quantile * deviation_se,
         lambda: ends(ranef, 1)),
    ]  # fmt: skip
    for group, name, key, ours, brute in rows:
        theirs = extras[name][key] if key else extras[name]
        known = {"true": brute} if brute else {}
        yield item(group, f"{name} {key}".strip(), ours=ours, theirs=theirs, **known)


def small_study(kept: dict) -> Iterator[Item]:
    """Compare tests and corrections for small-study effects."""
    effects, extras = effects_of(kept), kept["extras"]
    y, v = effects.y, effects.v
    predictors = {"sei": np.sqrt(v), "vi": v}
    for name, by, code, test in (
        ("rma_sei", "sei", "REML", "z"), ("rma_vi", "vi", "REML", "z"),
        ("rma_sei_knha", "sei", "REML", "knha"), ("lm_sei", "sei", "CE", "knha"),
        ("lm_vi", "vi", "CE", "knha"), ("fe_sei", "sei", "CE", "z"), ("dl_sei", "sei", "DL", "z"),
    ):  # fmt: skip
        theirs = extras["regtest"][name]
        table = ss.regression_test(effects, by, estimator=code, inference=test)

        def brute(key: str, *, by: str = by, test: str = test, code: str = code) -> np.ndarray:
            X = np.column_stack([np.ones(len(y)), predictors[by]])
            found = truth.analysis(y, v, X, knha=test == "knha") if code == "REML" else {}
            return np.array([found.get(key, np.nan)])

        for key, row, column, true in (
            ("stat", "slope", "statistic", "z[1]"), ("pval", "slope", "p_value", "p[1]"),
            ("est", "limit", "estimate", "beta[0]"), ("ci.lb", "limit", "lower", "lower[0]"),
            ("ci.ub", "limit", "upper", "upper[0]"),
        ):  # fmt: skip
            yield item(
                "regression tests", f"{name} {key}", ours=table.loc[row, column],
                theirs=theirs[key], true=lambda t=true, b=brute: b(t),
                size=max(abs(table.loc[row, column]), abs(table.loc[row, "se"]) * 1e-3),
            )  # fmt: skip
    found = ss.rank_test(effects)
    kind = extras["ranktest" if found.attrs["exact"] else "ranktest_exactF"]
    yield item(
        "rank test", "tau, p", ours=found[["tau", "p_value"]], theirs=[kind["tau"], kind["pval"]]
    )
    table = ss.fail_safe_n(effects)
    for name in ("Rosenthal", "Orwin", "Rosenberg"):
        theirs = extras[f"fsn_{name}"]
        yield item("fail-safe N", f"{name} n", ours=table.loc[name, "n"], theirs=theirs["fsnum"])
        yield item(
            "fail-safe N", f"{name} p", ours=table.loc[name, "p_value"], theirs=theirs["pval"]
        )
    yield from _trimmed(effects, extras)
    yield from _robust(effects, extras["hc"])


def _trimmed(effects: cs.Effects, extras: dict) -> Iterator[Item]:
    for rule in ("L0", "R0", "Q0"):
        for code in ("REML", "EE", "DL"):
            theirs = extras[f"trimfill_{rule}_{code}"]
            if "error" in theirs:
                continue
            found = ss.trim_fill(cs.pool(effects, _CODES.get(code, code)), rule)
            row, filled = found.pooled.summary().loc["mu"], found.pooled.effects
            side = float(found.side == theirs["side"])
            tag = f"{rule} {code}"
            yield item("trim and fill", f"{tag} k0", ours=found.missing, theirs=theirs["k0"])
            yield item("trim and fill", f"{tag} side", ours=side, theirs=1.0)
            yield item("trim and fill", f"{tag} p", ours=found.missing_p, theirs=theirs["p.k0"])
            yield item(
                "trim and fill", f"{tag} se k0", ours=found.missing_se, theirs=theirs["se.k0"]
            )
            scatter = found.pooled.heterogeneity()
            pairs = {
                "beta": (row["estimate"], "beta[0]"), "se": (row["se"], "se[0]"),
                "zval": (row["statistic"], "z[0]"), "pval": (row["p_value"], "p[0]"),
                "ci.lb": (row["lower"], "lower[0]"), "ci.ub": (row["upper"], "upper[0]"),
                "tau2": (scatter["tau2"], "tau2"), "QE": (scatter["Q"], "Q"),
            }  # fmt: skip
            for key, (ours, name) in pairs.items():
                known = (
                    {"true": lambda n=name, e=filled: np.array([truth.analysis(e.y, e.v)[n]])}
                    if code == "REML" else {}
                )  # fmt: skip
                size = max(abs(ours), 1e-3 * row["se"] if key != "tau2" else 1e-300)
                yield item("trim and fill", f"{tag} {key}", ours=ours, theirs=theirs[key],
                           size=max(size, 1e-300), **known)  # fmt: skip


def _robust(effects: cs.Effects, theirs: dict) -> Iterator[Item]:
    found = ss.henmi_copas(effects)

    def brute(sign: int) -> np.ndarray:
        w = 1 / effects.v
        half = truth.henmi_copas_half(effects.y, effects.v)
        return np.array([w @ effects.y / w.sum() + sign * half])

    for key, column, sign in (
        ("beta", "estimate", 0), ("se", "se", 0), ("tau2", "tau2", 0), ("ci.lb", "lower", -1),
        ("ci.ub", "upper", 1),
    ):  # fmt: skip
        known = {"true": lambda s=sign: brute(s)} if sign else {}
        yield item("Henmi–Copas", key, ours=found[column], theirs=theirs[key], **known)
