"""One intervention of a trial against several comparators."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.dependence.arms import ArmRule
from consilience.dependence.base import columns


@final
@dataclass(frozen=True, slots=True)
class SharedIntervention(ArmRule):
    """Rows of a trial whose intervention is the same group of people: `SharedControl` mirrored.

    Parameters
    ----------
    intervention : str or tuple of str
        Columns that together tell the intervention arms of a trial apart: one that names them, or
        their numbers, such as ``("n1", "mean1", "sd1")``.
    trial : str or tuple of str
        Columns that tell trials apart.

    Raises
    ------
    ModelError
        For what names no column.
    """

    intervention: str | tuple[str, ...] = "intervention"
    trial: str | tuple[str, ...] = "study"

    title: ClassVar[str] = "Shared intervention arm"
    sides: ClassVar[tuple[tuple[int, int], ...]] = ((1, 1),)

    def __post_init__(self) -> None:
        """Take one name or several."""
        for name in ("intervention", "trial"):
            held = columns(getattr(self, name), f"SharedIntervention: {name}")
            object.__setattr__(self, name, held)

    @property
    @override
    def arms(self) -> Mapping[int, tuple[str, ...]]:
        return {1: tuple(self.intervention)}

    @property
    @override
    def trials(self) -> tuple[str, ...]:
        return tuple(self.trial)
