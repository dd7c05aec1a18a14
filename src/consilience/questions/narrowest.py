"""Shortest intervals: those of highest density."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.engines.exact.marginals import HyperMarginal, hyper_marginals
from consilience.engines.exact.mixture import Mixture
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.summary import tails
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.questions.asking import answering, named

_LOOK, _GRID, _STEPS, _GOLDEN = 161, 401, 30, 45
_OUT, _DIP, _SETTLED = 1e-4, 1e-3, 1e-10
_HOUSE = ["mean", "sd", "median", "lower", "upper", "level", "interval", "p_gt_0"]
_RATIO = (float(np.sqrt(5.0)) - 1.0) / 2.0


def shortest(fit: Fit, level: float = 0.95) -> pd.DataFrame:
    """Give the shortest interval of every parameter.

    The narrowest [a, b] with P(a ≤ x ≤ b) = level: inside the support the densities at both ends
    are equal, which Newton's method solves on the exact marginals; for a standard deviation whose
    density falls from zero it starts at zero; for sampled fits it is the narrowest among the
    draws. It is the region of highest density where the marginal has one peak. Where it has
    several, that region may be no interval, and `attrs` names the parameter.

    Parameters
    ----------
    fit : Fit
        By any engine.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        By parameter: ``mean, sd, median, lower, upper, level, interval, p_gt_0``, ``p_below`` (the
        probability below the interval) and ``shorter`` (its width relative to the equal-tailed
        one). `attrs` holds ``several_peaks``, the names of such parameters (exact fits only).

    Raises
    ------
    ModelError
        For what is no fit, and a level that is no share between 0 and 1.

    References
    ----------
    Box & Tiao (1965), doi:10.1080/01621459.1965.10480752.
    """
    answering(fit, "shortest")
    tails(level)
    table, posterior = fit.summary(level)[_HOUSE], fit.posterior
    if isinstance(posterior, ExactPosterior):
        found = pd.concat([_of_mixtures(posterior, level), _of_hypers(posterior, level)])
    else:
        found = _sampled(fit, level)
    found = found.reindex(table.index)
    width = table["upper"] - table["lower"]
    table = table.assign(lower=found["lower"], upper=found["upper"], p_below=found["p_below"])
    table["shorter"] = (table["upper"] - table["lower"]) / width.where(width > 0.0)
    table.attrs["several_peaks"] = [str(name) for name in found.index[found["several"] == 1.0]]
    return table


def _of_mixtures(posterior: ExactPosterior, level: float) -> pd.DataFrame:
    """Solve f(a) = f(b) with the mass between them, started from the highest grid points."""
    names, mixture = named(posterior)
    ends = mixture.quantiles(np.array([_OUT, 1.0 - _OUT]))
    grid = np.linspace(0.0, 1.0, _GRID)[:, None] * (ends[1] - ends[0]) + ends[0]
    heights, reached = mixture.curves(grid)
    a, b = _solved(mixture, *_started(grid, reached, level), level=level)
    several = several_peaks(heights).astype(float)
    columns = {"lower": a, "upper": b, "p_below": mixture.cdf(a), "several": several}
    return pd.DataFrame(columns, index=list(names))


def _started(grid: Array, reached: Array, level: float) -> tuple[Array, Array]:
    """Find the narrowest interval between points of a grid, for each column."""
    shares = np.linspace(_OUT, 1.0 - level - _OUT, _LOOK)
    a, b = np.empty(grid.shape[1]), np.empty(grid.shape[1])
    for column in range(grid.shape[1]):
        low = np.interp(shares, reached[:, column], grid[:, column])
        high = np.interp(shares + level, reached[:, column], grid[:, column])
        best = int(np.argmin(high - low))
        a[column], b[column] = low[best], high[best]
    return a, b


def _solved(mixture: Mixture, a: Array, b: Array, *, level: float) -> tuple[Array, Array]:
    """Solve F(b) − F(a) = level and f(a) = f(b) by Newton's method in steps that are kept short."""
    for _ in range(_STEPS):
        f_a, f_b = mixture.density(a), mixture.density(b)
        mass, tilt = level - (mixture.cdf(b) - mixture.cdf(a)), f_b - f_a
        slope_a, slope_b = mixture.slope(a), mixture.slope(b)
        determinant = f_a * slope_b - f_b * slope_a
        determinant = np.where(determinant == 0.0, np.inf, determinant)
        step_a = -(slope_b * mass + f_b * tilt) / determinant
        step_b = -(slope_a * mass + f_a * tilt) / determinant
        most = 0.1 * (b - a)
        step_a, step_b = np.clip(step_a, -most, most), np.clip(step_b, -most, most)
        a, b = a + step_a, b + step_b
        if np.all(np.abs(step_a) + np.abs(step_b) <= _SETTLED * (b - a)):
            break
    return a, b


def _of_hypers(posterior: ExactPosterior, level: float) -> pd.DataFrame:
    marginals = hyper_marginals(posterior.integrated.rule)
    rows = [_of_hyper(each, level) for each in marginals]
    return pd.DataFrame(rows, index=[hyper.name for hyper in posterior.form.hypers])


def _of_hyper(marginal: HyperMarginal, level: float) -> dict[str, float]:
    """Minimise Q(p + level) − Q(p): on a grid of p, then by golden sections; p may be 0."""
    shares = np.linspace(0.0, 1.0 - level, _LOOK + 1)[:-1]
    widths = marginal.quantile(shares + level) - marginal.quantile(shares)
    best = int(np.argmin(widths))
    p = (
        0.0
        if best == 0 and widths[0] <= widths[1]
        else _refined(marginal, shares, best, level=level)
    )
    lower, upper = marginal.quantile(np.array([p, p + level])).tolist()
    low, high = marginal.quantile(np.array([1e-3, 1.0 - 1e-3])).tolist()
    heights = marginal.density(np.linspace(low, high, _GRID))
    return {
        "lower": lower if p > 0.0 else float(marginal.coordinate.lower),
        "upper": upper,
        "p_below": p,
        "several": float(several_peaks(heights[:, None])[0]),
    }


def _refined(marginal: HyperMarginal, shares: Array, best: int, *, level: float) -> float:
    """Search the narrowest interval round the best grid point by golden sections."""

    def width(p: float) -> float:
        return float(np.diff(marginal.quantile(np.array([p, p + level])))[0])

    step = float(shares[1] - shares[0])
    a, b = max(float(shares[best]) - step, 0.0), float(shares[best]) + step
    b = min(b, 1.0 - level)
    for _ in range(_GOLDEN):
        left, right = b - _RATIO * (b - a), a + _RATIO * (b - a)
        a, b = (a, right) if width(left) <= width(right) else (left, b)
    return 0.5 * (a + b)


def several_peaks(heights: Array) -> NDArray[np.bool_]:
    """Tell which densities have more than one peak, rounding errors apart.

    Parameters
    ----------
    heights : array (grid, q)
        One density a column.

    Returns
    -------
    array (q,) of bool
    """
    rising = np.maximum.accumulate(heights, axis=0)
    falling = np.maximum.accumulate(heights[::-1], axis=0)[::-1]
    dip = np.minimum(rising, falling) - heights
    return np.asarray((dip / heights.max(axis=0)).max(axis=0) > _DIP)


def _sampled(fit: Fit, level: float) -> pd.DataFrame:
    """Take the narrowest interval that holds this share of the draws."""
    from arviz_stats.base import array_stats

    rows = {}
    for name, values in _columns(fit).items():
        lower, upper = array_stats.hdi(values, level)
        below = float(np.mean(values < lower))
        rows[name] = {"lower": lower, "upper": upper, "p_below": below, "several": 0.0}
    return pd.DataFrame.from_dict(rows, orient="index")


def _columns(fit: Fit) -> dict[str, Array]:
    """Give the draws of every scalar under its row name."""
    found: dict[str, Array] = {}
    for variable, values in fit.draws["posterior"].to_dataset().data_vars.items():
        others = [str(dim) for dim in values.dims if dim not in ("chain", "draw")]
        if not others:
            found[str(variable)] = values.to_numpy().ravel()
            continue
        flat = values.transpose("chain", "draw", *others).to_numpy()
        for place, name in enumerate(values[others[0]].to_numpy()):
            row = str(name) if variable == "beta" else f"{variable}[{name}]"
            found[row] = flat[..., place].ravel()
    return found
