"""How often trials can tell a threshold of exposure from a slope, in simulated reviews.

python benchmarks/exposure.py --replications 200 7 14 30 60

Each cell is a design of k trials: exposures at evenly spaced quantiles of a normal distribution
with mean 55 % and the SD of the cell, two arms of 20 to 80 participants, a threshold at 55 %. The
truth is an effect beyond the threshold, a straight slope from 0 to that effect over the range of
exposures, or that effect everywhere. All three curves are fitted exactly, equally probable
beforehand; the table counts how often the threshold's posterior probability exceeds 0.9 and how
often the true curve is the likeliest.
"""

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from consilience import Model, effect_sizes, heterogeneity, priors, terms
from consilience.effects import Effects
from consilience.engines import Exact

RESULT = Path(__file__).resolve().parents[1] / "src" / "consilience" / "exposure" / "power.csv"
SEED, CENTRE, SURE = 20_261, 55.0, 0.9
TRUTHS, TAUS, SPREADS, EFFECTS = (
    ("threshold", "slope", "none"),
    (0.1, 0.3),
    (10.0, 20.0),
    (0.3, 0.6),
)


def design(k: int, spread: float) -> Effects:
    """Lay out k trials."""
    n = np.random.default_rng([SEED, k]).permutation(np.linspace(20, 80, k))
    exposure = CENTRE + spread * ndtri((np.arange(k) + 0.5) / k)
    table = pd.DataFrame(
        {"study": [f"t{i}" for i in range(k)], "yi": 0.0, "vi": 2.0 / n, "exposure": exposure}
    )
    return effect_sizes(table, "GEN")


def models(effects: Effects) -> dict[str, Model]:
    """Declare the three curves with the same priors."""
    wide, tau = priors.Normal(0.0, 1.0), heterogeneity.Normal(priors.HalfNormal(0.5))
    range_ = float(np.ptp(effects.table["exposure"].to_numpy()))
    curves = {
        "none": (),
        "slope": (terms.Linear(f"center({1.0 / range_:.12f} * exposure)", wide),),
        "threshold": (terms.Threshold("exposure", priors.Uniform(0.0, 100.0), wide),),
    }
    return {name: Model(mu=wide, terms=own, heterogeneity=tau) for name, own in curves.items()}


def truth(name: str, x: np.ndarray, effect: float) -> np.ndarray:
    """Give the expected effects under a truth."""
    shapes = {
        "threshold": (x >= CENTRE) * 1.0,
        "slope": (x - x.min()) / np.ptp(x),
        "none": np.ones(len(x)),
    }
    return effect * shapes[name]


def cells(k: int, replications: int) -> Iterator[dict[str, float | int | str]]:
    """Simulate and fit all cells of k trials."""
    for spread in SPREADS:
        effects = design(k, spread)
        fitted = {
            name: Exact(tolerance=1e-6).run(model, effects)
            for name, model in models(effects).items()
        }
        x = effects.table["exposure"].to_numpy()
        for name, tau, effect in product(TRUTHS, TAUS, EFFECTS):
            place = [TRUTHS.index(name), TAUS.index(tau), EFFECTS.index(effect)]
            rng = np.random.default_rng([SEED, k, int(spread), *place])
            rows = []
            for _ in range(replications):
                noise = rng.standard_normal(k) * np.sqrt(tau**2 + effects.v)
                y = truth(name, x, effect) + noise
                again = {curve: posterior.again(y) for curve, posterior in fitted.items()}
                rows.append(judged(again))
            found = pd.DataFrame(rows)
            yield {
                "truth": name, "k": k, "tau": tau, "exposure_sd": spread, "effect": effect,
                "replications": replications,
                "p_threshold_above_0.9": float((found["threshold"] > SURE).mean()),
                "true_curve_likeliest": float((found["best"] == name).mean()),
                "mean_p_threshold": float(found["threshold"].mean()),
            }  # fmt: skip


def judged(fitted: dict) -> dict[str, float | str]:
    """Give the posterior probability of each curve, and the likeliest."""
    logs = {name: posterior.log_evidence for name, posterior in fitted.items()}
    top = max(logs.values())
    weights = {name: float(np.exp(log - top)) for name, log in logs.items()}
    total = sum(weights.values())
    return {name: own / total for name, own in weights.items()} | {"best": max(logs, key=logs.get)}


def main() -> None:
    """Read the command line, simulate, and put the rows in the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("k", nargs="*", type=int, default=[7, 14, 30, 60])
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--to", type=Path, default=RESULT)
    asked = parser.parse_args()
    asked.to.parent.mkdir(parents=True, exist_ok=True)
    for k in asked.k:
        new = pd.DataFrame(cells(k, asked.replications))
        old = pd.read_csv(asked.to) if asked.to.exists() else pd.DataFrame()
        kept = old[old["k"] != k] if len(old) else old
        whole = pd.concat([kept, new]).sort_values(["truth", "k", "tau", "exposure_sd", "effect"])
        whole.round(4).to_csv(asked.to, index=False)
        print(new.to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
