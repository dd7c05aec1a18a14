"""How fast a trial table becomes effects: mixed forms, many rows, shared arms, a file.

The reference of the effects is the bare formula of Hedges' g in numpy, which reads, checks and
writes down nothing; that of a file is pandas' own reader.
"""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from figure import Figure, cpu

import consilience as cs
from consilience.trials import Trials, from_frame

ROWS = 100_000
FORMS = 8
"""Means and SDs, SEs, medians, the interval of a difference, d, F, intervals of means, g."""


def mixed_rows() -> Figure:
    """Turn 100 000 checked rows of eight forms into effects, each change written down."""
    trials = mixed(ROWS)
    seconds = cpu(lambda: cs.effect_sizes(trials, "SMD", conversions="DEFAULT"), repeats=3)
    return Figure("100 000 rows of 8 forms to effects", seconds, 2.0, bare(ROWS))


def mixed_tenth() -> Figure:
    """Do the same with a tenth of the rows: a tenth of the time, if the cost is linear."""
    trials = mixed(ROWS // 10)
    seconds = cpu(lambda: cs.effect_sizes(trials, "SMD", conversions="DEFAULT"), repeats=3)
    return Figure("  10 000 of them", seconds, reference=bare(ROWS // 10))


def assumed_rows() -> Figure:
    """Do the same with the covariates of the F tests unknown: an eighth of the rows at 15 nodes."""
    from consilience import priors
    from consilience.trials.conversions import DEFAULT, TToSMD

    trials, unknown = mixed(ROWS), TToSMD(priors.Uniform(0.2, 0.6))
    rules = tuple(unknown if isinstance(rule, TToSMD) else rule for rule in DEFAULT)
    seconds = cpu(lambda: cs.effect_sizes(trials, "SMD", conversions=rules), repeats=3)
    return Figure("100 000 of them, a distribution assumed", seconds)


def plain_rows() -> Figure:
    """Compute 100 000 rows of means and SDs: nothing to convert."""
    trials = from_frame(arms(ROWS))
    return Figure(
        "100 000 rows of means to effects",
        cpu(lambda: cs.effect_sizes(trials, "SMD"), repeats=3),
        reference=bare(ROWS),
    )


def shared_controls() -> Figure:
    """Build the covariance of 100 000 rows that share control arms by fours."""
    effects = cs.effect_sizes(arms(ROWS, apart=4), "SMD")
    rule = cs.dependence.SharedControl("control")
    return Figure(
        "100 000 rows that share controls by fours", cpu(lambda: effects.sharing(rule), 3)
    )


def read_and_check() -> Figure:
    """Read a CSV of 50 000 rows and run every check of an extraction; pandas alone beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trials.csv"
        arms(50_000).to_csv(path, index=False)
        seconds = cpu(lambda: checked(path), repeats=3)
        return Figure(
            "CSV of 50 000 rows, read and checked", seconds, 2.0, cpu(lambda: pd.read_csv(path), 3)
        )


FIGURES: tuple[Callable[[], Figure], ...] = (
    mixed_rows,
    mixed_tenth,
    assumed_rows,
    plain_rows,
    shared_controls,
    read_and_check,
)


def checked(path: Path) -> None:
    """Read a file and look for doubtful extractions."""
    from consilience.trials.checks import doubts

    doubts(cs.read_trials(path))


@cache
def arms(rows: int, apart: int = 1) -> pd.DataFrame:
    """Draw trials with means and SDs; studies of several rows have one control arm."""
    rng = np.random.default_rng(1)
    study = np.arange(rows) // apart
    table = pd.DataFrame({
        "study": [f"Study {i}" for i in study], "estimate": [f"Row {i}" for i in range(rows)],
        "control": "C", "n1": rng.integers(20, 90, rows), "mean1": rng.normal(12, 2, rows).round(2),
        "sd1": rng.uniform(2, 4, rows).round(2),
    })  # fmt: skip
    control = {
        "n2": rng.integers(20, 90, rows),
        "mean2": rng.normal(11, 2, rows).round(2),
        "sd2": rng.uniform(2, 4, rows).round(2),
    }
    return table.assign(**{name: values[study] for name, values in control.items()})


@cache
def mixed(rows: int) -> Trials:
    """Print each eighth of the rows in another form."""
    t, form = arms(rows), np.arange(rows) % FORMS
    gap = (t["mean1"] - t["mean2"]).round(2).replace(0.0, 0.11)
    se1, se2 = t["sd1"] / np.sqrt(t["n1"]), t["sd2"] / np.sqrt(t["n2"])
    se = np.sqrt(se1**2 + se2**2)
    cells = {
        "mean1": (t["mean1"], 0, 1, 2, 6), "mean2": (t["mean2"], 0, 1, 6),
        "sd1": (t["sd1"], 0, 2), "sd2": (t["sd2"], 0, 6),
        "se1": (se1.round(3), 1), "se2": (se2.round(3), 1),
        "median2": (t["mean2"], 2), "lower_quartile2": (t["mean2"] - 2, 2),
        "upper_quartile2": (t["mean2"] + 2.1, 2),
        "md": (gap, 3, 5), "md_lower": (gap - 2 * se, 3), "md_upper": (gap + 2 * se, 3),
        "d": ((gap / 3).round(2), 4), "f_stat": (((gap / se) ** 2).round(2) + 0.01, 5),
        "mean1_lower": (t["mean1"] - 0.8, 6), "mean1_upper": (t["mean1"] + 0.8, 6),
        "g": ((gap / 3).round(2), 7),
    }  # fmt: skip
    printed = {name: values.where(np.isin(form, forms)) for name, (values, *forms) in cells.items()}
    better = {"higher_is_better": np.where(form % 2, "yes", "no")}
    return from_frame(t[["study", "n1", "n2"]].assign(**printed, **better))


def bare(rows: int) -> float:
    """Time Hedges' g and its variance as one would write them down for complete rows."""
    n1, m1, s1, n2, m2, s2 = (
        arms(rows)[name].to_numpy(dtype=float)
        for name in ("n1", "mean1", "sd1", "n2", "mean2", "sd2")
    )

    def formula() -> None:
        m = n1 + n2 - 2
        g = (1 - 3 / (4 * m - 1)) * (m1 - m2) / np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / m)
        np.add(1 / n1 + 1 / n2, g**2 / (2 * (n1 + n2)))

    return cpu(formula)
