"""The verb: pool effects whose estimates are clustered, correlated or of several outcomes."""

from collections.abc import Sequence
from itertools import combinations
from typing import TypedDict, Unpack

import numpy as np

from consilience.classical.given import refuse_level
from consilience.classical.multilevel import criteria, freedom
from consilience.classical.multilevel.components import Component, written
from consilience.classical.multilevel.criteria import Criterion
from consilience.classical.multilevel.freedom import Freedom
from consilience.classical.multilevel.pooled import PooledMultilevel
from consilience.classical.multilevel.solve import solve
from consilience.classical.multilevel.term import Term
from consilience.classical.pool import checked, refuse_tangled
from consilience.design import Design, constant, encode
from consilience.effects import Effects
from consilience.errors import ModelError


class Settings(TypedDict, total=False):
    """How a multilevel model is estimated and read; see `pool_multilevel`."""

    method: str | Criterion
    inference: str | Freedom
    level: float


def pool_multilevel(
    effects: Effects,
    random: str | Component | Sequence[str | Component] = "study/estimate",
    *,
    moderators: str | None = None,
    **settings: Unpack[Settings],
) -> PooledMultilevel:
    """Pool effects with random effects: nested, crossed, structured, of known correlation.

    ``y ~ N(X beta, V + Σ Z G Z')``, V the sampling covariance (its blocks where estimates share
    participants) and one ``Z G Z'`` for each random-effects component. The variance components
    maximise the (restricted) likelihood; beta follows by generalised least squares. Nested random
    intercepts over independent estimates cost time and memory linear in estimates and clusters.

    Parameters
    ----------
    effects : Effects
        k estimates.
    random : str, Component, or sequence of them
        ``"study/estimate"``: a random intercept for each step of the path, the three-level model;
        ``"UN(outcome | study)"``: a structure over the levels of `outcome` within each study (CS,
        HCS, UN, DIAG, ID, AR, HAR, CAR); ``Intercept("drug")``, ``Known("species", matrix)``,
        ``Exponential("site", distances)`` and others from ``multilevel.components``. Several are
        given as a tuple, none as ``()``.
    moderators : str, optional
        A formula such as ``"comparator_type + year"``; ``"0 + outcome"`` gives each outcome a mean
        of its own.
    **settings
        ``method``: ``"REML"`` (default) or ``"ML"``. ``inference``: ``"z"`` (default), ``"t"`` with
        ``k - p`` or ``"contain"`` with containment degrees of freedom. ``level``: of every
        interval, 0.95 by default.

    Raises
    ------
    ModelError
        For unknown names and settings, a formula outside the grammar, aliased columns, fewer
        estimates than coefficients, components that these estimates cannot tell apart.
    DataError
        For missing moderators or labels, and sampling covariances that are not positive definite,
        naming the studies.
    ConvergenceError
        If the variance components are not found.

    References
    ----------
    Konstantopoulos S (2011). Research Synthesis Methods 2:61–76. doi:10.1002/jrsm.35
    van Houwelingen HC, Arends LR, Stijnen T (2002). Statistics in Medicine 21:589–624.
    doi:10.1002/sim.1040
    """
    criterion, inference, level = _settings(settings)
    checked(effects)
    design = constant(effects.k) if moderators is None else encode(moderators, effects.frame)
    components = written(random)
    _check(effects, design, level=level)
    terms = tuple(term for each in components for term in each.lay(effects))
    _check_terms(terms)
    data = effects.y, effects.v, design.full
    found = solve(data, shared=effects.shared, terms=terms, criterion=criterion)
    return PooledMultilevel(
        effects=effects,
        design=design,
        terms=terms,
        inference=inference,
        level=level,
        solution=found,
    )


def _settings(given: Settings) -> tuple[Criterion, Freedom, float]:
    """Read the criterion, the degrees of freedom and the level; refuse unknown settings."""
    unknown = sorted(set(given) - set(Settings.__annotations__))
    if unknown:
        known = ", ".join(("moderators", *Settings.__annotations__))
        raise ModelError(f"pool_multilevel() does not take {', '.join(unknown)}; it takes {known}.")
    method, inference = given.get("method", "REML"), given.get("inference", "z")
    return (
        criteria.get(method) if isinstance(method, str) else method,
        freedom.get(inference) if isinstance(inference, str) else inference,
        given.get("level", 0.95),
    )


def _check(effects: Effects, design: Design, *, level: float) -> None:
    """Refuse what has too few estimates for its coefficients."""
    refuse_level(level)
    refuse_tangled(design)
    p = design.full.shape[1]
    if effects.k <= p:
        names = ", ".join(design.names) or "mu"
        raise ModelError(
            f"{effects.k} estimates cannot tell {p} coefficients and their scatter apart "
            f"({names}). Use fewer moderators, pool() for one estimate, or a model with priors."
        )


def _check_terms(terms: tuple[Term, ...]) -> None:
    """Refuse two variances of which the likelihood knows the sum only."""
    for one, other in combinations(terms, 2):
        if _alike(one, other):
            raise ModelError(
                f"The random effects {one.label!r} and {other.label!r} group these "
                f"{len(one.outer.codes)} estimates in the same way, so nothing tells their "
                "variances apart. Leave one out."
            )


def _alike(one: Term, other: Term) -> bool:
    if not (one.intercept and other.intercept):
        return False
    sizes = {len(one.outer.levels), len(other.outer.levels)}
    joint = one.outer.codes * len(other.outer.levels) + other.outer.codes
    return sizes == {len(np.unique(joint))}
