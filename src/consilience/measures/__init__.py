"""Effect measures, one per file: what was estimated in each trial, and how precisely.

Codes and settings are metafor's. To add a measure: write a file, list it here.
"""

from consilience.measures.abt import ABT
from consilience.measures.ahw import AHW
from consilience.measures.araw import ARAW
from consilience.measures.as_ import AS
from consilience.measures.base import Measure
from consilience.measures.cor import COR
from consilience.measures.cvln import CVLN
from consilience.measures.cvr import CVR
from consilience.measures.d2or import D2OR
from consilience.measures.d2orl import D2ORL
from consilience.measures.d2orn import D2ORN
from consilience.measures.gen import GEN
from consilience.measures.hr import HR
from consilience.measures.ir import IR
from consilience.measures.ird import IRD
from consilience.measures.irft import IRFT
from consilience.measures.irln import IRLN
from consilience.measures.irr import IRR
from consilience.measures.irs import IRS
from consilience.measures.irsd import IRSD
from consilience.measures.mc import MC
from consilience.measures.md import MD
from consilience.measures.mn import MN
from consilience.measures.mnln import MNLN
from consilience.measures.or2d import OR2D
from consilience.measures.or2dl import OR2DL
from consilience.measures.or2dn import OR2DN
from consilience.measures.or_ import OR
from consilience.measures.pas import PAS
from consilience.measures.pbit import PBIT
from consilience.measures.pcor import PCOR
from consilience.measures.peto import PETO
from consilience.measures.pft import PFT
from consilience.measures.phi import PHI
from consilience.measures.pln import PLN
from consilience.measures.plo import PLO
from consilience.measures.pr import PR
from consilience.measures.rbis import RBIS
from consilience.measures.rd import RD
from consilience.measures.rom import ROM
from consilience.measures.romc import ROMC
from consilience.measures.rr import RR
from consilience.measures.rtet import RTET
from consilience.measures.sdln import SDLN
from consilience.measures.smcc import SMCC
from consilience.measures.smcr import SMCR
from consilience.measures.smcrh import SMCRH
from consilience.measures.smd import SMD
from consilience.measures.smd1 import SMD1
from consilience.measures.smd1h import SMD1H
from consilience.measures.smdh import SMDH
from consilience.measures.ucor import UCOR
from consilience.measures.vr import VR
from consilience.measures.yuq import YUQ
from consilience.measures.yuy import YUY
from consilience.measures.zcor import ZCOR
from consilience.measures.zpcor import ZPCOR
from consilience.registry import lookup

REGISTRY: dict[str, type[Measure]] = {
    "SMD": SMD,
    "SMDH": SMDH,
    "SMD1": SMD1,
    "SMD1H": SMD1H,
    "MD": MD,
    "ROM": ROM,
    "CVR": CVR,
    "VR": VR,
    "RR": RR,
    "OR": OR,
    "RD": RD,
    "AS": AS,
    "PETO": PETO,
    "PBIT": PBIT,
    "OR2D": OR2D,
    "OR2DL": OR2DL,
    "OR2DN": OR2DN,
    "D2OR": D2OR,
    "D2ORL": D2ORL,
    "D2ORN": D2ORN,
    "IRR": IRR,
    "IRD": IRD,
    "IRSD": IRSD,
    "HR": HR,
    "PR": PR,
    "PLN": PLN,
    "PLO": PLO,
    "PAS": PAS,
    "PFT": PFT,
    "IR": IR,
    "IRLN": IRLN,
    "IRS": IRS,
    "IRFT": IRFT,
    "MN": MN,
    "MNLN": MNLN,
    "SDLN": SDLN,
    "CVLN": CVLN,
    "COR": COR,
    "UCOR": UCOR,
    "ZCOR": ZCOR,
    "PCOR": PCOR,
    "ZPCOR": ZPCOR,
    "PHI": PHI,
    "YUQ": YUQ,
    "YUY": YUY,
    "RTET": RTET,
    "RBIS": RBIS,
    "MC": MC,
    "SMCC": SMCC,
    "SMCR": SMCR,
    "SMCRH": SMCRH,
    "ROMC": ROMC,
    "ARAW": ARAW,
    "AHW": AHW,
    "ABT": ABT,
    "GEN": GEN,
}


def get(name: str, **settings: object) -> Measure:
    """Return the effect measure of this code, with its settings.

    Parameters
    ----------
    name : str
        A code such as ``"SMD"``.
    **settings
        Settings of the measure, such as ``vtype="UB"``, ``correct=False``, ``add=0.5``,
        ``to="only0"`` or ``drop00=True``.

    Raises
    ------
    ModelError
        For an unknown code (the known ones are listed) or a setting that it does not take.
    """
    return lookup(REGISTRY, "effect measure", name=name, settings=settings)


__all__ = [
    "ABT",
    "AHW",
    "ARAW",
    "AS",
    "COR",
    "CVLN",
    "CVR",
    "D2OR",
    "D2ORL",
    "D2ORN",
    "GEN",
    "HR",
    "IR",
    "IRD",
    "IRFT",
    "IRLN",
    "IRR",
    "IRS",
    "IRSD",
    "MC",
    "MD",
    "MN",
    "MNLN",
    "OR",
    "OR2D",
    "OR2DL",
    "OR2DN",
    "PAS",
    "PBIT",
    "PCOR",
    "PETO",
    "PFT",
    "PHI",
    "PLN",
    "PLO",
    "PR",
    "RBIS",
    "RD",
    "REGISTRY",
    "ROM",
    "ROMC",
    "RR",
    "RTET",
    "SDLN",
    "SMCC",
    "SMCR",
    "SMCRH",
    "SMD",
    "SMD1",
    "SMD1H",
    "SMDH",
    "UCOR",
    "VR",
    "YUQ",
    "YUY",
    "ZCOR",
    "ZPCOR",
    "Measure",
    "get",
]
