"""The kinds of axes over which a model of curves may be integrated."""

import numpy as np

from consilience.engines.integrated.form import Whole
from consilience.engines.integrated.frame import Frame, Standardised, Straight
from consilience.engines.integrated.parted import Parted
from consilience.engines.integrated.populated import Populated

FRAMES: dict[str, type[Frame]] = {
    "straight": Straight,
    "standardised": Standardised,
    "parted": Parted,
}
"""The kinds by the names under which they are saved; each is made by its `of`."""


def frames_of(whole: Whole) -> tuple[Frame, ...]:
    """Give the frames in which a model may be integrated, the best one first.

    Where there are no hyperparameters, or a prior ends somewhere, the parameters themselves are
    smooth along their axes.
    """
    if isinstance(whole, Populated):
        return (Parted.of(whole),)
    priors = [part.prior for part in whole.parts if part.labels]
    endless = all(np.isinf(prior.support).all() for prior in priors)
    if whole.layout.hypers and priors and endless:
        return Standardised.of(whole), Straight(whole)
    return (Straight(whole),)
