"""Several interventions of one trial against one control arm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.dependence.arms import ArmRule
from consilience.dependence.base import columns


@final
@dataclass(frozen=True, slots=True)
class SharedControl(ArmRule):
    r"""Rows of a trial whose comparator is the same group of people.

    Their covariance is what that group brings to the variances: of mean differences
    :math:`s_2^2 / n_2`, of Hedges' g :math:`1/n_2 + g_i g_j n_2 / (2 N_i N_j)`, of log odds ratios
    :math:`1/c + 1/d`, and so on for each measure in the form of its variance (`loads`).

    Which rows share a control arm is never guessed. Either a column names the arms (the rows of
    one trial with the same name in it share that arm), or the numbers of the arm are named as the
    columns, ``("n2", "mean2", "sd2")`` or ``("n2", "events2")``: then rows of one trial in which
    all of them are equal share it. Rows that share an arm and print other numbers for it at one
    outcome and time are refused.

    Parameters
    ----------
    control : str or tuple of str
        Columns that together tell the control arms of a trial apart.
    trial : str or tuple of str
        Columns that tell trials apart.

    Raises
    ------
    ModelError
        For what names no column.
    """

    control: str | tuple[str, ...] = "control"
    trial: str | tuple[str, ...] = "study"

    title: ClassVar[str] = "Shared control arm"
    sides: ClassVar[tuple[tuple[int, int], ...]] = ((2, 2),)

    def __post_init__(self) -> None:
        """Take one name or several."""
        for name in ("control", "trial"):
            held = columns(getattr(self, name), f"SharedControl: {name}")
            object.__setattr__(self, name, held)

    @property
    @override
    def arms(self) -> Mapping[int, tuple[str, ...]]:
        return {2: tuple(self.control)}

    @property
    @override
    def trials(self) -> tuple[str, ...]:
        return tuple(self.trial)
