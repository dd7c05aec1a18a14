"""New trials as a likelihood of the arms' own data asks about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import logit, ndtri

from consilience.covariance import INDEPENDENT
from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.gaussian import Array
from consilience.new_trial import NewTrial, Stated
from consilience.priors import Prior
from consilience.trials.directions import COLUMN

_INSIDE = 1e-12  # nearer to none or all, and log odds are no numbers


@dataclass(frozen=True, slots=True)
class Design:
    """What a new trial has to say of its arms.

    Parameters
    ----------
    sizes : tuple of str
        Columns of its size.
    counted : tuple of str
        Columns of the data that are foreseen.
    others : tuple of str
        Columns that are 0 in a new trial: nobody is missing.
    stated : str
        What is stated of its comparator.
    scale : callable
        From there to the scale of baselines.
    spared : bool
        Whether the estimate does not depend on it, so that it need not be stated.
    """

    sizes: tuple[str, ...]
    counted: tuple[str, ...]
    others: tuple[str, ...]
    stated: str
    scale: Callable[[Array], Array]
    spared: bool = False

    @property
    def asks(self) -> str:
        """Say what a new trial would have to say for the data of its arms to be foreseen."""
        also = "" if self.spared else f" and {self.stated}, the comparator's,"
        return (
            "The data of the new trial's arms are not foreseen, its estimate only by its size: "
            f"that takes {', '.join(self.sizes)}{also} of every new trial."
        )

    def lacking(self, trial: NewTrial) -> list[str]:
        """Name the columns of its size that a new trial does not fill."""
        return [name for name in self.sizes if trial.size(name) is None]

    def begin(self, effects: Effects, trial: NewTrial, rows: int) -> Effects:
        """Lay out a new trial among effects, so many times, its data not yet there.

        Raises
        ------
        ModelError
            If its size or its direction is not known.
        """
        lacking = self.lacking(trial)
        if lacking:
            raise ModelError(
                f"The new trial {trial.name!r} does not say its {' and '.join(lacking)}, without "
                f"which {' and '.join(self.counted)} cannot be foreseen. Give it as "
                f"NewTrial({', '.join(f'{name}=…' for name in lacking)}, …)."
            )
        row = {name: float(trial.size(name) or 0.0) for name in self.sizes}
        row |= dict.fromkeys((*self.counted, *self.others), 0.0)
        table = pd.DataFrame(row, index=np.full(rows, trial.name, dtype=object))
        table["study"] = trial.name
        if effects.directed:
            table[COLUMN] = _direction(effects, trial)
        zero, one = np.zeros(rows), np.ones(rows)
        return replace(effects, y=zero, v=one, table=table, shared=INDEPENDENT)

    def read(self, trial: NewTrial, reader: str) -> Stated:
        """Give what a new trial states of its comparator.

        Raises
        ------
        ModelError
            If it states nothing, or something that the likelihood does not ask for.
        """
        if set(trial.baseline) != {self.stated}:
            raise ModelError(
                f"The new trial {trial.name!r} states {', '.join(trial.baseline) or 'nothing'} of "
                f"its comparator, and the {reader} likelihood asks for {self.stated}. Give it as "
                f"NewTrial(..., {self.stated}=…): a number, a distribution or the name of a trial."
            )
        return trial.baseline[self.stated]

    def baselines(self, value: float | Prior, rows: int, rng: np.random.Generator) -> Array:
        """Draw baselines (rows,) from what was stated: a number, or a distribution."""
        if not isinstance(value, Prior):
            return self.scale(np.full(rows, float(value)))
        return self.scale(value.ppf(rng.random(rows)))


OF_RISKS = Design(
    ("n1", "n2"), ("events1", "events2"), ("missing1", "missing2"), "risk2",
    lambda p: logit(np.clip(p, _INSIDE, 1.0 - _INSIDE)),
)  # fmt: skip
OF_RATES = Design(
    ("person_time1", "person_time2"), ("events1", "events2"), (), "rate2",
    lambda rate: np.log(np.maximum(rate, _INSIDE)),
)  # fmt: skip
OF_MEANS = Design(
    ("n1", "n2", "sd1", "sd2"), ("mean1", "mean2"), ("missing1", "missing2"), "mean2", np.asarray,
    spared=True,
)  # fmt: skip


def concluded(done: Effects, cells: Mapping[str, Array], level: float) -> dict[str, Array]:
    """Give what new trials would report, (rows,) by name: their data, estimate and verdict.

    ``yi`` and its standard error ``sei`` are those of the measure, zero-cell policy included;
    ``lower_gt_0`` and ``upper_lt_0`` say whether the interval yi ± z·sei lies above or below 0;
    ``no_events1`` and ``no_events2`` whether nobody had the event.
    """
    z, se = float(ndtri(0.5 + 0.5 * level)), np.sqrt(done.v)
    verdicts = {"lower_gt_0": done.y - z * se > 0.0, "upper_lt_0": done.y + z * se < 0.0}
    for arm in "12":
        if f"events{arm}" in cells:
            verdicts[f"no_events{arm}"] = cells[f"events{arm}"] == 0.0
    told = {name: verdict.astype(float) for name, verdict in verdicts.items()}
    return {**cells, "yi": done.y, "sei": se, **told}


def place_of(name: str, effects: Effects) -> int:
    """Find a trial that was seen.

    Raises
    ------
    ModelError
        If there is none of this name.
    """
    if name not in effects.labels:
        raise ModelError(
            f"There is no trial {name!r} whose comparator could be taken. Give one of "
            f"{', '.join(effects.labels)}, a number, or a distribution."
        )
    return effects.labels.index(name)


def refuse_stated(trials: list[NewTrial], reader: str) -> None:
    """Say nothing if no new trial states anything of its comparator.

    Raises
    ------
    ModelError
        If one does, and the likelihood reads estimates alone.
    """
    for trial in trials:
        raise ModelError(
            f"The new trial {trial.name!r} states its {', '.join(trial.baseline)}, which a "
            f"{reader} likelihood of estimates does not read. Fit a model of the arms' own data, "
            "such as likelihoods.Binomial(), or leave it out."
        )


def _direction(effects: Effects, trial: NewTrial) -> str:
    words = effects.table[COLUMN].astype(str).unique()
    given = trial.moderators.get(COLUMN, words[0])
    if len(words) > 1 and COLUMN not in trial.moderators:
        raise ModelError(
            f"In some of these trials higher is better and in others not, and the new trial "
            f"{trial.name!r} does not say. Give it as NewTrial(..., {COLUMN}='yes') or 'no'."
        )
    return str(given)
