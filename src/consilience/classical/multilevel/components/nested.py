"""Random intercepts nested in each other."""

from dataclasses import dataclass
from typing import ClassVar, final

from consilience.classical.multilevel.codes import path
from consilience.classical.multilevel.components.base import Component
from consilience.classical.multilevel.components.intercept import intercept
from consilience.classical.multilevel.term import Term
from consilience.effects import Effects


@final
@dataclass(frozen=True, slots=True)
class Nested(Component):
    """A random intercept for every step of a path: ``"study/estimate"`` is the three-level model.

    Parameters
    ----------
    levels : str
        Columns from the widest to the narrowest, divided by ``/``. ``estimate`` stands for the rows
        themselves.

    References
    ----------
    Konstantopoulos S (2011). Research Synthesis Methods 2:61–76. doi:10.1002/jrsm.35
    """

    code: ClassVar[str] = "Nested"
    levels: str

    def lay(self, effects: Effects) -> tuple[Term, ...]:
        """Read every step of the path; see the class."""
        columns = tuple(part.strip() for part in self.levels.split("/"))
        steps = [columns[: end + 1] for end in range(len(columns))]
        return tuple(intercept(path(effects, step), "/".join(step)) for step in steps)
