"""Profile likelihoods of variance components: curves, and intervals from them."""

import math
from dataclasses import replace
from typing import final

import numpy as np
import pandas as pd
from scipy.special import chdtri

from consilience.classical.multilevel.components_table import parameter_names
from consilience.classical.multilevel.correlations.base import Floats
from consilience.classical.multilevel.edges import highest
from consilience.classical.multilevel.objective import Objective
from consilience.classical.multilevel.pooled import PooledMultilevel
from consilience.errors import ConvergenceError, ModelError

_ACCURACY = 1e-10
_MOST_DOUBLINGS = 60
_POINTS = 41


def profile_likelihood(
    pooled: PooledMultilevel, component: str, *, points: int = _POINTS
) -> pd.DataFrame:
    """Trace the log likelihood along one parameter, all others being estimated anew.

    Its interval holds all values at which twice the log likelihood is within the quantile of
    chi-square(1) of its maximum, at the level of the analysis.

    Parameters
    ----------
    pooled : PooledMultilevel
    component : str
        A row of ``variance_components()``.
    points : int
        Number of values, spread evenly over the interval and a fifth of it on either side, on the
        scale of the standard deviation for variances; the estimate is always among them.

    Returns
    -------
    DataFrame
        Columns ``parameter, kind`` (``tau2`` or ``rho``), ``value, log_likelihood`` (the criterion
        of the analysis with all its constants) and ``drop``, how far that lies below the maximum;
        `plots.profile` draws it. ``attrs`` holds
        ``estimate, lower, upper, level, interval``; an end at a limit of the parameter is that
        limit, infinity included.

    Raises
    ------
    ModelError
        For an unknown or held component, for fewer than three points.
    ConvergenceError
        If the other parameters are not found somewhere.

    References
    ----------
    Hardy RJ, Thompson SG (1996). Statistics in Medicine 15:619–629.
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A
    """
    if not isinstance(pooled, PooledMultilevel):
        raise ModelError(
            f"This profile takes what cs.pool_multilevel answers, not a {type(pooled).__name__}; "
            "classical.diagnostics.profile_likelihood is for what cs.pool answers."
        )
    if points < 3:
        raise ModelError(f"{points} points draw no curve; give 41, say.")
    line = _Line(pooled, component)
    cut = 0.5 * float(chdtri(1, 1 - pooled.level))
    lower, upper = line.end(-1, cut), line.end(+1, cut)
    steps = np.linspace(lower, min(upper, 10 * max(line.best, 1.0) + line.best), points - 1)
    margin = 0.2 * (steps[-1] - steps[0])
    low, high = line.range
    spread = np.linspace(max(low, steps[0] - margin), min(high, steps[-1] + margin), points - 1)
    grid = np.unique(np.append(spread, line.best))
    drops = np.array([line.drop(each) for each in grid])
    columns = {
        "parameter": component,
        "kind": "tau2" if line.variance else "rho",
        "value": [line.reported(each) for each in grid],
        "log_likelihood": pooled.log_likelihood - drops,
        "drop": drops,
    }
    table = pd.DataFrame(columns)
    table.attrs = pooled.attrs | {
        "component": component,
        "estimate": line.reported(line.best),
        "lower": line.reported(lower),
        "upper": line.reported(upper),
        "level": pooled.level,
        "interval": "confidence",
    }
    return table


@final
class _Line:
    """One parameter, by its root where it is a variance, in units of the objective."""

    def __init__(self, pooled: PooledMultilevel, component: str) -> None:
        self.pooled = pooled
        self.term, self.place = _find(pooled, component)
        term = pooled.terms[self.term]
        self.variance = self.place < term.shape.variances
        whole = pooled.solution.objective
        self.unit = whole.unit if self.variance else 1.0
        value = float(pooled.solution.natural[self.term][self.place]) / self.unit
        self.best = math.sqrt(value) if self.variance else value
        low, high = term.shape.limits()[self.place]
        self.range = (0.0, math.inf) if self.variance else (low, high)
        self.last: dict[float, Floats] = {}
        self.drops: dict[float, float] = {}

    def reported(self, x: float) -> float:
        """Give the parameter itself."""
        return x**2 * self.unit if self.variance else x

    def drop(self, x: float) -> float:
        """Say how far the log likelihood lies below its maximum at a value."""
        solution = self.pooled.solution
        if x in self.drops:
            return self.drops[x]
        objective = self._held_at(x)
        starts = objective.parameters.starts(
            max(solution.objective.mean_square / objective.unit, 0.01)
        )
        near = sorted(self.last, key=lambda other: abs(other - x))[:2]
        point = highest(objective, [*(self.last[other] for other in near), *starts], tried=4)
        self.last[x] = point.u
        self.drops[x] = solution.point.value - point.value
        return self.drops[x]

    def end(self, side: int, cut: float) -> float:
        """Walk to one side until the drop passes the cut, then solve."""
        from scipy.optimize import brentq

        limit = self.range[0] if side < 0 else self.range[1]
        inside, step = self.best, max(0.25 * abs(self.best), 0.05 * self._width())
        for _ in range(_MOST_DOUBLINGS):
            outside = inside + side * step
            if side * (outside - limit) >= 0:
                if self.drop(limit) <= cut:
                    return limit
                outside = limit
            if self.drop(outside) > cut:
                found = brentq(lambda x: self._excess(x, cut), inside, outside, rtol=_ACCURACY)
                return float(found)
            inside, step = outside, 2 * step
        raise ConvergenceError(
            f"The profile likelihood of {self.pooled.terms[self.term].label!r} does not fall off; "
            f"it was followed to {self.reported(inside)!r}. These estimates do not bound it."
        )

    def _excess(self, x: float, cut: float) -> float:
        """Compare roots of drops: they are nearly straight, and met in half as many steps."""
        return math.sqrt(max(self.drop(x), 0.0)) - math.sqrt(cut)

    def _width(self) -> float:
        low, high = self.range
        return high - low if math.isfinite(high) else 1.0

    def _held_at(self, x: float) -> Objective:
        """Make the likelihood in which the component is held at this value."""
        pooled = self.pooled
        terms = list(pooled.terms)
        term = terms[self.term]
        held = {**term.held, self.place: self.reported(x)}
        terms[self.term] = replace(term, shape=term.shape.led_by(self.place), held=held)
        effects = pooled.effects
        data = effects.y, effects.v, pooled.design.full
        criterion = pooled.solution.objective.criterion
        return Objective(data, shared=effects.shared, terms=terms, criterion=criterion)


def _find(pooled: PooledMultilevel, component: str) -> tuple[int, int]:
    """Say which parameter of which term a component is; one that is held has no profile."""
    names = parameter_names(pooled.terms)
    places = [(at, i) for at, t in enumerate(pooled.terms) for i in range(len(t.shape.names))]
    if component not in names:
        raise ModelError(
            f"There is no component {component!r}. Known: {', '.join(names) or 'none'}."
        )
    found = places[names.index(component)]
    if found[1] in pooled.terms[found[0]].held:
        raise ModelError(f"The component {component!r} is held; there is nothing to profile.")
    return found
