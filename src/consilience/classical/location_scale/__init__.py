"""Location–scale models: moderators of the between-trial variance beside those of the mean."""

from consilience.classical.location_scale import criteria, links
from consilience.classical.location_scale.model import LocationScale
from consilience.classical.location_scale.pool import pool_location_scale
from consilience.classical.location_scale.pooled_scale import PooledScale, ScalePart
from consilience.classical.location_scale.ratio import scale_ratio

__all__ = [
    "LocationScale",
    "PooledScale",
    "ScalePart",
    "criteria",
    "links",
    "pool_location_scale",
    "scale_ratio",
]
