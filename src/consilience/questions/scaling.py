"""How the posterior moves when the prior, or the likelihood, counts for a little more or less."""

import numpy as np
import pandas as pd
import xarray as xr

from consilience.errors import ModelError, RefusalError
from consilience.fit import Fit
from consilience.questions.asking import answering, unselected
from consilience.questions.removed import Removed

_HOUSE = ["mean", "sd", "median", "lower", "upper", "level", "interval"]


def power_scaling(
    fit: Fit, *, threshold: float = 0.05, trials: bool = False, level: float = 0.95
) -> pd.DataFrame:
    """Measure how far every parameter moves with its prior and with the data.

    The prior (or the likelihood) is raised to the powers 0.99 and 1.01, and the change of each
    marginal posterior is the sensitivity: the cumulative Jensen–Shannon distance per doubling of
    the power, by reweighted draws. Only priors at the top are scaled: that of levels given their
    standard deviation is part of the model. A parameter that moves with both is held between
    them; whether they disagree is what `conflict` says.

    Parameters
    ----------
    fit : Fit
        By any engine.
    threshold : float
        From which a sensitivity counts.
    trials : bool
        Whether the trials' true effects are shown too.
    level : float
        Mass of the intervals.

    Returns
    -------
    DataFrame
        By parameter: ``mean, sd, median, lower, upper, level, interval, prior, likelihood,
        diagnosis``.

    Raises
    ------
    RefusalError
        If every prior is improper, so that there is nothing to scale, or the bias selects.
    ModelError
        For what is no fit, and a threshold that does not lie between 0 and 1.

    References
    ----------
    Kallioinen et al. (2024), doi:10.1007/s11222-023-10366-5.
    """
    from arviz_stats import psense

    answering(fit, "power_scaling")
    unselected(fit, "power_scaling")
    if isinstance(threshold, bool) or not 0.0 < float(threshold) < 1.0:
        raise ModelError(f"threshold lies between 0 and 1; {threshold!r} does not. Try 0.05.")
    scaled = scaled_variables(fit)
    tree = _tree(fit, scaled, trials=trials)
    prior, likelihood = (psense(tree, group=group) for group in ("prior", "likelihood"))
    found = pd.DataFrame({"prior": _rows(prior), "likelihood": _rows(likelihood)})
    summary = fit.summary(level)
    rows = [name for name in summary.index if name in found.index]
    table = summary.loc[rows, _HOUSE].join(found)
    table["diagnosis"] = [
        _diagnosis(row["prior"], row["likelihood"], threshold) for _, row in table.iterrows()
    ]
    table.index.name = "parameter"
    return table


def scaled_variables(fit: Fit) -> list[str]:
    """Name the variables whose priors are at the top and proper.

    The coefficients of a term with a scale of its own are not: given it, they have no prior left
    that could be scaled apart from its own.

    Raises
    ------
    RefusalError
        If there is none.
    """
    layout = fit.posterior.layout
    parts = [part for part in layout.parts if part.labels and not part.scales]
    proper = [part.variable for part in parts if part.prior.proper]
    hypers = [hyper.variable for hyper in layout.hypers if hyper.prior.proper]
    found = list(dict.fromkeys((*proper, *hypers)))
    if not found:
        raise RefusalError(
            "Every prior of this model is improper: there is no prior to be scaled. Give mu or tau "
            "a proper prior, such as Normal or HalfNormal."
        )
    return found


def _tree(fit: Fit, scaled: list[str], *, trials: bool) -> xr.DataTree:
    """Keep what psense reads: the priors asked about, and no variable of a single trial."""
    left = [] if trials else ["theta"]
    posterior = fit.draws["posterior"].to_dataset()
    left += [name for name in ("outlier", "sampling_error") if name in posterior]
    wanted = {
        "posterior": posterior.drop_vars(left),
        "log_prior": fit.draws["log_prior"].to_dataset()[scaled],
        "log_likelihood": _likelihood(fit),
    }
    return xr.DataTree.from_dict(wanted)


def _likelihood(fit: Fit) -> xr.Dataset:
    """Give the log likelihood whose sum is that of all estimates together.

    Where some share participants, those of each estimate given the others do not add up to it.
    """
    found, removed = fit.draws["log_likelihood"].to_dataset(), Removed(fit)
    if not removed.integrated:
        return found
    shape = (found.sizes["chain"], found.sizes["draw"])
    whole = removed.log_likelihood().reshape(shape)
    return xr.Dataset(
        {"yi": (("chain", "draw"), whole)}, {"chain": found["chain"], "draw": found["draw"]}
    )


def _rows(found: xr.Dataset) -> pd.Series:
    """Name the values as the rows of a summary are named."""
    rows: dict[str, float] = {}
    for variable, values in found.data_vars.items():
        if not values.dims:
            rows[str(variable)] = float(values)
            continue
        names = values[values.dims[0]].to_numpy()
        for name, value in zip(names, values.to_numpy(), strict=True):
            row = str(name) if variable == "beta" else f"{variable}[{name}]"
            rows[row] = float(value)
    return pd.Series(rows, dtype=float)


def _diagnosis(prior: float, likelihood: float, threshold: float) -> str:
    """Word the two sensitivities, both relative to one threshold."""
    if np.isnan(prior) or np.isnan(likelihood):
        return "does not vary"
    if prior < threshold:
        return "hardly moves with the prior"
    if likelihood >= threshold:
        return "moves with the prior and with the data"
    return "moves with the prior more than with the data"
