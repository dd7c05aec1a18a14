"""A cell of the catalogue as a prior of a model."""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from consilience.priors.base import Prior
from consilience.priors.catalogue.entry import Entry
from consilience.priors.catalogue.find import find

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


@final
@dataclass(frozen=True, slots=True)
class Catalogue(Prior):
    """A published prior, named by what it is for: f(x) is the density of the cell.

    For model files, where a cell is a better witness than its numbers; in scripts
    ``catalogue.find(...).prior`` gives the same density. Fields that stay empty are not asked for.

    Parameters
    ----------
    measure, outcome, intervention, comparator, area, publication, parameter, variant, name : str
        As for `consilience.priors.catalogue.find`.
    convert_to : str
        Measure to whose scale the prior is converted, such as ``"SMD"``; empty for none.

    Raises
    ------
    ModelError
        If there is no such cell, or more than one.
    """

    measure: str = ""
    outcome: str = ""
    intervention: str = ""
    comparator: str = ""
    area: str = ""
    publication: str = ""
    parameter: str = ""
    variant: str = ""
    name: str = ""
    convert_to: str = ""

    equation: ClassVar[str] = "f(x) is the density of the cell of the catalogue"

    def __post_init__(self) -> None:
        """Check that there is one such cell."""
        _found(self)

    @property
    def entry(self) -> Entry:
        """The cell, with its source, scale and note.

        Raises
        ------
        ModelError
            If none or several of the catalogue's priors answer to the names.
        """
        return _found(self)

    @property
    def prior(self) -> Prior:
        """The prior itself."""
        return self.entry.prior

    @property
    def label(self) -> str:
        """The cell's name and its prior."""
        return f"Catalogue({self.entry.name}: {self.prior.label})"

    @property
    def support(self) -> tuple[float, float]:
        """That of the cell."""
        return self.prior.support

    @property
    def spans_magnitudes(self) -> bool:
        """That of the cell."""
        return self.prior.spans_magnitudes

    def _logpdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.prior.logpdf(x)

    def _cdf(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.prior.cdf(x)

    def _ppf(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.prior.ppf(q)

    def pymc(self, name: str, dims: str | None = None) -> "TensorVariable":
        """Create the cell's variable in the active model."""
        return self.prior.pymc(name, dims)

    def normal_moments(self) -> tuple[float, float]:
        """Those of the cell, or its refusal."""
        return self.prior.normal_moments()


@lru_cache(maxsize=64)
def _found(cell: Catalogue) -> Entry:
    given = {field.name: str(getattr(cell, field.name)) for field in fields(cell)}
    target = given.pop("convert_to")
    entry = find(given.pop("measure"), **{key: value for key, value in given.items() if value})
    return entry.on(target) if target else entry
