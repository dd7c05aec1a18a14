"""What RevMan calls measures, methods and columns, and what they are called here."""

from collections.abc import Mapping

MEASURES: Mapping[str, str] = {
    "or": "OR",
    "odds ratio": "OR",
    "odds ratio (non-event)": "OR",
    "peto_or": "PETO",
    "peto odds ratio": "PETO",
    "rr": "RR",
    "risk ratio": "RR",
    "risk ratio (non-event)": "RR",
    "rd": "RD",
    "risk difference": "RD",
    "md": "MD",
    "wmd": "MD",
    "mean difference": "MD",
    "smd": "SMD",
    "std. mean difference": "SMD",
    "standardized mean difference": "SMD",
    "standardised mean difference": "SMD",
    "hr": "HR",
    "hazard ratio": "HR",
}

RATIOS = ("OR", "PETO", "RR", "HR")
"""Measures whose displayed estimates are ratios, analysed as logarithms."""

TRIAL_COLUMNS = (
    *("study", "year", "analysis", "comparison", "outcome", "subgroup"),
    *("intervention", "comparator", "measure"),
    *("events1", "n1", "mean1", "sd1", "events2", "n2", "mean2", "sd2"),
    *("yi", "sei", "o_minus_e", "logrank_v"),
)
"""Columns of the table that a RevMan file becomes; those that no row fills are left out."""


def measure_code(name: str, *, method: str) -> str:
    """Return the code of a measure; one that is not known keeps its name."""
    code = MEASURES.get(" ".join(name.lower().split()), name.strip())
    return "PETO" if code == "OR" and method == "PETO" else code


def method_code(name: str) -> str:
    """Return ``MH``, ``IV``, ``PETO`` or ``O-E`` for a statistical method, or its name."""
    known = {
        "mh": "MH",
        "m-h": "MH",
        "mantel-haenszel": "MH",
        "iv": "IV",
        "inverse variance": "IV",
        "peto": "PETO",
        "exp_o_e_var": "O-E",
        "exp[(o-e)/var]": "O-E",
        "exp[(o-e) / var]": "O-E",
        "o_e": "O-E",
    }
    return known.get(" ".join(name.lower().split()), name.strip())


def model_code(name: str) -> str:
    """Return ``fixed`` or ``random``."""
    return "random" if name.strip().lower().startswith(("random", "yes")) else "fixed"


def analysis_name(comparison: str, outcome: str) -> str:
    """Name an analysis as RevMan numbers it: ``Analysis 1.2``."""
    return f"Analysis {int(float(comparison or 0))}.{int(float(outcome or 0))}"
