"""Those who are missing have other odds than those of their arm who were seen."""

from dataclasses import dataclass
from math import isfinite, log
from numbers import Real
from typing import final

from scipy.special import expit, logit

from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.likelihoods.missing.risks.base import Risk


@final
@dataclass(frozen=True, slots=True)
class OddsRatio(Risk):
    """The odds of those of the same arm who were seen, times an odds ratio: ICA-IMOR.

    Parameters
    ----------
    imor : float
        The informative-missingness odds ratio, above 0; 1 is the arm's own risk.

    Raises
    ------
    ModelError
        If it is no finite number above 0.
    """

    imor: float = 1.0

    def __post_init__(self) -> None:
        """Take it as a float, and refuse what is none."""
        number = isinstance(self.imor, Real) and not isinstance(self.imor, bool)
        if not number or not isfinite(self.imor) or self.imor <= 0.0:
            raise ModelError(
                f"OddsRatio: imor must be a finite number above 0, got {self.imor!r}. Of 0 take "
                "NoEvents, of infinity AllEvents."
            )
        object.__setattr__(self, "imor", float(self.imor))

    def given(self, own: Array, both: tuple[Array, Array]) -> Array:  # noqa: ARG002
        """See `Risk.given`."""
        return expit(logit(own) + log(self.imor))
