"""What to do where estimates share participants: weigh them together, or refuse."""

import numpy as np

from consilience.classical.wls import Floats
from consilience.covariance import Covariance
from consilience.effects import Effects
from consilience.errors import ModelError, RefusalError


def refuse_shared(effects: Effects, what: str) -> None:
    """Say nothing if all estimates are independent.

    Parameters
    ----------
    effects : Effects
    what : str
        What was asked for, as the subject of a sentence.

    Raises
    ------
    ModelError
        For something that is no Effects.
    RefusalError
        If some share participants; the message names the first block.
    """
    if not isinstance(effects, Effects):
        raise ModelError(
            f"{what} takes effects, as of cs.effect_sizes(…) or of a result's `effects`; a "
            f"{type(effects).__name__} was given."
        )
    if effects.shared.independent:
        return
    members = effects.shared.members
    first = ", ".join(effects.labels[i] for i in members[0])
    more = f" and {len(members) - 1} more groups" if len(members) > 1 else ""
    message = (
        f"{what} takes independent estimates; {first}{more} share participants. Keep one estimate "
        "of each with effects.without(…), or pool them by cs.pool, which uses their covariance."
    )
    raise RefusalError(message)


def row_sums(shared: Covariance, v: Floats, tau2: float) -> Floats:
    """Sum the rows of ``(V + tau² I)⁻¹``, shape (k,); ``1 / (v + tau²)`` outside the blocks.

    Parameters
    ----------
    shared : Covariance
    v : ndarray, shape (k,)
        Sampling variances.
    tau2 : float
    """
    found = 1.0 / (v + tau2)
    for at, block in zip(shared.members, shared.blocks, strict=True):
        found[at] = np.linalg.solve(block + tau2 * np.eye(len(at)), np.ones(len(at)))
    return found
