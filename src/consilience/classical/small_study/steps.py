"""Selection by steps: constant between cut points of the p value, or beside one of the estimate."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.classical.small_study.weights import Results, Weights
from consilience.classical.wls import Floats
from consilience.errors import ModelError

VEVEA_WOODS = (0.005, 0.01, 0.05, 0.1, 0.25, 0.35, 0.5, 0.65, 0.75, 0.9, 0.95, 0.99)
"""The cut points of Vevea and Woods (2005)."""


@final
@dataclass(frozen=True, slots=True)
class Steps(Weights):
    """Constant between cut points of p; one below the first.

    Parameters
    ----------
    cuts_of_p : tuple of float
        Ascending, between 0 and 1. ``(0.025,)`` with a one-sided p is the three-parameter model,
        ``(0.025, 0.5)`` the four-parameter model.

    Raises
    ------
    ModelError
        For cut points that do not ascend between 0 and 1.

    References
    ----------
    Hedges LV (1992). Statistical Science 7:246–255. doi:10.1214/ss/1177011364
    Vevea JL, Hedges LV (1995). Psychometrika 60:419–435. doi:10.1007/BF02294384
    """

    label: ClassVar[str] = "step function"
    cuts_of_p: tuple[float, ...] = (0.025,)

    def __post_init__(self) -> None:
        """Refuse cut points that are none."""
        _check_cuts(self.cuts_of_p)

    @property
    def names(self) -> tuple[str, ...]:
        """One for each interval but the first."""
        return tuple(f"delta[{low:g}–{high:g}]" for low, high in pairwise((*self.cuts_of_p, 1.0)))

    def log_weight(self, results: Results, delta: Floats) -> Floats:
        """Look the interval up."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.append(1.0, delta))[_interval(self.cuts_of_p, results)])

    def slopes(self, results: Results, delta: Floats) -> list[Floats]:
        """``1 / delta`` in the parameter's own interval, zero elsewhere."""
        place = _interval(self.cuts_of_p, results)
        return [(place == j) / each for j, each in enumerate(delta, start=1)]

    def cuts(self) -> tuple[float, ...]:
        """Give the cut points."""
        return self.cuts_of_p

    def check(self, results: Results) -> None:
        """Every interval must hold a p value."""
        place = _interval(self.cuts_of_p, results)
        held = np.bincount(place, minlength=len(self.cuts_of_p) + 1)
        if not held.all():
            ends = (0.0, *self.cuts_of_p, 1.0)
            empty = int(np.argmin(held))
            message = (
                f"No estimate has a p value between {ends[empty]:g} and {ends[empty + 1]:g}, so "
                "nothing is known of its weight. Use fewer cuts, or give the weights: GivenSteps."
            )
            raise ModelError(message)


@final
@dataclass(frozen=True, slots=True)
class GivenSteps(Weights):
    """Steps of given heights, for a sensitivity analysis with few estimates.

    Parameters
    ----------
    cuts_of_p : tuple of float
        Ascending, between 0 and 1.
    heights : tuple of float
        One more, positive: the relative probabilities of publication from p = 0 upwards. By default
        Vevea and Woods's moderate one-sided selection.

    Raises
    ------
    ModelError
        For cut points that do not ascend, and heights that are not positive or not one more.

    References
    ----------
    Vevea JL, Woods CM (2005). Psychological Methods 10:428–443. doi:10.1037/1082-989X.10.4.428
    """

    label: ClassVar[str] = "given steps"
    cuts_of_p: tuple[float, ...] = VEVEA_WOODS
    heights: tuple[float, ...] = (1, 0.99, 0.95, 0.8, 0.75, 0.65, 0.6, 0.55, *(0.5,) * 5)

    def __post_init__(self) -> None:
        """Refuse cut points and heights that are none."""
        _check_cuts(self.cuts_of_p)
        given, wanted = len(self.heights), len(self.cuts_of_p) + 1
        if given != wanted or not all(0 < each < np.inf for each in self.heights):
            raise ModelError(f"{wanted} positive heights go with {wanted - 1} cuts; {given} given.")

    @property
    def names(self) -> tuple[str, ...]:
        """None: nothing is estimated."""
        return ()

    def log_weight(self, results: Results, delta: Floats) -> Floats:  # noqa: ARG002
        """Look the interval up."""
        return np.asarray(np.log(self.heights)[_interval(self.cuts_of_p, results)])

    def slopes(self, results: Results, delta: Floats) -> list[Floats]:  # noqa: ARG002
        """None."""
        return []

    def cuts(self) -> tuple[float, ...]:
        """Give the cut points."""
        return self.cuts_of_p


@final
@dataclass(frozen=True, slots=True)
class Truncated(Weights):
    """One beyond a point of the estimate itself, on the favoured side; ``delta`` before it.

    Parameters
    ----------
    at : float
        The point, on the analysed scale.

    References
    ----------
    Rust RT, Lehmann DR, Farley JU (1990). Journal of Marketing Research 27:220–226.
    """

    label: ClassVar[str] = "truncation"
    at: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """The weight before the point."""
        return ("delta",)

    def log_weight(self, results: Results, delta: Floats) -> Floats:
        """Zero beyond the point."""
        with np.errstate(divide="ignore"):
            return np.where(self._before(results), np.log(delta[0]), 0.0)

    def slopes(self, results: Results, delta: Floats) -> list[Floats]:
        """``1 / delta`` before the point."""
        return [self._before(results) / delta[0]]

    def points(self, sei: Floats) -> Floats:
        """Give the point, in standard errors."""
        return (self.at / sei)[:, None]

    def check(self, results: Results) -> None:
        """Both sides must hold an estimate.

        Raises
        ------
        ModelError
            If all estimates lie on one side of the point.
        """
        before = self._before(results)
        if before.all() or not before.any():
            raise ModelError(
                "All estimates lie on one side of the truncation point, so nothing is known of the "
                "weight. Choose a point among them."
            )

    def turned(self, factor: float) -> Weights:
        """Move the point with the estimates."""
        return replace(self, at=self.at * factor)

    def _before(self, results: Results) -> NDArray[np.bool_]:
        return np.asarray(results.z * results.sei < self.at)


def _check_cuts(cuts: tuple[float, ...]) -> None:
    inside = all(0 < cut < 1 for cut in cuts)
    if not inside or not cuts or list(cuts) != sorted(set(cuts)):
        raise ModelError(f"The cuts {cuts!r} do not ascend between 0 and 1; try (0.025,).")


def _interval(cuts: tuple[float, ...], results: Results) -> NDArray[np.intp]:
    return np.searchsorted(np.log(cuts), results.log_p, side="left")
