"""Trim and fill: how many trials are missing on one side of the funnel, and what they would say."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import pandas as pd

from consilience.classical.inference.z import Normal
from consilience.classical.pool import pool
from consilience.classical.pooled import Pooled
from consilience.classical.small_study.regression import regression_test
from consilience.classical.solution import solve
from consilience.classical.univariate import refuse_dependent
from consilience.classical.wls import Floats
from consilience.effects import Effects
from consilience.errors import ConvergenceError, ModelError

_MAX_STEPS = 100


class Missing(ABC):
    """An estimator of the number of missing trials from signed ranks."""

    @abstractmethod
    def count(self, ranks: Floats) -> float:
        """Estimate the number from the signed ranks of the deviations, shape (k,)."""

    @abstractmethod
    def se(self, ranks: Floats, found: float) -> float:
        """Find the standard error of the number ``found``."""


@final
class R0(Missing):
    """``k - max{ranks of the thin side} - 1``."""

    def count(self, ranks: Floats) -> float:
        """Count the largest deviations that all lie on one side."""
        thin = -ranks[ranks < 0]
        return len(ranks) - float(thin.max(initial=0.0)) - 1

    def se(self, ranks: Floats, found: float) -> float:  # noqa: ARG002
        """``√(2 k0 + 2)``."""
        return math.sqrt(2 * max(0.0, found) + 2)


@final
class L0(Missing):
    """``(4 S - k (k + 1)) / (2 k - 1)``, S the rank sum of the thick side."""

    def count(self, ranks: Floats) -> float:
        """Compare the rank sum with its expectation."""
        k = len(ranks)
        return (4 * float(ranks[ranks > 0].sum()) - k * (k + 1)) / (2 * k - 1)

    def se(self, ranks: Floats, found: float) -> float:
        """From the variance of the rank sum."""
        k = len(ranks)
        return 4 * math.sqrt(_variance(k, found)) / (2 * k - 1)


@final
class Q0(Missing):
    """``k - ½ - √(2 k² - 4 S + ¼)``, S the rank sum of the thick side."""

    def count(self, ranks: Floats) -> float:
        """Solve the quadratic that the rank sum's expectation is."""
        k = len(ranks)
        inner = 2 * k**2 - 4 * float(ranks[ranks > 0].sum()) + 0.25
        return k - 0.5 - math.sqrt(max(0.0, inner))

    def se(self, ranks: Floats, found: float) -> float:
        """From the variance of the rank sum."""
        k = len(ranks)
        inner = (k - 0.5) ** 2 - found * (2 * k - found - 1)
        return 2 * math.sqrt(_variance(k, found)) / math.sqrt(inner) if inner > 0 else math.inf


MISSING: dict[str, type[Missing]] = {"L0": L0, "Q0": Q0, "R0": R0}


@final
@dataclass(frozen=True, slots=True, eq=False)
class TrimFill:
    """What trim and fill finds.

    Parameters
    ----------
    pooled : Pooled
        Of the trials and the filled ones.
    missing : int
        Number of filled trials.
    missing_se : float
    missing_p : float
        Of none missing; nan but for R0.
    side : str
        ``"left"`` or ``"right"``: where they are missing.
    """

    pooled: Pooled
    missing: int
    missing_se: float
    missing_p: float
    side: str


def trim_fill(pooled: Pooled, estimator: str = "L0", *, side: str = "") -> TrimFill:
    """Estimate the number of trials that are missing on one side, and pool as if they were there.

    Parameters
    ----------
    pooled : Pooled
        Without moderators; its estimator, inference and level are used.
    estimator : str
        ``"L0"``, ``"R0"`` or ``"Q0"``.
    side : str
        ``"left"`` or ``"right"``; by default where Egger's slope points away from.

    Raises
    ------
    ModelError
        With moderators, for fewer than three estimates, unknown names.
    ConvergenceError
        If the number keeps changing.
    RefusalError
        If estimates share participants.
    DataError
        For numbers that double precision cannot hold.

    References
    ----------
    Duval S, Tweedie R (2000). Biometrics 56:455–463. doi:10.1111/j.0006-341X.2000.00455.x
    Duval S, Tweedie R (2000). Journal of the American Statistical Association 95:89–98.
    doi:10.1080/01621459.2000.10473905
    """
    refuse_dependent(pooled, "Trim and fill")
    if pooled.design.names or pooled.effects.k < 3:
        raise ModelError("trim_fill() takes three estimates or more, without moderators.")
    if estimator not in MISSING or side not in {"", "left", "right"}:
        raise ModelError("trim_fill() knows L0, Q0 and R0, and the sides 'left' and 'right'.")
    where = side or _thin_side(pooled)
    sign = -1.0 if where == "right" else 1.0
    rule = MISSING[estimator]()
    centre, found, se = _trimmed(pooled, rule, sign=sign)
    filled = _filled(pooled.effects, sign=sign, centre=centre, count=found)
    again = pool(filled, pooled.estimator, inference=pooled.inference, level=pooled.level)
    p_value = 0.5 ** (found + 1) if isinstance(rule, R0) else math.nan
    return TrimFill(again, found, se, p_value, where)


def _thin_side(pooled: Pooled) -> str:
    slope = regression_test(pooled.effects, estimator=pooled.estimator, inference=Normal())
    return "right" if float(slope["estimate"]["slope"]) < 0 else "left"


def _trimmed(pooled: Pooled, rule: Missing, *, sign: float) -> tuple[float, int, float]:
    """Centre, number missing and its standard error, for trials missing on the left."""
    order = np.argsort(sign * pooled.effects.y, kind="stable")
    y, v = sign * pooled.effects.y[order], pooled.effects.v[order]
    count, last, se = 0, -1, math.nan
    for _ in range(_MAX_STEPS):
        kept = len(y) - count
        data = (y[:kept], v[:kept], np.ones((kept, 1)))
        centre = float(solve(data, estimator=pooled.estimator, inference=Normal()).beta[0])
        if count == last:
            return sign * centre, count, se
        deviation = y - centre
        ranks = np.empty(len(y))
        ranks[np.argsort(np.abs(deviation), kind="stable")] = np.arange(1, len(y) + 1)
        signed = np.sign(deviation) * ranks
        number = rule.count(signed)
        last, count = count, max(0, min(round(number), len(y) - 1))
        se = rule.se(signed, number)
    raise ConvergenceError(f"Trim and fill did not settle; it wavers at {count} missing trials.")


def _filled(effects: Effects, *, sign: float, centre: float, count: int) -> Effects:
    """Add the mirror images of the outermost estimates."""
    if not count:
        return effects
    outermost = np.argsort(sign * effects.y, kind="stable")[-count:]
    names = [f"filled {number}" for number in range(1, count + 1)]
    mirrored = effects.table.iloc[outermost].assign(study=names)
    mirrored.index = pd.Index(names, name=effects.table.index.name)
    return replace(
        effects,
        y=np.append(effects.y, 2 * centre - effects.y[outermost]),
        v=np.append(effects.v, effects.v[outermost]),
        table=pd.concat([effects.table, mirrored]),
        log=(*effects.log, f"{count} estimates filled in by trim and fill."),
    )


def _variance(k: int, k0: float) -> float:
    """Variance of the rank sum where ``k0`` trials are missing."""
    cubic = 10 * k0**3 + 27 * k0**2 + 17 * k0 - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0
    return max(0.0, (k * (k + 1) * (2 * k + 1) + cubic) / 24)
