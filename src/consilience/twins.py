"""Classical analyses of the same dependent estimates, beside a Bayesian fit."""

from consilience.classical.multilevel.pool import pool_multilevel
from consilience.classical.multilevel.pooled import PooledMultilevel
from consilience.classical.robust.result import Robust
from consilience.classical.robust.sandwich import robust
from consilience.dependence import Clusters
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.fit import Fit

type Twin = PooledMultilevel | Robust


def classical_twins(fit: Fit, *, rho: float = 0.6, method: str = "REML") -> dict[str, Twin]:
    """Pool the effects of a fit by classical models of the same structure.

    The multilevel or multivariate model with the fit's random effects and moderators; and the
    correlated-and-hierarchical-effects model, with errors of a study's estimates correlated by an
    assumed ρ, random effects of studies and estimates, and standard errors robust to clusters
    (CR2). ``cs.compare({"Bayes": fit, **cs.classical_twins(fit)})`` shows all rows.

    Parameters
    ----------
    fit : Fit
        Of a model with `Nested` or `Multivariate` heterogeneity.
    rho : float
        The correlation that the second model assumes where no covariance was given.
    method : str
        ``"REML"`` or ``"ML"``.

    Returns
    -------
    dict of str to PooledMultilevel or Robust
        By name, in the order above.

    Raises
    ------
    ModelError
        If no fit is given, or a term of its model has no classical twin here.
    RefusalError
        If its heterogeneity has none.
    DataError
        For numbers that double precision cannot hold.
    ConvergenceError
        If the variance components are not found.

    References
    ----------
    Pustejovsky & Tipton (2022), doi:10.1007/s11121-021-01246-3.
    """
    if not isinstance(fit, Fit):
        raise ModelError(f"classical_twins() takes what fit() returned, not {fit!r}.")
    effects, moderators = fit.effects, _moderators(fit)
    random = fit.model.heterogeneity.random()
    first = pool_multilevel(effects, random, moderators=moderators, method=method)
    working = pool_multilevel(
        _correlated(effects, rho), "study/estimate", moderators=moderators, method=method
    )
    return {f"{method}, {random}": first, "CHE + CR2": robust(working, "study", adjustment="CR2")}


def _moderators(fit: Fit) -> str | None:
    formulas = [term.regression() for term in fit.model.terms]
    return " + ".join(formulas) or None


def _correlated(effects: Effects, rho: float) -> Effects:
    if not effects.shared.independent:
        return effects
    return effects.sharing(Clusters("study", rho))
