"""What a prediction interval is: a reference distribution for the true effect of a new trial."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from consilience.classical.inference import Inference
from consilience.classical.wls import StandardForm


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What an analysis knows of a new trial.

    Parameters
    ----------
    estimate, se : float
        Expected effect, and its standard error with the factor of the method of inference.
    tau2 : float
        Between-trial variance.
    inference : Inference
    problem : StandardForm
        The regression behind it.
    """

    estimate: float
    se: float
    tau2: float
    inference: Inference
    problem: StandardForm


class Prediction(ABC):
    """A convention for the prediction interval."""

    code: ClassVar[str]
    """Its name in the registry."""

    @abstractmethod
    def ends(self, outlook: Outlook, *, level: float) -> tuple[float, float]:
        """Find both ends; nan where there are no degrees of freedom."""

    @abstractmethod
    def label(self, outlook: Outlook) -> str:
        """Say the convention in words."""
