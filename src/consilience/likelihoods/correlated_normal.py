"""Estimates of one study whose errors correlate by an unknown amount."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from consilience.design.columns import as_labels
from consilience.effects import Effects
from consilience.errors import DataError, ModelError, Problem
from consilience.gaussian import CORRELATION, Correlation, Hyper, Tie, counted, refuse_singular
from consilience.likelihoods.base import Likelihood, Observed
from consilience.likelihoods.tied import observe
from consilience.priors import Prior, Uniform, standing

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

_RHO = "rho_sampling"


@dataclass(frozen=True, slots=True)
class CorrelatedNormal(Likelihood):
    """Errors of a study's estimates correlate by an unknown ρ: y ~ N(θ, diag(s) R(ρ) diag(s)).

    R has ones on the diagonal and ρ elsewhere within a study. In place of a correlation that is
    assumed, ρ has a prior, and the answer says how little the estimates know of it. Studies whose
    covariance was given keep it. Reported as ``rho_sampling``.

    Parameters
    ----------
    within : str
        The column that names the studies whose estimates come from the same participants.
    rho : Prior
        Prior of ρ. A study with n estimates allows −1/(n − 1) to 1. The default is Uniform(0, 1);
        a Beta says more where correlations of such outcomes are known.

    Raises
    ------
    ModelError
        If `within` is no name, or rho no prior on [−1, 1].

    References
    ----------
    Riley, Thompson & Abrams (2008), doi:10.1093/biostatistics/kxm023, on correlations that are not
    reported. Wei & Higgins (2013), doi:10.1002/sim.5679. Hedges, Tipton & Johnson (2010),
    doi:10.1002/jrsm.5, for one correlation of all studies.
    """

    within: str = "study"
    rho: Prior = field(default_factory=lambda: Uniform(0.0, 1.0))

    def __post_init__(self) -> None:
        """Refuse what is no column or no prior of a correlation."""
        if not isinstance(self.within, str) or not self.within:
            raise ModelError(f"within is the name of a column, not {self.within!r}.")
        object.__setattr__(self, "rho", standing(self.rho, "rho"))
        Hyper("rho", self.rho, CORRELATION)

    def hypers(self, effects: Effects) -> tuple[Hyper, ...]:  # noqa: ARG002 - one for all
        """See `Likelihood.hypers`."""
        return (Hyper(_RHO, self.rho, CORRELATION),)

    def ties(self, effects: Effects) -> tuple[Correlation, ...]:
        """See `Likelihood.ties`.

        Raises
        ------
        ModelError
            If no study has two estimates without a given covariance.
        DataError
            Naming the studies whose estimates cannot correlate as low as the prior allows.
        """
        studies = np.unique(as_labels(effects.table, self.within), return_inverse=True)[1]
        given = {study for at in effects.shared.members for study in studies[at]}
        kept = np.isin(studies, list(given))
        labels = np.where(kept, len(studies) + np.arange(len(studies)), studies)
        sizes = np.bincount(labels)[labels]
        if not np.any(sizes > 1):
            raise ModelError(
                f"No {self.within} has two or more estimates without a given covariance, so that "
                "no correlation is unknown. Use likelihoods.Normal()."
            )
        self._refuse_impossible(effects, sizes)
        return (Correlation(labels[:, None], np.sqrt(effects.v), _RHO),)

    def observed(self, effects: Effects) -> Observed:
        """See `Likelihood.observed`."""
        refuse_singular(counted(effects.shared, effects.v), effects.labels)
        return Observed(effects.y, effects.v, effects.shared)

    def pymc(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> None:
        """See `Likelihood.pymc`."""
        self.pymc_tied(location, variance, ties=(), effects=effects)

    def pymc_tied(
        self,
        location: "TensorVariable",
        variance: "TensorVariable",
        *,
        ties: "tuple[tuple[Tie, TensorVariable], ...]",
        effects: Effects,
    ) -> None:
        """See `Likelihood.pymc_tied`."""
        self.observed(effects)
        (own,) = self.ties(effects)
        values = self.rho.pymc(_RHO)[None]
        observe(location, variance, effects=effects, ties=(ties, ((own, values),)))

    def _refuse_impossible(self, effects: Effects, sizes: "np.ndarray") -> None:
        """Refuse a prior that reaches below −1/(n − 1) for a study of n estimates."""
        lowest = self.rho.support[0]
        bad = (sizes > 1) & (lowest < -1.0 / np.maximum(sizes - 1, 1) - 1e-12)
        if not bad.any():
            return
        names = as_labels(effects.table, self.within)
        found = dict.fromkeys((names[place], int(sizes[place])) for place in np.flatnonzero(bad))
        raise DataError(
            [
                Problem(
                    f"{n} estimates cannot all correlate by less than −1/{n - 1}: the correlation "
                    "matrix would not be positive definite",
                    f"Give rho a prior on {-1.0 / (n - 1):.3g} to 1, such as Uniform(0, 1).",
                    name,
                    "rho",
                    self.rho.label,
                )
                for name, n in found
            ]
        )
