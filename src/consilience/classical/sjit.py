"""Sidik and Jonkman's estimator, iterated to its fixed point."""

from typing import ClassVar, final

from consilience.classical.pm import ByGeneralisedQ


@final
class IteratedSidikJonkman(ByGeneralisedQ):
    """Where ``tau² = t0 y'P y / (k - p)`` repeats its start ``t0``.

    Either ``y'P y = k - p``, or the iterations sink to zero: the limit is Paule and Mandel's.

    References
    ----------
    Sidik K, Jonkman JN (2007). Statistics in Medicine 26:1964–1981. doi:10.1002/sim.2688
    """

    code: ClassVar[str] = "SJIT"
    label: ClassVar[str] = "Sidik–Jonkman, iterated"
