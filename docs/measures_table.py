"""Write the tables of effect measures: python docs/measures_table.py.

It computes every effect of the kept references again and writes measures/*.csv and measures.md
beside this file; tests/measures/test_docs_table.py and test_settings.py hold them to what is
computed.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from consilience import measures

HERE = Path(__file__).resolve().parent
KEPT = HERE.parent / "tests" / "reference"
REFERENCE = KEPT / "metafor_measures.json"
SETTINGS, PRINTED = KEPT / "measure_settings.json", KEPT / "metafor_escalc_tests.json"
CSV, PAGE = HERE / "measures" / "against_metafor.csv", HERE / "measures.md"
SETTINGS_CSV = HERE / "measures" / "against_arithmetic.csv"
PRINTED_CSV = HERE / "measures" / "against_metafor_tests.csv"
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


def by_arithmetic() -> pd.DataFrame:
    """Compare every setting with what plain arithmetic makes of the published formula.

    Returns
    -------
    DataFrame
        ``code, settings, label, data_sets, estimates, yi, vi, owed, formula``, as `rows`.
    """
    kept = _read(SETTINGS)
    found: dict[tuple[str, str, str], list[tuple[int, float, float]]] = {}
    for answer in kept["answers"]:
        measure = measures.get(answer["code"], **answer["settings"])
        data = {"input": kept["data"][answer["data"]]}
        key = (answer["code"], in_words(answer["settings"]), answer["formula"])
        found.setdefault(key, []).append(_differences(measure, data, answer))
    return pd.DataFrame([_set(key, each) for key, each in sorted(found.items())])


def printed() -> pd.DataFrame:
    """Compare effects with those that metafor's own tests expect, to four decimals.

    Returns
    -------
    DataFrame
        ``code, settings, label, estimates, yi, spread, owed``: the largest absolute difference of
        estimates, and of variances or standard errors, and half a unit of the last decimal.
    """
    return pd.DataFrame([_printed(answer) for answer in _read(PRINTED)["answers"]])


def without_reference() -> tuple[str, ...]:
    """Return the measures of which no reference has an answer."""
    known = {code for _, code, _ in _answers()}
    for path in (SETTINGS, PRINTED):
        known |= {answer["code"] for answer in _read(path)["answers"]}
    return tuple(code for code in measures.REGISTRY if code not in known)


def in_words(settings: Mapping[str, object]) -> str:
    """Write settings as they are typed."""
    return ", ".join(f"{name}={value!r}" for name, value in settings.items())


def page(table: pd.DataFrame, settings: pd.DataFrame, figures: pd.DataFrame) -> str:
    """Write the page of the tables."""
    lines = [
        f"| {row.code} | {row.label} | {row.settings} | {row.metafor} | {row.data_sets} "
        f"| {row.estimates} | {row.yi:.0e} | {row.vi:.0e} | {row.owed:.0e} |"
        for row in table.itertuples()
    ]
    set_ = [
        f"| {row.code} | {row.settings} | {row.data_sets} | {row.estimates} | {row.yi:.0e} "
        f"| {row.vi:.0e} | {row.owed:.0e} | {row.formula} |"
        for row in settings.itertuples()
    ]
    shown = [
        f"| {row.code} | {row.settings} | {row.estimates} | {row.yi:.0e} | {row.spread:.0e} "
        f"| {row.owed:.0e} |"
        for row in figures.itertuples()
    ]
    unseen = ", ".join(f"`{code}`" for code in without_reference())
    return f"""\
# Effect measures against metafor

Every effect measure, reached as `cs.measures.get(CODE, **settings)` with metafor's codes and names
of settings, on real data of metadat. The last columns hold the largest relative difference of
estimates (`yi`) and sampling variances (`vi`) from metafor's `escalc`, and what is owed.

Source of the reference: {_read(REFERENCE)["source"]}.

| code | measure | settings | metafor | data sets | estimates | yi | vi | owed |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(lines)}

`RTET`: absolute differences; metafor's optimiser of the tetrachoric correlation stops at about
1e-5, and a test proves ours to 1e-12 against the integral itself.

## Every setting against arithmetic

`vtype`, `correct`, `add`, `to` and `drop00`, on at least three data sets each: the effects beside
those that a separate script works out, one row at a time, from the published formulas. It shares
no code with the library. Columns as above.

Source: {_read(SETTINGS)["source"]}

| code | settings | data sets | estimates | yi | vi | owed | formula |
|---|---|---|---|---|---|---|---|
{chr(10).join(set_)}

## Against the figures in metafor's own tests

Absolute differences of estimates and of variances (or standard errors, as printed); half a unit of
the last of four decimals is owed (`RTET`: and where metafor's optimiser stops).

Source: {_read(PRINTED)["source"]}.

| code | settings | estimates | estimate | spread | owed |
|---|---|---|---|---|---|
{chr(10).join(shown)}

The following stand in none of these tables; identities, simulation of raw data and the formulae of
their papers prove them: {unseen}.
"""


def write() -> None:
    """Write the tables and their page."""
    tables = rows(), by_arithmetic(), printed()
    CSV.parent.mkdir(exist_ok=True)
    for table, path in zip(tables, (CSV, SETTINGS_CSV, PRINTED_CSV), strict=True):
        table.to_csv(path, index=False, float_format="%.2g", lineterminator="\n")
    PAGE.write_text(page(*tables), encoding="utf-8")


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _answers() -> Iterator[tuple[dict, str, dict]]:
    for data in _read(REFERENCE)["datasets"].values():
        for code, answer in data["measures"].items():
            yield data, code, answer


def _differences(measure: measures.Measure, data: dict, answer: dict) -> tuple[int, float, float]:
    table = pd.DataFrame(data["input"]).astype(float)
    if len(answer["yi"]) < len(table):
        table = table.dropna()
    y, v = measure.compute(table)
    return (
        int(np.isfinite(y).sum()),
        largest(y, np.array(answer["yi"], dtype=float), floor=FLOORS.get(measure.code, 1e-6)),
        largest(v, np.array(answer["vi"], dtype=float), floor=FLOORS.get(measure.code, 1e-6)),
    )


def largest(ours: np.ndarray, theirs: np.ndarray, *, floor: float) -> float:
    """Give the largest relative difference, infinite where one of the two is missing."""
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


def _set(key: tuple[str, str, str], each: list[tuple[int, float, float]]) -> dict[str, object]:
    code, settings, formula = key
    estimates, y, v = zip(*each, strict=True)
    return {
        "code": code,
        "settings": settings,
        "label": measures.get(code).label,
        "data_sets": len(each),
        "estimates": sum(estimates),
        "yi": max(y),
        "vi": max(v),
        "owed": OWED,
        "formula": formula,
    }


def _printed(answer: dict) -> dict[str, object]:
    measure = measures.get(answer["code"], **answer["settings"])
    y, v = measure.compute(pd.DataFrame(answer["data"]).astype(float))
    spread = np.abs(v - answer["vi"]) if "vi" in answer else np.abs(np.sqrt(v) - answer["sei"])
    return {
        "code": answer["code"],
        "settings": in_words(answer["settings"]),
        "label": measure.label,
        "estimates": len(y),
        "yi": float(np.abs(y - answer["yi"]).max()),
        "spread": float(spread.max()),
        "owed": 5e-5 + BOUNDS.get(measure.code, 0.0),
    }


if __name__ == "__main__":
    write()
