"""DerSimonian and Laird's estimator, iterated to its fixed point."""

from typing import ClassVar, final

from consilience.classical.pm import ByGeneralisedQ


@final
class IteratedDerSimonianLaird(ByGeneralisedQ):
    """Where ``tau² = (Q - tr PV) / tr P`` with the weights ``1 / (v + tau²)`` repeats itself.

    There ``Q = tr P(V + tau²) = k - p``: the fixed point is Paule and Mandel's.

    References
    ----------
    DerSimonian R, Kacker R (2007). Contemporary Clinical Trials 28:105–114.
    doi:10.1016/j.cct.2006.04.004
    """

    code: ClassVar[str] = "DLIT"
    label: ClassVar[str] = "DerSimonian–Laird, iterated"
