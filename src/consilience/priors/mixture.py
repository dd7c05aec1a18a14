"""A mixture of priors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from consilience.errors import ModelError, RefusalError
from consilience.priors.base import Prior, refusal
from consilience.priors.composite import Composite, as_prior
from consilience.priors.inverse import invert

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_ROUNDING = 1e-9


@final
@dataclass(frozen=True, slots=True)
class Mixture(Composite):
    """Mixture of priors: f(x) = Σⱼ weights[j] · fⱼ(x), fⱼ the density of priors[j].

    A robust prior mixes what is believed with something vague, so that data that contradict the
    belief are heard [1]_.

    Parameters
    ----------
    priors : tuple of Prior
        Proper priors, on the scale of the parameter.
    weights : tuple of float
        Their shares, > 0, which add up to 1.

    Raises
    ------
    ModelError
        If a prior is improper, there is not one weight for each, or the weights do not add up to 1.

    References
    ----------
    .. [1] Schmidli et al. (2014). Robust meta-analytic-predictive priors in clinical trials with
       historical control information. Biometrics 70:1023-1032. doi:10.1111/biom.12242
    """

    priors: tuple[Prior, ...]
    weights: tuple[float, ...]

    equation: ClassVar[str] = "f(x) = Σⱼ weights[j] · fⱼ(x), fⱼ the density of priors[j]"

    def __post_init__(self) -> None:
        """Check that every part is proper and the weights are shares."""
        parts = tuple(as_prior("Mixture", each) for each in _listed(self.priors))
        object.__setattr__(self, "priors", parts)
        shares = np.array(_numbers(self, "weights"))
        object.__setattr__(self, "weights", tuple(shares.tolist()))
        if not parts or len(parts) != len(shares):
            rule = f"one for each of the {len(parts)} priors"
            raise ModelError(refusal(self, "weights", rule=rule))
        if not (np.all(shares > 0.0) and abs(shares.sum() - 1.0) < _ROUNDING):
            raise ModelError(refusal(self, "weights", rule="greater than 0 and add up to 1"))
        self._refuse_improper()

    @property
    def support(self) -> tuple[float, float]:
        """From the lowest to the highest end of all parts."""
        lower, upper = zip(*(part.support for part in self.priors), strict=True)
        return min(lower), max(upper)

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        parts = np.stack([part.logpdf(x) for part in self.priors], axis=-1)
        return np.asarray(special.logsumexp(parts + np.log(self.weights), axis=-1))

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([part.cdf(x) for part in self.priors], axis=-1) @ np.array(self.weights)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return invert(self._cdf, q, self.support)

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Log density as a PyTensor expression."""
        import pytensor.tensor as pt

        parts = [
            part.logp(x) + np.log(weight)
            for part, weight in zip(self.priors, self.weights, strict=True)
        ]
        return pt.logsumexp(pt.stack(parts), axis=0)

    def normal_moments(self) -> tuple[float, float]:
        """Moments of the only part.

        Raises
        ------
        RefusalError
            If there are several parts: a mixture of normal distributions is not normal.
        """
        if len(self.priors) == 1:
            return self.priors[0].normal_moments()
        message = (
            f"{self.label} has {len(self.priors)} parts, so it has no Gaussian form. "
            "Use engines.Nuts(), or a Normal prior for this parameter."
        )
        raise RefusalError(message)


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _numbers(prior: Mixture, name: str) -> tuple[float, ...]:
    try:
        return tuple(float(each) for each in _listed(getattr(prior, name)))  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise ModelError(refusal(prior, name, rule="numbers")) from error
