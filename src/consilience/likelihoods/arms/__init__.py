"""The data of two arms given the comparator's baseline and the effect."""

from consilience.likelihoods.arms.base import Arms, Shifting
from consilience.likelihoods.arms.beta_binomial import BetaBinomialArms
from consilience.likelihoods.arms.binomial import BinomialArms, Counts
from consilience.likelihoods.arms.partly_seen import PartlySeenArms, seen_risk
from consilience.likelihoods.arms.poisson import PoissonArms

__all__ = [
    "Arms",
    "BetaBinomialArms",
    "BinomialArms",
    "Counts",
    "PartlySeenArms",
    "PoissonArms",
    "Shifting",
    "seen_risk",
]
