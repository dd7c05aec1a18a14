"""Brute force for models: dense matrices, roots of plain scores, none of our own code.

Answers are dictionaries by metafor's names of the numbers; what is not in them is not decided.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize, stats

type Truth = dict[str, object]
type Entries = Sequence[np.ndarray]

_CUT = stats.chi2.ppf(0.95, 1) / 2


def regression(effects: object, X: np.ndarray, *, code: str, knha: bool) -> Truth:
    """Estimate tau² by bisection of its equation, then all that follows from it."""
    y, v = np.asarray(effects.y), np.asarray(effects.v)
    tau2 = _tau2(y, v, X, code=code)
    found = at_tau2(y, v, X, tau2=tau2, knha=knha)
    k, p = X.shape
    W, projector = _projected(v + tau2, X)
    w = np.diag(W)
    found["se.tau2"] = {
        "ML": math.sqrt(2 / (w @ w)), "REML": math.sqrt(2 / np.sum(projector * projector)),
    }.get(code, math.sqrt(2 * k**2 / (k - p)) / w.sum())  # fmt: skip
    whole = _tau2(y, v, np.ones((k, 1)), code=code)
    found["R2"] = 100 * max(0.0, 1 - tau2 / whole) if whole > 0 else math.nan
    return found


def at_tau2(y: np.ndarray, v: np.ndarray, X: np.ndarray, *, tau2: float, knha: bool) -> Truth:
    """Give coefficients, tests and relative heterogeneity at a tau², by whole matrices."""
    k, p = X.shape
    W, _ = _projected(v + tau2, X)
    cov = np.linalg.inv(X.T @ W @ X)
    beta = cov @ X.T @ W @ y
    rest = y - X @ beta
    cov = cov * (rest @ W @ rest / (k - p) if knha else 1.0)
    typical = (k - p) / np.trace(_projected(v, X)[1])
    ratio = {"tau2": tau2, "I2": 100 * tau2 / (tau2 + typical), "H2": 1 + tau2 / typical}
    spanned = np.linalg.matrix_rank(np.column_stack([X, np.ones(k)])) == p
    first = int(spanned and p > 1 and np.ptp(X[:, 0]) == 0)
    return tested(beta, cov, df=k - p if knha else math.inf, first=first) | ratio


def tested(beta: np.ndarray, cov: np.ndarray, *, df: float, first: int) -> Truth:
    """Test coefficients one by one, and all from the first on at once."""
    law = stats.norm if math.isinf(df) else stats.t(df)
    se = np.sqrt(np.diag(cov))
    half = law.ppf(0.975) * se
    m = len(beta) - first
    joint = beta[first:] @ np.linalg.solve(cov[first:, first:], beta[first:])
    joint /= 1 if math.isinf(df) else m
    p = stats.chi2.sf(joint, m) if math.isinf(df) else stats.f.sf(joint, m, df)
    return {
        "beta": beta, "se": se, "ci.lb": beta - half, "ci.ub": beta + half,
        "pval": 2 * law.sf(np.abs(beta / se)), "stat": beta / se, "QM": joint, "QMp": p,
        "vb": np.ravel(cov),
    }  # fmt: skip


def robust(pooled: object, cluster: str, code: str) -> Truth:
    """Sandwich of single estimates with tau² by REML; nan for other clusters and adjustments."""
    if cluster != "estimate" or code not in {"CR0", "CR1p"}:
        return {}
    y, v, X = pooled.effects.y, pooled.effects.v, pooled.design.full
    k, p = X.shape
    w = 1 / (v + _tau2(y, v, X, code="REML"))
    bread = np.linalg.inv((X.T * w) @ X)
    beta = bread @ (X.T * w) @ y
    scores = bread @ (X.T * w * (y - X @ beta))
    factor = k / (k - p) if code == "CR1p" else 1.0
    return tested(beta, factor * scores @ scores.T, df=k - p, first=1)


def location_scale(pooled: object, known: Sequence[float]) -> Truth:
    """Solve for a zero slope of the dense likelihood under the identity link."""
    y, v = pooled.effects.y, pooled.effects.v
    X, Z = pooled.design.full, pooled.scale.design.full
    restricted = pooled.model.chosen_criterion().code == "REML"

    def slope(alpha: np.ndarray) -> np.ndarray:
        W, projector = _projected(v + Z @ alpha, X)
        return Z.T @ ((projector @ y) ** 2 - np.diag(projector if restricted else W))

    if pooled.model.chosen_link().code != "identity":
        return {}
    start = np.asarray(known, dtype=float)
    alpha = np.asarray(optimize.root(slope, start, tol=1e-14).x)
    tau2 = Z @ alpha
    W, _ = _projected(v + tau2, X)
    cov = np.linalg.inv(X.T @ W @ X)
    k, p = X.shape
    typical = (k - p) / np.trace(_projected(v, X)[1])
    found = tested(cov @ X.T @ W @ y, cov, df=math.inf, first=int(p > 1))
    return found | {"alpha": alpha, "tau2": tau2, "I2": 100 * tau2 / (tau2 + typical)}


def multilevel(pooled: object) -> Truth:
    """Solve for a zero slope of the dense likelihood by the entries of the covariance."""
    dense = Dense(pooled)
    best = optimize.root(dense.slope, dense.start, tol=1e-14)
    cov = np.linalg.inv(dense.X.T @ np.linalg.solve(dense.omega(best.x), dense.X))
    beta = cov @ dense.X.T @ np.linalg.solve(dense.omega(best.x), dense.y)
    first = int(pooled.design.intercept and len(beta) > 1)
    return tested(beta, cov, df=math.inf, first=first)


def ends(pooled: object, component: str, ours: np.ndarray) -> np.ndarray:
    """Find the ends of a profile likelihood interval on the dense likelihood."""
    dense = Dense(pooled)
    top = dense.highest({}, dense.start)
    names = list(pooled.variance_components().index)
    place = names.index(component)

    def above(value: float) -> float:
        return dense.highest({place: value}, dense.start) - top + _CUT

    best = float(pooled.variance_components()["estimate"].iloc[place])
    found = []
    for end in ours:
        low, high = sorted((best, end + 0.1 * (end - best)))
        low = max(low, 1e-12)
        if above(low) * above(high) > 0:
            found.append(0.0 if above(1e-12) > 0 and end < best else math.nan)
        else:
            found.append(float(optimize.brentq(above, low, high, xtol=1e-13, rtol=1e-12)))
    return np.array(found)


class Dense:
    """The likelihood of two nested variances, or of a covariance of two outcomes.

    The parameters are the variances, and for two outcomes their correlation.
    """

    def __init__(self, pooled: object) -> None:
        effects = pooled.effects
        self.y, self.X = np.asarray(effects.y), pooled.design.full
        self.V = effects.shared.dense(effects.v)
        self.restricted = pooled.solution.objective.criterion.code == "REML"
        self.start = pooled.variance_components()["estimate"].to_numpy(dtype=float)
        terms = pooled.terms
        masks = [np.equal.outer(t.outer.codes, t.outer.codes).astype(float) for t in terms]
        if len(terms) == 2:
            self.parts, self.joint = masks, False
            return
        (mask,), inner = masks, terms[0].inner.codes
        one, two = (inner == 0).astype(float), (inner == 1).astype(float)
        mixed = np.outer(one, two) + np.outer(two, one)
        self.parts = [mask * np.outer(one, one), mask * np.outer(two, two), mask * mixed]
        self.joint = True

    def omega(self, values: np.ndarray) -> np.ndarray:
        """Give the marginal covariance at the parameters."""
        entries = np.array(values, dtype=float)
        if self.joint:
            entries[2] *= math.sqrt(entries[0] * entries[1])
        return self.V + sum(e * part for e, part in zip(entries, self.parts, strict=True))

    def height(self, values: np.ndarray) -> float:
        """Give the log likelihood up to a constant; minus infinity where there is none."""
        omega = self.omega(values)
        sign, logs = np.linalg.slogdet(omega)
        if sign <= 0 or np.linalg.eigvalsh(omega)[0] <= 0:
            return -math.inf
        inverse = np.linalg.inv(omega)
        information = self.X.T @ inverse @ self.X
        rest = self.y - self.X @ np.linalg.solve(information, self.X.T @ inverse @ self.y)
        extra = np.linalg.slogdet(information)[1] if self.restricted else 0.0
        return float(-0.5 * (logs + rest @ inverse @ rest + extra))

    def slope(self, values: np.ndarray) -> np.ndarray:
        """Give the derivatives of twice the log likelihood by the parameters."""
        inverse = np.linalg.inv(self.omega(values))
        information = self.X.T @ inverse @ self.X
        projector = inverse - inverse @ self.X @ np.linalg.solve(information, self.X.T @ inverse)
        pulled = projector @ self.y
        inner = projector if self.restricted else inverse
        by = np.array([pulled @ D @ pulled - np.sum(inner * D) for D in self.parts])
        if not self.joint:
            return by
        a, b, rho = values
        root = math.sqrt(a * b)
        half = 0.5 * rho * root * by[2]
        return np.array([by[0] + half / a, by[1] + half / b, root * by[2]])

    def highest(self, held: dict[int, float], start: np.ndarray) -> float:
        """Climb over all parameters but those that are held, from several starts and edges."""
        free = [at for at in range(len(start)) if at not in held]

        def fallen(z: np.ndarray, edge: float = math.nan) -> float:
            values = np.array(start, dtype=float)
            for at, value in held.items():
                values[at] = value
            for at, each in zip(free, z, strict=False):
                values[at] = math.tanh(each) if self.joint and at == 2 else math.exp(2 * each)
            if math.isfinite(edge):
                values[2] = edge
            return -self.height(values)

        best, edges = math.inf, (1.0, -1.0) if self.joint and 2 in free else ()
        for edge in (math.nan, *edges):
            kept = [at for at in free if not (math.isfinite(edge) and at == 2)]
            for size in (0.0, -2.0):
                z = [0.5 if self.joint and at == 2 else 0.5 * math.log(max(start[at], 1e-8)) + size
                     for at in kept]  # fmt: skip
                options = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4000, "maxfev": 4000}
                found = optimize.minimize(
                    fallen, z, args=(edge,), method="Nelder-Mead", options=options
                )
                best = min(best, float(found.fun))
        return -best


def _tau2(y: np.ndarray, v: np.ndarray, X: np.ndarray, *, code: str) -> float:
    """Find tau²: the highest of a fine grid, then bisection between its neighbours."""
    X = np.linalg.qr(X)[0]
    k, p = X.shape

    def score(tau2: float) -> float:
        W, projector = _projected(v + tau2, X)
        pulled = projector @ y
        if code in {"EB", "PM"}:
            return float(y @ pulled) - (k - p)
        return float(pulled @ pulled - np.trace(projector if code == "REML" else W))

    def height(tau2: float) -> float:
        W, projector = _projected(v + tau2, X)
        extra = np.linalg.slogdet(X.T @ W @ X)[1] if code == "REML" else 0.0
        return float(np.log(np.diag(W)).sum() - y @ projector @ y - extra)

    top = float(np.var(y) * k)
    grid = np.append(0.0, np.geomspace(1e-6 * min(float(v.min()), top), top, 200))
    if code in {"EB", "PM"}:
        low, high = 0.0, top
    else:
        best = int(np.argmax([height(each) for each in grid]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if score(low) <= 0:
        return 0.0
    return float(optimize.brentq(score, low, high, xtol=1e-16, rtol=1e-14))


def _projected(variances: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give W and ``P = W - W X (X'WX)⁻¹ X'W`` as whole matrices."""
    W = np.diag(1 / variances)
    basis = np.linalg.qr(X)[0]
    inner = np.linalg.inv(basis.T @ W @ basis)
    return W, W - W @ basis @ inner @ basis.T @ W


def once(made: Callable[[], Truth]) -> Callable[[], Truth]:
    """Compute an answer when it is asked for, and once."""
    kept: list[Truth] = []

    def found() -> Truth:
        if not kept:
            kept.append(made())
        return kept[0]

    return found
