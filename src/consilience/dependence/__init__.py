"""Which estimates share participants, and how much: one rule per file.

To add a rule: write a file, list it here.
"""

from collections.abc import Iterable

from consilience.dependence.autoregressive import Autoregressive
from consilience.dependence.base import Dependence, Rows
from consilience.dependence.build import Built, build
from consilience.dependence.clusters import Clusters
from consilience.dependence.correlated import Correlated
from consilience.dependence.correlated_levels import CorrelatedLevels
from consilience.dependence.given import Given
from consilience.dependence.over_rho import over_rho
from consilience.dependence.shared_arms import SharedArms
from consilience.dependence.shared_control import SharedControl
from consilience.dependence.shared_intervention import SharedIntervention
from consilience.errors import ModelError
from consilience.registry import lookup

REGISTRY: dict[str, type[Dependence]] = {
    "SharedControl": SharedControl,
    "SharedIntervention": SharedIntervention,
    "SharedArms": SharedArms,
    "Correlated": Correlated,
    "CorrelatedLevels": CorrelatedLevels,
    "Autoregressive": Autoregressive,
    "Clusters": Clusters,
    "Given": Given,
}


def get(name: str, **settings: object) -> Dependence:
    """Return the rule of this name, with its settings.

    Parameters
    ----------
    name : str
        Such as ``"SharedControl"``.
    **settings
        Such as ``control="arm2"`` or ``rho=0.6``.

    Raises
    ------
    ModelError
        For an unknown name (the known ones are listed) or a setting that it does not take.
    """
    return lookup(REGISTRY, "dependence", name=name, settings=settings)


def named(rules: str | Dependence | Iterable[Dependence | str]) -> tuple[Dependence, ...]:
    """Return rules by themselves, where some or all were given by their names.

    Parameters
    ----------
    rules : str, Dependence, or several of them

    Raises
    ------
    ModelError
        For an unknown name, and for what is no rule.
    """
    if isinstance(rules, str) or not isinstance(rules, Iterable):
        return (_rule(rules),)
    return tuple(_rule(each) for each in rules)


def _rule(given: object) -> Dependence:
    """Read a rule, or the name of one."""
    if isinstance(given, Dependence):
        return given
    if isinstance(given, str):
        return get(given)
    raise ModelError(
        f"What is shared is said by a rule or the name of one, not {given!r}. Give "
        'dependence.SharedControl("arm2"), for example.'
    )


__all__ = [
    "REGISTRY",
    "Autoregressive",
    "Built",
    "Clusters",
    "Correlated",
    "CorrelatedLevels",
    "Dependence",
    "Given",
    "Rows",
    "SharedArms",
    "SharedControl",
    "SharedIntervention",
    "build",
    "get",
    "named",
    "over_rho",
]
