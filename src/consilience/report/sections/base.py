"""What a section of the report is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from consilience.report.page import Shown, fill


class Section[A: Shown](ABC):
    """A part of a page under a heading of its own, written from an analysis of kind A.

    Attributes
    ----------
    name : str
        Of its template and its anchor on the page.
    title : str
        Its heading.
    folder : str
        In which its template stands.
    """

    __slots__ = ()

    name: ClassVar[str]
    title: ClassVar[str]
    folder: ClassVar[str] = "sections"

    def applies(self, analysis: A) -> bool:  # noqa: ARG002
        """Tell whether there is something to say (here: always)."""
        return True

    @abstractmethod
    def values(self, analysis: A) -> dict[str, object]:
        """Give what the template needs beside the analysis itself."""

    def render(self, analysis: A) -> str:
        """Write the section as HTML: one ``<section>`` whose id is the name."""
        template = f"{self.folder}/{self.name}.html"
        return fill(template, analysis, section=self, **self.values(analysis))
