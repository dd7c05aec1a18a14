"""Many common-effect posteriors: one normal distribution each, in closed form."""

from dataclasses import dataclass

import numpy as np

from consilience.engines.batched.sets import DataSets
from consilience.gaussian import Array

_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """Posteriors of μ.

    Parameters
    ----------
    mean, sd, log_evidence : array (sets,)
        log_evidence is nan where the prior of μ is flat.
    """

    mean: Array
    sd: Array
    log_evidence: Array


def common(sets: DataSets, mu: tuple[float, float]) -> Common:
    """Update a normal or flat prior of μ by all estimates of each set.

    μ | y ~ N((S₁ + m/σ²)/A, 1/A) with A = S₀ + 1/σ² and Sⱼ = Σ yᵢʲ/vᵢ, taken about the mean of
    each set so that nothing cancels.
    """
    centre, sd = mu
    begins = sets.starts[:-1]

    def total(values: Array) -> Array:
        """Add up within each set."""
        return np.add.reduceat(values, begins)

    origin = total(sets.y) / sets.sizes
    residual = sets.y - np.repeat(origin, sets.sizes)
    s0, s1 = total(1.0 / sets.v), total(residual / sets.v)
    own = 1.0 / sd**2
    mean = (s1 + (centre - origin) * own) / (s0 + own)
    rest = total((residual - np.repeat(mean, sets.sizes)) ** 2 / sets.v)
    pull = (mean - (centre - origin)) ** 2 * own
    inflation = np.log1p(s0 * sd**2) if np.isfinite(sd) else np.nan
    evidence = -0.5 * (sets.sizes * _LOG_2PI + total(np.log(sets.v)) + inflation + rest + pull)
    return Common(origin + mean, 1.0 / np.sqrt(s0 + own), evidence)
