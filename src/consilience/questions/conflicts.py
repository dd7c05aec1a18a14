"""Whether prior and data disagree, prior by prior."""

import numpy as np
import pandas as pd

from consilience.engines.conflict import prior_tail
from consilience.engines.scattering import cochran_q, foreseen_q, loose
from consilience.fit import Fit
from consilience.questions.asking import answering

_MOST, _CELLS = 20_000, 20_000_000
_ALARM = 0.01


def conflict(fit: Fit, *, seed: int = 0) -> pd.DataFrame:
    """Ask how surprised the priors are by the data.

    This is not whether the answer depends on the priors: a prior may agree with the data and still
    move the answer, which `power_scaling` measures.

    For μ the precision-weighted mean is held against its prior predictive distribution; for the
    heterogeneity Cochran's Q = (y − ȳ)'V⁻¹(y − ȳ), by replicates drawn from the priors.

    Parameters
    ----------
    fit : Fit
        By any engine.
    seed : int
        Seed of the replicates.

    Returns
    -------
    DataFrame
        Rows ``mu`` and ``heterogeneity``: ``statistic, observed``, ``p_upper`` = P(replicate ≥
        observed), the two-sided ``p_value``, its Monte Carlo error ``mcse`` (0 where there is
        none), and ``note``: why a row is empty. `attrs` holds ``words``.

    Raises
    ------
    ModelError
        For what is no fit.

    References
    ----------
    Box (1980), doi:10.2307/2982063. Evans & Moshonov (2006), doi:10.1214/06-BA129, for checking
    one prior after the other.
    """
    answering(fit, "conflict")
    tail, mean = prior_tail(fit.posterior, fit.effects)
    improper = "A prior is improper: it foresees nothing, and nothing can be in conflict with it."
    rows = {
        "mu": {
            "statistic": "precision-weighted mean",
            "observed": mean,
            "p_upper": np.nan,
            "p_value": tail,
            "mcse": 0.0 if np.isfinite(tail) else np.nan,
            "note": "" if np.isfinite(tail) else improper,
        },
        "heterogeneity": _scattered(fit, np.random.default_rng([seed, 5])),
    }
    table = fit.stamped(pd.DataFrame.from_dict(rows, orient="index"))
    table.index.name = "prior"
    table.attrs["words"] = _words(table)
    return table


def _scattered(fit: Fit, rng: np.random.Generator) -> dict[str, object]:
    """Hold Cochran's Q against its prior predictive distribution, with the Monte Carlo error."""
    effects = fit.effects
    observed = float(cochran_q(effects.y[None, :], effects)[0])
    row = {"statistic": "Cochran's Q", "observed": observed}
    empty = {"p_upper": np.nan, "p_value": np.nan, "mcse": np.nan}
    if effects.k == 1:
        return row | empty | {"note": "One estimate does not scatter."}
    improper = loose(fit.posterior)
    if improper:
        return row | empty | {"note": f"Improper prior: {', '.join(improper)}."}
    count = int(min(_MOST, max(200, _CELLS // effects.k)))
    replicated = foreseen_q(fit.posterior, effects, count=count, rng=rng)
    upper = float(np.mean(replicated >= observed))
    two_sided = 2.0 * min(upper, 1.0 - upper)
    error = 2.0 * float(np.sqrt(upper * (1.0 - upper) / len(replicated)))
    return row | {"p_upper": upper, "p_value": two_sided, "mcse": error, "note": ""}


def _words(table: pd.DataFrame) -> tuple[str, ...]:
    """Name each prior that did not expect the data; with nothing to compare, say that."""
    alarmed = table[table["p_value"] < _ALARM]
    if table["p_value"].isna().all():
        return ("Nothing can be said: the priors are improper or there is one estimate.",)
    if alarmed.empty:
        return ("The data lie where the priors expected them.",)
    return tuple(
        f"Prior–data conflict about {name}: before seeing the data the model gave a "
        f"{row['statistic']} as extreme as {row['observed']:.3g} a probability of "
        f"{row['p_value']:.2g}. Check the unit of the effects and the prior."
        for name, row in alarmed.iterrows()
    )
