"""The sandwich that mimics a jackknife over clusters."""

from typing import ClassVar, final

import numpy as np

from consilience.classical.robust.adjustments.base import Adjustment
from consilience.classical.robust.working import Floats, Positions, Working
from consilience.errors import ModelError

_NONE = 1e-10


@final
class Jackknife(Adjustment):
    """``A_j = (I - H_jj)⁻¹``, H_jj the hat matrix of the cluster: too large rather than too small.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Survey Methodology 28:169–181.
    """

    code: ClassVar[str] = "CR3"
    label: ClassVar[str] = "CR3"
    closed: ClassVar[bool] = True

    def factor(self, clusters: int, k: int, p: int) -> float:  # noqa: ARG002
        """One."""
        return 1.0

    def lever(self, working: Working, at: Positions) -> Floats:
        """``A_j' (Ω⁻¹X)_j``.

        Raises
        ------
        ModelError
            If a coefficient rests on this cluster alone.
        """
        # (I - H)' wx = wx (I - M X'wx), so that only p x p is inverted.
        solved = working.solved[at]
        share = working.bread @ (working.X[at].T @ solved)
        rest = np.eye(len(share)) - share
        if np.linalg.svd(rest, compute_uv=False)[-1] <= _NONE:
            raise ModelError(
                f"A coefficient rests on one cluster alone ({working.labels[at[0]]}), so CR3, "
                "which leaves each out, has no answer. Leave that moderator out or merge its "
                'levels; adjustment="CR2" answers what does not rest on it.'
            )
        return solved @ np.linalg.inv(rest)
