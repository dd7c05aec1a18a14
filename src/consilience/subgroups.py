"""The effect at each level of a factor, and how strongly the levels differ."""

from itertools import combinations as pairs_of

import pandas as pd

from consilience.classical.pooled import Pooled
from consilience.classical.subgroups import subgroups as classical_subgroups
from consilience.design.columns import as_labels, column_of, factor
from consilience.engines import Combination
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.rows import of_level, readers

_INTERVAL = ["lower", "upper", "level", "interval"]


def subgroups(
    result: Fit | Pooled, by: str, *, level: float = 0.95, common_tau2: bool = False
) -> pd.DataFrame:
    """Give the effect of each level of a factor.

    For a fit each level is read off the model: μ plus the term's coefficients, averaged over the
    trials' other moderators, so that a level seen in one trial is shrunk as far as the model says.
    For a classical analysis each level is pooled on its own, or in one regression with a common
    tau².

    Parameters
    ----------
    result : Fit or Pooled
        The analysis.
    by : str
        The factor's column.
    level : float
        Mass of the intervals of a fit; a classical analysis keeps its own.
    common_tau2 : bool
        Classical only: one tau² for all levels.

    Returns
    -------
    DataFrame
        By level: ``estimate, lower, upper, level, interval, k`` and more. In `attrs`: for a fit
        ``differences`` (P(difference > 0) of all pairs), ``spread`` (posterior of the standard
        deviation between levels, where there is one) and ``words``; for a classical analysis
        ``Q_between``, ``Q_df``, ``Q_p`` and ``words``.

    Raises
    ------
    ModelError
        If the model of the fit does not read the factor, the column is missing, or no analysis is
        given.
    DataError
        For an empty cell in the column.
    """
    if isinstance(result, Pooled):
        return classical_subgroups(result, by, common_tau2=common_tau2)
    if not isinstance(result, Fit):
        raise ModelError(f"subgroups() takes what fit() and pool() give, not {result!r}.")
    levels = _levels(result, by)
    place, *_ = readers(result, by)
    rows = tuple(Combination(name, of_level(result, by, name)) for name in levels)
    found = result.combine(rows, level=level)
    table = found.rename(columns={"mean": "estimate"})[["estimate", "median", "sd", *_INTERVAL]]
    table.insert(len(table.columns), "p_gt_0", found["p_gt_0"])
    table["k"] = [_count(result, by, name) for name in levels]
    table.index.name = by
    table.attrs |= found.attrs
    table.attrs["differences"] = _differences(result, rows, level)
    table.attrs["spread"] = _spread(result, place, level)
    table.attrs["words"] = _words(by, table)
    return table


def _levels(fit: Fit, by: str) -> tuple[str, ...]:
    column_of(fit.effects.table, by)
    return factor(fit.effects.table, by).levels


def _count(fit: Fit, by: str, name: str) -> int:
    return as_labels(fit.effects.table, by).count(name)


def _differences(
    fit: Fit, rows: tuple[Combination, ...], level: float
) -> list[dict[str, float | str]]:
    """Give the posterior of the difference of each two levels, a before b."""
    named = list(pairs_of(rows, 2))
    wanted = tuple(Combination(f"{a.name} − {b.name}", a.weights - b.weights) for a, b in named)
    if not wanted:
        return []
    found = fit.combine(wanted, level=level)
    kept = found.rename(columns={"mean": "estimate"})[["estimate", "lower", "upper", "p_gt_0"]]
    kept.insert(0, "a", [a.name for a, _ in named])
    kept.insert(1, "b", [b.name for _, b in named])
    return kept.to_dict(orient="records")  # type: ignore[return-value]


def _spread(fit: Fit, place: int, level: float) -> dict[str, float]:
    """Summarise the SD between levels, where the term has one."""
    scales = fit.posterior.layout.parts[place + 1].scales
    if not scales:
        return {}
    columns = ["mean", "median", "lower", "upper"]
    row = fit.scales(level)[columns].to_dict(orient="index")[scales[0].name]
    return {name: float(row[name]) for name in columns}


def _words(by: str, table: pd.DataFrame) -> str:
    """Say which levels differ surely, and which were seen but once."""
    single = [str(name) for name, k in table["k"].items() if k == 1]
    differences = table.attrs["differences"]
    sure = [each for each in differences if not 0.025 < each["p_gt_0"] < 0.975]
    label = by.replace("_", " ")
    parts = []
    if table.attrs["spread"]:
        spread = table.attrs["spread"]
        parts.append(
            f"The standard deviation between levels of {label} is {spread['median']:.2f} "
            f"({spread['lower']:.2f} to {spread['upper']:.2f})."
        )
    if sure:
        named = "; ".join(_sure(each) for each in sure)
        parts.append(f"Levels whose order is at least 97.5 % sure: {named}.")
    elif differences:
        parts.append(
            f"No two levels of {label} can be put in order with a probability of 97.5 % or more: "
            "the trials do not show that the effect depends on it."
        )
    if single:
        support = "the other levels" if table.attrs["spread"] else "the prior"
        parts.append(
            f"Seen in one trial only: {', '.join(single)}. What is said of them leans on {support} "
            "and is no finding of its own."
        )
    return " ".join(parts)


def _sure(each: dict[str, float | str]) -> str:
    upper, lower = (each["a"], each["b"]) if float(each["p_gt_0"]) > 0.5 else (each["b"], each["a"])
    return f"{upper} above {lower}"
