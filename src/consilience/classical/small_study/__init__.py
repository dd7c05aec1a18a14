"""Small-study effects and publication bias: tests, corrections, models."""

from consilience.classical.small_study.copas import Copas, copas_model, copas_sensitivity
from consilience.classical.small_study.counts import harbord_test, peters_test
from consilience.classical.small_study.declining import (
    HalfNormal,
    Logistic,
    NegativeExponential,
    NegativeExponentialPower,
    Power,
)
from consilience.classical.small_study.excess import excess_significance
from consilience.classical.small_study.fail_safe import fail_safe_n
from consilience.classical.small_study.henmi_copas import henmi_copas
from consilience.classical.small_study.limit import limit_meta_analysis
from consilience.classical.small_study.rank import rank_test
from consilience.classical.small_study.regression import pet_peese, regression_test
from consilience.classical.small_study.selection import selection_model
from consilience.classical.small_study.steps import GivenSteps, Steps, Truncated
from consilience.classical.small_study.trim_fill import TrimFill, trim_fill
from consilience.classical.small_study.weights import Beta

__all__ = [
    "Beta",
    "Copas",
    "GivenSteps",
    "HalfNormal",
    "Logistic",
    "NegativeExponential",
    "NegativeExponentialPower",
    "Power",
    "Steps",
    "TrimFill",
    "Truncated",
    "copas_model",
    "copas_sensitivity",
    "excess_significance",
    "fail_safe_n",
    "harbord_test",
    "henmi_copas",
    "limit_meta_analysis",
    "pet_peese",
    "peters_test",
    "rank_test",
    "regression_test",
    "selection_model",
    "trim_fill",
]
