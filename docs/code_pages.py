"""Pages that are read off the code: priors, questions, the interface."""

import ast
import re
from inspect import getdoc
from pathlib import Path

from text import table

import consilience as cs
from consilience import (
    bias,
    classical,
    engines,
    heterogeneity,
    likelihoods,
    measures,
    priors,
    terms,
)

_DOI = re.compile(r"doi:\s?(10\.\d{4,9}/[^\s,;]+[\w)])|(arXiv:\d{4}\.\d{4,5})")
_VERBS = ("prior_map.py", "sensitivity.py", "predict.py", "compare.py", "check.py", "subgroups.py")
_ROOMS = {
    "Measures": measures,
    "Priors": priors,
    "Terms": terms,
    "Heterogeneity": heterogeneity,
    "Likelihoods": likelihoods,
    "Bias": bias,
    "Engines": engines,
    "Classical estimators": classical,
}


def first_line(thing: object) -> str:
    """Give the first line of what a thing says about itself."""
    return (getdoc(thing) or "").strip().partition("\n")[0]


def priors_page() -> str:
    """List the families with density and source, and every published prior."""
    families = [
        [f"`{name}`", getattr(kind, "equation", ""), _plain(first_line(kind)), _cited(kind)]
        for name, kind in sorted(priors.REGISTRY.items())
    ]
    catalogue = priors.catalogue.table()
    columns = ["measure", "parameter", "prior", "median", "q025", "q975", "source", "note"]
    published = [
        [f"`{name}`", *(_shown(row[column]) for column in columns)]
        for name, row in catalogue.iterrows()
    ]
    parts = [
        "# Priors",
        "Densities are on the scale of the parameter. A prior that is improper is accepted where "
        "the posterior is proved proper before it is integrated.",
        "## Families",
        table(["name", "density", "what it is", "reference"], families),
        f"## The catalogue: {len(published)} published priors",
        "`cs.priors.catalogue.find(measure=…, outcome=…, area=…)` finds one. Quantiles are those "
        "of tau or mu, on the analysis scale of the measure; whether a source states tau or tau² "
        "has been seen to.",
        table(["name", *columns], published),
    ]
    return "\n\n".join(parts)


def questions_page(package: Path) -> str:
    """List what can be asked of a fit, from the modules that answer."""
    files = [
        *sorted((package / "questions").glob("[a-z]*.py")),
        *sorted((package / "prior_map").glob("[a-z]*.py")),
        *(package / name for name in _VERBS),
    ]
    parts = ["# Questions to a fit", "Each takes a fit and answers with a table."]
    for file in files:
        if not file.exists():
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        rows = [
            [f"`{_signature(node)}`", (ast.get_docstring(node) or "").partition("\n")[0]]
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
            and not node.name.startswith("_")
            and _takes_fit(node)
        ]
        if rows:
            said = (ast.get_docstring(tree) or file.stem).partition("\n\n")[0]
            parts += [f"## {' '.join(said.split()).rstrip('.')}", table(["call", "what"], rows)]
    return "\n\n".join(parts)


def api_page() -> str:
    """List verbs and types, and every component of every registry, for autodoc."""
    parts = ["# Reference", "## Verbs and types"]
    verbs = sorted({name for names in cs._VERBS.values() for name in names})
    parts += [_documented(getattr(cs, name)) for name in verbs]
    for title, room in _ROOMS.items():
        parts += [f"## {title}"]
        kinds = dict.fromkeys(kind for _, kind in sorted(room.REGISTRY.items()))
        parts += [_documented(kind) for kind in kinds]
    return "\n\n".join(parts)


def _documented(thing: type | object) -> str:
    place = f"{thing.__module__}.{thing.__qualname__}"
    directive = "autoclass" if isinstance(thing, type) else "autofunction"
    return f"```{{eval-rst}}\n.. {directive}:: {place}\n```"


def _takes_fit(node: ast.FunctionDef) -> bool:
    taken = [ast.unparse(each.annotation) for each in node.args.args[:1] if each.annotation]
    return any(word in text for text in taken for word in ("Fit", "Mapping", "object"))


def _signature(node: ast.FunctionDef) -> str:
    names = [each.arg for each in node.args.args]
    named = [f"{each.arg}=…" for each in node.args.kwonlyargs]
    return f"{node.name}({', '.join([*names, *named])})"


def _cited(kind: type) -> str:
    found = _DOI.findall(getdoc(kind) or "")
    return "; ".join(dict.fromkeys(f"doi:{doi}" if doi else arxiv for doi, arxiv in found))


def _plain(text: str) -> str:
    return text.replace("``", "")


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
