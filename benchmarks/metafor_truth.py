"""Brute force for one regression: extended precision, plain sums, bisection; none of our code.

Where metafor stopped early and the two programs differ, these decide.
"""

import math

import numpy as np
from scipy import integrate, optimize, special, stats

type Analysis = dict[str, float]
_LONG = np.longdouble


def tau2_reml(y: np.ndarray, v: np.ndarray, X: np.ndarray) -> float:
    """Maximise the restricted likelihood on a fine grid, then halve the bracket of its slope."""
    y, v, X = (np.asarray(each, dtype=_LONG) for each in (y, v, X))
    top = float(np.var(y) * len(y) + 1e-300)
    grid = np.append(0.0, np.geomspace(1e-5 * min(float(v.min()), top), top, 300))
    heights = [_restricted((y, v, X), tau2)[0] for tau2 in grid]
    best = int(np.argmax(heights))
    low, high = _LONG(grid[max(best - 1, 0)]), _LONG(grid[min(best + 1, len(grid) - 1)])
    if _restricted((y, v, X), low)[1] <= 0:
        return 0.0
    for _ in range(90):
        middle = (low + high) / 2
        low, high = (middle, high) if _restricted((y, v, X), middle)[1] > 0 else (low, middle)
    return float((low + high) / 2)


def analysis(
    y: np.ndarray, v: np.ndarray, X: np.ndarray | None = None, *, knha: bool = False
) -> Analysis:
    """Pool by restricted maximum likelihood; the first coefficient answers."""
    design = np.ones((len(y), 1)) if X is None else X
    tau2 = tau2_reml(y, v, design) if len(y) > design.shape[1] else 0.0
    return at(y, v, design, tau2=tau2, knha=knha)


def at(y: np.ndarray, v: np.ndarray, X: np.ndarray, *, tau2: float, knha: bool) -> Analysis:
    """Give all that follows from tau², every coefficient as ``beta[j]`` and ``se[j]``."""
    k, p = X.shape
    w, w0 = 1 / (v + tau2), 1 / v
    cov, beta = _fit(y, w, X)
    residual = y - X @ beta
    factor = float(w @ residual**2) / (k - p) if knha else 1.0
    quantile = stats.t.ppf(0.975, k - p) if knha else stats.norm.ppf(0.975)
    law = stats.t(k - p) if knha else stats.norm
    fixed = y - X @ _fit(y, w0, X)[1]
    Q = float(w0 @ fixed**2)
    trace = w0.sum() - np.trace(_fit(y, w0, X)[0] @ (X * (w0**2)[:, None]).T @ X)
    typical = (k - p) / trace if k > p else math.nan
    found = {
        "tau2": tau2, "Q": Q, "I2": 100 * tau2 / (tau2 + typical), "H2": 1 + tau2 / typical,
        "s2": factor, "det": float(np.linalg.det(factor * cov)),
    }  # fmt: skip
    for j in range(p):
        se = math.sqrt(factor * cov[j, j])
        z = beta[j] / se
        found |= {
            f"beta[{j}]": float(beta[j]), f"se[{j}]": se, f"z[{j}]": float(z),
            f"p[{j}]": float(2 * law.sf(abs(z))), f"lower[{j}]": float(beta[j] - quantile * se),
            f"upper[{j}]": float(beta[j] + quantile * se),
        }  # fmt: skip
    return found


def henmi_copas_half(y: np.ndarray, v: np.ndarray) -> float:
    """Half the width of Henmi and Copas's interval, from dense conditional moments of Q."""
    k, w = len(y), 1 / v
    total = w.sum()
    A = np.diag(w) - np.outer(w, w) / total
    Q = float(y @ A @ y)
    tau2 = max(0.0, (Q - (k - 1)) / np.trace(A))
    whole = np.diag(v + tau2)
    share = whole @ w / math.sqrt(total)
    spread = float(w @ whole @ w) / total
    left = whole - np.outer(share, share) / spread
    slope, second = np.trace(A), float((w**2).sum()) / total

    def below(r: float, u: float) -> float:
        m, part = share * r / spread, A @ left
        mean = np.trace(part) + m @ A @ m
        variance = 2 * np.trace(part @ part) + 4 * m @ A @ left @ A @ m
        most = ((r / u) ** 2 - 1) / second * slope + k - 1
        return float(special.gammainc(mean**2 / variance, most * mean / variance))

    def excess(u: float) -> float:
        def seen(r: float) -> float:
            return below(r, u) * stats.norm.pdf(r, 0, math.sqrt(spread))

        ends = (u, 9 * math.sqrt(spread))
        return integrate.quad(seen, *ends, epsabs=1e-11, epsrel=1e-11, limit=200)[0] - 0.025

    u = optimize.brentq(excess, 0.1, 8 * math.sqrt(spread), xtol=1e-10)
    return float(u * math.sqrt((1 + tau2 * second) / total))


def _fit(y: np.ndarray, w: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cov = np.linalg.inv(((X * w[:, None]).T @ X).astype(float))
    return cov, cov @ ((X * w[:, None]).T @ y).astype(float)


def _restricted(
    data: tuple[np.ndarray, np.ndarray, np.ndarray], tau2: float
) -> tuple[np.longdouble, np.longdouble]:
    """Twice the log likelihood and its slope, by sums for one or two columns."""
    y, v, X = data
    w = 1 / (v + tau2)
    inverse, logdet = _inverse((X * w[:, None]).T @ X)
    beta = inverse @ ((X * w[:, None]).T @ y)
    residual = y - X @ beta
    trace = w.sum() - np.sum(inverse * ((X * (w**2)[:, None]).T @ X))
    height = np.log(w).sum() - logdet - np.sum(w * residual**2)
    return height, np.sum(w**2 * residual**2) - trace


def _inverse(given: np.ndarray) -> tuple[np.ndarray, np.longdouble]:
    if len(given) == 1:
        return 1 / given, np.log(given[0, 0])
    a, b, d = given[0, 0], given[0, 1], given[1, 1]
    det = a * d - b * b
    return np.array([[d, -b], [-b, a]], dtype=_LONG) / det, np.log(det)
