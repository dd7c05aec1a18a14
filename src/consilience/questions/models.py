"""Models of the same estimates in order of how well they foresee them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.engines.exact.posterior import ExactPosterior
from consilience.errors import ModelError, RefusalError
from consilience.fit import Fit
from consilience.questions.asking import answering
from consilience.questions.bridged import evidence_of
from consilience.questions.evidence import same_data
from consilience.questions.leave_one_out import exact_loo, loo, spread_of_sum

if TYPE_CHECKING:
    from arviz_stats.utils import ELPDDataLOO

_MANY = 100
_COLUMNS = [
    *("rank", "elpd", "se", "p", "elpd_diff", "se_diff", "weight"),
    *("log_evidence", "log10_bf", "prior_probability", "probability", "computed"),
]


def compare_models(
    fits: Mapping[str, Fit],
    *,
    prior_odds: Mapping[str, float] | None = None,
    bridge: bool = False,
) -> pd.DataFrame:
    """Rank models by leave-one-out predictive density and by evidence.

    Parameters
    ----------
    fits : mapping of str to Fit
        Fits of the same estimates, by name.
    prior_odds : mapping of str to float, optional
        How plausible each model was beforehand, up to a factor; all alike if left out.
    bridge : bool
        Whether the evidence of sampled fits is estimated as `bayes_factor` does, in some ten
        seconds each; otherwise it is nan.

    Returns
    -------
    DataFrame
        Best first by elpd: ``rank, elpd, se, p, elpd_diff, se_diff`` (against the best),
        ``weight`` (stacking), ``log_evidence, log10_bf`` (against the model with the highest
        evidence), ``prior_probability, probability`` (posterior, among the models that have an
        evidence; nan for the others), ``computed`` ("exact", or "PSIS" for sampled fits). `attrs`
        holds ``words``.

    Raises
    ------
    ModelError
        If no fits are given, they rest on different estimates, or the odds are not positive.
    ConvergenceError
        If the integration of a refit misses its accuracy.

    References
    ----------
    Yao et al. (2018), doi:10.1214/17-BA1091, for stacking. Sivula et al. (2025),
    arXiv:2008.10296, for the difference of elpd, whose standard error is too small where data are
    few or models alike. With one estimate there is none: ``se`` and ``se_diff`` are nan.
    """
    names = _checked(fits)
    pointwise = {name: _foreseen(fits[name]) for name in names}
    table = pd.DataFrame(index=pd.Index(names, name="model"), columns=_COLUMNS)
    table["elpd"] = [float(pointwise[name].elpd) for name in names]
    table["se"] = [float(pointwise[name].se) for name in names]
    table["p"] = [float(pointwise[name].p) for name in names]
    table["computed"] = ["exact" if _is_exact(fits[name]) else "PSIS" for name in names]
    table["weight"] = _stacked(pointwise)
    table["log_evidence"] = [_evidence(fits[name], name, bridge=bridge) for name in names]
    _weigh_evidence(table, _prior(names, prior_odds))
    table = table.sort_values("elpd", ascending=False, na_position="last", kind="stable")
    best = str(table.index[0])
    differences = [_difference(pointwise[str(name)], pointwise[best]) for name in table.index]
    table["elpd_diff"], table["se_diff"] = zip(*differences, strict=True)
    table["rank"] = np.arange(len(table))
    numbers = [name for name in _COLUMNS if name not in ("rank", "computed")]
    table = table.astype(dict.fromkeys(numbers, float))
    table.attrs["words"] = _words(table, fits[best].effects.k)
    return table


def _checked(fits: object) -> list[str]:
    """Refuse what is not several fits by name of the same estimates."""
    if not isinstance(fits, Mapping) or not fits:
        raise ModelError("compare_models() takes fits by name: compare_models({'a': fit, …}).")
    names = list(fits)
    for name in names:
        answering(fits[name], "compare_models")
        same_data(fits[names[0]], fits[name])
    return names


def _is_exact(fit: Fit) -> bool:
    return isinstance(fit.posterior, ExactPosterior)


def _foreseen(fit: Fit) -> "ELPDDataLOO":
    return exact_loo(fit).to_arviz() if _is_exact(fit) else loo(fit)


def _stacked(pointwise: "Mapping[str, ELPDDataLOO]") -> list[float]:
    """Weights by stacking; nan where a model does not foresee every estimate."""
    from arviz_stats import compare

    known = {name: each for name, each in pointwise.items() if np.isfinite(each.elpd)}
    if len(known) < 2:
        return [1.0 if name in known else np.nan for name in pointwise]
    weights = compare(known, method="stacking", round_to="none")["weight"]
    return [float(weights.get(name, np.nan)) for name in pointwise]


def _prior(names: list[str], odds: Mapping[str, float] | None) -> np.ndarray:
    """Turn prior odds into prior probabilities; without odds the models start equal."""
    given = dict.fromkeys(names, 1.0) if odds is None else dict(odds)
    values = np.array([given.get(name, np.nan) for name in names], dtype=float)
    if set(given) != set(names) or not np.all(np.isfinite(values) & (values > 0.0)):
        raise ModelError(
            f"prior_odds gives every model a positive number: {', '.join(names)}; got {odds!r}."
        )
    return np.asarray(values / values.sum())


def _evidence(fit: Fit, name: str, *, bridge: bool) -> float:
    """Give a log evidence; nan where there is none, or it is not to be estimated."""
    if not (bridge or _is_exact(fit)):
        return np.nan
    try:
        return evidence_of(fit, name).log
    except RefusalError:
        return np.nan


def _weigh_evidence(table: pd.DataFrame, prior: np.ndarray) -> None:
    """Add posterior probabilities, over those models alone whose evidence is known."""
    logs = table["log_evidence"].to_numpy(dtype=float)
    table["prior_probability"] = prior
    known = np.isfinite(logs)
    highest = logs[known].max() if known.any() else np.nan
    table["log10_bf"] = (logs - highest) / np.log(10.0)
    shares = np.where(known, prior * np.exp(logs - highest), np.nan)
    table["probability"] = shares / np.nansum(shares) if known.any() else np.nan


def _difference(one: "ELPDDataLOO", best: "ELPDDataLOO") -> tuple[float, float]:
    gap = np.asarray(one.elpd_i, dtype=float) - np.asarray(best.elpd_i, dtype=float)
    return float(gap.sum()), spread_of_sum(gap)


def _words(table: pd.DataFrame, k: int) -> tuple[str, ...]:
    """Say which model foresees best and by how much, with how far such a gap can be trusted."""
    sentences = []
    if len(table) > 1:
        rows = table.to_dict(orient="index")
        (best, _), (second, row) = list(rows.items())[:2]
        gap, se = -float(row["elpd_diff"]), float(row["se_diff"])
        sentences.append(
            f"{best} foresees the estimates best; {second} is behind by {gap:.2f}"
            f"{f' ± {se:.2f}' if np.isfinite(se) else ''} of log density: "
            f"{'hardly any' if gap < 4.0 else 'a clear'} difference."
        )
    if k == 1 and len(table) > 1:
        sentences.append("One estimate does not say how far such a difference is to be trusted.")
    elif k < _MANY and len(table) > 1:
        sentences.append(
            f"With {k} estimates the standard error of such a difference is itself uncertain."
        )
    without = [str(name) for name in table.index[table["log_evidence"].isna()]]
    if without:
        sentences.append(
            f"No evidence, and so no probability: {', '.join(without)} (sampled, or an improper "
            "prior)."
        )
    return tuple(sentences)
