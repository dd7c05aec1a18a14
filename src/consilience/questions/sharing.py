"""What each trial learns from the others, and what it gives to the mean."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.nuts.posterior import COMMON
from consilience.errors import RefusalError
from consilience.fit import Fit
from consilience.gaussian import Array, Joint, Point
from consilience.questions.asking import answering, percent
from consilience.questions.level_sharing import levels_of
from consilience.questions.nodes import nodes_of

_COLUMNS = ["mean", "sd", "lower", "upper", "level", "interval"]
_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Borrowing:
    """How far trials, and levels, lean on one another.

    Parameters
    ----------
    trials : DataFrame
        By estimate: ``yi, sei`` (its own), ``mean, sd, lower, upper, level, interval`` of its true
        effect θᵢ, ``shrinkage`` (posterior mean of v/(v + τ²): the share of the population in θᵢ),
        ``borrowed`` (1 − sd²/v: the share of the precision of θᵢ that is not its own; below 0
        where the others cast doubt on it), ``worth`` (v/sd²: θᵢ is known as well as by so many
        trials of this size), ``weight`` (∂ E(μ | φ, y)/∂yᵢ averaged over φ; nan where the model is
        not Gaussian given φ).
    levels : DataFrame
        By level of each exchangeable term: ``factor, k``, ``own, own_sd`` (from its own trials
        alone), ``mean, sd, lower, upper, level, interval`` (from all), ``shrinkage`` (posterior
        mean of own variance/(own variance + scale²)), ``borrowed, worth`` as above.
    effective : float
        Effective number of trials in μ: (Σw)²/Σw² of the weights (Kish); k where they are equal.
    prior_weight : float
        1 − Σw: what the weights leave to the prior of μ.
    words : tuple of str
        What it means.
    """

    trials: pd.DataFrame
    levels: pd.DataFrame
    effective: float
    prior_weight: float
    words: tuple[str, ...]

    def __repr__(self) -> str:
        """Say in one line how many trials and levels there are, and what the mean is worth."""
        return (
            f"<Borrowing of {len(self.trials)} trials and {len(self.levels)} levels: "
            f"{self.effective:.1f} effective trials in the mean>"
        )


def borrowing(fit: Fit, *, level: float = 0.95) -> Borrowing:
    """Say how much each trial borrows from the others, and what weight it has in the mean.

    Parameters
    ----------
    fit : Fit
        By any engine. For sampled fits of models that are Gaussian given their standard deviations
        the weights are averaged over draws of these.
    level : float
        Mass of the intervals.

    Raises
    ------
    ModelError
        For what is no fit.

    References
    ----------
    Efron & Morris (1975), doi:10.2307/2285814, for shrinkage. Kish (1965), *Survey Sampling*,
    for the effective number. Röver & Friede (2021), doi:10.1177/0962280220988129, for weights
    averaged over the heterogeneity.
    """
    answering(fit, "borrowing")
    weights, levels = np.full(fit.effects.k, np.nan), pd.DataFrame()
    try:
        nodes = nodes_of(fit)
        weights, levels = nodes.weights(), levels_of(fit, nodes, level)
    except RefusalError:
        pass  # what needs the Gaussian form stays empty, and the words say so
    trials = fit.stamped(_trials(fit, weights, level))
    total, squares = float(weights.sum()), float(np.sum(weights**2))
    effective = np.nan if squares == 0.0 else total**2 / squares
    words = (*_of_trials(trials), *_of_weights(trials, effective, 1.0 - total))
    return Borrowing(trials, levels, effective, 1.0 - total, words)


def _trials(fit: Fit, weights: Array, level: float) -> pd.DataFrame:
    """Put a trial's own answer beside its posterior, with the share of precision borrowed."""
    v = fit.effects.v
    rows = fit.summary(level).loc[[f"theta[{label}]" for label in fit.effects.labels]]
    index = pd.Index(fit.effects.labels, name="estimate")
    table = pd.DataFrame({"yi": fit.effects.y, "sei": np.sqrt(v)}, index=index)
    table = table.join(rows[_COLUMNS].set_axis(index))
    worth = v / table["sd"].to_numpy() ** 2
    return table.assign(
        shrinkage=_shrinkage(fit), borrowed=1.0 - 1.0 / worth, worth=worth, weight=weights
    )


def _shrinkage(fit: Fit) -> Array:
    """Posterior mean of v/(v + h); over the components of h where there are several.

    In a block of V that is 1 − (H(V + H)⁻¹)ᵢᵢ, what the estimate itself leaves to the others.
    """
    posterior = fit.posterior
    if isinstance(posterior, ExactPosterior):
        rule = posterior.integrated.rule
        return np.asarray(rule.weights @ posterior.form.joint(rule.phi).from_others())
    drawn = fit.draws["posterior"].to_dataset()
    beta, hypers = posterior.layout.read(drawn)
    point: Point = {name: values.ravel() for name, values in hypers.items()}
    residual = fit.effects.y - posterior.layout.seen(
        beta.reshape(-1, beta.shape[-1]), {name: own.ravel() for name, own in hypers.items()}
    )
    if COMMON in drawn:  # given what estimates have in common their errors are independent
        residual = residual - drawn[COMMON].to_numpy().reshape(residual.shape)
    bonds = posterior.bonds
    if not bonds.independent:
        h = np.broadcast_to(posterior.scatter.variance(point), residual.shape)
        return np.asarray(Joint(bonds, h, point).from_others().mean(axis=0))
    parts, found = posterior.scatter.components(point), np.empty(fit.effects.k)
    for row, own in enumerate(bonds.errors.v):
        chance = posterior.scatter.responsibility(residual[:, row], own, parts=parts, row=row)
        found[row] = np.mean(np.sum(chance * _share(parts.of(row), own), axis=1))
    return found


def _share(h: Array, v: Array) -> Array:
    """Give v/(v + h); 1 where the variance is infinite, for then nothing of θ is its own."""
    return np.asarray(1.0 - h / (h + v))


def _of_trials(trials: pd.DataFrame) -> list[str]:
    """Say who borrows most and least, and where the others contradict a trial."""
    borrowed = trials["borrowed"]
    most, least = borrowed.idxmax(), borrowed.idxmin()
    mostly = int((borrowed > _HALF).sum())
    share = percent(max(borrowed.max(), 0.0))
    if len(trials) == 1:
        return [f"With one trial, {share} of what is known of its true effect is the prior's."]
    sentences = [
        f"{most} borrows most: {share} of what is known of its true effect comes from the other "
        f"trials and the prior, as if it had been {trials['worth'].max():.2g} trials of its size. "
        f"{least} borrows least ({percent(max(borrowed.min(), 0.0))})."
    ]
    if mostly:
        sentences.append(
            f"For {mostly} of {len(trials)} trials more than half of the precision is borrowed."
        )
    doubted = [str(name) for name in borrowed.index[borrowed < 0.0]]
    if doubted:
        sentences.append(
            f"The others cast doubt on {', '.join(doubted)}: less is known of the true effect "
            "there than the trial by itself would say."
        )
    return sentences


def _of_weights(trials: pd.DataFrame, effective: float, prior: float) -> list[str]:
    """Say how many equal trials the weights are worth, and what the prior holds."""
    if not np.isfinite(effective):
        return ["Weights are not shown: this model is not Gaussian given its standard deviations."]
    heaviest = trials["weight"].idxmax()
    heavy = percent(trials["weight"].max())
    return [
        f"The weights in the mean are those of {effective:.1f} equal trials (of {len(trials)}); "
        f"the heaviest is {heaviest} with {heavy}, and {percent(prior, 1)} is left to the prior of "
        "the mean."
    ]
