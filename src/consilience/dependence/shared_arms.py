"""Comparisons of one trial that have an arm in common, on whichever side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final, override

from consilience.dependence.arms import ArmRule
from consilience.dependence.base import columns


@final
@dataclass(frozen=True, slots=True)
class SharedArms(ArmRule):
    r"""Rows of a trial with several arms: whatever two comparisons share.

    With the vectors of what an arm brings to the sampling errors of two estimates (`loads`), their
    covariance is the sum of the inner products over the arms that they share: positive where an arm
    stands on the same side of both, negative where it is the comparator of one and the
    intervention of the other. A − B, B − C and A − C together say nothing that two of them do
    not: that covariance is refused as not positive definite.

    Parameters
    ----------
    intervention, comparator : str or tuple of str
        Columns that name the arms; the same name means the same arm, on either side.
    trial : str or tuple of str
        Columns that tell trials apart.

    Raises
    ------
    ModelError
        For what names no column.
    """

    intervention: str | tuple[str, ...] = "arm1"
    comparator: str | tuple[str, ...] = "arm2"
    trial: str | tuple[str, ...] = "study"

    title: ClassVar[str] = "Shared arms"
    sides: ClassVar[tuple[tuple[int, int], ...]] = ((1, 1), (1, 2), (2, 1), (2, 2))

    def __post_init__(self) -> None:
        """Take one name or several."""
        for name in ("intervention", "comparator", "trial"):
            held = columns(getattr(self, name), f"SharedArms: {name}")
            object.__setattr__(self, name, held)

    @property
    @override
    def arms(self) -> Mapping[int, tuple[str, ...]]:
        return {1: tuple(self.intervention), 2: tuple(self.comparator)}

    @property
    @override
    def trials(self) -> tuple[str, ...]:
        return tuple(self.trial)
