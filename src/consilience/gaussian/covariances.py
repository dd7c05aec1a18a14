"""What models make of a sampling covariance: trusted less, split in two, and known well enough."""

import numpy as np

from consilience.covariance import Covariance
from consilience.errors import DataError, Problem
from consilience.gaussian.blocks import Array

_LEAST = 1e6  # an eigenvalue is off by eps of the largest: this many times that is 1e-6 of it


def counted(shared: Covariance, v: Array) -> Covariance:
    """Give the covariance with which estimates count that are trusted less than reported.

    The likelihood of the estimates of a block that are trusted less, given those that are trusted
    as they stand, is raised to the power w: with A trusted and B less,
    ``y_B | y_A ~ N(θ_B + K (y_A − θ_A), C)`` becomes ``N(…, C / w)``: the covariance of B is then
    ``C / w + K V_AB``. All of a block alike make it ``V / w``; at w = 0 the rest keep their
    submatrix of V.

    Parameters
    ----------
    shared : Covariance
        As reported.
    v : array (k,)
        The variances that a bias lets the estimates have, reported / w; infinite at w = 0.
    """
    if shared.independent:
        return shared
    pairs = [
        (at[np.isfinite(v[at])], trusted(block, v[at]))
        for at, block in zip(shared.members, shared.blocks, strict=True)
    ]
    kept = [(at, block) for at, block in pairs if len(at) > 1]
    return Covariance(tuple(at for at, _ in kept), tuple(block for _, block in kept))


def trusted(block: Array, v: Array) -> Array:
    """Weigh one block down, and leave out what does not count at all; see `counted`.

    Parameters
    ----------
    block : array (m, m)
        As reported.
    v : array (m,)
        The variances that the estimates are let have, infinite where one does not count.

    Returns
    -------
    array (n, n)
        Of the n estimates that count.
    """
    own = np.diagonal(block)
    less = ~np.isclose(v, own, rtol=1e-12, atol=0.0)
    if not less.any():
        return block
    full, kept = ~less, np.isfinite(v)
    regressed = np.zeros((int(less.sum()),) * 2)
    if full.any():
        across = block[np.ix_(full, less)]
        regressed = across.T @ np.linalg.solve(block[np.ix_(full, full)], across)
    share = np.sqrt(own / v)[less]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (block[np.ix_(less, less)] - regressed) / np.outer(share, share)
    whole = block.copy()
    whole[np.ix_(less, less)] = spread + regressed
    return np.asarray(whole[np.ix_(kept, kept)])


def split(shared: Covariance, v: Array) -> tuple[Array, Array]:
    """Write V as diag(d) + LL': errors of their own, and standard normal ones that are shared.

    d is as large as it can be where every estimate of a block keeps the same share of its
    variance: the smallest eigenvalue of the correlations. Of a block with equal positive
    correlations L has one column.

    Parameters
    ----------
    shared : Covariance
        The blocks of V.
    v : array (k,)
        Sampling variances; they hold for the estimates of no block.

    Returns
    -------
    d : array (k,)
    L : array (k, q)
    """
    own, columns = np.array(v, dtype=float), [np.zeros((len(v), 0))]
    for at, block in zip(shared.members, shared.blocks, strict=True):
        sd = np.sqrt(np.diagonal(block))
        values, vectors = np.linalg.eigh(block / np.outer(sd, sd))
        more = values - values[0] > len(at) * np.finfo(float).eps * values[-1]
        loads = np.zeros((len(v), int(more.sum())))
        loads[at] = sd[:, None] * vectors[:, more] * np.sqrt(values[more] - values[0])
        own[at] = values[0] * sd**2
        columns.append(loads)
    return own, np.hstack(columns)


def refuse_singular(shared: Covariance, labels: tuple[str, ...]) -> None:
    """Say nothing if every eigenvalue of V is known to the 1e-6 that an answer owes.

    Parameters
    ----------
    shared : Covariance
        The blocks of V.
    labels : tuple of str, k
        What a message calls each estimate.

    Raises
    ------
    DataError
        Naming the estimates of each block whose smallest eigenvalue is too near zero relative to
        the largest.
    """
    found = [
        Problem(
            "The sampling errors are so strongly correlated, or so unequally trusted, that some "
            "combination of these estimates is almost free of error",
            "Leave one of them out, lower the correlation, or give a weight of 0 in place of one "
            "that is almost 0.",
            ", ".join(labels[place] for place in at),
        )
        for at, block in zip(shared.members, shared.blocks, strict=True)
        if not _well_conditioned(block)
    ]
    if found:
        raise DataError(found)


def _well_conditioned(block: Array) -> bool:
    values = np.linalg.eigvalsh(block)
    return bool(values[0] > _LEAST * len(block) * np.finfo(float).eps * values[-1])
