"""The classical verb: pool effects, with or without moderators."""

from consilience import classical
from consilience.classical import inference as inferences
from consilience.classical.base import Estimator
from consilience.classical.inference import Inference
from consilience.classical.pooled import Pooled
from consilience.classical.solution import solve
from consilience.design import Design, constant, encode
from consilience.effects import Effects
from consilience.errors import ModelError


def pool(
    effects: Effects,
    estimator: str | Estimator = "REML",
    *,
    moderators: str | None = None,
    inference: str | Inference = "z",
    level: float = 0.95,
) -> Pooled:
    """Pool effects classically, or regress them on moderators.

    ``yi ~ N(xi'beta, vi + tau²)``: tau² is estimated first, then beta by weighted least squares
    with the weights ``1 / (vi + tau²)``. Estimates are taken as independent.

    Parameters
    ----------
    effects : Effects
        k estimates. One estimate is answered by itself, with its own sampling error.
    estimator : str or Estimator
        Of tau²: ``"REML"``, ``"DL"``, ``"PM"``, ``"CE"`` (common effect, tau² = 0) and others;
        an unknown name lists them all.
    moderators : str, optional
        A formula such as ``"comparator_type + year"``.
    inference : str or Inference
        ``"z"``, ``"t"``, ``"knha"`` or ``"adhoc"``.
    level : float
        Of every interval, between 0 and 1.

    Raises
    ------
    ModelError
        For unknown names, a formula outside the grammar, aliased columns, fewer estimates than
        coefficients, a level outside (0, 1).
    DataError
        For missing moderators, listing the studies.
    ConvergenceError
        If tau² is not found.

    References
    ----------
    Viechtbauer W (2010). Journal of Statistical Software 36(3):1–48.
    """
    chosen = classical.get(estimator) if isinstance(estimator, str) else estimator
    method = inferences.get(inference) if isinstance(inference, str) else inference
    design = constant(effects.k) if moderators is None else encode(moderators, effects.frame)
    _check(effects, design, inference=method, level=level)
    found = solve((effects.y, effects.v, design.full), estimator=chosen, inference=method)
    return Pooled(
        effects=effects,
        design=design,
        estimator=chosen,
        inference=method,
        level=level,
        beta=found.beta,
        cov=found.cov,
        tau2=found.tau2,
    )


def _check(effects: Effects, design: Design, *, inference: Inference, level: float) -> None:
    if not 0 < level < 1:
        raise ModelError(f"The level {level!r} is no probability between 0 and 1; give 0.95, say.")
    p = design.full.shape[1]
    if design.names and effects.k <= p:
        message = (
            f"{effects.k} estimates cannot tell {p} coefficients and their scatter apart "
            f"({', '.join(design.names)}). Use fewer moderators, or a model with priors."
        )
        raise ModelError(message)
    if effects.k == p and inference.df(0) == 0:
        message = (
            f"One estimate ({effects.labels[0]}) leaves no degrees of freedom for inference "
            f'{inference.code!r}. Use inference="z", which takes its sampling variance as known.'
        )
        raise ModelError(message)
