"""Places at which a fitted model is Gaussian, with their posterior masses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.form import Conditional, Form, assemble
from consilience.engines.exact.posterior import ExactPosterior
from consilience.fit import Fit
from consilience.gaussian import Array, Joint
from consilience.model import refuse_bends

_DRAWS = 500
_NEGLIGIBLE = 1e-13


@dataclass(frozen=True, slots=True)
class Nodes:
    """Hyperparameters φ with their masses, and the coefficients given each.

    Parameters
    ----------
    form : Form
        The Gaussian form.
    phi : array (n, d)
        Hyperparameters.
    mass : array (n,)
        Their posterior masses; they add up to 1.
    given : Conditional
        The coefficients at each node.
    """

    form: Form
    phi: Array
    mass: Array
    given: Conditional

    def weights(self) -> Array:
        """Average ∂ E(μ | φ, y)/∂y = (V + H)⁻¹ Cov(Wβ, μ) over the nodes, (k,)."""
        loads = self.form.W @ self.given.root
        covariances = np.einsum("nm,nkm->nk", self.given.root[:, 0], loads)
        return np.asarray(self.mass @ self.form.joint(self.phi).solved(covariances))

    def scale(self, name: str) -> Array:
        """Give one hyperparameter, (n,)."""
        return self.form.point(self.phi)[name]

    def alone(self, rows: NDArray[np.intp]) -> tuple[Array, Array]:
        """Precision-weighted means and variances (n,) of some estimates by themselves."""
        joint = self.form.joint(self.phi)
        kept = joint.bonds.keep(np.isin(np.arange(len(self.form.y)), rows))
        some = Joint(kept, joint.h[:, rows], joint.point)
        precision = some.solved(np.ones((1, len(rows))))
        total = precision.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return precision @ (self.form.y + self.form.known)[rows] / total, 1.0 / total


def nodes_of(fit: Fit) -> Nodes:
    """Give the quadrature nodes of an exact fit, or some draws of a sampled one.

    Raises
    ------
    RefusalError
        If the model is not Gaussian whatever its hyperparameters are.
    """
    posterior = fit.posterior
    if isinstance(posterior, ExactPosterior):
        rule = posterior.integrated.rule
        seen = rule.weights > _NEGLIGIBLE / len(rule.weights)
        return _nodes(posterior.form, rule.phi[seen], rule.weights[seen])
    refuse_bends(fit.model, "This question")
    form = assemble(fit.model, fit.effects)
    _, hypers = posterior.layout.read(fit.draws["posterior"].to_dataset())
    columns = [hypers[hyper.name].ravel() for hyper in form.hypers]
    phi = np.stack(columns, axis=1) if columns else np.empty((1, 0))
    some = phi[:: max(1, len(phi) // _DRAWS)]
    return _nodes(form, some, np.ones(len(some)))


def _nodes(form: Form, phi: Array, mass: Array) -> Nodes:
    return Nodes(form, phi, mass / mass.sum(), form.given(phi))
