"""Whether answers may be trusted, said in words."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A verdict on a fit, and the reasons.

    Parameters
    ----------
    faults : tuple of str
        What keeps the answers from being trusted; empty when they may be.
    steps : tuple of str
        What was done to get them.
    cautions : tuple of str
        What a reader should know though the computation is sound.
    """

    faults: tuple[str, ...]
    steps: tuple[str, ...]
    cautions: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the answers may be trusted."""
        return not self.faults

    def __str__(self) -> str:
        """Say it in a few sentences."""
        if self.passed:
            verdict = "The computation may be trusted."
        else:
            verdict = f"NOT CONVERGED: {'; '.join(self.faults)}."
        return " ".join((verdict, *self.steps, *self.cautions))


_MORE = (
    "Prior–data conflict: the estimates scatter more",
    "Check the sampling variances and the prior of tau.",
)
_LESS = (
    "The estimates scatter less",
    "The priors of tau and of the moderators leave room for far more, so that the intervals are "
    "cautious; or the sampling variances are too large: check them.",
)


def scatter_conflict(tail: float, *, q: float) -> tuple[str, ...]:
    """Say that the estimates scatter more, or far less, than the priors foresee.

    Parameters
    ----------
    tail : float
        Prior predictive probability of a Cochran's Q at least as large.
    q : float
        The observed Q.
    """
    more = tail < 0.5
    share = tail if more else 1.0 - tail
    if not np.isfinite(tail) or share >= 0.005:
        return ()
    chance = f"of only {share:.2g}" if share > 0.0 else "too small to be seen in the replicates"
    start, end = _MORE if more else _LESS
    middle = f"than the model foresaw; it gave that a probability {chance}."
    return (f"{start} (Cochran's Q = {q:.3g}) {middle} {end}",)


def idle(names: tuple[str, ...]) -> tuple[str, ...]:
    """Say that moderators do not vary, so that the data are silent about their coefficients.

    Parameters
    ----------
    names : tuple of str
        Row names of the coefficients.
    """
    if not names:
        return ()
    several = len(names) > 1
    return (
        f"The trials do not vary in {', '.join(names)}: the data say nothing about "
        f"{'these coefficients, whose posteriors are their priors' * several}"
        f"{'this coefficient, whose posterior is its prior' * (not several)}. Leave "
        f"{'them' if several else 'it'} out of the model.",
    )


def few_trials(k: int) -> tuple[str, ...]:
    """Say that the prior speaks where there are one or two trials."""
    if k > 2:
        return ()
    trials = "one trial" if k == 1 else "two trials"
    return (
        f"With {trials} the data say next to nothing about heterogeneity: the posterior of tau is "
        "little more than its prior, and every interval depends on it.",
    )


def prior_conflict(tail: float, *, mean: float) -> tuple[str, ...]:
    """Say that prior and data disagree.

    Parameters
    ----------
    tail : float
        Two-sided prior predictive tail probability of the precision-weighted mean.
    mean : float
        The precision-weighted mean.
    """
    if not np.isfinite(tail) or tail >= 0.01:
        return ()
    chance = f"of only {tail:.2g}" if tail > 0.0 else "too small to be computed"
    return (
        f"Prior–data conflict: before seeing the data the model gave the precision-weighted mean "
        f"of {mean:.3g}, or one further out, a probability {chance}. Check the unit of the "
        "effects and the prior of mu.",
    )
