"""Bias-reduced linearisation."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.robust.adjustments.base import Adjustment
from consilience.classical.robust.working import Floats, Positions, Working

_NONE = 1e-12


@final
class BiasReduced(Adjustment):
    """Unbiased where the analysis has the covariance right, and nearly so where it has not.

    ``A_j = L (L' S_j L)^(-1/2) L'`` with ``Ω_j = L L'`` and the covariance ``S_j = Ω_j - X_j
    (X'Ω⁻¹X)⁻¹ X_j'`` of the residuals; the root is a pseudoinverse where they are dependent. Tests
    are by t with Satterthwaite's degrees of freedom.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169–181.
    Tipton E (2015). Psychological Methods 20:375–393. doi:10.1037/met0000011
    Pustejovsky JE, Tipton E (2018). Journal of Business & Economic Statistics 36:672–683.
    doi:10.1080/07350015.2016.1247004
    """

    code: ClassVar[str] = "CR2"
    label: ClassVar[str] = "CR2"
    satterthwaite: ClassVar[bool] = True
    closed: ClassVar[bool] = True

    def factor(self, clusters: int, k: int, p: int) -> float:  # noqa: ARG002
        """One."""
        return 1.0

    def lever(self, working: Working, at: Positions) -> Floats:
        """``A_j' (Ω⁻¹X)_j``."""
        root, left = working.leftover(at)
        values, vectors = np.linalg.eigh(root.T @ left @ root)
        # Against L'Ω_j L, for where a cluster is fitted exactly all of these are rounding.
        kept = values > _NONE * np.linalg.norm(root.T @ root, 2) ** 2
        inverse = np.where(kept, 1.0 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
        turned = vectors.T @ (root.T @ working.solved[at])
        return root @ (vectors @ (inverse[:, None] * turned))
