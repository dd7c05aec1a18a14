"""How exact: every posterior of the reference, by this package, by bayesmeta, and by brute force.

Writes three tables to docs/accuracy/: the largest error by quantity, by prior, and of every fit.
Errors of means and standard deviations are in units of the quantity's own spread (the distance
between its 10 % and 90 % points over 2.563: one standard deviation of a normal distribution, and
there is one whatever the tails); those of quantiles are in probability, the mass that really lies
below the point less that which is claimed; those of the evidence are relative.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from functools import cache
from math import inf, isfinite, isnan, log
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from brute import Brute, log_prior

import consilience as cs
from consilience import heterogeneity, priors
from consilience.engines import Combination
from consilience.rows import newcomer

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "tests" / "reference" / "bayesmeta_fits.json"
DOCS = ROOT / "docs" / "accuracy"
LEVELS = (0.99, 0.95, 0.9, 0.8, 0.5)
NORMAL_WIDTH = 2.5631031310892007

BY_NAME = {
    "BergerDeely": priors.BergerDeely,
    "DuMouchel": priors.DuMouchel,
    "I2": priors.I2,
    "Jeffreys": priors.Jeffreys,
    "conventional": priors.Conventional,
    "improper uniform": priors.Flat,
    "shrinkage": priors.Shrinkage,
    "sqrt": priors.SqrtUniform,
}
BY_NUMBERS = {
    "exponential": lambda p: priors.Exponential(p["rate"]),
    "halfcauchy": lambda p: priors.HalfCauchy(p["scale"]),
    "halfnormal": lambda p: priors.HalfNormal(p["scale"]),
    "halft": lambda p: priors.HalfStudentT(p["df"], p["scale"]),
    "inverse-gamma on tau^2": lambda p: priors.Squared(priors.InverseGamma(p["shape"], p["scale"])),
    "lognormal": lambda p: priors.LogNormal(
        *(p["param"].values() if "param" in p else (p["meanlog"], p["sdlog"]))
    ),
    "lomax": lambda p: priors.Lomax(p["shape"], p["scale"]),
    "uniform": lambda p: priors.Uniform(p["min"], p["max"]),
}


class Case(NamedTuple):
    """One posterior of the reference: the data, and what bayesmeta answered."""

    dataset: str
    name: str
    y: np.ndarray
    v: np.ndarray
    theirs: Mapping[str, object]


class Error(NamedTuple):
    """How far one number of ours and of bayesmeta's is from brute force."""

    quantity: str
    ours: float
    theirs: float


class Answers(NamedTuple):
    """What this package says of one posterior: its summary at 80 %, and its quantiles."""

    fit: cs.Fit
    summary: pd.DataFrame
    quantiles: Mapping[str, Mapping[float, float]]


_ANSWERS: dict[tuple[str, str], Answers] = {}


@cache
def reference() -> dict[str, object]:
    """Read the reference."""
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


def cases() -> Iterator[Case]:
    """Give every posterior of the reference."""
    for dataset, data in reference()["data"].items():
        y, v = np.array(data["y"], float), np.square(np.array(data["sigma"], float))
        for name, theirs in data["fits"].items():
            yield Case(dataset, name, y, v, theirs)


def prior_of(given: Mapping[str, object]) -> priors.Prior:
    """Give the package's prior for one of the reference."""
    family = str(given["family"])
    return BY_NAME[family]() if family in BY_NAME else BY_NUMBERS[family](given)


def fitted(case: Case) -> cs.Fit:
    """Fit the package's model, once."""
    return answered(case).fit


def answered(case: Case) -> Answers:
    """Fit the package's model and ask it for everything that is compared, once."""
    key = (case.dataset, case.name)
    if key not in _ANSWERS:
        fit = _fitted(case)
        summary = pd.concat([fit.summary(0.8), fit.combine((newcomer(fit, "predict"),), level=0.8)])
        _ANSWERS[key] = Answers(fit, summary, quantiles(fit, summary))
    return _ANSWERS[key]


def _fitted(case: Case) -> cs.Fit:
    own = case.theirs["mu.prior"]
    mu = priors.Flat() if own["mean"] is None else priors.Normal(own["mean"], own["sd"])
    tau = prior_of(case.theirs["tau.prior"])
    rows = {"study": [f"{i + 1:02d}" for i in range(len(case.y))], "yi": case.y, "vi": case.v}
    model = cs.Model(mu=mu, heterogeneity=heterogeneity.Normal(tau))
    return cs.fit(model, cs.effect_sizes(pd.DataFrame(rows), "GEN"), "exact")


def by_force(case: Case) -> Brute:
    """Set up the same posterior for brute force."""
    own = case.theirs["mu.prior"]
    mu = (0.0, inf) if own["mean"] is None else (float(own["mean"]), float(own["sd"]))
    upper = float(case.theirs["tau.prior"].get("max", inf))
    return Brute(case.y, case.v, mu, log_prior(case.theirs["tau.prior"]), upper)


def quantiles(fit: cs.Fit, summary: pd.DataFrame) -> dict[str, dict[float, float]]:
    """Give our quantiles of tau, mu and a new true effect, and three of each trial's."""
    asked = (Combination("mu", np.ones(1)), newcomer(fit, "predict"))
    tables = [pd.concat([fit.scales(p), fit.combine(asked, level=p)]) for p in LEVELS]
    found: dict[str, dict[float, float]] = {}
    for table in (*tables, summary):
        for row in table.itertuples():
            p = round((1.0 - row.level) / 2.0, 3)
            ends = {p: row.lower, round(1.0 - p, 3): row.upper, 0.5: row.median}
            found.setdefault(str(row.Index), {}).update(ends)
    return found


def errors(case: Case) -> Iterator[Error]:
    """Compare every number that bayesmeta gives for one posterior."""
    brute, (fit, summary, ours) = by_force(case), answered(case)
    if case.theirs["evidence"] is not None:
        exact = brute.nodes[2]
        pair = (fit.log_evidence, log(case.theirs["evidence"]))
        yield Error("evidence", *(abs(float(np.expm1(x - exact))) for x in pair))
    yield from _quantile_errors(case, brute, ours)
    yield from _moment_errors(case, summary, brute=brute, ours=ours)
    yield from _trial_errors(case, summary, brute=brute, ours=ours)


def spread_of(ends: Mapping[float, float]) -> float:
    """Give the distance of the 10 % and 90 % points over that of a standard normal."""
    return (ends[0.9] - ends[0.1]) / NORMAL_WIDTH


def _quantile_errors(case: Case, brute: Brute, ours: Mapping) -> Iterator[Error]:
    probabilities = reference()["p"]
    for key, place in (("tau", None), ("mu", -1), ("predict", -2)):
        for p, theirs in zip(probabilities, case.theirs["quantiles"][key], strict=True):
            pair = (ours[key][round(p, 3)], theirs)
            yield Error(f"{key}, quantiles", *(_off(brute, place, value=x, p=p) for x in pair))


def _off(brute: Brute, place: int | None, *, value: float, p: float) -> float:
    """Mass below a value, less what its claim to be a quantile says."""
    below, _ = brute.tau_at(value) if place is None else brute.at(place, value)
    return abs(below - p)


def _moment_errors(
    case: Case, summary: pd.DataFrame, *, brute: Brute, ours: Mapping
) -> Iterator[Error]:
    exact = {"tau": brute.tau_moments(), "mu": brute.moments(-1), "predict": brute.moments(-2)}
    for column, key in enumerate(("tau", "mu", "predict")):
        spread = spread_of(ours[key])
        for place, name in enumerate(("mean", "sd")):
            pair = (summary.loc[key, name], _number(case.theirs["summary"][name][column]))
            if all(map(isfinite, pair)):
                gaps = (abs(x - exact[key][place]) / spread for x in pair)
                yield Error(f"{key}, {name}", *gaps)


def _trial_errors(
    case: Case, summary: pd.DataFrame, *, brute: Brute, ours: Mapping
) -> Iterator[Error]:
    for i in range(len(case.y)):
        row = f"theta[{i + 1:02d}]"
        spread, exact = spread_of(ours[row]), brute.moments(i)
        for place, name in enumerate(("mean", "sd")):
            pair = (summary.loc[row, name], _number(case.theirs["theta"][name][i]))
            if all(map(isfinite, pair)):
                yield Error(f"theta, {name}", *(abs(x - exact[place]) / spread for x in pair))
        pair = (summary.loc[row, "median"], _number(case.theirs["theta"]["median"][i]))
        yield Error("theta, median", *(_off(brute, i, value=x, p=0.5) for x in pair))


def _number(given: object) -> float:
    return float("nan") if given in (None, "NaN") else float(given)  # type: ignore[arg-type]


class Row(NamedTuple):
    """The largest errors of a group of numbers."""

    group: str
    numbers: int
    ours: float
    bayesmeta: float
    bayesmeta_tight: float


def worst(found: Mapping[str, list[tuple[bool, Error]]]) -> list[Row]:
    """Give the largest errors of each group; bayesmeta's fits with a tight grid apart."""
    return [
        Row(
            group,
            len(pairs),
            max(each.ours for _, each in pairs),
            max((each.theirs for tight, each in pairs if not tight), default=float("nan")),
            max((each.theirs for tight, each in pairs if tight), default=float("nan")),
        )
        for group, pairs in found.items()
    ]


def grouped() -> dict[str, dict[str, list[tuple[bool, Error]]]]:
    """Compute all errors, and group them by quantity, by prior and by fit."""
    found: dict[str, dict[str, list[tuple[bool, Error]]]] = {"quantity": {}, "prior": {}, "fit": {}}
    for case in cases():
        tight, family = "tight" in case.name, str(case.theirs["tau.prior"]["family"])
        for each in errors(case):
            names = (each.quantity, family, f"{case.dataset}: {case.name}")
            for table, name in zip(found.values(), names, strict=True):
                table.setdefault(name, []).append((tight, each))
    return found


def main() -> None:
    """Write the tables."""
    DOCS.mkdir(parents=True, exist_ok=True)
    for name, table in grouped().items():
        with (DOCS / f"bayesmeta_by_{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow((name, *Row._fields[1:]))
            for row in worst(table):
                writer.writerow((*row[:2], *("" if isnan(x) else f"{x:.1e}" for x in row[2:])))


if __name__ == "__main__":
    main()
