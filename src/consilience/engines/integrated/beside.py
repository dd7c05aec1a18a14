"""Marginals of a model with a population of baselines: some of its axes beside the others."""

from dataclasses import replace

import numpy as np

from consilience.engines.exact.profile import log_integral
from consilience.engines.exact.rule import Rule
from consilience.gaussian import Array


def alone(rule: Rule, places: tuple[int, ...], phi: Array) -> Rule:
    """Integrate the other axes out of a rule.

    Parameters
    ----------
    rule : Rule
        The rule.
    places : tuple of int
        The axes that stay, in rising order.
    phi : array (nodes of these axes, d)
        Their parameters.
    """
    others = tuple(axis for axis in range(len(rule.panels)) if axis not in places)
    weights = rule.weights.reshape(rule.shape).sum(axis=others).ravel()
    heights = np.moveaxis(rule.log_density.reshape(rule.shape), places, range(len(places)))
    density = log_integral(heights, tuple(rule.panels[axis] for axis in others)).ravel()
    return replace(
        rule,
        hypers=tuple(rule.hypers[place] for place in places),
        coordinates=tuple(rule.coordinates[place] for place in places),
        panels=tuple(rule.panels[place] for place in places),
        log_priors=tuple(rule.log_priors[place] for place in places),
        phi=phi,
        weights=weights,
        log_density=density,
    )
