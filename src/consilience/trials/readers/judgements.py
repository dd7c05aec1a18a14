"""The words in which risk of bias is judged: RoB 2, ROBINS-I, and Cochrane's first tool."""

from collections.abc import Iterable, Mapping

WORDS: Mapping[str, str] = {
    "low": "Low",
    "low risk": "Low",
    "low risk of bias": "Low",
    "l": "Low",
    "+": "Low",
    "some concerns": "Some concerns",
    "some concern": "Some concerns",
    "some": "Some concerns",
    "high": "High",
    "high risk": "High",
    "high risk of bias": "High",
    "h": "High",
    "unclear": "Unclear",
    "unclear risk": "Unclear",
    "unclear risk of bias": "Unclear",
    "u": "Unclear",
    "?": "Unclear",
    "moderate": "Moderate",
    "m": "Moderate",
    "serious": "Serious",
    "critical": "Critical",
    "very high": "Very high",
    "v": "Very high",
    "low (except for concerns about uncontrolled confounding)": (
        "Low (except for concerns about uncontrolled confounding)"
    ),
    "c": "Critical",
    "no information": "No information",
    "ni": "No information",
    "n": "No information",
    "not applicable": "Not applicable",
    "na": "Not applicable",
    "": "",
}
"""From a judgement as written, in small letters, to the word used here."""


def judged(cells: Iterable[str]) -> dict[str, str]:
    """Return the word for each judgement that is known, by the judgement as written.

    robvis abbreviates both "some concerns" (RoB 2) and "serious" (ROBINS-I) by ``s``: it is read as
    "serious" where any judgement of the same table is moderate, serious or critical.
    """
    written = set(cells)
    known = {one: WORDS[key] for one in written if (key := _key(one)) in WORDS}
    robins = bool({"Moderate", "Serious", "Critical"} & set(known.values()))
    short = "Serious" if robins else "Some concerns"
    return known | {one: short for one in written if _key(one) == "s"}


def _key(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())
