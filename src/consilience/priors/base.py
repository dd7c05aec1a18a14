"""The contract of every prior: a density that knows its equation, its inverse and its PyMC twin."""

from abc import ABC, abstractmethod
from dataclasses import fields
from math import inf, isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from consilience.errors import ModelError, RefusalError
from consilience.priors.context import Context

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


class Prior(ABC):
    """A univariate prior distribution, compared by value and never changed.

    A leaf is a frozen dataclass whose fields are its parameters. It states its `equation` and
    `support`, and gives `_logpdf`, `_cdf` and `_ppf` inside the support and `pymc`; this class
    adds the limits, the words and the checks.

    Attributes
    ----------
    equation : str
        The density in plain text.
    positive : tuple of str
        The parameters that must be greater than zero.
    proper : bool
        Whether the density integrates to one.
    tail_power, zero_power : float
        What an improper prior states of its density, so that an engine can prove the posterior
        proper: f(x) ~ x^tail_power as x → ∞ and f(x) ~ x^zero_power as x → 0. A proper prior needs
        neither: its defaults say that it is integrable by itself.

    Raises
    ------
    ModelError
        If a parameter is no finite number, or one of the positive ones is not greater than
        zero.
    """

    __slots__ = ()

    equation: ClassVar[str]
    positive: ClassVar[tuple[str, ...]] = ()
    proper: ClassVar[bool] = True
    tail_power: ClassVar[float] = -inf
    zero_power: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        """Coerce every parameter to a finite float and check the positive ones."""
        for name in self.parameters:
            object.__setattr__(self, name, _finite(self, name))
        for name in self.positive:
            if getattr(self, name) <= 0.0:
                raise ModelError(refusal(self, name, rule="greater than 0"))

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Ends of the support, on the scale of the parameter."""

    @property
    def resolved(self) -> bool:
        """Whether the prior is concrete, so that its density can be asked for."""
        return True

    @property
    def spans_magnitudes(self) -> bool:
        """Whether mass spreads over orders of magnitude near zero: integrators must go there."""
        return False

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters and their values, in the order of the equation."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    @property
    def _constants(self) -> dict[str, np.float64]:
        # PyTensor holds a plain 2.0 in single precision, and its logarithm would follow.
        return {name: np.float64(value) for name, value in self.parameters.items()}

    @property
    def label(self) -> str:
        """The prior as a report prints it, such as ``HalfNormal(sigma = 0.5)``."""
        settings = ", ".join(f"{name} = {shown(value)}" for name, value in self.parameters.items())
        return f"{type(self).__name__}({settings})"

    @np.errstate(all="ignore")
    def logpdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Natural logarithm of the normalised density, minus infinity outside the support.

        Parameters
        ----------
        x : array_like
            Values on the scale of the parameter, of any shape.

        Returns
        -------
        ndarray
            Log densities in the shape of `x`; at the ends of the support, their limits.
        """
        x = np.asarray(x, dtype=float)
        lower, upper = self.support
        density = np.asarray(self._logpdf(x))
        if lower > -inf:
            density[x < lower] = -inf
        if upper < inf:
            density[x > upper] = -inf
        return density

    @np.errstate(all="ignore")
    def cdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Probability of a value up to `x`, in the shape of `x`.

        Parameters
        ----------
        x : array_like
            Values on the scale of the parameter, of any shape.
        """
        x = np.asarray(x, dtype=float)
        lower, upper = self.support
        inside = self._cdf(x)
        return np.where(x <= lower, 0.0, np.where(x >= upper, 1.0, inside))

    @np.errstate(all="ignore")
    def ppf(self, q: ArrayLike) -> NDArray[np.float64]:
        """Quantile: the value below which a share `q` of the probability lies.

        Parameters
        ----------
        q : array_like
            Probabilities, of any shape. 0 and 1 give the ends of the support, anything outside
            [0, 1] gives nan.
        """
        q = np.asarray(q, dtype=float)
        lower, upper = self.support
        inside = np.where((q >= 0.0) & (q <= 1.0), self._ppf(q), np.nan)
        return np.where(q == 0.0, lower, np.where(q == 1.0, upper, inside))

    @abstractmethod
    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log density inside the support and its limits at the ends, in an array of its own."""

    @abstractmethod
    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distribution function inside the support."""

    @abstractmethod
    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Quantile function for 0 < q < 1."""

    @abstractmethod
    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create the variable in the active PyMC model, with the same log density.

        Parameters
        ----------
        name : str
            The variable's name.
        dims : str, optional
            A named dimension of the model, for one independent variable per coordinate.
        """

    def logp(self, x: "TensorVariable") -> "TensorVariable":
        """Natural logarithm of the density as a PyTensor expression.

        Parameters
        ----------
        x : TensorVariable
            Values on the scale of the parameter, of any shape.
        """
        import pymc

        with pymc.Model(model=None):  # a model of its own: nothing is added to the one in context
            return pymc.logp(self.pymc("x"), x)

    def normal_moments(self) -> tuple[float, float]:
        """Mean and standard deviation of a prior with a Gaussian form.

        Raises
        ------
        RefusalError
            For every prior without one.
        """
        message = (
            f"{self.label} has no Gaussian form. "
            "Use engines.Nuts(), or a Normal prior for this parameter."
        )
        raise RefusalError(message)

    def resolve(self, context: Context) -> "Prior":  # noqa: ARG002
        """Turn a prior that is stated relative to the effects into a concrete one.

        Parameters
        ----------
        context : Context
            The unit-information standard deviation and the sampling variances of the effects.

        Returns
        -------
        Prior
            This very prior, unless it depends on the effects.
        """
        return self


def shown(value: object) -> str:
    """Print a parameter of any kind: six digits of a number, the label of a prior."""
    if isinstance(value, tuple):
        return f"({', '.join(shown(each) for each in value)})"
    if isinstance(value, Prior):
        return value.label
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def _finite(prior: Prior, name: str) -> float:
    value = getattr(prior, name)
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        raise ModelError(refusal(prior, name, rule="a finite number"))
    return float(value)


def refusal(prior: Prior, name: str, *, rule: str) -> str:
    """Say which parameter of a prior breaks which rule, and what to give instead."""
    kind, value = type(prior).__name__, getattr(prior, name)
    return f"{kind}: {name} must be {rule}, got {value!r}. Give {kind} a {name} that is {rule}."
