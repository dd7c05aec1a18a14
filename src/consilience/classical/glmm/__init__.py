"""Generalised linear mixed models of events, by name."""

from consilience.classical.glmm.base import Glmm
from consilience.classical.glmm.irln import Rate
from consilience.classical.glmm.irr_cm_el import RateRatioConditional
from consilience.classical.glmm.irr_um_fs import RateRatioFixedIntercepts
from consilience.classical.glmm.irr_um_rs import RateRatioRandomIntercepts
from consilience.classical.glmm.or_cm_al import OddsRatioApproximate
from consilience.classical.glmm.or_cm_el import OddsRatioConditional
from consilience.classical.glmm.or_um_fs import OddsRatioFixedIntercepts
from consilience.classical.glmm.or_um_rs import OddsRatioRandomIntercepts
from consilience.classical.glmm.plo import Proportion
from consilience.registry import lookup

__all__ = ["REGISTRY", "Glmm", "get"]

REGISTRY: dict[str, type[Glmm]] = {
    "IRLN": Rate,
    "IRR.CM.EL": RateRatioConditional,
    "IRR.UM.FS": RateRatioFixedIntercepts,
    "IRR.UM.RS": RateRatioRandomIntercepts,
    "OR.CM.AL": OddsRatioApproximate,
    "OR.CM.EL": OddsRatioConditional,
    "OR.UM.FS": OddsRatioFixedIntercepts,
    "OR.UM.RS": OddsRatioRandomIntercepts,
    "PLO": Proportion,
}


def get(name: str, **settings: object) -> Glmm:
    """Build the model of counts of this name.

    Parameters
    ----------
    name : str
        Such as ``"OR.CM.EL"``.
    **settings : object
        Such as the number of nodes.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "model of counts", name=name, settings=settings)
