"""What a section of the report is."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from consilience.report.page import fill

if TYPE_CHECKING:
    from consilience.report.analysis import Analysis


class Section(ABC):
    """A part of the report under a heading of its own.

    Attributes
    ----------
    name : str
        Of its template and its anchor on the page.
    title : str
        Its heading.
    """

    __slots__ = ()

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def applies(self, analysis: "Analysis") -> bool:
        """Tell whether there is something to say."""

    @abstractmethod
    def values(self, analysis: "Analysis") -> dict[str, object]:
        """Give what the template needs beside the analysis itself."""

    def render(self, analysis: "Analysis") -> str:
        """Write the section as HTML: one ``<section>`` whose id is the name."""
        template = f"sections/{self.name}.html"
        return fill(template, analysis, section=self, **self.values(analysis))
