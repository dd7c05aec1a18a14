"""How much of the evidence stands under each judgement."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from consilience.errors import DataError, Problem
from consilience.risk_of_bias.assessment import Assessment

UNWEIGHTED: Mapping[str, float] = MappingProxyType({})
"""Every study counts the same."""


def shares(
    assessment: Assessment, weights: "pd.Series | Mapping[str, float]" = UNWEIGHTED
) -> pd.DataFrame:
    """Add up the weights of the studies under each judgement.

    The share of judgement w in domain d is Σ wᵢ [study i is judged w in d] / Σ wᵢ.

    Parameters
    ----------
    assessment : Assessment
    weights : Series or mapping of str to float
        Of each study by its label, 0 or more, in any unit: what ``pool(effects).weights()`` gives.
        Without weights each study counts the same. Studies without one are not in the analysis and
        do not count.

    Returns
    -------
    DataFrame
        One row per domain by its key, one column per judgement that occurs, from the lowest risk to
        the highest and "Not stated" last; each row adds up to 1.

    Raises
    ------
    DataError
        If nothing was judged, if no study of these was, or with every weight that is none.
    """
    if assessment.empty:
        raise DataError("Nothing was judged, so that there is nothing to add up. Give judgements.")
    given = dict(weights) or dict.fromkeys(assessment.labels, 1.0)
    _refuse(given)
    mass = np.array([float(given.get(label, 0.0)) for label in assessment.labels])
    if mass.sum() <= 0.0:
        raise DataError(
            "None of the studies that were judged has a weight above 0. The weights must bear the "
            f"labels of the judgements: {', '.join(assessment.labels[:5])}, …"
        )
    words = [one.word for one in assessment.keep(_weighing(assessment, mass)).used]
    keys = [domain.key for domain in assessment.domains]
    held = assessment.table[keys].to_numpy(dtype=object)
    parts = {word: (held == word).T.astype(float) @ mass / mass.sum() for word in words}
    return pd.DataFrame(parts, index=pd.Index(keys, name="domain"))


def _weighing(assessment: Assessment, mass: np.ndarray) -> list[str]:
    return [label for label, each in zip(assessment.labels, mass, strict=True) if each > 0.0]


def _refuse(given: Mapping[str, float]) -> None:
    faults = [
        Problem("This is no weight", "Give a finite number, 0 or more.", str(label), value=str(one))
        for label, one in given.items()
        if not (np.isfinite(one) and one >= 0.0)
    ]
    if faults:
        raise DataError(faults)
