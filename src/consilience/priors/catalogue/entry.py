"""One cell of the catalogue."""

from dataclasses import dataclass, replace
from math import pi, sqrt

from consilience.errors import ModelError
from consilience.priors.base import Prior
from consilience.priors.catalogue.families import ROOTS, build

MEASURES = {
    "HR": "log hazard ratios",
    "IRR": "log incidence rate ratios",
    "OR": "log odds ratios",
    "RD": "risk differences",
    "ROM": "log ratios of means",
    "RR": "log risk ratios",
    "SMD": "standardised mean differences",
    "ZCOR": "Fisher-z correlations",
}
"""What each measure is analysed as."""

_FACTORS = {("SMD", "OR"): pi / sqrt(3.0), ("OR", "SMD"): sqrt(3.0) / pi}
_WORDS = {"tau": "tau", "tau2": "tau²", "mu": "mu"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A published prior: for what, from where, and the prior itself.

    Parameters
    ----------
    name : str
        Its name in the catalogue, unique: source, measure, parameter, and what it is for.
    measure : str
        Code of the effect measure on whose analysis scale `prior` stands: ``SMD``, ``OR``, …
    parameter : str
        ``tau`` or ``mu``.
    outcome, intervention, comparator, area : str
        What it is for; ``any`` where the source makes no difference.
    variant : str
        ``published``, or what sets it apart from another cell for the same.
    publication, source : str
        Short name of where it was published (``rhodes2015``), and the source in full.
    note : str
        What to know before it is used; empty for most.
    family : str
        Family of distributions in which it was published.
    settings : tuple of (str, float)
        Its parameters as published.
    published_on : str
        The quantity that they describe: ``tau``, ``tau2`` or ``mu``.
    factor : float
        What converted the scale of another measure into this one; 1 for none.
    conversion : str
        The conversion in words; empty for none.
    """

    name: str
    measure: str
    parameter: str
    outcome: str
    intervention: str
    comparator: str
    area: str
    variant: str
    publication: str
    source: str
    note: str
    family: str
    settings: tuple[tuple[str, float], ...]
    published_on: str
    factor: float = 1.0
    conversion: str = ""

    @property
    def prior(self) -> Prior:
        """The prior of tau (or mu), on the analysis scale of `measure`."""
        root = ROOTS[self.published_on]
        return build(self.family, dict(self.settings), root=root, factor=self.factor)

    @property
    def scale(self) -> str:
        """On which quantity and measure it was published, and what was converted, in words."""
        given = ", ".join(f"{name} = {value:g}" for name, value in self.settings)
        published = f"{self.family.replace('_', '-')} ({given}) for {_WORDS[self.published_on]}"
        here = f"here {self.parameter} of {MEASURES[self.measure]}"
        return "; ".join(part for part in (published, self.conversion, here) if part)

    def on(self, measure: str) -> "Entry":
        """Convert the prior to another measure's scale; the entry says so.

        A standardised mean difference d and a log odds ratio are taken for two views of a logistic
        outcome: ln OR = d · π / √3 [1]_, so that tau and mu are both multiplied by it.

        Parameters
        ----------
        measure : str
            ``"SMD"`` or ``"OR"``.

        Raises
        ------
        ModelError
            Where no conversion is known.

        References
        ----------
        .. [1] Hasselblad & Hedges (1995). Meta-analysis of screening and diagnostic tests.
           Psychological Bulletin 117:167-178. doi:10.1037/0033-2909.117.1.167
        """
        if measure == self.measure:
            return self
        factor = _FACTORS.get((self.measure, measure))
        if factor is None or self.conversion:
            known = ", ".join(f"{a} to {b}" for a, b in _FACTORS)
            raise ModelError(
                f"{self.name} cannot be converted from {self.measure} to {measure!r}. "
                f"Known conversions: {known}. Use a prior published for that measure."
            )
        words = f"converted from {MEASURES[self.measure]} by the factor {factor:.4f}"
        return replace(self, measure=measure, factor=factor, conversion=words)

    def __str__(self) -> str:
        """Say what it is, where it comes from, and what to mind."""
        lines = (self.name, self.prior.label, self.scale, self.source, self.note)
        return "\n".join(line for line in lines if line)
