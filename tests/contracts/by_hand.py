"""The joint density of all that a PyMC model leaves free, written out with NumPy and SciPy.

Nothing here asks an engine, or a component how it enters one: covariances are whole matrices,
curves are written by their equations, arms have the distributions of SciPy. Components are asked
for their columns and, where true effects are independent, for the variances of their scatter.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.special import expit, logsumexp, ndtr
from tests.contracts.product import CORRELATING, SHARED, TERMS, TIED, Names, parts_of

from consilience import terms
from consilience.effects import Effects
from consilience.model import Model

STEP = "Threshold"


@dataclass(frozen=True)
class Spot:
    """Values of hyperparameters, of coefficients in units of their scales, and of all the rest."""

    names: Names
    model: Model
    effects: Effects
    point: dict[str, float]
    units: list[np.ndarray]
    extra: dict[str, np.ndarray]

    @property
    def term(self) -> str:
        return self.names[1]

    @property
    def data(self) -> str:
        return self.names[4]

    @property
    def column(self) -> np.ndarray:
        return self.effects.table["went"].to_numpy(float)


def log_prior(spot: Spot, hypers) -> float:
    """Log p(φ) of the hyperparameters and of the coefficients in units of their scales."""
    place = "went_location" if spot.term == STEP else ""
    own = (hyper for hyper in hypers if hyper.name != place)
    total = sum(float(hyper.prior.logpdf(spot.point[hyper.name])) for hyper in own)
    parts = zip(parts_of(spot.names), spot.units, strict=True)
    return total + sum(float(p.prior.logpdf(u).sum()) for p, u in parts if not p.implied)


def over_places(spot: Spot, log_data) -> float:
    """Sum log_data(c) over the intervals between exposures where a threshold jumps."""
    if spot.term != STEP:
        return log_data(spot.point.get("went_location", np.nan))
    prior = TERMS[STEP][0].location
    lower, upper = prior.support
    inside = np.unique(spot.column[(spot.column > lower) & (spot.column < upper)])
    edges = np.array([lower, *inside, upper])
    masses = np.diff(prior.cdf(edges))
    middles = 0.5 * (edges[1:] + edges[:-1])
    return float(logsumexp([log_data(c) + np.log(m) for c, m in zip(middles, masses, strict=True)]))


def curve(spot: Spot, c: float) -> np.ndarray:
    """Give the column of the curve at a location."""
    (term, *_), x = TERMS[spot.term], spot.column
    if isinstance(term, terms.Emax):
        found = x / (x + c)
    elif isinstance(term, terms.Hinge):
        found = np.maximum(x - c, 0.0) / (x.max() - c)
    elif term.spread:
        found = ndtr((x - c) / spot.effects.table[term.spread].to_numpy(float))
    else:
        found = (x >= c).astype(float)
    return found if term.from_zero else found - found.mean()


def expectation(spot: Spot, c: float) -> np.ndarray:
    """Give what the data have as their expectation, the bias included."""
    found = np.zeros(spot.effects.k)
    for part, unit in zip(parts_of(spot.names), spot.units, strict=True):
        scale = spot.point[part.scales[0].name] if part.scales else 1.0
        matrix = curve(spot, c)[:, None] if part.curve.hypers else part.matrix
        found = found + (0.0 if part.implied else matrix @ (scale * unit)) + part.known
    return found


def weights(spot: Spot) -> np.ndarray:
    """Give the power to which the bias raises each estimate's likelihood."""
    weight = {"PowerWeight": 0.4, "left out": 0.0}.get(spot.names[2], 1.0)
    return np.where(spot.effects.table["risk"] == "high", weight, 1.0)


def sampling(spot: Spot) -> np.ndarray:
    """Give V of the estimates, infinite on the diagonal where one does not count."""
    w, v, rho = weights(spot), spot.effects.v, spot.point.get("rho_sampling", 0.0)
    with np.errstate(divide="ignore"):
        found = np.diag(v / w)
    given = SHARED.get(spot.data, 0)
    studies = spot.effects.table["study"].to_numpy()
    for first in range(len(v) - 1):
        pair = [first, first + 1]
        if studies[first] == studies[first + 1] and np.all(w[pair] > 0.0):
            inside = first < given
            block = _pair(spot, pair) if inside else _unknown(v[pair] / w[pair], rho)
            found[np.ix_(pair, pair)] = block
    return found


def _unknown(v: np.ndarray, rho: float) -> np.ndarray:
    return np.diag(v) + rho * np.sqrt(v.prod()) * (1.0 - np.eye(2))


def _pair(spot: Spot, pair: list[int]) -> np.ndarray:
    """Weigh a covariance down: that of the doubtful one given the other is divided by w."""
    whole, w = spot.effects.shared.dense(spot.effects.v)[np.ix_(pair, pair)], weights(spot)[pair]
    if w[0] == w[1]:
        return whole / w[0]
    low = int(np.argmin(w))
    share = whole[0, 1] ** 2 / whole[1 - low, 1 - low]
    found = whole.copy()
    found[low, low] = (whole[low, low] - share) / w[low] + share
    return found


def tied(spot: Spot) -> np.ndarray:
    """Give the covariance of true effects that are tied to one another."""
    studies, outcomes = (spot.effects.table[name].to_numpy() for name in ("study", "outcome"))
    same, alike = studies[:, None] == studies, outcomes[:, None] == outcomes
    if spot.names[0] == "Nested":
        shared = spot.point["tau_study"] ** 2 * same
        return shared + spot.point["tau"] ** 2 * np.eye(len(studies))
    sd = np.array([spot.point.get(f"tau[{each}]", spot.point.get("tau")) for each in outcomes])
    return np.where(same, np.where(alike, 1.0, spot.point["rho"]), 0.0) * np.outer(sd, sd)


def components(spot: Spot) -> tuple[np.ndarray, np.ndarray]:
    """Give shares (c,) and variances (k, c) of independent true effects."""
    at = {name: np.array([value]) for name, value in spot.point.items()}
    found = spot.model.heterogeneity.population(spot.effects).components(at)
    shape = (spot.effects.k, found.shares.shape[1])
    return found.shares[0], np.broadcast_to(found.variances[0], shape)


def marginal(spot: Spot, c: float) -> float:
    """Log p(y | β, φ) with shared errors integrated out, for normal true effects."""
    V = sampling(spot)
    kept = np.isfinite(np.diag(V))
    V = V + (tied(spot) if spot.names[0] in TIED else np.diag(components(spot)[1][:, 0]))
    away = (spot.effects.y - expectation(spot, c))[kept]
    return float(stats.multivariate_normal(cov=V[np.ix_(kept, kept)]).logpdf(away))


def given_errors(spot: Spot, c: float) -> float:
    """Log p(y, u | β, φ): the errors u that estimates share are sampled, V = diag(d) + LL'."""
    own, loads = shared_errors(spot)
    unit = spot.extra.get("sampling_error_unit", np.zeros(0))
    kept = np.isfinite(own)
    shares, variances = components(spot)
    away = (spot.effects.y - expectation(spot, c) - loads @ unit)[kept, None]
    sd = np.sqrt(own[kept, None] + variances[kept])
    rows = logsumexp(stats.norm.logpdf(away, scale=sd), b=shares, axis=1)
    return float(rows.sum() + stats.norm.logpdf(unit).sum())


def shared_errors(spot: Spot) -> tuple[np.ndarray, np.ndarray]:
    """Split V by the package's own rule, and see that it is V."""
    from consilience.gaussian import counted, split
    from consilience.model import weighed

    V, v = sampling(spot), weighed(spot.model, spot.effects).v
    own, loads = split(counted(spot.effects.shared, v), v)
    kept = np.isfinite(own)
    whole = np.diag(own[kept]) + loads[kept] @ loads[kept].T
    np.testing.assert_allclose(whole, V[np.ix_(kept, kept)], rtol=1e-12, atol=1e-15)
    return own, loads


def log_estimates(spot: Spot) -> float:
    """Log density of estimates, as PyMC has them."""
    whole = spot.names[0] in TIED or spot.data in CORRELATING
    return over_places(spot, lambda c: (marginal if whole else given_errors)(spot, c))


def log_arms(spot: Spot) -> float:
    """Log density of arms, of their true effects and of all that is the trials' own."""
    eta, (shares, variances) = (
        expectation(spot, spot.point.get("went_location", np.nan)),
        components(spot),
    )
    if "theta" in spot.extra:
        theta = spot.extra["theta"]
        away = stats.norm.logpdf((theta - eta)[:, None], scale=np.sqrt(variances))
        total = float(logsumexp(away, b=shares, axis=1).sum())
    else:
        unit = spot.extra.get("theta_unit", np.zeros(spot.effects.k))
        theta = eta + np.sqrt(variances[:, 0]) * unit
        total = float(stats.norm.logpdf(unit).sum()) * ("theta_unit" in spot.extra)
    return total + float(arms(spot, -theta, spot.extra).sum())  # fewer events are better


def arms(spot: Spot, d: np.ndarray, own: dict[str, np.ndarray]) -> np.ndarray:
    """Log p(arms, own parameters | d), (…, k); d is intervention minus comparator."""
    table = {name: column.to_numpy() for name, column in spot.effects.table.items()}
    return {"Poisson": _rates, "ArmMeans": _means, "Hypergeometric": _odds}.get(
        spot.data, _risks
    )(spot, d, table, own)  # fmt: skip


def _baseline(spot: Spot, own: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    if "baseline_unit" in own:
        unit = own["baseline_unit"]
        found = spot.point["baseline_mean"] + spot.point["baseline_sd"] * unit
        return found, stats.norm.logpdf(unit)
    return own["baseline"], stats.norm.logpdf(own["baseline"], -1.0, 0.8)


def _risks(spot: Spot, d: np.ndarray, table, own) -> np.ndarray:
    b, total = _baseline(spot, own)
    risks = [expit(b + d), expit(b)]
    if "imor_unit" in own:
        z = own["imor_unit"]
        total = total + stats.norm.logpdf(z).sum(axis=-1)
        root = np.linalg.cholesky([[0.25, 0.06], [0.06, 0.16]])
        delta = np.array([0.2, -0.1]) + z @ root.T
        risks = [
            _seen(p, table, arm, delta[..., arm - 1]) for arm, p in zip((1, 2), risks, strict=True)
        ]
    for arm, p in zip("12", risks, strict=True):
        x, n = table[f"events{arm}"], table[f"n{arm}"]
        if spot.data == "BetaBinomial":
            size = (1.0 - spot.point["rho"]) / spot.point["rho"]
            total = total + stats.betabinom.logpmf(x, n, p * size, (1.0 - p) * size)
        else:
            total = total + stats.binom.logpmf(x, n, p)
    return total


def _seen(p: np.ndarray, table, arm: int, delta: np.ndarray) -> np.ndarray:
    """Risk π of those seen, from (1 − α)π + α expit(logit π + δ) = p, by bisection."""
    share = table[f"missing{arm}"] / (table[f"missing{arm}"] + table[f"n{arm}"])
    low, high = np.full(np.shape(p), -40.0), np.full(np.shape(p), 40.0)
    for _ in range(70):
        middle = 0.5 * (low + high)
        above = (1.0 - share) * expit(middle) + share * expit(middle + delta) > p
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return expit(0.5 * (low + high))


def _rates(spot: Spot, d: np.ndarray, table, own) -> np.ndarray:
    b, total = _baseline(spot, own)
    for arm, rate in (("1", b + d), ("2", b)):
        mean = table[f"person_time{arm}"] * np.exp(rate)
        total = total + stats.poisson.logpmf(table[f"events{arm}"], mean)
    return total


def _odds(spot: Spot, d: np.ndarray, table, own) -> np.ndarray:
    del spot, own
    x, n1, n2 = (table[name] for name in ("events1", "n1", "n2"))
    total = x + table["events2"]
    rows = zip(x.astype(int), n1.astype(int), n2.astype(int), total.astype(int), strict=True)
    each = [_noncentral(first, rest, d[..., i]) for i, (first, *rest) in enumerate(rows)]
    return np.stack(each, axis=-1)


def _noncentral(x: int, sizes: list[int], d: np.ndarray) -> np.ndarray:
    n1, n2, m = sizes
    u = np.arange(max(0, m - n2), min(n1, m) + 1)
    ways = stats.hypergeom.logpmf(u, n1 + n2, n1, m)
    return ways[x - u[0]] + x * d - logsumexp(ways + u * d[..., None], axis=-1)


def _means(spot: Spot, d: np.ndarray, table, own) -> np.ndarray:
    del spot
    unit, more = own["mean2_unit"], own["imdom_unit"]
    share = _missing(table)
    found = table["mean1"] - table["mean2"] + 0.5 * share[0] + 0.2 * share[1]
    se = [table[f"sd{arm}"] / np.sqrt(table[f"n{arm}"]) for arm in "12"]
    mean = d + np.sqrt(_extra(table)) * more - se[1] * unit
    first = stats.t.logpdf((found - mean) / se[0], table["n1"] - 1) - np.log(se[0])
    return first + stats.t.logpdf(unit, table["n2"] - 1) + stats.norm.logpdf(more)


def _missing(table) -> list[np.ndarray]:
    return [table[f"missing{a}"] / (table[f"missing{a}"] + table[f"n{a}"]) for a in "12"]


def _extra(table) -> np.ndarray:
    """Variance of what the missing add: SDs 0.6 and 0.4, correlation 0.3."""
    first, second = (np.asarray(share) for share in _missing(table))
    return 0.36 * first**2 + 0.16 * second**2 - 2.0 * 0.3 * 0.24 * first * second


def log_integrated(spot: Spot) -> float:
    """Log p(arms | β, φ, ω): true effects and all that is the trials' own by the trapezoid rule.

    What the missing add to a difference of means is normal, as true effects are: both together.
    """
    means, (_, variances) = spot.data == "ArmMeans", components(spot)
    h = variances[:, 0] + (_extra(spot.effects.table) if means else 0.0)
    names = ["theta_unit"] * bool(np.any(h > 0.0))
    names += [] if spot.data == "Hypergeometric" else ["mean2_unit" if means else "baseline"]
    z = np.linspace(-9.0, 9.0, 2001 if len(names) == 1 else 241)
    grids = np.meshgrid(*[z] * len(names), indexing="ij")
    axes = {name: g.ravel()[:, None] for name, g in zip(names, grids, strict=True)}
    unit, own = axes.get("theta_unit", np.zeros((1, 1))), {"imdom_unit": np.zeros((1, 1))}
    total = stats.norm.logpdf(unit) * ("theta_unit" in names) + means * 0.5 * np.log(2.0 * np.pi)
    if "baseline" in names:
        own["baseline"], total = -1.0 + 0.8 * axes["baseline"], total + np.log(0.8)
    if means:  # farther out than a normal: sinh
        own["mean2_unit"] = np.sinh(0.5 * axes["mean2_unit"])
        total = total + np.log(0.5 * np.cosh(0.5 * axes["mean2_unit"]))
    theta = expectation(spot, np.nan) + np.sqrt(h) * unit
    rows = total + arms(spot, -theta, own)
    return float((logsumexp(rows, axis=0) + len(names) * np.log(z[1] - z[0])).sum())
