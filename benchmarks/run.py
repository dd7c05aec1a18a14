"""How fast, beside a plain reference: one row per figure, timed in one run on one machine.

The reference of a fit is the same model, non-centred, through PyMC's sampler as it comes; that of a
start is the bare interpreter. A ratio below 1 is faster than the reference. PyMC is timed on its
second run, when what it compiled for the first is at hand.
"""

import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np
import nuts
import pandas as pd

import consilience as cs

HERE = Path(__file__).parent
REVIEW = HERE.parent / "data" / "smi_functioning"
COMMAND = Path(sys.executable).with_name("consilience")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured time.

    Parameters
    ----------
    name : str
        What was timed.
    seconds : float
        How long it took.
    owed : float
        The bound that the project has set itself, in seconds; NaN where there is none.
    reference : float
        The time of the plain way to the same end, in seconds; NaN where there is none.
    """

    name: str
    seconds: float
    owed: float = float("nan")
    reference: float = float("nan")

    def row(self) -> str:
        """Give the line of the table; what does not exist is a dash."""
        cells = (shown(self.seconds), shown(self.owed), shown(self.reference))
        ratio = "–" if np.isnan(self.reference) else f"{self.seconds / self.reference:.2g}"
        return f"{self.name:<46}" + "".join(f"{cell:>12}" for cell in (*cells, ratio))


def exact_random_effects() -> Figure:
    """Fit 13 BCG trials exactly, warm, answers included."""
    seconds = warm(lambda: cs.fit(random_effects(), bcg(), seed=1))
    return Figure("exact random_effects, 13 trials", seconds, 0.002, pymc_random_effects())


def exact_partial_pooling() -> Figure:
    """Fit two hyperparameters on the review's primary trials exactly, warm."""
    seconds = warm(lambda: cs.fit(partial_pooling(), trials(), seed=1))
    return Figure(
        f"exact partial_pooling, {trials().k} trials", seconds, 0.05, pymc_partial_pooling()
    )


def exact_summary() -> Figure:
    """Fit 13 BCG trials exactly and ask for every mean, interval and probability."""
    seconds = warm(lambda: cs.fit(random_effects(), bcg(), seed=1).summary())
    return Figure("  the same with its summary", seconds, reference=pymc_random_effects())


def nuts_random_effects() -> Figure:
    """Sample 13 BCG trials with this package's own NUTS engine."""
    engine = cs.engines.Nuts()
    seconds = second(lambda: cs.fit(random_effects(), bcg(), engine, seed=1))
    return Figure("NUTS random_effects, 13 trials", seconds, reference=pymc_random_effects())


def nuts_effective() -> Figure:
    """Draw until every parameter has 1000 effective draws; a tenth of PyMC's time is owed."""
    reference = 1000 / nuts.plain(bcg())[0]
    seconds = 1000 / nuts.marginalised(bcg(), random_effects())
    return Figure("  1000 effective draws of each parameter", seconds, reference / 10, reference)


def nuts_effective_sampling() -> Figure:
    """Do the same, not counting what PyMC prepares anew in every call."""
    seconds = 1000 / nuts.marginalised(bcg(), random_effects())
    reference = 1000 / nuts.plain(bcg())[1]
    return Figure("  the same, PyMC's sampling time alone", seconds, reference=reference)


def classical() -> Figure:
    """Pool 13 BCG trials by REML, warm."""
    return Figure("REML, 13 trials", warm(lambda: cs.pool(bcg(), "REML")))


def import_time() -> Figure:
    """Import the package in a new interpreter; the interpreter's own start is the reference."""
    return Figure("import consilience", start("-c", "import consilience"), 0.3, start("-c", ""))


def help_time() -> Figure:
    """Print the command's help."""
    return Figure("consilience --help", command("--help"), 0.3, start("-c", ""))


def report_time() -> Figure:
    """Write the whole report of the shipped review, from the shell."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = once(lambda: run(str(COMMAND), "report", str(REVIEW), "--to", f"{folder}/report"))
    return Figure("consilience report, all of it", seconds, 30)


FIGURES: tuple[Callable[[], Figure], ...] = (
    exact_random_effects,
    exact_summary,
    exact_partial_pooling,
    nuts_random_effects,
    nuts_effective,
    nuts_effective_sampling,
    classical,
    import_time,
    help_time,
    report_time,
)


@cache
def bcg() -> cs.Effects:
    """Log risk ratios of the 13 trials of BCG against tuberculosis (Colditz et al. 1994)."""
    table = pd.read_csv(HERE / "bcg.csv")
    risks = table["events1"] / table["n1"], table["events2"] / table["n2"]
    vi = 1 / table["events1"] - 1 / table["n1"] + 1 / table["events2"] - 1 / table["n2"]
    return cs.effect_sizes(table.assign(yi=np.log(risks[0] / risks[1]), vi=vi), "GEN")


@cache
def trials() -> cs.Effects:
    """Standardised mean differences of the shipped review's primary analysis."""
    return cs.read_review(REVIEW).effects


def random_effects() -> cs.Model:
    """Trials scattered normally about one mean."""
    return cs.Model(mu=cs.priors.Normal(0, 2.82), heterogeneity=scatter())


def partial_pooling() -> cs.Model:
    """Types of intervention drawn from a population, the comparator's shift beside them."""
    terms = (cs.terms.Exchangeable("intervention_type"), cs.terms.Linear("comparator_type"))
    return cs.Model(mu=cs.priors.Normal(0, 1), terms=terms, heterogeneity=scatter())


def scatter() -> cs.heterogeneity.Normal:
    """Say how true effects scatter in both models."""
    return cs.heterogeneity.Normal(tau=cs.priors.HalfNormal(0.5))


@cache
def pymc_random_effects() -> float:
    """Time the textbook's non-centred model, written down and sampled as a PyMC user would."""
    import pymc as pm

    effects = bcg()

    def sampled() -> None:
        with pm.Model():
            mu, tau = pm.Normal("mu", 0, 2.82), pm.HalfNormal("tau", 0.5)
            eta = pm.Normal("eta", shape=effects.k)
            pm.Normal("y", mu + tau * eta, np.sqrt(effects.v), observed=effects.y)
            sample()

    return second(sampled)


@cache
def pymc_partial_pooling() -> float:
    """Time the package's own PyMC model under the sampler as it comes."""

    def sampled() -> None:
        with partial_pooling().pymc(trials()):
            sample()

    return second(sampled)


def sample() -> None:
    """Draw 4 x 1000 after as many to tune."""
    import pymc as pm

    pm.sample(1000, tune=1000, chains=4, random_seed=1, progressbar=False, quiet=True)


def warm(action: Callable[[], object], repeats: int = 50) -> float:
    """Give the median of many runs after a first one that compiles and loads."""
    action()
    return median(once(action) for _ in range(repeats))


def second(action: Callable[[], object]) -> float:
    """Give the wall time of the second run, for which caches are filled."""
    action()
    return once(action)


def once(action: Callable[[], object]) -> float:
    """Give the wall time of one run, in seconds."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def start(*arguments: str) -> float:
    """Give the shortest of five starts of the interpreter."""
    return min(once(lambda: run(sys.executable, *arguments)) for _ in range(5))


def command(*arguments: str) -> float:
    """Give the shortest of five runs of the installed command."""
    return min(once(lambda: run(str(COMMAND), *arguments)) for _ in range(5))


def run(*words: str) -> None:
    """Run a command in silence; its failure is ours."""
    subprocess.run(words, check=True, capture_output=True)


def shown(seconds: float) -> str:
    """Write a time with a unit fit to read."""
    if np.isnan(seconds):
        return "–"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def main() -> None:
    """Print the table, each row as soon as it is known."""
    logging.disable(logging.WARNING)
    print(f"{'':<46}{'time':>12}{'owed':>12}{'reference':>12}{'ratio':>12}")
    for figure in FIGURES:
        print(figure().row(), flush=True)


if __name__ == "__main__":
    main()
