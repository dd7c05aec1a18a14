"""Results that stand in a RevMan file, computed again from its trials."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from consilience.errors import ConsilienceError
from consilience.trials import Trials

CLOSE = 0.011
"""Results that agree to one in a hundred agree: files store two decimals or more."""

type Floats = NDArray[np.float64]
type Answer = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One stored result and the rows it is of.

    Parameters
    ----------
    rows : DataFrame
        Its trials.
    measure, method, model : str
        RevMan's choices by their codes: ``"OR"``, ``"MH"``, ``"random"``.
    level : float
        Of its interval.
    """

    rows: pd.DataFrame
    measure: str
    method: str
    model: str
    level: float


def against_stored(trials: Trials, stored: pd.DataFrame) -> pd.DataFrame:
    """Compute stored results again, as RevMan does, and put both side by side.

    Inverse variance with tau² after DerSimonian and Laird, Mantel and Haenszel, Peto, and
    ``exp((O-E)/V)``; RevMan's own form of Hedges' g and of the random effects of Mantel and
    Haenszel (weights by inverse variance, Q about the Mantel–Haenszel estimate).

    Parameters
    ----------
    trials : Trials
        As read from the same file.
    stored : DataFrame
        Its stored results, with the columns of `STORED`.

    Returns
    -------
    DataFrame
        By analysis: ``stored, recomputed`` and the same for ``lower``, ``upper`` and ``tau2``, as
        displayed (ratios, not logarithms); ``agree`` says yes, no, or why it cannot be told.

    References
    ----------
    Deeks JJ, Higgins JPT (2010). Statistical algorithms in Review Manager 5. Cochrane.
    """
    lines = [_line(trials, row) for _, row in stored.iterrows()]
    return pd.DataFrame(lines).set_index("analysis") if lines else pd.DataFrame()


def _line(trials: Trials, row: pd.Series) -> dict[str, object]:
    """Put a stored result beside ours, or beside why there is none, with the verdict."""
    asked = _asked(trials, row)
    name = str(row["analysis"]) + (f", {row['subgroup']}" if row["subgroup"] else "")
    told = [float(row[column]) for column in ("estimate", "lower", "upper", "tau2")]
    note, found = "", [math.nan] * 4
    try:
        (estimate, se, tau2) = _answer(asked)
        half = float(ndtri((1 + asked.level) / 2)) * se
        shown = math.exp if asked.measure in _RATIOS else float
        found = [shown(x) for x in (estimate, estimate - half, estimate + half)] + [tau2]
    except (ConsilienceError, ValueError, KeyError, OverflowError) as error:
        note = f"not computed: {error}"
    ends = ("", "_lower", "_upper", "_tau2")
    theirs = {f"stored{end}": x for end, x in zip(ends, told, strict=True)}
    ours = {f"recomputed{end}": x for end, x in zip(ends, found, strict=True)}
    return {"analysis": name, **theirs, **ours, "agree": note or _verdict(told[:3], found[:3])}


_RATIOS = ("OR", "PETO", "RR", "HR")


def _verdict(told: list[float], found: list[float]) -> str:
    if any(math.isnan(x) for x in told):
        return "nothing is stored"
    near = all(abs(a - b) <= CLOSE * max(1.0, abs(a)) for a, b in zip(told, found, strict=True))
    return "yes" if near else "no"


def _asked(trials: Trials, row: pd.Series) -> Asked:
    """Select the trials of an analysis, events turned where the file says so."""
    rows = trials.frame[trials.frame["analysis"] == row["analysis"]]
    if row["subgroup"] and "subgroup" in rows:
        rows = rows[rows["subgroup"] == row["subgroup"]]
    if row["swap_events"] == "yes" and "events1" in rows:
        turned = {f"events{arm}": rows[f"n{arm}"] - rows[f"events{arm}"] for arm in (1, 2)}
        rows = rows.assign(**turned)
    level = float(row["level"]) if row["level"] == row["level"] else 0.95
    return Asked(rows, row["measure"], row["method"], row["model"], level)


def _answer(asked: Asked) -> Answer:
    """Pool as the file did: Peto, Mantel–Haenszel or inverse variance, fixed or random."""
    from consilience.classical.counts import mantel_haenszel, peto

    if asked.rows.empty:
        raise ValueError("the file holds no trial of it")
    if asked.method == "PETO":
        found = peto(asked.rows, level=asked.level)
        return float(found["estimate"]), float(found["se"]), math.nan
    if asked.method != "MH":
        y, v = _effects(asked)
        return _pooled(y, v, model=asked.model)
    found = mantel_haenszel(asked.rows, asked.measure, level=asked.level)
    if asked.model == "fixed":
        return float(found["estimate"]), float(found["se"]), math.nan
    y, v = _effects(asked)
    return _pooled(y, v, model="random", centre=float(found["estimate"]))


def _effects(asked: Asked) -> tuple[Floats, Floats]:
    """Give the estimates that the file pools; trials without events in both arms are none."""
    from consilience import measures

    rows = asked.rows
    if "yi" in rows and rows["yi"].notna().all():
        return rows["yi"].to_numpy(dtype=float), rows["sei"].to_numpy(dtype=float) ** 2
    if "o_minus_e" in rows and rows["o_minus_e"].notna().all():
        v = rows["logrank_v"].to_numpy(dtype=float)
        return rows["o_minus_e"].to_numpy(dtype=float) / v, 1 / v
    if asked.measure == "SMD":
        return _hedges(rows)
    y, v = measures.get(asked.measure).compute(rows)
    told = np.isfinite(y) & np.isfinite(v) & _has_events(rows, asked.measure)
    return y[told], v[told]


def _has_events(rows: pd.DataFrame, measure: str) -> NDArray[np.bool_]:
    """Leave out trials without events, or with nothing else, from ratios, as RevMan does."""
    if measure not in _RATIOS or "events1" not in rows:
        return np.ones(len(rows), dtype=bool)
    both = (rows["events1"] + rows["events2"]).to_numpy(dtype=float)
    return (both > 0) & (both < (rows["n1"] + rows["n2"]).to_numpy(dtype=float))


def _hedges(rows: pd.DataFrame) -> tuple[Floats, Floats]:
    """Compute Hedges' g with RevMan's own correction and variance, which differ from ours."""
    n1, m1, s1, n2, m2, s2 = (
        rows[name].to_numpy(dtype=float) for name in ("n1", "mean1", "sd1", "n2", "mean2", "sd2")
    )
    with np.errstate(all="ignore"):
        total = n1 + n2
        sd = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (total - 2))
        y = (m1 - m2) / sd * (1 - 3 / (4 * total - 9))
        v = total / (n1 * n2) + y**2 / (2 * (total - 3.94))
    told = np.isfinite(y) & np.isfinite(v)
    return y[told], v[told]


def _pooled(y: Floats, v: Floats, *, model: str, centre: float | None = None) -> Answer:
    """Pool by inverse variance; tau² after DerSimonian and Laird, Q about `centre` if given."""
    if not len(y):
        raise ValueError("no trial of it has an estimate")
    w = 1 / v
    middle = float(w @ y / w.sum()) if centre is None else centre
    spread = float(w.sum() - (w @ w) / w.sum())
    excess = float(w @ (y - middle) ** 2) - (len(y) - 1)
    tau2 = max(excess / spread, 0.0) if spread > 0 and model == "random" else 0.0
    weights = 1 / (v + tau2)
    estimate, se = float(weights @ y / weights.sum()), float(weights.sum() ** -0.5)
    return estimate, se, tau2 if model == "random" else math.nan
