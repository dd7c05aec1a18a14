"""An unrestricted covariance of the levels: the multivariate model."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.classical.multilevel.components.structure import Layout, Structure
from consilience.classical.multilevel.correlations import Correlation, Unstructured


@final
@dataclass(frozen=True, slots=True)
class Unrestricted(Structure):
    """A variance tau² for each level and a correlation rho for each two: the multivariate model.

    Parameters
    ----------
    inner : str
        Column of the levels.
    outer : str
        Column of the clusters, or a path of columns such as ``"lab/study"``.

    References
    ----------
    Berkey CS et al. (1998). Statistics in Medicine 17:2537–2550.
    van Houwelingen HC, Arends LR, Stijnen T (2002). Statistics in Medicine 21:589–624.
    doi:10.1002/sim.1040
    """

    code: ClassVar[str] = "UN"

    def correlation(self, layout: Layout) -> Correlation:
        """One for each two levels."""
        layout.needs_company()
        layout.needs_pairs()
        return Unstructured(layout.levels)

    def own(self, layout: Layout) -> tuple[str, ...]:
        """All of them."""
        layout.needs_repeats()
        return layout.levels
