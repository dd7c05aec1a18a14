"""Many posteriors at once: what stands around the compiled loop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numba import config
from scipy.special import ndtri

from consilience.engines.batched import kernel
from consilience.engines.batched.prior import tabulate
from consilience.engines.batched.sets import DataSets
from consilience.engines.batched.shapes import Asked, Assumed
from consilience.engines.batched.sheet import blank
from consilience.engines.compiled import CACHE_KEY_ONLY, kept, stamp
from consilience.engines.summary import tails
from consilience.gaussian import Array
from consilience.priors import Prior

_CHUNK = 4096

type Loop = Callable[[kernel.Sets, tuple[Assumed, Asked], kernel.Places], None]


def ask(level: float, thresholds: tuple[float, ...]) -> Asked:
    """State the questions: the median, the ends of an interval, and thresholds to be exceeded."""
    lower, upper = tails(level)
    probabilities = np.array([lower, 0.5, upper])
    return Asked(probabilities, ndtri(probabilities), np.array(thresholds, dtype=float))


def ask_nothing() -> Asked:
    """Ask for moments only."""
    return Asked(np.empty(0), np.empty(0), np.empty(0))


def assume(mu: tuple[float, float], tau: Prior) -> Assumed:
    """State a random-effects model.

    Parameters
    ----------
    mu : tuple of float
        Mean and standard deviation of the normal prior of μ; infinite where it is flat.
    tau : Prior
        The prior of τ.

    Raises
    ------
    RefusalError
        If the density of τ is not smooth.
    """
    lower, upper = tau.support
    width = float(tau.ppf(0.5)) - lower
    return Assumed(*mu, lower, upper, width, tabulate(tau))


def run(sets: DataSets, assumed: Assumed, asked: Asked) -> Array:
    """Compute all posteriors.

    The sets are shared out among as many threads as numba is allowed (``NUMBA_NUM_THREADS``); each
    is computed by itself, so that the answers do not depend on how.

    Returns
    -------
    array (sets, columns)
        The columns of `kernel`.
    """
    count, loop = len(sets.sizes), _loop()
    columns = kernel.FIRST + 3 * asked.probabilities.size + 2 * asked.thresholds.size
    answers = np.empty((count, columns))

    def work(begin: int) -> None:
        """Answer for one chunk of the sets, in a thread of its own."""
        part = sets.part(begin, min(begin + _CHUNK, count))
        estimates = np.empty((int(part.sizes.max()), 2))
        marks = np.empty((4, asked.probabilities.size + 2))
        tools = blank(), blank(), blank(), marks
        places = answers[begin : begin + _CHUNK], estimates, tools
        loop((part.y, part.v, part.starts), (assumed, asked), places)

    with ThreadPoolExecutor(min(config.NUMBA_NUM_THREADS, -(-count // _CHUNK))) as pool:
        list(pool.map(work, range(0, count, _CHUNK)))
    return answers


@cache
def _loop() -> Loop:
    """Compile the loop, or load it from numba's cache of an earlier session."""
    version = stamp("consilience.engines.batched")

    def loop(sets: kernel.Sets, models: tuple[Assumed, Asked], places: kernel.Places) -> None:
        """Answer for one set after the other."""
        if version != CACHE_KEY_ONLY:
            kernel.posteriors(sets, models, places)

    return kept(loop)
