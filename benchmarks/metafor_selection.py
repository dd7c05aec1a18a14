"""Selection models beside metafor's, the likelihood by brute quadrature deciding."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from metafor_compare import effects_of
from scipy import special

import consilience as cs
from consilience.classical import small_study as ss
from consilience.errors import ConvergenceError, ModelError

FUNCTIONS = {
    "step3PSM_025": ss.Steps((0.025,)), "step_025_5": ss.Steps((0.025, 0.5)),
    "step_025_EE": ss.Steps((0.025,)), "step_05_twosided": ss.Steps((0.05,)),
    "step4PSM": ss.Steps((0.025, 0.05, 0.5)), "vevea_woods": ss.GivenSteps(), "beta": ss.Beta(),
    "halfnorm": ss.HalfNormal(), "negexp": ss.NegativeExponential(), "logistic": ss.Logistic(),
    "power": ss.Power(), "negexppow": ss.NegativeExponentialPower(),
}  # fmt: skip
type LogWeight = Callable[[np.ndarray], np.ndarray]

_SIDES = {"two.sided": "two-sided"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One selection model of one data set.

    Parameters
    ----------
    name : str
    kind : str
        ``"same"``, ``"ours higher"``, ``"theirs undefined"``, ``"both refuse"``, ``"only ours"``,
        ``"no maximum"`` or, of which there should be none, ``"theirs higher"``.
    difference : float
        Largest relative difference of the estimates and standard errors, where they are the same
        maximum.
    gain : float
        Log likelihood at our answer over that at metafor's, both by brute quadrature.
    """

    name: str
    kind: str
    difference: float = np.nan
    gain: float = np.nan


def selection(kept: dict) -> Iterator[Verdict]:
    """Compare every selection model of a data set."""
    for name, theirs in (kept["extras"]["selmodel"] or {}).items():
        yield verdict(kept, name, theirs)


def verdict(kept: dict, name: str, theirs: dict | None) -> Verdict:
    """Compare one selection model."""
    failed = theirs is None or "error" in theirs
    side = kept["extras"]["selmodel_alternative"] if failed else theirs["alternative"]
    side = "two-sided" if name == "step_05_twosided" else _SIDES.get(side, side)
    effects = effects_of(kept)
    common = name == "step_025_EE"
    try:
        pooled = cs.pool(effects, "CE" if common else "ML")
        table = ss.selection_model(pooled, FUNCTIONS[name], favoured=side)
    except (ModelError, ConvergenceError):
        return Verdict(name, "both refuse" if failed else "no maximum")
    if failed:
        return Verdict(name, "only ours")
    own = table["estimate"].to_numpy()
    free = theirs["delta"][1:] if name.startswith("step") else theirs["delta"]
    free = [] if name == "vevea_woods" else free
    other = np.array([theirs["beta"][0], *([] if common else [theirs["tau2"]]), *free])
    heights = [height(effects, name, side=side, values=x) for x in (own, other)]
    if not np.isfinite(heights[1]):
        return Verdict(name, "theirs undefined")
    gain = heights[0] - heights[1]
    size = np.maximum(np.abs(own), 1e-3 * table["se"].fillna(np.inf).to_numpy())
    with np.errstate(invalid="ignore"):
        difference = float(np.max(np.where(own == other, 0.0, np.abs(own - other) / size)))
    kind = "theirs higher" if gain < -1e-9 * max(1.0, abs(heights[0])) else "ours higher"
    return Verdict(name, "same" if difference < 1e-4 else kind, difference, gain)


def height(effects: cs.Effects, name: str, *, side: str, values: np.ndarray) -> float:
    """Log likelihood by brute quadrature; nan where the selected law has no constant."""
    common = name == "step_025_EE"
    mu, tau2 = float(values[0]), 0.0 if common else float(values[1])
    delta = np.asarray(values[1 if common else 2 :], dtype=float)
    turn = -1.0 if side == "less" else 1.0
    if name == "beta" and np.any((1 - delta) * (effects.v.min() + tau2) >= effects.v.min()):
        return np.nan
    parts = (
        _one(turn * y, v, (turn * mu, tau2), weight=_weight(name, side, delta))
        for y, v in zip(effects.y, effects.v, strict=True)
    )
    return float(sum(parts))


@cache
def _rule() -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(40)


def _one(y: float, v: float, law: tuple[float, float], *, weight: LogWeight) -> float:
    (mu, tau2), se = law, np.sqrt(v)
    sd = np.sqrt(v + tau2)
    p = np.array([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.35, 0.5, 0.65, 0.75, 0.9, 0.95, 0.99])
    cuts = np.concatenate([-special.ndtri(p), -special.ndtri(p / 2), special.ndtri(p / 2)])
    ends = (mu - 60 * sd) / se, (mu + 60 * sd) / se
    inner = np.concatenate([cuts, (mu + sd * np.arange(-60, 61)) / se, np.arange(-12, 12.1, 0.5)])
    edges = np.unique(np.clip(inner, *ends))
    nodes, shares = _rule()
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    z = middle + half * nodes
    logs = weight(z) - ((z * se - mu) / sd) ** 2 / 2
    top = logs.max()
    total = np.log(np.sum(np.exp(logs - top) * half * shares)) + top + np.log(se)
    return float(weight(np.array([y / se]))[0] - ((y - mu) / sd) ** 2 / 2 - total)


def _weight(name: str, side: str, delta: np.ndarray) -> LogWeight:
    """Log weight of turned z values, from the definition of each function."""

    def log_p(z: np.ndarray) -> np.ndarray:
        if side == "two-sided":
            return np.log(2) + special.log_ndtr(-np.abs(z))
        return special.log_ndtr(-z)

    def stepped(z: np.ndarray) -> np.ndarray:
        function = FUNCTIONS[name]
        heights = function.heights if name == "vevea_woods" else (1.0, *delta)
        return np.log(heights)[np.searchsorted(function.cuts_of_p, np.exp(log_p(z)))]

    smooth = {
        "beta": lambda z: (delta[0] - 1) * log_p(z) + (delta[1] - 1) * special.log_ndtr(z),
        "halfnorm": lambda z: -delta[0] * np.exp(2 * log_p(z)),
        "negexp": lambda z: -delta[0] * np.exp(log_p(z)),
        "logistic": lambda z: np.log(2) - np.logaddexp(0, delta[0] * np.exp(log_p(z))),
        "power": lambda z: delta[0] * special.log_ndtr(z),
        "negexppow": lambda z: -delta[0] * np.exp(log_p(z) / delta[1]),
    }
    return smooth.get(name, stepped)
