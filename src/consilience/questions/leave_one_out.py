"""How well each estimate is foreseen by the others: leave-one-out, estimated and exact."""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.engines.exact.mates import observations
from consilience.engines.exact.newcomers import marginals
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.integrated import IntegratedPosterior
from consilience.errors import RefusalError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.questions.asking import answering, unselected
from consilience.questions.foreseen import foreseen
from consilience.questions.refits import reason, refits

if TYPE_CHECKING:
    from arviz_stats.utils import ELPDDataLOO

_ONE_WAY = (
    "of all its participants none or every one had the event, or there is no other trial: no PIT"
)
_CELLS = 2_000_000
_COLUMNS = ["lpd", "pit", "p_value", "accuracy"]


def loo(fit: Fit) -> "ELPDDataLOO":
    """Estimate the leave-one-out predictive density by Pareto-smoothed importance sampling.

    It works for every fit and is an estimate from its draws; `exact_loo` does without either.

    Parameters
    ----------
    fit : Fit
        By any engine.

    Returns
    -------
    arviz_stats.utils.ELPDDataLOO
        With the pointwise values; `arviz.compare` takes it.

    Raises
    ------
    RefusalError
        If there is but one estimate, which no other can foresee by reweighting, an estimate has
        no weight, or the bias selects.
    ModelError
        For what is no fit.

    References
    ----------
    Vehtari, Gelman & Gabry (2017), doi:10.1007/s11222-016-9696-4.
    """
    from arviz_stats import loo as estimate

    answering(fit, "loo")
    unselected(fit, "loo")
    if fit.effects.k == 1:
        raise RefusalError(
            "loo() reweights the draws of the other estimates, and there is only one. "
            "exact_loo(fit) holds it against the prior."
        )
    _refuse_weightless(fit)
    return estimate(fit.draws, pointwise=True, var_name="yi", reff=_efficiency(fit))


def _refuse_weightless(fit: Fit) -> None:
    """Refuse estimates of whose likelihood no draw thinks otherwise than another."""
    said = fit.draws["log_likelihood"]["yi"].to_numpy().reshape(-1, fit.effects.k)
    mute = np.flatnonzero(np.ptp(said, axis=0) == 0.0)
    if mute.size:
        names = ", ".join(repr(fit.effects.labels[i]) for i in mute)
        raise RefusalError(
            f"loo() cannot leave out {names}: without weight in the model's likelihood an estimate "
            "is left out already. Fit the same model to the other estimates."
        )


@dataclass(frozen=True, slots=True, eq=False)
class ExactLoo:
    """Exact leave-one-out predictive densities.

    Parameters
    ----------
    table : DataFrame
        By estimate: ``lpd`` = log p(yᵢ | y₋ᵢ), ``pit`` = P(new yᵢ ≤ observed yᵢ | y₋ᵢ), the
        two-sided ``p_value`` = 2·min(pit, 1 − pit), ``accuracy``, and ``note``: why a row is
        empty; of sampled fits also ``pareto_k``.
    elpd, se : float
        Σ lpd and √(k·Var(lpd)); nan where a row is empty, and `se` with one estimate.
    p : float
        Effective number of parameters: Σ log p(yᵢ | y) − elpd.
    """

    table: pd.DataFrame
    elpd: float
    se: float
    p: float

    def __repr__(self) -> str:
        """Say in one line what was found."""
        return (
            f"<ExactLoo of {len(self.table)} estimates: elpd {self.elpd:.2f} (SE {self.se:.2f}), "
            f"p {self.p:.2f}>"
        )

    def to_arviz(self) -> "ELPDDataLOO":
        """Give the result in ArviZ's form, which `arviz.compare` takes; every Pareto k is 0."""
        import xarray as xr
        from arviz_stats.utils import ELPDDataLOO

        labels = {"estimate": np.array(self.table.index, dtype=object)}
        pointwise = xr.DataArray(self.table["lpd"].to_numpy(), labels, ("estimate",), name="yi")
        return ELPDDataLOO(
            elpd=self.elpd,
            se=self.se,
            p=self.p,
            n_samples=0,
            n_data_points=len(self.table),
            scale="log",
            warning=False,
            good_k=0.7,
            elpd_i=pointwise,
            pareto_k=xr.zeros_like(pointwise),
        )


def exact_loo(fit: Fit) -> ExactLoo:
    """Foresee each estimate from all others, by exact refits; by draws if it was sampled.

    log p(yᵢ | y₋ᵢ) = log ∫ N(yᵢ; w'β, h(φ) + vᵢ) p(β, φ | y₋ᵢ), with the variance that was
    reported, also where the model lets the estimate count for less. Of estimates that share
    participants one is left out and the others of its block stay: what they show of the errors
    that it shares is part of what foresees it. The refits share their
    nodes, and rules are refined until two agree to 1e-9 with one hyperparameter, 1e-8 with two and
    1e-7 with three; `accuracy` says how closely they did.

    Of the arms' own data (Binomial, Poisson, ArmMeans, …) lpd is log p(data of trial i | others),
    and the PIT a mid-p value, the same by both engines: for events P(x < x₁ | m, others) +
    ½ P(x = x₁ | m, others) given the total m of both arms, known to 1e-3 (`engines.foresight`).

    A sampled fit answers by Pareto-smoothed importance sampling, with the variance that the model
    lets an estimate have, and by refits of the up to three estimates whose Pareto k exceeds 0.7,
    some ten seconds each.

    Parameters
    ----------
    fit : Fit
        By any engine.

    Raises
    ------
    RefusalError
        If a sampled fit has but one estimate, or its bias selects.
    ModelError
        For what is no fit.
    ConvergenceError
        If the integration of a refit misses its accuracy.

    References
    ----------
    Gelfand, Dey & Chang (1992), Bayesian Statistics 4, 147–167, for the conditional predictive
    ordinate, of which lpd is the logarithm. Dawid (1984), doi:10.2307/2981683, for the PIT.
    """
    answering(fit, "exact_loo")
    posterior, k = fit.posterior, fit.effects.k
    if isinstance(posterior, IntegratedPosterior):
        return _of_arms(fit, posterior)
    if not isinstance(posterior, ExactPosterior):
        return _estimated(fit)
    found = np.full((k, len(_COLUMNS)), np.nan)
    sets = [(place,) for place in range(k)]
    for each in refits(posterior, sets):
        surprise, zero = each.surprise, np.zeros(len(each.places))
        pit = surprise.cdf(zero)
        two_sided = 2.0 * np.minimum(pit, surprise.survival(zero))
        lpd = surprise.log_density(zero)
        found[list(each.places)] = np.stack([lpd, pit, two_sided, each.accuracy], axis=1)
    lpd = found[:, 0]
    columns = dict(zip(_COLUMNS, found.T, strict=True))
    notes = [reason(posterior.form, each) for each in sets]
    table = pd.DataFrame({**columns, "note": notes}, list(fit.effects.labels))
    table.index.name = "estimate"
    p = float(np.sum(_within(posterior)) - np.sum(lpd))
    return ExactLoo(fit.stamped(table), float(lpd.sum()), spread_of_sum(lpd), p)


def _of_arms(fit: Fit, posterior: IntegratedPosterior) -> ExactLoo:
    """Foresee the data of each trial's arms; `pit` is what `engines.foresight.foreseen` says."""
    lpd, accuracy = posterior.left_out()
    pit = posterior.foresee()
    columns = (lpd, pit, 2.0 * np.minimum(pit, 1.0 - pit), accuracy)
    table = pd.DataFrame(np.stack(columns, axis=1), list(fit.effects.labels), _COLUMNS)
    table["note"] = np.where(np.isnan(pit), _ONE_WAY, "")
    table.index.name = "estimate"
    p = float(np.sum(posterior.within()) - np.sum(lpd))
    return ExactLoo(fit.stamped(table), float(lpd.sum()), spread_of_sum(lpd), p)


def _estimated(fit: Fit) -> ExactLoo:
    """Reweight draws, and refit where they say too little."""
    with warnings.catch_warnings():  # each estimate's own note says it instead
        warnings.filterwarnings("ignore", message="Estimated shape parameter of Pareto")
        psis = loo(fit)
    pointwise, k = (np.asarray(each, dtype=float) for each in (psis.elpd_i, psis.pareto_k))
    table = foreseen(fit, pointwise, k)
    table.index.name = "estimate"
    lpd, within = table["lpd"].to_numpy(), float(psis.elpd + psis.p)
    total = float(lpd.sum())
    return ExactLoo(fit.stamped(table), total, spread_of_sum(lpd), within - total)


def spread_of_sum(parts: Array) -> float:
    """Give the standard error of a sum of pointwise values: √(k·Var); nan for a single one."""
    return float(np.sqrt(len(parts) * parts.var())) if len(parts) > 1 else np.nan


def _within(posterior: ExactPosterior) -> Array:
    """Log predictive density of a new estimate at each one observed, given all of them."""
    rule, form = posterior.integrated.rule, posterior.form
    given, reported = rule.conditional, posterior.effects.v
    means, variances = np.empty((2, len(rule.phi), len(form.y)))
    every, pieces = np.arange(len(form.y)), -(-len(rule.phi) * form.W.size // _CELLS)
    for some in np.array_split(np.arange(len(rule.phi)), pieces):
        row, y, error = observations(form, rule.phi[some], every, reported=reported)
        means[some] = np.einsum("nkm,nm->nk", row, given.mean[some]) - y
        variances[some] = np.sum((row @ given.root[some]) ** 2, axis=-1) + error
    return marginals(rule, means, variances).log_density(np.zeros(len(form.y)))


def _efficiency(fit: Fit) -> float | None:
    return 1.0 if isinstance(fit.posterior, ExactPosterior | IntegratedPosterior) else None
