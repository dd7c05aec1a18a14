"""Write the table of effect measures against metafor: python docs/measures_table.py.

It computes every effect of the kept reference again and writes measures/against_metafor.csv and
measures.md beside this file; tests/measures/test_docs_table.py holds both to what is computed.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from consilience import measures

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "tests" / "reference" / "metafor_measures.json"
CSV, PAGE = HERE / "measures" / "against_metafor.csv", HERE / "measures.md"
OWED = 1e-8
OLDER: Mapping[str, Mapping[str, object]] = {
    "ROM": {"correct": False},
    "ROMC": {"correct": False},
    "CVR": {"correct": "3.8"},
    "SMDH": {"vtype": "3.8"},
    "SMCRH": {"vtype": "3.8"},
}
"""The settings under which a measure is that of metafor 3.8, where it changed since."""

BOUNDS: Mapping[str, float] = {"RTET": 5e-5}
"""Where more cannot be asked: metafor's optimiser stops there, and ours is proved to 1e-12."""

FLOORS: Mapping[str, float] = {"RTET": 1.0}
"""Below these numbers a difference is a share of them: of correlations near 0 it is absolute."""


def rows() -> pd.DataFrame:
    """Compare every measure of the reference, under each of its settings.

    Returns
    -------
    DataFrame
        ``code, settings, metafor, label, scale, data_sets, estimates, yi, vi, owed``: the largest
        relative difference of estimates and of variances. Below 1e-6 (RTET: 1) a difference
        counts as a share of that, as no relative one is defined at 0.
    """
    found: dict[tuple[str, str], list[tuple[int, float, float]]] = {}
    for data, code, answer in _answers():
        found.setdefault((code, "5"), []).append(_differences(measures.get(code), data, answer))
        if "3.8" in answer:
            older = measures.get(code, **OLDER[code])
            found.setdefault((code, "3.8"), []).append(_differences(older, data, answer["3.8"]))
    return pd.DataFrame([_row(*key, each) for key, each in sorted(found.items())])


def without_reference() -> tuple[str, ...]:
    """Return the measures of which the reference has no answer."""
    known = {code for _, code, _ in _answers()}
    return tuple(code for code in measures.REGISTRY if code not in known)


def page(table: pd.DataFrame) -> str:
    """Write the page of the table."""
    source = json.loads(REFERENCE.read_text(encoding="utf-8"))["source"]
    lines = [
        f"| {row.code} | {row.label} | {row.settings} | {row.metafor} | {row.data_sets} "
        f"| {row.estimates} | {row.yi:.0e} | {row.vi:.0e} | {row.owed:.0e} |"
        for row in table.itertuples()
    ]
    unseen = ", ".join(f"`{code}`" for code in without_reference())
    return f"""\
# Effect measures against metafor

Every effect measure, reached as `cs.measures.get(CODE, **settings)` with metafor's codes and names
of settings, on real data of metadat. The last columns hold the largest relative difference of
estimates (`yi`) and sampling variances (`vi`) from metafor's `escalc`, and what is owed.

Source of the reference: {source}.

| code | measure | settings | metafor | data sets | estimates | yi | vi | owed |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(lines)}

`RTET`: absolute differences; metafor's optimiser of the tetrachoric correlation stops at about
1e-5, and a test proves ours to 1e-12 against the integral itself.

No answers of escalc were at hand for the following; identities, simulation of raw data and the
formulae of their papers prove them: {unseen}.
"""


def write() -> None:
    """Write the table and its page."""
    table = rows()
    CSV.parent.mkdir(exist_ok=True)
    table.to_csv(CSV, index=False, float_format="%.2g", lineterminator="\n")
    PAGE.write_text(page(table), encoding="utf-8")


def _answers() -> Iterator[tuple[dict, str, dict]]:
    kept = json.loads(REFERENCE.read_text(encoding="utf-8"))["datasets"]
    for data in kept.values():
        for code, answer in data["measures"].items():
            yield data, code, answer


def _differences(measure: measures.Measure, data: dict, answer: dict) -> tuple[int, float, float]:
    table = pd.DataFrame(data["input"]).astype(float)
    if len(answer["yi"]) < len(table):
        table = table.dropna()
    y, v = measure.compute(table)
    return (
        int(np.isfinite(y).sum()),
        _largest(y, np.array(answer["yi"], dtype=float), floor=FLOORS.get(measure.code, 1e-6)),
        _largest(v, np.array(answer["vi"], dtype=float), floor=FLOORS.get(measure.code, 1e-6)),
    )


def _largest(ours: np.ndarray, theirs: np.ndarray, *, floor: float) -> float:
    if not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        return float("inf")
    known = ~np.isnan(theirs)
    if not known.any():
        return 0.0
    return float(np.max(np.abs(ours - theirs)[known] / np.maximum(np.abs(theirs[known]), floor)))


def _row(code: str, version: str, each: list[tuple[int, float, float]]) -> dict[str, object]:
    measure = measures.get(code)
    settings = OLDER[code] if version == "3.8" else {}
    estimates, y, v = zip(*each, strict=True)
    return {
        "code": code,
        "settings": ", ".join(f"{name}={value!r}" for name, value in settings.items()),
        "metafor": version,
        "label": measure.label,
        "scale": measure.scale,
        "data_sets": len(each),
        "estimates": sum(estimates),
        "yi": max(y),
        "vi": max(v),
        "owed": BOUNDS.get(code, OWED),
    }


if __name__ == "__main__":
    write()
