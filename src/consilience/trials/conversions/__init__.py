"""Conversions, one rule per file: from what a source prints to what a measure needs.

To add a rule: write a file, list it here.
"""

from collections.abc import Iterable, Sequence

from consilience.errors import ModelError
from consilience.registry import lookup
from consilience.trials.assumed import Assumed
from consilience.trials.conversions.assumption import Assumption, Distribution
from consilience.trials.conversions.base import Filling, PerArm, Ready, Rule
from consilience.trials.conversions.borrow_sd import BorrowSD
from consilience.trials.conversions.box_cox import BoxCox
from consilience.trials.conversions.change_correlation import ChangeCorrelation
from consilience.trials.conversions.change_sd import ChangeSD
from consilience.trials.conversions.change_to_final import ChangeToFinal
from consilience.trials.conversions.change_to_md import ChangeToMD
from consilience.trials.conversions.ci_to_sd import CIToSD
from consilience.trials.conversions.cluster_arms import ClusterArms
from consilience.trials.conversions.cluster_design import ClusterDesign
from consilience.trials.conversions.combine_arms import CombineArms
from consilience.trials.conversions.cor_to_smd import CORToSMD
from consilience.trials.conversions.cor_to_zcor import CORToZCOR
from consilience.trials.conversions.counts_to_or import CountsToOR
from consilience.trials.conversions.crossover_correlation import CrossoverCorrelation
from consilience.trials.conversions.crossover_to_md import CrossoverToMD
from consilience.trials.conversions.crossover_to_smd import CrossoverToSMD
from consilience.trials.conversions.difference_ci import DifferenceCI
from consilience.trials.conversions.difference_over_sd import DifferenceOverSD
from consilience.trials.conversions.difference_t import DifferenceT
from consilience.trials.conversions.difference_to_md import DifferenceToMD
from consilience.trials.conversions.difference_to_smd import DifferenceToSMD
from consilience.trials.conversions.equal_arms import EqualArms
from consilience.trials.conversions.f_to_t import FToT
from consilience.trials.conversions.given_sd import GivenSD
from consilience.trials.conversions.luo2018 import Luo2018
from consilience.trials.conversions.means_to_difference import MeansToDifference
from consilience.trials.conversions.means_to_smd import MeansToSMD
from consilience.trials.conversions.or_to_smd import ORToSMD
from consilience.trials.conversions.p_to_hr import PToHR
from consilience.trials.conversions.p_to_irr import PToIRR
from consilience.trials.conversions.p_to_or import PToOR
from consilience.trials.conversions.p_to_rr import PToRR
from consilience.trials.conversions.p_to_t import PToT
from consilience.trials.conversions.printed_d import PrintedD
from consilience.trials.conversions.printed_g import PrintedG
from consilience.trials.conversions.printed_hr import PrintedHR
from consilience.trials.conversions.printed_irr import PrintedIRR
from consilience.trials.conversions.printed_or import PrintedOR
from consilience.trials.conversions.printed_r import PrintedR
from consilience.trials.conversions.printed_rr import PrintedRR
from consilience.trials.conversions.quantile_estimation import QuantileEstimation
from consilience.trials.conversions.rescale import Rescale
from consilience.trials.conversions.reverse_scale import ReverseScale
from consilience.trials.conversions.run import run
from consilience.trials.conversions.se_to_sd import SEToSD
from consilience.trials.conversions.smd_to_cor import SMDToCOR
from consilience.trials.conversions.smd_to_or import SMDToOR
from consilience.trials.conversions.split_control import SplitControl
from consilience.trials.conversions.swap_arms import SwapArms
from consilience.trials.conversions.t_to_smd import TToSMD
from consilience.trials.conversions.target import Target, lacking, paired, ready
from consilience.trials.conversions.total_from_df import TotalFromDF
from consilience.trials.conversions.wan2014 import Wan2014

REGISTRY: dict[str, type[Rule]] = {
    "Rescale": Rescale,
    "ReverseScale": ReverseScale,
    "SwapArms": SwapArms,
    "TotalFromDF": TotalFromDF,
    "EqualArms": EqualArms,
    "SEToSD": SEToSD,
    "CIToSD": CIToSD,
    "Wan2014": Wan2014,
    "Luo2018": Luo2018,
    "QuantileEstimation": QuantileEstimation,
    "BoxCox": BoxCox,
    "ChangeCorrelation": ChangeCorrelation,
    "ChangeSD": ChangeSD,
    "ChangeToFinal": ChangeToFinal,
    "GivenSD": GivenSD,
    "BorrowSD": BorrowSD,
    "CombineArms": CombineArms,
    "SplitControl": SplitControl,
    "ClusterDesign": ClusterDesign,
    "ClusterArms": ClusterArms,
    "CrossoverCorrelation": CrossoverCorrelation,
    "CrossoverToMD": CrossoverToMD,
    "CrossoverToSMD": CrossoverToSMD,
    "MeansToDifference": MeansToDifference,
    "DifferenceCI": DifferenceCI,
    "FToT": FToT,
    "PToT": PToT,
    "DifferenceT": DifferenceT,
    "DifferenceToMD": DifferenceToMD,
    "ChangeToMD": ChangeToMD,
    "DifferenceOverSD": DifferenceOverSD,
    "PrintedG": PrintedG,
    "PrintedD": PrintedD,
    "DifferenceToSMD": DifferenceToSMD,
    "TToSMD": TToSMD,
    "MeansToSMD": MeansToSMD,
    "PrintedOR": PrintedOR,
    "PToOR": PToOR,
    "PrintedRR": PrintedRR,
    "PToRR": PToRR,
    "PrintedHR": PrintedHR,
    "PToHR": PToHR,
    "PrintedIRR": PrintedIRR,
    "PToIRR": PToIRR,
    "CountsToOR": CountsToOR,
    "PrintedR": PrintedR,
    "SMDToOR": SMDToOR,
    "ORToSMD": ORToSMD,
    "SMDToCOR": SMDToCOR,
    "CORToSMD": CORToSMD,
    "CORToZCOR": CORToZCOR,
}

DEFAULT: tuple[Rule, ...] = (
    SEToSD(),
    CIToSD(),
    Luo2018(),
    MeansToDifference(),
    DifferenceCI(),
    FToT(),
    PToT(),
    DifferenceT(),
    DifferenceToMD(),
    ChangeToMD(),
    DifferenceOverSD(),
    PrintedG(),
    PrintedD(),
    DifferenceToSMD(),
    TToSMD(),
    PrintedOR(),
    PToOR(),
    PrintedRR(),
    PToRR(),
    PrintedHR(),
    PToHR(),
    PrintedIRR(),
    PToIRR(),
)
"""The rules that ask for no number beyond what a row prints, in the order in which they are tried:
first what completes an arm, then the printed difference, then a printed standardised one, then
what a test statistic or an interval implies. None crosses from one kind of outcome to another."""


def get(name: str, **settings: object) -> Rule:
    """Return the conversion of this name, with its settings.

    Parameters
    ----------
    name : str
        Such as ``"SEToSD"``.
    **settings
        Such as ``correlation=0.6``.

    Raises
    ------
    ModelError
        For an unknown name (the known ones are listed) or a setting that it does not take.
    """
    return lookup(REGISTRY, "conversion", name=name, settings=settings)


def named(rules: str | Rule | Sequence[Rule | str]) -> tuple[Rule, ...]:
    """Return rules by themselves, where some or all were given by their names.

    Parameters
    ----------
    rules : str, Rule, or sequence of them
        ``"DEFAULT"`` stands for all of `DEFAULT`, alone or among others: ``("EqualArms",
        "DEFAULT")``.

    Raises
    ------
    ModelError
        For an unknown name, and for what is no rule.
    """
    if isinstance(rules, str) or not isinstance(rules, Iterable):
        return _rules(rules)
    return tuple(rule for each in rules for rule in _rules(each))


def _rules(given: object) -> tuple[Rule, ...]:
    if isinstance(given, Rule):
        return (given,)
    if not isinstance(given, str):
        raise ModelError(f"A conversion is a rule or the name of one, not {given!r}.")
    return DEFAULT if given == "DEFAULT" else (get(given),)


__all__ = [
    "DEFAULT",
    "REGISTRY",
    "Assumed",
    "Assumption",
    "BorrowSD",
    "BoxCox",
    "CIToSD",
    "CORToSMD",
    "CORToZCOR",
    "ChangeCorrelation",
    "ChangeSD",
    "ChangeToFinal",
    "ChangeToMD",
    "ClusterArms",
    "ClusterDesign",
    "CombineArms",
    "CountsToOR",
    "CrossoverCorrelation",
    "CrossoverToMD",
    "CrossoverToSMD",
    "DifferenceCI",
    "DifferenceOverSD",
    "DifferenceT",
    "DifferenceToMD",
    "DifferenceToSMD",
    "Distribution",
    "EqualArms",
    "FToT",
    "Filling",
    "GivenSD",
    "Luo2018",
    "MeansToDifference",
    "MeansToSMD",
    "ORToSMD",
    "PToHR",
    "PToIRR",
    "PToOR",
    "PToRR",
    "PToT",
    "PerArm",
    "PrintedD",
    "PrintedG",
    "PrintedHR",
    "PrintedIRR",
    "PrintedOR",
    "PrintedR",
    "PrintedRR",
    "QuantileEstimation",
    "Ready",
    "Rescale",
    "ReverseScale",
    "Rule",
    "SEToSD",
    "SMDToCOR",
    "SMDToOR",
    "SplitControl",
    "SwapArms",
    "TToSMD",
    "Target",
    "TotalFromDF",
    "Wan2014",
    "get",
    "lacking",
    "named",
    "paired",
    "ready",
    "run",
]
