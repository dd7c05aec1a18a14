"""What a location–scale model is made of."""

from dataclasses import dataclass
from typing import final

from consilience.classical.location_scale import criteria, links
from consilience.classical.location_scale.criteria import Criterion
from consilience.classical.location_scale.links import Link
from consilience.errors import ModelError


@final
@dataclass(frozen=True, slots=True)
class LocationScale:
    """``y_i ~ N(x_i'beta, v_i + tau²_i)``, ``g(tau²_i) = z_i'alpha``.

    Parameters
    ----------
    scale : str
        Formula of z: what the scatter of true effects depends on; ``"1"`` for nothing.
    location : str
        Formula of x: what their expectation depends on; ``"1"`` for nothing. It may hold
        ``offset(column)``.
    link : str or Link
        g: ``"log"`` or ``"identity"``.
    estimator : str or Criterion
        ``"REML"`` or ``"ML"``.

    Raises
    ------
    ModelError
        For formulas that are no text, and unknown names; the known ones are listed.

    References
    ----------
    Viechtbauer W, López-López JA (2022). Research Synthesis Methods 13:697–715.
    doi:10.1002/jrsm.1562
    """

    scale: str
    location: str = "1"
    link: str | Link = "log"
    estimator: str | Criterion = "REML"

    def __post_init__(self) -> None:
        """Look the names up once, to refuse unknown ones here."""
        if not isinstance(self.scale, str) or not isinstance(self.location, str):
            raise ModelError('scale and location are formulas, such as scale="year".')
        self.chosen_link()
        self.chosen_criterion()

    def chosen_link(self) -> Link:
        """Give the link itself."""
        return links.get(self.link) if isinstance(self.link, str) else self.link

    def chosen_criterion(self) -> Criterion:
        """Give the likelihood itself."""
        named = isinstance(self.estimator, str)
        return criteria.get(self.estimator) if named else self.estimator  # type: ignore[arg-type, return-value]
