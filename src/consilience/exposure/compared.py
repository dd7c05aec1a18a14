"""A threshold, a slope, another curve, or no dependence at all: by their evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from consilience.effects import Effects
from consilience.engines.exact.piled import piled, rows_of
from consilience.engines.exact.strata import StrataPosterior
from consilience.engines.summary import table as shaped
from consilience.errors import ModelError, RefusalError
from consilience.exposure.candidates import candidates
from consilience.exposure.caveat import CAVEAT
from consilience.exposure.curve import curve_along, mixture_of
from consilience.exposure.facts import MADE
from consilience.exposure.power import power_sentence
from consilience.exposure.words import said
from consilience.fit import Fit, fit
from consilience.gaussian import Array
from consilience.model import Model
from consilience.priors import Prior
from consilience.terms import Threshold
from consilience.terms.exposures import Columns

_COLUMNS = (
    *("log_evidence", "bayes_factor", "prior_probability", "probability"),
    *("location", "location_lower", "location_upper", "effect", "effect_lower", "effect_upper"),
)


@dataclass(frozen=True)
class ExposureComparison:
    """Fits of the same trials with different curves along an exposure.

    Parameters
    ----------
    column : str
        The exposure.
    fits : mapping of str to Fit
        By name: ``none, linear, threshold, hinge, Emax, spline``; a spline only where the trials'
        exposures can hold one.
    spread : str
        Column of the standard deviation of exposure within the trials, or none.
    """

    column: str
    fits: Mapping[str, Fit]
    spread: str = ""

    @property
    def effects(self) -> Effects:
        """The trials."""
        return next(iter(self.fits.values())).effects

    @property
    def caveat(self) -> str:
        """What such a curve does not say."""
        return CAVEAT

    @cached_property
    def probabilities(self) -> dict[str, float]:
        """Posterior probability of each curve, all alike beforehand."""
        logs = np.array([_log_evidence(each, name) for name, each in self.fits.items()])
        shares = np.exp(logs - logs.max())
        return dict(zip(self.fits, (shares / shares.sum()).tolist(), strict=True))

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """Summarise the curves side by side.

        Parameters
        ----------
        level : float
            Mass of the intervals.

        Returns
        -------
        DataFrame
            By curve: ``log_evidence, bayes_factor`` (of this curve against the likeliest),
            ``prior_probability, probability``; median and interval of the ``location`` (threshold,
            hinge or ED50) and of the ``effect`` (that of the curve), empty where it has none.
        """
        logs = {name: _log_evidence(each, name) for name, each in self.fits.items()}
        best = max(logs.values())
        rows = {
            name: {
                "log_evidence": log,
                "bayes_factor": float(np.exp(log - best)),
                "prior_probability": 1.0 / len(logs),
                "probability": self.probabilities[name],
                **_shape_of(self.fits[name], self.column, level),
            }
            for name, log in logs.items()
        }
        found = pd.DataFrame.from_dict(rows, orient="index", columns=list(_COLUMNS), dtype=float)
        found.index.name = "curve"
        found.attrs |= {"words": self.words(level), "caveat": CAVEAT, "level": level}
        return found

    def threshold(self, level: float = 0.95) -> pd.Series:
        """Answer whether there is a threshold, and where.

        Returns
        -------
        Series
            ``against_none`` and ``against_linear``: P(threshold) if only that curve were the
            alternative; ``probability``: among all curves; ``within``: P(it lies between the lowest
            and the highest exposure | threshold), for below or beyond all trials it is none that
            they could show; ``exists``: probability × within; ``location, lower, upper`` and
            ``effect, effect_lower, effect_upper`` beyond it, given a threshold, by medians and
            equal-tailed intervals; ``prior_lower, prior_upper``, where the location was thought to
            lie beforehand.
        """
        chances, posterior = self.probabilities, self.fits["threshold"].posterior
        own = _shape_of(self.fits["threshold"], self.column, level)
        x = Columns(exposure=self.column).read(self.effects.table).x
        name = f"{self.column}_location"
        before = _location(self.fits["threshold"].model, self.column)
        ends = before.ppf(np.array([(1.0 - level) / 2.0, (1.0 + level) / 2.0]))
        low, high = (posterior.cdf({name: float(end)})[name] for end in (x.min(), x.max()))
        return pd.Series(
            {
                "against_none": _alone(chances, "none"),
                "against_linear": _alone(chances, "linear"),
                "probability": chances["threshold"],
                "within": high - low,
                "exists": chances["threshold"] * (high - low),
                "location": own["location"],
                "lower": own["location_lower"],
                "upper": own["location_upper"],
                **{key: own[key] for key in ("effect", "effect_lower", "effect_upper")},
                **dict(zip(("prior_lower", "prior_upper"), ends.tolist(), strict=True)),
            }
        )

    def curve(self, x: Array, *, level: float = 0.95) -> pd.DataFrame:
        """Give the expected effect along the exposure, averaged over the curves.

        p(E(θ | x) | y) = Σ P(curve | y) p(E(θ | x) | y, curve).

        Parameters
        ----------
        x : array (n,)
            Exposures, none beyond the trials' own.
        level : float
            Mass of the band.

        Returns
        -------
        DataFrame
            By exposure the columns of `Fit.summary`.

        Raises
        ------
        ModelError
            If an exposure lies beyond those of the trials: a spline says nothing there.

        References
        ----------
        Hoeting, Madigan, Raftery & Volinsky (1999), Bayesian model averaging,
        doi:10.1214/ss/1009212519.
        """
        at = np.asarray(x, dtype=float)
        own = Columns(exposure=self.column).read(self.effects.table).x
        if not (np.isfinite(at).all() and (at >= own.min()).all() and (at <= own.max()).all()):
            raise ModelError(
                f"The curve is known from {own.min():g} to {own.max():g}, the trials' own "
                f"{self.column}; ask for exposures in between."
            )
        parts = [
            (chance, mixture_of(each, curve_along(each, self.column, at)))
            for (name, each) in self.fits.items()
            if (chance := self.probabilities[name]) > 0.0
        ]
        rows = rows_of(tuple(f"{each:g}" for each in at), piled(parts), level)
        accuracy = max(each.posterior.accuracy for each in self.fits.values())
        found = shaped(rows, level=level, accuracy=accuracy)
        found.index = pd.Index(at, name=self.column)
        return found

    def words(self, level: float = 0.95) -> tuple[str, ...]:
        """Say what the trials can tell, and what they cannot."""
        return (
            *said(
                self.probabilities,
                self.threshold(level),
                k=self.effects.k,
                level=level,
                unit=" %" if self.column in MADE else "",
            ),
            power_sentence(self.effects.k),
            CAVEAT,
        )


def compare_exposure(
    effects: Effects,
    column: str,
    *,
    threshold: Threshold | None = None,
    base: Model | None = None,
) -> ExposureComparison:
    """Fit a threshold, a slope and other curves along an exposure, and compare their evidence.

    The curves: none (the same effect everywhere), linear, threshold, hinge, Emax (the three of
    `terms`), and a spline. The effect of each has the same prior, that of the threshold: a slope's
    is the effect of the whole way from the lowest to the highest exposure. All curves are
    equally probable beforehand.

    Parameters
    ----------
    effects : Effects
        The trials; `exposed` leaves out those without the exposure.
    column : str
        The exposure.
    threshold : Threshold, optional
        The threshold, of which the other curves take the priors of location and effect and the
        column of the spread; ``Threshold(column)`` if left out, with a location anywhere from 0 to
        100 percent.
    base : Model, optional
        What else is assumed: mu, heterogeneity, bias, further terms; ``Model()`` if left out.

    Returns
    -------
    ExposureComparison
        Its `table`, `threshold`, `curve` and `words`.

    Raises
    ------
    ModelError
        If there is no such column, fewer than three exposures differ, or the base reads the column.
    DataError
        For exposures that are missing or no number.
    RefusalError
        If a prior is improper, so that there is no evidence.
    """
    given = Model() if base is None else base
    if any(term.reads(column) for term in given.terms):
        raise ModelError(
            f"The base model has a term that reads {column!r} already. Leave it out: "
            "compare_exposure puts each curve in its place."
        )
    step = Threshold(column) if threshold is None else threshold
    if not isinstance(step, Threshold) or step.column != column:
        raise ModelError(f"threshold is a Threshold({column!r}, …), not {threshold!r}.")
    step.block(effects)  # refuses what no curve can use
    fits = {
        name: fit(replace(given, terms=(*given.terms, *terms)), effects)
        for name, terms in candidates(effects, step).items()
    }
    for name, each in fits.items():
        _log_evidence(each, name)
    return ExposureComparison(column, fits, step.spread)


def _location(model: Model, column: str) -> Prior:
    """Give the prior of the threshold's location."""
    return next(
        term.location
        for term in model.terms
        if isinstance(term, Threshold) and term.column == column
    )


def _log_evidence(fit: Fit, name: str) -> float:
    if fit.log_evidence is None:
        raise RefusalError(
            f"The fit of the curve {name!r} has no evidence: it was sampled, or a prior of the "
            "base model is improper. Give proper priors, and exposures without `error` and "
            "`unknown`."
        )
    return fit.log_evidence


def _shape_of(fit: Fit, column: str, level: float) -> dict[str, float]:
    if not isinstance(fit.posterior, StrataPosterior):
        return {}
    places = fit.scales(level).to_dict(orient="index")
    coefficients = fit.posterior.of_coefficients(level).to_dict(orient="index")
    found: dict[str, float] = {}
    rows = {"location": places[f"{column}_location"], "effect": coefficients[f"{column}_effect"]}
    for name, row in rows.items():
        found[name] = float(row["median"])
        found |= {f"{name}_{end}": float(row[end]) for end in ("lower", "upper")}
    return found


def _alone(chances: Mapping[str, float], other: str) -> float:
    return chances["threshold"] / (chances["threshold"] + chances[other])
