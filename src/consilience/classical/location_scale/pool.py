"""The verb: regress effects, and the scatter of their true values, on moderators."""

import math
from dataclasses import replace

import numpy as np

from consilience import classical
from consilience.classical.given import inference_of
from consilience.classical.independent import refuse_shared
from consilience.classical.inference import Inference
from consilience.classical.linear import Linear
from consilience.classical.location_scale.model import LocationScale
from consilience.classical.location_scale.pooled_scale import PooledScale, ScalePart
from consilience.classical.location_scale.solve import ScaleProblem, ScaleSolution, climb
from consilience.classical.offsets import shifted
from consilience.classical.pool import checked, readable, refuse_tangled
from consilience.classical.regressed import coefficient_names
from consilience.classical.solution import regression
from consilience.classical.wls import Floats, StandardForm, Weighted
from consilience.design import Design, constant, encode
from consilience.effects import Effects
from consilience.errors import ModelError

_STARTS = (1.0, 0.1, 10.0)
_VANISHED = 1e-9


def pool_location_scale(
    effects: Effects,
    model: LocationScale,
    *,
    inference: str | Inference = "z",
    level: float = 0.95,
) -> PooledScale:
    """Model the expectation of the true effects and their scatter, each by moderators of its own.

    Parameters
    ----------
    effects : Effects
        k independent estimates.
    model : LocationScale
        Such as ``LocationScale(scale="year", location="setting")``.
    inference : str or Inference
        ``"z"``, ``"t"``, ``"knha"`` or ``"adhoc"``; for the coefficients of tau² its reference
        distribution, with k less their number of degrees of freedom, and no factor.
    level : float
        Of every interval, between 0 and 1.

    Returns
    -------
    PooledScale
        Coefficients of the location take tau² as known; those of tau² rest on the observed
        information of the likelihood, the location profiled out. Where the identity link holds a
        tau² at zero these have no standard errors.

    Raises
    ------
    ModelError
        For columns that cannot be told apart (named), too few estimates, and where tau² of some
        trials runs to zero under the log link (named).
    RefusalError
        For estimates that share participants.
    DataError
        For missing moderators, listing the studies.
    ConvergenceError
        If the maximum is not found.

    References
    ----------
    Viechtbauer W, López-López JA (2022). Research Synthesis Methods 13:697–715.
    doi:10.1002/jrsm.1562
    """
    checked(effects)
    refuse_shared(effects, "A location–scale model")
    if not isinstance(model, LocationScale):
        raise ModelError(
            f"The model is a LocationScale, not {model!r}: "
            'cs.pool_location_scale(effects, LocationScale(scale="year")), from '
            "consilience.classical.location_scale."
        )
    method = inference_of(inference)
    effects, formula = shifted(effects, model.location)
    location, scale = _design(formula or "1", effects), _design(model.scale, effects)
    readable(effects, location, inference=method, level=level)
    _check(effects, location, scale)
    problem = regression(effects, location.full)
    found, back = _solved(problem, scale, model)
    eta = scale.full @ (back @ found.alpha)
    tau2 = model.chosen_link().tau2(eta)
    if model.chosen_link().bounded:
        tau2 = np.where(tau2 < _VANISHED * effects.v.max(), 0.0, tau2)
    _refuse_vanished(effects, tau2, model)
    fit = Weighted(problem.data[0], problem.data[1] + tau2, problem.data[2])
    factor = method.factor(fit.Q / fit.df)
    return PooledScale(
        effects=effects, design=location, model=model, inference=method, level=level,
        beta=problem.offset + problem.back @ fit.beta,
        cov=factor * problem.back @ fit.cov @ problem.back.T,
        tau2=tau2, problem=problem,
        touching=tuple(effects.labels[i] for i in np.flatnonzero(tau2 <= 0)),
        scale=_part(effects, scale, found=(found, back), method=method, level=level),
    )  # fmt: skip


def _solved(
    problem: StandardForm, scale: Design, model: LocationScale
) -> tuple[ScaleSolution, Floats]:
    """Climb from several levels of tau², in orthonormal columns and units of the variances.

    Returns
    -------
    tuple
        The solution, and the way from its coefficients to those of the given columns.
    """
    y, v, X = problem.data
    link = model.chosen_link()
    unit = math.sqrt(float(np.exp(np.log(v).mean())))
    basis, upper = np.linalg.qr(scale.full)
    scaled = ScaleProblem((y / unit, v / unit**2, X), basis, link, model.chosen_criterion())
    tau2 = classical.get("REML").tau2(*scaled.data) or 0.1
    starts = [_start(scaled, tau2 * times) for times in _STARTS]
    found = max((climb(scaled, each) for each in starts), key=lambda one: one.height)
    return _unscaled(found, scaled, unit=unit), np.linalg.inv(upper)


def _unscaled(found: ScaleSolution, scaled: ScaleProblem, *, unit: float) -> ScaleSolution:
    if scaled.link.bounded:
        return replace(found, alpha=found.alpha * unit**2, information=found.information / unit**4)
    ones = np.ones(len(scaled.Z))
    shift = scaled.Z.T @ (ones * 2 * math.log(unit))
    return replace(found, alpha=found.alpha + shift)


def _start(scaled: ScaleProblem, tau2: float) -> Floats:
    """Lay tau² as even as the columns allow."""
    wanted = np.full(len(scaled.Z), scaled.link.predictor(tau2))
    alpha = scaled.Z.T @ wanted
    inside = not scaled.link.bounded or bool((scaled.Z @ alpha >= 0).all())
    return alpha if inside else np.zeros_like(alpha)


def _part(
    effects: Effects,
    scale: Design,
    *,
    found: tuple[ScaleSolution, Floats],
    method: Inference,
    level: float,
) -> ScalePart:
    """Turn the coefficients of the scale back to those of the formula, with their inference."""
    solution, back = found
    cov = np.full((len(back), len(back)), math.nan)
    if not len(solution.touching):
        cov = back @ np.linalg.inv(solution.information) @ back.T
    names = tuple("intercept" if name == "mu" else name for name in coefficient_names(scale))
    linear = Linear(
        names=names, beta=back @ solution.alpha, cov=cov, inference=method,
        residual=effects.k - len(back), level=level,
        attrs={"measure": effects.measure.code, "k": effects.k, "part": "scale"},
    )  # fmt: skip
    return ScalePart(linear=linear, design=scale, table=effects.frame)


def _design(formula: str, effects: Effects) -> Design:
    return constant(effects.k) if formula.strip() == "1" else encode(formula, effects.frame)


def _check(effects: Effects, location: Design, scale: Design) -> None:
    """Refuse more coefficients than the estimates can tell apart."""
    refuse_tangled(scale)
    count = location.full.shape[1] + scale.full.shape[1]
    if effects.k <= count:
        raise ModelError(
            f"{effects.k} estimates cannot tell {count} coefficients of location and scale apart. "
            "Use fewer moderators, or a model with priors."
        )


def _refuse_vanished(effects: Effects, tau2: Floats, model: LocationScale) -> None:
    """Refuse coefficients that run to minus infinity."""
    gone = tau2 < _VANISHED * effects.v
    if model.chosen_link().bounded or not gone.any():
        return
    named = [label for label, each in zip(effects.labels, gone, strict=True) if each]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    raise ModelError(
        f"Under the log link tau² runs to zero at {', '.join(named[:3])}{more}: these trials "
        f"scatter no more than chance, and the coefficients of {model.scale!r} are infinite. Use "
        'link="identity", which can hold tau² at zero, or leave the moderator out of the scale.'
    )
