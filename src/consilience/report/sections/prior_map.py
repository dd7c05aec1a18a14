"""The answer under other priors of the mean effect."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import xarray as xr

from consilience.prior_map import TippingPoint
from consilience.report.sections.base import Section

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis

_SHOWN = 5
_Z = 1.959963984540054  # standard normal quantile of 0.975


@dataclass(frozen=True, slots=True)
class OtherPriorsOfMu(Section["Analysis"]):
    """The answer under other priors of the mean effect."""

    name: ClassVar[str] = "prior_map"
    title: ClassVar[str] = "If you had held another prior"

    @override
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give the priors at which the conclusion turns, and a sample of the map, if any."""
        found = analysis.priors
        return {
            "points": [_range(point) for point in found.tipping],
            "rows": _sample(found.surface) if found.tipping else [],
            "locations": _thinned(found.surface)["location"].to_numpy() if found.tipping else [],
        }


def _range(point: TippingPoint) -> tuple[TippingPoint, float, float]:
    """Give a tipping point with the ends of the middle 95 % of its prior."""
    half = _Z * point.scale
    return point, point.location - half, point.location + half


def _thinned(surface: xr.Dataset) -> xr.Dataset:
    """Keep a few evenly spaced locations and scales."""
    steps = {name: max(1, (size - 1) // (_SHOWN - 1)) for name, size in surface.sizes.items()}
    return surface.isel({name: slice(None, None, step) for name, step in steps.items()})


def _sample(surface: xr.Dataset) -> list[tuple[float, list[dict[str, float]]]]:
    """Give for each of a few scales, the widest first, the answers along a few locations."""
    few = _thinned(surface)
    names = ("mean", "lower", "upper", "p_gt")
    return [
        (
            float(few["scale"][row]),
            [
                {name: float(few[name][column, row]) for name in names}
                for column in range(few.sizes["location"])
            ],
        )
        for row in reversed(range(few.sizes["scale"]))
    ]
