"""Judgements of the risk of bias of several studies, by one tool."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import final

import pandas as pd

from consilience.errors import ModelError
from consilience.risk_of_bias.judgements import NOT_STATED, Judgement, Level
from consilience.risk_of_bias.palettes import Cochrane, Palette
from consilience.risk_of_bias.tools import Domain, RoB2, Tool

_GRAVE = (Level.LOW, Level.QUALIFIED, Level.CONCERNS, Level.HIGH, Level.CRITICAL)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """What was judged of each study, domain by domain; made by `assess`.

    Parameters
    ----------
    tool : Tool
    table : DataFrame
        One row per study by its label; the column of each domain, and `Overall` where it was
        judged, hold the tool's words or "Not stated".
    palette : Palette
        In which it is drawn.
    """

    tool: Tool
    table: pd.DataFrame
    palette: Palette = field(default_factory=Cochrane)

    @property
    def labels(self) -> tuple[str, ...]:
        """The studies."""
        return tuple(map(str, self.table.index))

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The domains of the table in the tool's order, `Overall` last where it was judged."""
        every = (*self.tool.domains, self.tool.overall)
        return tuple(domain for domain in every if domain.key in self.table)

    @property
    def empty(self) -> bool:
        """Whether nothing was judged at all."""
        return self.table.empty

    @property
    def judges(self) -> bool:
        """Whether its words are judgements, and not mere statements of what a source says."""
        return any(one.level in _GRAVE for one in self.tool.judgements)

    def of(self, label: str) -> tuple[Judgement, ...]:
        """Give the judgements of a study, one for each of `domains`; of others, nothing is stated.

        Parameters
        ----------
        label : str
        """
        if label not in self.table.index:
            return (NOT_STATED,) * len(self.domains)
        words = {one.word: one for one in (*self.tool.judgements, NOT_STATED)}
        return tuple(words[str(self.table.loc[label, domain.key])] for domain in self.domains)

    def keep(self, studies: Sequence[str], labels: Sequence[str] = ()) -> "Assessment":
        """Give the judgements of these studies, in this order; of others, nothing is stated.

        Parameters
        ----------
        studies : sequence of str
            As the table calls them.
        labels : sequence of str
            What they are called from now on; empty for the names that they have.
        """
        kept = self.table.reindex(list(studies), fill_value=NOT_STATED.word)
        return replace(self, table=kept.set_axis(list(labels)) if labels else kept)

    def painted(self, palette: Palette) -> "Assessment":
        """Give the same judgements in other colours.

        Raises
        ------
        ModelError
            For something else than a palette.
        """
        if not isinstance(palette, Palette):
            raise ModelError(
                f"{palette!r} is no palette. Give risk_of_bias.palettes.get('Cochrane') or "
                "risk_of_bias.palettes.get('colour-blind')."
            )
        return replace(self, palette=palette)

    @property
    def used(self) -> tuple[Judgement, ...]:
        """The judgements that occur, from the lowest risk to the highest, not stated last."""
        said = set(self.table.to_numpy(dtype=object).ravel().tolist())
        return tuple(one for one in (*self.tool.judgements, NOT_STATED) if one.word in said)


NO_ASSESSMENT = Assessment(RoB2(), pd.DataFrame())
"""Nobody judged anything."""
