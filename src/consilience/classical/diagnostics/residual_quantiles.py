"""Residuals beside the quantiles that they would have if true effects were normal."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from consilience.classical.diagnostics.residuals import residuals
from consilience.classical.diagnostics.table import labelled
from consilience.classical.pooled import Pooled
from consilience.classical.wls import Floats, standard_form
from consilience.errors import ModelError

_MOST = 20_000_000


def residual_quantiles(pooled: Pooled, *, simulations: int = 2000, seed: int = 1) -> pd.DataFrame:
    """Put internally studentised residuals in order, with a simulated envelope.

    The plotting positions are ``Φ⁻¹((i - ½) / k)``. The envelope holds, for each rank by itself,
    the ordered residuals of data simulated from the fitted model, ``e ~ N(0, v + tau²)``, tau²
    taken as known and the coefficients fitted anew.

    Parameters
    ----------
    pooled : Pooled
        With or without moderators; its level is that of the envelope.
    simulations : int
        Data sets, 100 or more.
    seed : int
        Of the simulation.

    Returns
    -------
    DataFrame
        By estimate, from the smallest residual to the largest: ``quantile, residual, lower,
        upper``. In ``attrs``: ``level``.

    Raises
    ------
    ModelError
        If no residual is left, or one has no variance; for fewer than 100 simulations.

    References
    ----------
    Atkinson AC (1981). Biometrika 68:13–20. doi:10.1093/biomet/68.1.13, for envelopes.
    """
    z = residuals(pooled)["z"].to_numpy(dtype=float)
    k = len(z)
    if simulations < 100:
        raise ModelError(f"{simulations} simulations give no envelope; 100 at least.")
    if not np.isfinite(z).all():
        names = ", ".join(np.array(pooled.effects.labels)[~np.isfinite(z)][:5])
        raise ModelError(f"The analysis leaves no residual for {names}: they are fitted exactly. "
                         "Use fewer moderators.")  # fmt: skip
    tail = (1.0 - pooled.level) / 2.0
    simulated = _simulated(pooled, min(simulations, max(100, _MOST // k)), seed)
    lower, upper = np.quantile(simulated, [tail, 1.0 - tail], axis=0)
    order = np.argsort(z, kind="stable")
    columns = {
        "quantile": ndtri((np.arange(k) + 0.5) / k), "residual": z[order], "lower": lower,
        "upper": upper,
    }  # fmt: skip
    names = pd.Index(np.array(pooled.effects.labels, dtype=object)[order], name="estimate")
    table = labelled(pd.DataFrame(columns), pooled, names)
    table.attrs["level"] = pooled.level
    return table


def _simulated(pooled: Pooled, count: int, seed: int) -> Floats:
    """Ordered residuals of simulated data, shape (count, k)."""
    scale = np.sqrt(pooled.effects.v + pooled.tau2)
    basis = standard_form(pooled.effects.y, pooled.effects.v, pooled.design.full).data[2]
    # In units of their standard deviations the fit is an orthogonal projection.
    within = np.linalg.qr(basis / scale[:, None])[0]
    drawn = np.random.default_rng(seed).standard_normal((count, len(scale)))
    left = drawn - (drawn @ within) @ within.T
    return np.sort(left / np.sqrt(1.0 - np.square(within).sum(axis=1)), axis=1)
