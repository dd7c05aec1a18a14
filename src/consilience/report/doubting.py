"""What the answer would be to another reader: under other priors, and with less trust in trials."""

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from consilience.bias import PowerWeight
from consilience.bias_dial import bias_dial
from consilience.errors import ConsilienceError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.model import Model
from consilience.prior_map import TippingPoint, prior_map, tipping_point
from consilience.report.results import Dial, OtherPriors
from consilience.review import NO_DIAL, PriorMap, Review

_COUNT = 25
_NARROW, _WIDE = 0.1, 2.0
_BEYOND = 1.1


def other_priors(found: Fit, review: Review) -> OtherPriors:
    """Map the primary fit over priors of mu, and find where each conclusion turns.

    Parameters
    ----------
    found : Fit
        The primary fit.
    review : Review
        Its plan says which priors are mapped, and which thresholds matter.
    """
    plan = review.plan
    values = dict.fromkeys((plan.prior_map.threshold, *(one.value for one in plan.thresholds)))
    certainty = (1.0 + plan.level) / 2.0
    try:
        points = [tipping_point(found, threshold=each, certainty=certainty) for each in values]
        locations, scales = _priors(plan.prior_map, points[0])
        surface = prior_map(
            found, locations, scales, threshold=plan.prior_map.threshold, level=plan.level
        )
    except ConsilienceError as refusal:
        return OtherPriors(xr.Dataset(), (), str(refusal))
    return OtherPriors(surface, tuple(points), "")


def dial(model: Model, review: Review) -> Dial:
    """Turn the weight of the trials that the plan doubts.

    Parameters
    ----------
    model : Model
        The primary model; whatever bias it has gives way to the weight.
    review : Review
        Its plan says which trials are doubtful.
    """
    asked = review.plan.bias_dial
    if asked == NO_DIAL:
        return Dial(pd.DataFrame(), "")
    doubtful = replace(model, bias=PowerWeight(asked.column, asked.levels))
    try:
        table = bias_dial(doubtful, review.effects, level=review.plan.level, engine="exact")
    except ConsilienceError as refusal:
        return Dial(pd.DataFrame(), str(refusal))
    return Dial(table, "")


def _priors(asked: PriorMap, point: TippingPoint) -> tuple[Array, Array]:
    """Choose the priors as the plan asks, or about the prior held, the tipping point among them."""
    location, scale = point.held
    across, down = [location - scale, location + scale], [_NARROW * scale, _WIDE * scale]
    if point.exists:
        across.append(location + _BEYOND * (point.location - location))
        down += [point.scale / _BEYOND, point.scale * _BEYOND]
    first, last = asked.location or (min(across), max(across))
    least, most = asked.scale or (min(down), max(down))
    return np.linspace(first, last, _COUNT), np.geomspace(least, most, _COUNT)
