"""The calibrations that travel with the package, as reports cite them."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from consilience.calibration.record import fingerprint
from consilience.errors import DataError
from consilience.model import Model


@dataclass(frozen=True, slots=True)
class Published:
    """What was published about one model.

    Parameters
    ----------
    name : str
        The model's file in ``models/``, or REVIEW/NAME of one in ``data/REVIEW/models/``.
    engine : str
        What was calibrated.
    replications : int
        Number of simulated reviews.
    faulty : int
        How many of them the engine refused or did not stand by.
    coverage_95 : float
        Share of 95 % intervals of mu that held the truth.
    lowest_95, highest_95 : float
        The same of the parameter with the lowest and the highest share.
    least_p : float
        Smallest p value of uniform ranks, over the parameters.
    sha256 : str
        Hash of the result file, ``docs/calibration/NAME.json``.
    """

    name: str
    engine: str
    replications: int
    faulty: int
    coverage_95: float
    lowest_95: float
    highest_95: float
    least_p: float
    sha256: str

    @property
    def sentence(self) -> str:
        """Cite the result in one sentence."""
        count = f"{self.replications:,}".replace(",", "\u2009")
        faulty = f", {self.faulty} of which did not converge" if self.faulty else ""
        return (
            f"Calibrated in {count} simulated reviews{faulty}: the 95 % interval of mu held the "
            f"truth in {100 * self.coverage_95:.1f} % (all parameters: "
            f"{100 * self.lowest_95:.1f} to {100 * self.highest_95:.1f} %); result file "
            f"{self.name}.json, SHA-256 {self.sha256}."
        )


def published(model: Model) -> Published:
    """Find what was published about this very model, priors included.

    Raises
    ------
    DataError
        If this model has not been calibrated: a prior that differs makes another model.
    ModelError
        For a model with a component that is in no registry, which cannot be looked up.
    """
    found = _every().get(fingerprint(model))
    if found is None:
        raise DataError(
            "No calibration was published for this model with these priors. Run "
            "consilience.calibrate(model, effects, 200, seed=1)."
        )
    return found


@cache
def _every() -> dict[str, Published]:
    text = files("consilience.calibration").joinpath("published.json").read_text(encoding="utf-8")
    return {key: Published(**row) for key, row in json.loads(text).items()}
