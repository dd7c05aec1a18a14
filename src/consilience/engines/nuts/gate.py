"""When draws may be trusted."""

import numpy as np
import pandas as pd

from consilience.gaussian import Array

R_HAT, ESS, BFMI = 1.01, 400.0, 0.3
"""Vehtari et al. (2021), doi:10.1214/20-BA1221; Betancourt (2016), arXiv:1604.00695."""
SPREAD = 0.05
"""Most Monte Carlo error of a standard deviation, relative to it."""
ENDS = (0.025, 0.975)
"""Where the intervals that are shown end."""


def faults(summary: pd.DataFrame, *, divergences: int, bfmi: float) -> tuple[str, ...]:
    """Say in words what keeps draws from being trusted; nothing if they pass.

    Pass means, for every reported quantity, R-hat ≤ 1.01 and bulk and tail ESS ≥ 400; and no
    divergent transition, and E-BFMI ≥ 0.3 in every chain.
    """
    found = [
        *_beyond(summary["r_hat"], summary["r_hat"] > R_HAT, f"R-hat above {R_HAT}"),
        *_beyond(summary["ess_bulk"], summary["ess_bulk"] < ESS, f"bulk ESS below {ESS:.0f}"),
        *_beyond(summary["ess_tail"], summary["ess_tail"] < ESS, f"tail ESS below {ESS:.0f}"),
    ]
    if divergences:
        found.append(f"{divergences} divergent transitions")
    if not bfmi >= BFMI:
        found.append(f"E-BFMI {bfmi:.2f} below {BFMI}")
    return tuple(found)


def loose(draws: Array, names: tuple[str, ...]) -> tuple[str, ...]:
    """Say in words which standard deviations and interval ends are not known well enough.

    R-hat and the ESS of ranks are silent about them: where a posterior has long tails, its SD rests
    on a few far draws. The Monte Carlo error of every SD must be at most 5 % of it, and the ESS of
    both ends of every 95 % interval at least 400.

    Parameters
    ----------
    draws : array (chain, draw, q)
        Draws of the quantities.
    names : tuple of str
        What they are called.

    References
    ----------
    Vehtari et al. (2021), doi:10.1214/20-BA1221, section 4.
    """
    from arviz_stats.base import array_stats

    axes = {"chain_axis": 0, "draw_axis": 1}
    sd = np.std(draws, axis=(0, 1))
    varies = sd > 0.0  # a verdict may be certain
    seen, own = draws[..., varies], np.array(names)[varies].tolist()
    if not own:
        return ()
    error = pd.Series(array_stats.mcse(seen, method="sd", **axes) / sd[varies], own)
    each = [array_stats.ess(seen, method="quantile", prob=end, **axes) for end in ENDS]
    least = pd.Series(np.min(each, axis=0), own)
    return (
        *_beyond(error, error > SPREAD, f"Monte Carlo error of the SD above {SPREAD:.0%} of it"),
        *_beyond(least, least < ESS, f"ESS at an end of the interval below {ESS:.0f}"),
    )


def _beyond(values: pd.Series, bad: pd.Series, what: str) -> list[str]:
    """Name up to five quantities beyond a limit; one without a value is beyond it too."""
    missing = values.isna()
    named = [f"{name} ({values[name]:.4g})" for name in values.index[bad | missing]]
    return (
        [f"{what}: {', '.join(named[:5])}{' and others' if len(named) > 5 else ''}"]
        if named
        else []
    )
