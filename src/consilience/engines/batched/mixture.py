"""Mixtures of normals over the nodes: probabilities and quantiles of μ and of a new true effect.

A mixture is named by where it stands on a sheet.
"""

import numpy as np

from consilience.engines.batched import vector
from consilience.engines.batched.shapes import Asked
from consilience.engines.batched.sheet import MASS, MEAN, A, B, C
from consilience.engines.compiled import exact, summing
from consilience.gaussian import Array

type Place = tuple[int, int]
"""Number of nodes, and the row of one over their standard deviations."""

type Task = tuple[Place, Place, Array]

_STEPS = 100
_CLOSE = 3e-5  # what is left after a step from here is of the order of its third power
_PER_ROOT_2PI = 0.3989422804014327


@summing
def below(sheet: Array, x: float, mixture: Place) -> tuple[float, float, float]:
    """Give the distribution function, the density and its slope at x."""
    n, sharp = mixture
    _standardise(sheet, x, mixture)
    above = density = slope = 0.0
    for i in range(n):
        share = sheet[MASS + i] * sheet[sharp + i] * sheet[B + i]
        above += sheet[MASS + i] * vector.upper(sheet[A + i], sheet[B + i])
        density += share
        slope -= share * sheet[A + i] * sheet[sharp + i]
    return 1.0 - above, density * _PER_ROOT_2PI, slope * _PER_ROOT_2PI


@summing
def above(sheet: Array, x: float, mixture: Place) -> float:
    """Give P(quantity > x), without cancellation in the upper tail."""
    _standardise(sheet, x, mixture)
    total = 0.0
    for i in range(mixture[0]):
        total += sheet[MASS + i] * vector.upper(sheet[A + i], sheet[B + i])
    return total


@exact
def _standardise(sheet: Array, x: float, mixture: Place) -> None:
    """Put z into A and exp(−z²/2) into B, for every node."""
    n, sharp = mixture
    for i in range(n):
        z = (x - sheet[MEAN + i]) * sheet[sharp + i]
        sheet[A + i], sheet[B + i] = z, -0.5 * z * z
    vector.exp(sheet[B : B + n], sheet[C : C + n])


@exact
def quantiles(sheets: tuple[Array, Array], asked: Asked, task: Task) -> float:
    """Find quantiles by Halley's method: on the coarse rule, then one more step on the fine one.

    Parameters
    ----------
    sheets : tuple of array
        Hold the mixture by a fine and a coarse rule.
    asked : Asked
        Of which probabilities.
    task : tuple
        Where the two mixtures stand, and where the quantiles go.

    Returns
    -------
    float
        Largest disagreement of the rules about a tail probability, relative to it.
    """
    fine, coarse = sheets
    here, there, answers = task
    mean, sd, (between, both, within) = _shape(coarse, there)
    reach, worst = np.sqrt(sd * sd + between + within), 0.0
    for j in range(asked.probabilities.size):
        q, z = asked.probabilities[j], asked.deviates[j]
        rest = min(q, 1.0 - q)
        # To second order in how the nodes differ; the ends are by Chebyshev's inequality.
        bend = 0.5 * z * between + (z * z - 1.0) * both + 0.5 * z * (z * z - 2.0) * within
        far = reach / np.sqrt(rest)
        x, found = _solve(coarse, there, (q, (mean + z * sd + bend / sd, mean - far, mean + far)))
        probability, density, slope = below(fine, x, here)
        worst = max(worst, abs(probability - found) / rest)
        answers[j] = x - _halley(probability - q, density, slope)
    return worst


@exact
def _solve(
    sheet: Array, mixture: Place, task: tuple[float, tuple[float, float, float]]
) -> tuple[float, float]:
    """Come so near the quantile that one step is left; give the place and P there."""
    q, (x, lower, upper) = task
    close = _CLOSE * min(q, 1.0 - q)
    for _ in range(_STEPS):
        probability, density, slope = below(sheet, x, mixture)
        if abs(probability - q) <= close:
            break
        lower, upper = (x, upper) if probability < q else (lower, x)
        following = x - _halley(probability - q, density, slope)
        x = following if lower <= following <= upper else 0.5 * (lower + upper)
    return x, probability


@exact
def _halley(excess: float, density: float, slope: float) -> float:
    newton = excess / density
    return newton / (1.0 - 0.5 * newton * slope / density)


@summing
def _shape(sheet: Array, mixture: Place) -> tuple[float, float, tuple[float, float, float]]:
    """Mean, mean standard deviation, and second moments of both between the nodes."""
    n, sharp = mixture
    mean = sd = 0.0
    for i in range(n):
        sheet[C + i] = 1.0 / sheet[sharp + i]
        mean += sheet[MASS + i] * sheet[MEAN + i]
        sd += sheet[MASS + i] * sheet[C + i]
    between = both = within = 0.0
    for i in range(n):
        m, s = sheet[MEAN + i] - mean, sheet[C + i] - sd
        between += sheet[MASS + i] * m * m
        both += sheet[MASS + i] * m * s
        within += sheet[MASS + i] * s * s
    return mean, sd, (between, both, within)
