"""The page: templates, and how they show numbers. Everything that is put in is escaped."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from math import isnan
from typing import Any, Protocol
from urllib.parse import urlsplit

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from consilience.report import rounding
from consilience.report.scales import Scale
from consilience.review import Review

_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>]+")


class Shown(Protocol):
    """What a page is written from: a review, and how its effects are written."""

    @property
    def review(self) -> Review:
        """The review."""

    def scale(self, code: str = "") -> Scale:
        """Give the scale of a measure; of the only one without its code."""


class Drawable(Protocol):
    """A part of a page: `sections.Section`."""

    def applies(self, analysis: Any) -> bool:  # noqa: ANN401
        """Tell whether there is something to say."""

    def render(self, analysis: Any) -> str:  # noqa: ANN401
        """Write it as HTML."""


@cache
def environment() -> Environment:
    """Build the environment of all templates: escaping on, no undefined names."""
    made = Environment(
        autoescape=True,
        loader=PackageLoader("consilience.report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "effect": _effect,
        "spread": _spread,
        "declared": _declared,
        "percent": rounding.percent,
        "p_value": rounding.p_value,
        "decimal": rounding.decimal,
        "whole": rounding.whole,
        "records": records,
        "listed": listed,
        "words": words,
        "mass": mass,
        "host": host,
        "svg": Markup,
        "cell": cell,
        "short": short,
        "capitalize_first": capitalize_first,
    }
    made.tests |= {"address": is_address, "doi": is_doi}
    return made


def fill(template: str, analysis: Shown, **values: object) -> str:
    """Fill a template with an analysis and further values."""
    return environment().get_template(template).render(analysis=analysis, **values)


def compose(
    template: str,
    order: Sequence[Drawable],
    analysis: Shown,
    *,
    styles: Sequence[str] = ("style.css",),
    **values: object,
) -> str:
    """Write a page as HTML: those of its sections that have something to say, in their order.

    Parameters
    ----------
    template : str
    order : sequence of Section
    analysis : Shown
    styles : sequence of str
        Names of the style sheets.
    **values
        What the template needs beside the analysis itself.
    """
    sections = [section for section in order if section.applies(analysis)]
    bodies = [Markup(section.render(analysis)) for section in sections]
    held = {"sections": sections, "bodies": bodies, "style": stylesheet(*styles)}
    return fill(template, analysis, **{"provenance": None, **held, **values})


def stylesheet(*names: str) -> Markup:
    """Read the styles that stand in a page."""
    assets = files("consilience.report").joinpath("assets")
    return Markup("".join(assets.joinpath(name).read_text("utf-8") for name in names))


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Give the rows of a table as mappings, the index under ``label``."""
    rows = frame.to_dict(orient="records")
    return [
        {"label": label} | {str(key): value for key, value in row.items()}
        for label, row in zip(frame.index, rows, strict=True)
    ]


def listed(names: Iterable[object]) -> str:
    """Write names as English does: ``a, b and c``."""
    texts = [str(name) for name in names]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def words(name: object) -> str:
    """Write the name of a column as words."""
    return str(name).replace("_", " ")


def capitalize_first(text: str) -> str:
    """Begin with a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def short(value: float) -> str:
    """Write a declared number as it was declared: ``0.2``."""
    return f"{value:g}".replace("-", "−")


def cell(value: object) -> str:
    """Write a cell of the trial table: numbers as short as they are, nothing where it is empty."""
    if isinstance(value, float):
        return "" if isnan(value) else f"{value:g}"
    return str(value)


def mass(level: float) -> str:
    """Write the probability of an interval: ``95 %``."""
    return f"{100 * level:g}\N{NO-BREAK SPACE}%"


def host(address: str) -> str:
    """Shorten a web address to its host, which is what a narrow column has room for."""
    return urlsplit(address).netloc.removeprefix("www.") or address


def is_address(text: object) -> bool:
    """Tell whether a text is a web address that may become a link."""
    return isinstance(text, str) and bool(_ADDRESS.fullmatch(text))


def is_doi(text: object) -> bool:
    """Tell whether a text is a digital object identifier."""
    return isinstance(text, str) and bool(_DOI.fullmatch(text))


@pass_context
def _effect(context: Context, value: object, code: str = "") -> str:
    """Write an effect as it is shown; where a page has several measures, of the one named."""
    return _scale(context, code).effect(value)


@pass_context
def _spread(context: Context, value: object, code: str = "") -> str:
    """Write a standard deviation of effects, on the analysed scale."""
    return _scale(context, code).spread(value)


@pass_context
def _declared(context: Context, value: object, code: str = "") -> str:
    """Write a declared effect of the analysed scale as it is shown: ``0.2``."""
    return _scale(context, code).short(value)


def _scale(context: Context, code: str) -> Scale:
    analysis: Shown = context["analysis"]
    return analysis.scale(code)
