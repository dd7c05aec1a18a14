"""The classical verb: pool effects, with or without moderators."""

import numpy as np

from consilience.classical.base import Estimator
from consilience.classical.given import estimator_of, inference_of, refuse_level
from consilience.classical.independent import refuse_shared
from consilience.classical.inference import Inference
from consilience.classical.magnitude import refuse_unreachable
from consilience.classical.offsets import shifted
from consilience.classical.pooled import Pooled
from consilience.classical.solution import regression, solved
from consilience.classical.weighting import GivenWeights
from consilience.design import Design, constant, encode, tangled
from consilience.effects import Effects
from consilience.errors import DataError, ModelError, Problem

# Orthogonal factors lose as many digits as the condition number has; seven are owed.
_LEAST = 1e-9


def pool(
    effects: Effects,
    estimator: str | Estimator = "REML",
    *,
    moderators: str | None = None,
    inference: str | Inference = "z",
    level: float = 0.95,
) -> Pooled:
    """Pool effects classically, or regress them on moderators.

    ``y ~ N(X beta, V + tau² I)``: tau² is estimated first, then beta by weighted least squares
    with the weights ``(V + tau² I)⁻¹``. V holds `vi` on its diagonal and, where estimates share
    participants (`Effects.shared`), their covariances; the true effects scatter independently.

    Parameters
    ----------
    effects : Effects
        k estimates. One estimate is answered by itself, with its own sampling error.
        Blocks of covariance cost what their rotation costs, linear in their number.
    estimator : str or Estimator
        Of tau²: ``"REML"``, ``"DL"``, ``"PM"``, ``"CE"`` (common effect, tau² = 0) and others;
        an unknown name lists them all.
    moderators : str, optional
        A formula such as ``"comparator_type * year"``, ``"bs(dose, df=4)"`` or ``"year +
        offset(known_bias)"``: the column of an offset has the coefficient one and is taken off the
        effects, so that ``mu`` is the expectation where it is zero.
    inference : str or Inference
        ``"z"``, ``"t"``, ``"knha"`` or ``"adhoc"``.
    level : float
        Of every interval, between 0 and 1.

    Raises
    ------
    ModelError
        For something that is no Effects, unknown names, a formula outside the grammar, columns
        that are combinations of others or nearly so (named), fewer estimates than coefficients, a
        level outside (0, 1).
    RefusalError
        For weights given one by one where estimates share participants.
    DataError
        For missing moderators, for covariances that are not positive definite, and for variances so
        different that some estimates cannot be seen beside others, listing the studies.
    ConvergenceError
        If tau² is not found.

    References
    ----------
    Viechtbauer W (2010). Journal of Statistical Software 36(3):1–48. doi:10.18637/jss.v036.i03
    """
    checked(effects)
    chosen = estimator_of(estimator)
    method = inference_of(inference)
    effects, formula = shifted(effects, moderators)
    design = constant(effects.k) if formula is None else encode(formula, effects.frame)
    readable(effects, design, inference=method, level=level)
    _refuse_given_weights(effects, chosen)
    problem = regression(effects, design.full)
    try:
        found = solved(problem, estimator=chosen, inference=method)
    except np.linalg.LinAlgError:
        raise _swamped(effects) from None
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


def checked(effects: Effects) -> Effects:
    """Return effects unchanged if an analysis can read them.

    Raises
    ------
    ModelError
        For something that is no Effects; the message holds the right call.
    DataError
        For covariances of estimates that are not positive definite, naming them, and for numbers
        whose squares double precision cannot hold.
    """
    if not isinstance(effects, Effects):
        message = (
            f"An analysis takes effects, not a {type(effects).__name__}. Compute them first: "
            'cs.pool(cs.effect_sizes(trials, "SMD")), where trials is a table or a file that '
            "cs.read_trials read."
        )
        raise ModelError(message)
    refuse_unreachable(effects)
    if not effects.shared.independent:
        effects.shared.checked(effects.labels)
    return effects


def readable(effects: Effects, design: Design, *, inference: Inference, level: float) -> None:
    """Say nothing if so many estimates can carry this analysis.

    Raises
    ------
    ModelError
        For a level outside (0, 1), columns that cannot be told apart, fewer estimates than
        coefficients, an inference that one estimate has no degrees of freedom for.
    """
    refuse_level(level)
    p = design.full.shape[1]
    refuse_tangled(design)
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


def refuse_tangled(design: Design) -> None:
    """Say nothing if the columns of a design can be told apart in double precision.

    Raises
    ------
    ModelError
        If a condition number above 1e9 would leave fewer digits than are owed; the message names
        the columns.
    """
    if not design.names:
        return
    first = ("intercept",) if design.intercept else ()
    names = tangled(design.full, (*first, *design.names), least=_LEAST)
    if len(design.full) >= len(first) + len(design.names) and names:
        message = (
            f"In the formula {design.formula!r} the columns {', '.join(names)} are so nearly "
            "combinations of one another that no digit of their coefficients could be trusted. "
            "Leave one out, or centre and scale them: center(x), scale(x), poly(x, 2)."
        )
        raise ModelError(message)


def _swamped(effects: Effects) -> DataError:
    """Say that the weights of some estimates are lost in the rounding of those of others."""
    low, high = int(np.argmin(effects.v)), int(np.argmax(effects.v))
    what = (
        f"Beside the variance {effects.v[low]:.3g} of {effects.labels[low]} this one is so large "
        "that the estimate cannot be seen, and a coefficient rests on it"
    )
    remedy = "Look both up in their sources, or leave one out with effects.without(…)."
    return DataError([Problem(what, remedy, str(effects.labels[high]), "vi",
                              f"{effects.v[high]:.3g}")])  # fmt: skip


def _refuse_given_weights(effects: Effects, estimator: Estimator) -> None:
    weighting = getattr(estimator, "weighting", None)
    if isinstance(weighting, GivenWeights):
        refuse_shared(effects, f"The estimator {estimator.code!r} with one weight per estimate")
