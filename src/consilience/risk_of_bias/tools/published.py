"""A published tool: the same domains and words for every review."""

from dataclasses import dataclass
from typing import ClassVar, override

from consilience.risk_of_bias.tools.base import Domain, Tool


@dataclass(frozen=True, slots=True)
class Published(Tool):
    """A tool whose domains and words do not depend on the review.

    Attributes
    ----------
    full : str
        Its name and version.
    reference : str
        Where it was published: a DOI or an address.
    items : tuple of Domain
        Its domains in their order.
    whole : Domain
        The judgement over all domains.
    """

    full: ClassVar[str]
    reference: ClassVar[str]
    items: ClassVar[tuple[Domain, ...]]
    whole: ClassVar[Domain]

    @property
    @override
    def title(self) -> str:
        return self.full

    @property
    @override
    def source(self) -> str:
        return self.reference

    @property
    @override
    def domains(self) -> tuple[Domain, ...]:
        return self.items

    @property
    @override
    def overall(self) -> Domain:
        return self.whole
