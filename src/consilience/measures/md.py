"""The difference of two means in the units of the instrument."""

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd

from consilience.errors import ModelError
from consilience.measures.base import Floats, Measure, arms, unit_information_sd


@dataclass(frozen=True, slots=True)
class MD(Measure):
    r"""The raw mean difference :math:`\bar x_1 - \bar x_2`.

    Its variance is :math:`s_1^2 / n_1 + s_2^2 / n_2`, in squared units of the instrument; all
    trials must use the same instrument. The same as metafor's ``escalc(measure="MD")``.
    """

    code: ClassVar[str] = "MD"
    label: ClassVar[str] = "Mean difference"
    scale: ClassVar[str] = "raw"
    needs: ClassVar[tuple[str, ...]] = ("n1", "mean1", "sd1", "n2", "mean2", "sd2")

    @override
    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Compute the mean difference and its variance from the arms' summaries."""
        n1, mean1, sd1, n2, mean2, sd2 = arms(table, *self.needs)
        return mean1 - mean2, sd1**2 / n1 + sd2**2 / n2

    @override
    def unit_sd(self, table: pd.DataFrame, v: Floats) -> float:
        """Return the unit-information standard deviation in units of the instrument."""
        return unit_information_sd(table, v)

    @override
    def new_variance(self, theta: Floats, *, n1: int, n2: int, observed: pd.DataFrame) -> Floats:
        r"""Return :math:`\bar\sigma^2 (1/n_1 + 1/n_2)`, whatever the true effect.

        :math:`\bar\sigma^2` is the mean over the observed trials of
        :math:`v_i / (1/n_{1i} + 1/n_{2i})`.
        """
        if not {"n1", "n2", "vi"} <= set(observed):
            raise ModelError(
                "The variance of a new trial needs n1, n2 and vi of the observed trials. "
                "Give its standard error `sei` instead."
            )
        seen1, seen2, vi = arms(observed, "n1", "n2", "vi")
        sigma2 = np.mean(vi / (1 / seen1 + 1 / seen2))
        return np.full(np.shape(theta), sigma2 * (1 / n1 + 1 / n2))
