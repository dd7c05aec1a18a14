"""The nodes of an exact posterior, written to and read from a Dataset."""

import numpy as np
import xarray as xr

from consilience.engines.exact.integrand import Form, log_priors, values_at
from consilience.engines.exact.line import axis_from
from consilience.engines.exact.panels import Panels
from consilience.engines.exact.rule import Integrated, Rule

_AXIS = ("scale", "support_lower", "support_upper", "depth", "lower", "upper", "count", "order")


def to_dataset(integrated: Integrated) -> xr.Dataset:
    """Write a rule down: its axes and the density at its nodes."""
    rule = integrated.rule
    rows = [
        (c.scale, c.lower, c.upper, c.depth, p.lower, p.upper, p.count, p.order)
        for c, p in zip(rule.coordinates, rule.panels, strict=True)
    ]
    return xr.Dataset(
        {
            "axis": (("hyper", "field"), np.array(rows, dtype=float).reshape(-1, len(_AXIS))),
            "log_density": ("node", rule.log_density),
            "mass": ("node", rule.weights),
            "solved": ("node", rule.conditional.solved),
        },
        coords={"field": np.array(_AXIS, dtype=object)},
        attrs={
            "log_evidence": rule.log_evidence,
            "accuracy": integrated.accuracy,
            "moments": rule.moments,
        },
    )


def from_dataset(form: Form, stored: xr.Dataset) -> Integrated:
    """Rebuild the rule; the closed-form answers at the nodes are solved for again."""
    axes = stored["axis"].to_numpy()
    coordinates = tuple(axis_from(*row[:3], depth=row[3]) for row in axes)
    panels = tuple(Panels(row[4], row[5], int(row[6]), int(row[7])) for row in axes)
    phi = values_at(coordinates, panels)
    rule = Rule(
        form.hypers,
        coordinates,
        panels,
        log_priors(form, coordinates, panels),
        form.placed(phi),
        stored["mass"].to_numpy(),
        stored["log_density"].to_numpy(),
        form.given_some(phi, np.flatnonzero(stored["solved"].to_numpy())),
        float(stored.attrs["log_evidence"]),
        int(stored.attrs["moments"]),
    )
    return Integrated(rule, float(stored.attrs["accuracy"]))
