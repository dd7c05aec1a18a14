"""What each outcome borrows from the others in a joint model."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.design.columns import as_labels, column_of, factor
from consilience.engines.exact.form import Form
from consilience.engines.exact.mixture import Mixture
from consilience.engines.summary import tails
from consilience.errors import RefusalError
from consilience.fit import Fit
from consilience.gaussian import Array
from consilience.questions.asking import answering, listed, percent
from consilience.questions.nodes import Nodes, nodes_of
from consilience.rows import of_level, readers

_REST = 1e-7  # posterior mass that may be left out
_SEEN = 1e-9  # a singular value below this share of the largest is zero


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeBorrowing:
    """How far the outcomes of a joint model lean on one another.

    Parameters
    ----------
    outcomes : DataFrame
        By outcome: ``k, trials`` (estimates and trials that measured it), ``estimate, sd, lower,
        upper, level, interval`` from all outcomes together, ``alone, alone_sd`` from its own
        estimates, ``borrowed`` (1 − variance together / variance alone: the borrowing of strength),
        ``elsewhere`` (share of the weight of trials that never measured it), ``prior`` (share of
        the priors).
    weights : DataFrame
        By trial, one column for each outcome: its share of the information about that outcome. A
        column and ``prior`` add up to 1.
    words : tuple of str
        What it means.
    """

    outcomes: pd.DataFrame
    weights: pd.DataFrame
    words: tuple[str, ...]

    def __repr__(self) -> str:
        """Say in one line which outcome borrows most."""
        most = self.outcomes["borrowed"].idxmax()
        share = percent(max(self.outcomes["borrowed"].max(), 0.0))
        return (
            f"<OutcomeBorrowing of {len(self.outcomes)} outcomes in {len(self.weights)} trials: "
            f"{most} borrows most, {share}>"
        )


def outcome_borrowing(
    fit: Fit, by: str = "outcome", *, within: str = "study", level: float = 0.95
) -> OutcomeBorrowing:
    """Say what each outcome learns from the others, and from trials that never measured it.

    At given standard deviations and correlations φ the mean w'β of an outcome has the variance
    w'Cw from all estimates, and another from its own alone; 1 − E(together)/E(alone) over the
    posterior of φ is the borrowing of strength. With Xₛ, Sₛ the rows and the covariance of a
    trial, its weight is w'C Xₛ'Sₛ⁻¹Xₛ C w / w'Cw: what it gives to the precision of the outcome,
    measured or not. Priors have the rest.

    Parameters
    ----------
    fit : Fit
        Of a model with a mean for each outcome, by any engine; `Multivariate` heterogeneity or
        correlated errors, or there is nothing to borrow.
    by : str
        The column of the outcomes, which a term reads.
    within : str
        The column of the trials.
    level : float
        Mass of the intervals.

    Raises
    ------
    ModelError
        If a column is missing, or no term reads the outcomes.
    RefusalError
        If there is one outcome only, or the model is not Gaussian given its standard deviations.
    DataError
        For an empty cell in either column.

    References
    ----------
    Jackson, White, Price, Copas & Riley (2017), doi:10.1177/0962280215611702.
    """
    answering(fit, "outcome_borrowing")
    names, trials = _read(fit, by), np.array(as_labels(fit.effects.table, within), dtype=object)
    measured = np.array(as_labels(fit.effects.table, by), dtype=object)
    readers(fit, by)
    nodes = _heaviest(nodes_of(fit))
    rows, columns = [], {}
    for name in names:
        weights = of_level(fit, by, name)
        own = measured == name
        shares, prior = _shares(nodes, weights, trials)
        columns[name] = shares
        elsewhere = float(shares[~shares.index.isin(trials[own])].sum())
        counts = {"k": int(own.sum()), "trials": len(set(trials[own]))}
        rows.append(
            counts
            | _moments(nodes, weights, own=own, level=level)
            | {"elsewhere": elsewhere, "prior": prior}
        )
    found = pd.DataFrame(rows, index=pd.Index(names, name=by))
    found = _arranged(found, level)
    weights_of = pd.DataFrame(columns)
    weights_of.index.name = within
    return OutcomeBorrowing(
        fit.stamped(found), fit.stamped(weights_of), tuple(_words(found, within))
    )


def _read(fit: Fit, by: str) -> tuple[str, ...]:
    """Give the outcomes in the order of the design; refuse one alone, which cannot borrow."""
    column_of(fit.effects.table, by)
    labels = sorted(set(as_labels(fit.effects.table, by)))
    if len(labels) < 2:
        raise RefusalError(
            f"There is one {by} only, {labels[0]!r}, which has no other to borrow from. "
            "borrowing(fit) says what trials borrow from each other."
        )
    return factor(fit.effects.table, by).levels


def _heaviest(nodes: Nodes) -> Nodes:
    """Leave out the many nodes that hold next to nothing together; shares are read to 1e-3."""
    order = np.argsort(-nodes.mass, kind="stable")
    kept = np.sort(order[: 1 + int(np.searchsorted(np.cumsum(nodes.mass[order]), 1.0 - _REST))])
    mass, phi = nodes.mass[kept], nodes.phi[kept]
    return Nodes(nodes.form, phi, mass / mass.sum(), nodes.form.given(phi))


def _shares(nodes: Nodes, weights: Array, trials: NDArray[np.object_]) -> tuple[pd.Series, float]:
    """Give each trial's share of the information about w'β, and that of the priors."""
    root = nodes.given.root
    direction = np.einsum("nmr,nr->nm", root, np.einsum("nmr,m->nr", root, weights))
    seen = direction @ nodes.form.W.T
    solved = nodes.form.joint(nodes.phi).solved(seen)
    whole = direction @ weights
    each = nodes.mass @ (seen * solved / whole[:, None])
    shares = pd.Series(each, index=trials).groupby(level=0, sort=False).sum()
    return shares, float(1.0 - shares.sum())


def _moments(
    nodes: Nodes, weights: Array, *, own: NDArray[np.bool_], level: float
) -> dict[str, float]:
    """Give the mean of an outcome from all estimates, and from its own."""
    means, variances = nodes.given.mean @ weights, nodes.given.variance_of(weights[None])[:, 0]
    mixture = Mixture(nodes.mass, means[:, None], np.sqrt(variances)[:, None])
    lower, upper = (float(mixture.quantile(tail)[0]) for tail in tails(level))
    alone, spread = _alone(nodes, weights, own)
    centre = float(nodes.mass @ alone)
    return {
        "estimate": float(mixture.mean()[0]),
        "sd": float(mixture.sd()[0]),
        "lower": lower,
        "upper": upper,
        "alone": centre,
        "alone_sd": float(np.sqrt(nodes.mass @ (spread + (alone - centre) ** 2))),
        "borrowed": 1.0 - float(nodes.mass @ variances) / float(nodes.mass @ spread),
    }


def _alone(nodes: Nodes, weights: Array, own: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Give moments (n,) of w'β at the same φ from some estimates only."""
    form, turned = _identified(_kept(nodes.form, own), weights)
    given = form.given(nodes.phi)
    return given.mean @ turned, given.variance_of(turned[None])[:, 0]


def _kept(form: Form, own: NDArray[np.bool_]) -> Form:
    for place in np.flatnonzero(~own)[::-1]:
        form = form.without(int(place))
    return form


def _identified(form: Form, weights: Array) -> tuple[Form, Array]:
    """Leave out what of the flat coefficients some estimates cannot tell.

    W β = (W Q) γ, with Q an orthonormal basis of the rows' directions: γ is flat as β is.
    """
    flat = form.flat
    if not flat.any():
        return form, weights
    _, sizes, basis = np.linalg.svd(form.W[form.counted][:, flat], full_matrices=False)
    Q = basis[sizes > _SEEN * sizes[0]].T
    known = np.logical_not(flat)
    turn = np.block(
        [
            [np.eye(int(known.sum())), np.zeros((int(known.sum()), Q.shape[1]))],
            [np.zeros((int(flat.sum()), int(known.sum()))), Q],
        ]
    )
    order = [*np.flatnonzero(known), *np.flatnonzero(flat)]
    scales = [form.scales[place] for place in np.flatnonzero(known)]
    fewer = replace(
        form,
        W=form.W[:, order] @ turn,
        truth=form.truth[:, order] @ turn,
        mean=np.concatenate([form.mean[known], np.zeros(Q.shape[1])]),
        sd=np.concatenate([form.sd[known], np.full(Q.shape[1], np.inf)]),
        scales=(*scales, *[""] * Q.shape[1]),
    )
    return fewer, weights[order] @ turn


def _arranged(found: pd.DataFrame, level: float) -> pd.DataFrame:
    """Put the level and the kind of the interval behind its ends."""
    names = list(found.columns)
    place = names.index("upper") + 1
    ordered = [*names[:place], "level", "interval", *names[place:]]
    return found.assign(level=level, interval="credible")[ordered]


def _words(found: pd.DataFrame, within: str) -> list[str]:
    """Say who borrows most, who hardly, and what trials give that never measured an outcome."""
    most = found["borrowed"].idxmax()
    sentences = [
        f"{most} borrows most: its mean is known with {percent(found['borrowed'].max(), 1)} less "
        "variance than from its own estimates alone, at the same standard deviations and "
        "correlations."
    ]
    idle = [str(name) for name in found.index[found["borrowed"] < 0.01]]
    if idle:
        sentences.append(f"{listed(idle)} borrow{'s' * (len(idle) == 1)} less than 1 %.")
    for name, row in found[found["elsewhere"] > 0.0005].iterrows():
        sentences.append(
            f"{percent(row['elsewhere'], 1)} of the weight in the mean of {name} comes, taken "
            f"together, from each {within} that never measured it."
        )
    return sentences
