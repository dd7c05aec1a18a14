"""Sphinx settings. Nothing is loaded from elsewhere: the pages work without a network."""

import re
from importlib.metadata import version as installed

project = "Consilience"
author = "The Consilience developers"
copyright = author  # noqa: A001 - Sphinx asks for this name
version = release = installed("consilience")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "show-inheritance": False}
python_use_unqualified_type_names = True

html_theme = "pydata_sphinx_theme"
html_title = "Consilience"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
}


def setup(app: object) -> None:
    """Let docstrings be read as the plain text that they are."""
    app.connect("autodoc-process-docstring", _plain)


def _plain(*given: object) -> None:
    """Take the marks out that Markdown's elder would read: |a|, a_, [1]_ outside of ``code``."""
    lines = given[-1]
    lines[:] = [
        "``".join(_escaped(part) if n % 2 == 0 else part for n, part in enumerate(parts))
        for parts in (line.split("``") for line in lines)
    ]


def _escaped(text: str) -> str:
    text = re.sub(r"\[(\d+)\]_", r"[\1]", text)
    text = re.sub(r"^(\s*)\.\. \[(\d+)\]", r"\1[\2]", text)
    text = re.sub(r"(?<=\w)_(?=\W|$)", r"\_", text)
    return text.replace("|", "\\|")
