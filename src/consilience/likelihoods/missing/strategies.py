"""What a sensitivity analysis of missing participants usually tries."""

import numpy as np

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.likelihoods.cells import native
from consilience.likelihoods.missing.base import Missing
from consilience.likelihoods.missing.complete import Complete
from consilience.likelihoods.missing.gamble_hollis import GambleHollis
from consilience.likelihoods.missing.imputed import Imputed


def strategies(effects: Effects) -> dict[str, Missing]:
    """Give the strategies for missing events by their usual names.

    Available cases, ICA-0, ICA-1, ICA-pC, ICA-pE, ICA-p, ICA-b, ICA-w and Gamble and Hollis's. Best
    and worst case are those for the intervention: where fewer events are better (`higher_is_better`
    is no), nobody with the intervention who is missing has the event in the best case.

    Parameters
    ----------
    effects : Effects
        The trials.

    Raises
    ------
    ModelError
        If more events are better in some trials and worse in others.

    References
    ----------
    Higgins, White & Wood (2008), doi:10.1177/1740774508091600.
    """
    signs = native(effects)
    if np.ptp(signs) > 0.0:
        raise ModelError(
            "More events are better in some of these trials and worse in others: best and worst "
            "case mean different things in them. Adjust them apart, by effects.keep(...)."
        )
    extremes = ("AllEvents", "NoEvents") if signs[0] > 0.0 else ("NoEvents", "AllEvents")
    same = {"ICA-0": "NoEvents", "ICA-1": "AllEvents", "ICA-pC": "ComparatorRisk",
            "ICA-pE": "InterventionRisk", "ICA-p": "OwnRisk"}  # fmt: skip
    return {
        "available cases": Complete(),
        **{name: _imputed(risk, risk) for name, risk in same.items()},
        "ICA-b": _imputed(*extremes),
        "ICA-w": _imputed(*extremes[::-1]),
        "Gamble–Hollis": GambleHollis(),
    }


def _imputed(first: str, second: str) -> Missing:
    return Imputed(first, second)  # type: ignore[arg-type]
