"""Judgements of the risk of bias as lights, with their key and the names of their domains."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from consilience.effects import Effects
from consilience.errors import ModelError
from consilience.plots.lights import Light
from consilience.plots.page import Entry
from consilience.plots.text import clean
from consilience.risk_of_bias import NOT_STATED, Assessment, Judgement
from consilience.risk_of_bias.palettes import Palette
from consilience.risk_of_bias.tools import OVERALL

_BRIEF, _SMALLER = 3, 0.068


@final
@dataclass(frozen=True, slots=True)
class Shown:
    """Lights beside the lines of a chart.

    Parameters
    ----------
    heads : tuple of str
        Above their columns.
    rows : tuple of tuple of Light
        One for each estimate.
    key : tuple of Entry
        What the lights mean.
    texts : tuple of str
        What the domains are called.
    """

    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Light, ...], ...] = ()
    key: tuple[Entry, ...] = ()
    texts: tuple[str, ...] = ()

    def row(self, place: int) -> tuple[Light, ...]:
        """Give the lights of an estimate; none where there are no lights at all."""
        return self.rows[place] if self.rows else ()


def shown(assessment: Assessment, labels: Sequence[str]) -> Shown:
    """Give the lights of these studies, with all that explains them."""
    kept = assessment.keep(labels)
    rows = tuple(lights(kept, label) for label in labels)
    return Shown(headings(kept), rows, key(kept), (legend(kept),))


def beside(assessment: Assessment, effects: Effects) -> Shown:
    """Give the lights of these estimates: of their labels, or else of the column `study`.

    Raises
    ------
    ModelError
        If the judgements name none of them.
    """
    known = set(assessment.labels)
    studies = effects.frame.get("study", effects.labels)
    pairs = zip(effects.labels, map(str, studies), strict=True)
    names = [label if label in known else study for label, study in pairs]
    if not known & set(names):
        raise ModelError(
            "The judgements of the risk of bias name none of the trials shown: they name "
            f"{', '.join(sorted(known)[:5]) or 'nobody'}; the trials are {', '.join(names[:5])}. "
            "Give both the same names."
        )
    return shown(assessment, names)


def light(judgement: Judgement, palette: Palette) -> Light:
    """Give the light of a judgement."""
    return Light(
        sign=clean(judgement.symbol),
        face=palette.face(judgement),
        ink=palette.ink(judgement),
        dotted=judgement.level is NOT_STATED.level,
    )


def lights(assessment: Assessment, label: str) -> tuple[Light, ...]:
    """Give the lights of a study, one for each domain."""
    return tuple(light(one, assessment.palette) for one in assessment.of(label))


def key(assessment: Assessment) -> tuple[Entry, ...]:
    """Explain the lights that occur."""
    small = ((light(one, assessment.palette), one.word) for one in assessment.used)
    return tuple(Entry(replace(each, radius=_SMALLER), clean(word)) for each, word in small)


def headings(assessment: Assessment) -> tuple[str, ...]:
    """Give what stands above the lights: the domains' keys, or numbers for long ones."""
    found = []
    for place, each in enumerate(assessment.domains, 1):
        brief = len(clean(each.key)) <= _BRIEF or each.key == OVERALL
        found.append(clean(each.key) if brief else f"D{place}")
    return tuple(found)


def legend(assessment: Assessment) -> str:
    """Say by what tool was judged, and what its domains are called: "D1: …; D2: …"."""
    pairs = zip(headings(assessment), assessment.domains, strict=True)
    named = "; ".join(f"{head}: {clean(each.title)}" for head, each in pairs if head != OVERALL)
    return f"{clean(assessment.tool.title)}. {named}."
