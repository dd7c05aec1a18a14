"""Every estimate as an observation by itself, given the others of its block: all at once."""

import numpy as np
from numpy.typing import NDArray

from consilience.engines.exact.form import Form
from consilience.gaussian import Array


def observations(
    form: Form, phi: Array, places: NDArray[np.intp], *, reported: Array
) -> tuple[Array, Array, Array]:
    """Give some estimates as observations of β, each given all others; see `Form.observation`.

    One factor of each block serves all of its members; one by one where a bias lets an estimate
    have another variance than the reported one.

    Parameters
    ----------
    form : Form
        The Gaussian form.
    phi : array (nodes, d)
        The nodes.
    places : array (r,)
        The estimates.
    reported : array (k,)
        The variances with which they are observed.

    Returns
    -------
    w, y, s : array (nodes, r, m), (nodes, r), (nodes, r)
        Rows, values and variances.
    """
    joint = form.joint(phi)
    w = joint.given_mates(form.W[None])[:, places]
    y = joint.given_mates(form.y[None])[:, places]
    s = joint.alone[:, places].copy()
    weighed = form.errors.given[places] != reported[places]
    for column in np.flatnonzero(weighed):
        place = int(places[column])
        found = form.observation(phi, place, left=(), own=float(reported[place]))
        w[:, column], y[:, column], s[:, column] = found
    return w, y, s
