"""When draws may be trusted."""

import pandas as pd

R_HAT, ESS, BFMI = 1.01, 400.0, 0.3
"""Vehtari et al. (2021), doi:10.1214/20-BA1221; Betancourt (2016), arXiv:1604.00695."""


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


def _beyond(values: pd.Series, bad: pd.Series, what: str) -> list[str]:
    missing = values.isna()
    named = [f"{name} ({values[name]:.4g})" for name in values.index[bad | missing]]
    return (
        [f"{what}: {', '.join(named[:5])}{' and others' if len(named) > 5 else ''}"]
        if named
        else []
    )
