"""Models of many cells beside the cells on their own: what each of them borrows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, override

import numpy as np
import pandas as pd

from consilience.calibration import published
from consilience.errors import DataError
from consilience.heterogeneity import Multivariate
from consilience.report.choices import choices
from consilience.report.joined import Joined
from consilience.report.sections.base import Section
from consilience.report.twinned import FEW

if TYPE_CHECKING:
    from consilience.report.gridded import GridAnalysis

AXES = ("outcome", "time", "population")
"""The columns that name a cell."""


@dataclass(frozen=True, slots=True)
class JointModel(Section["GridAnalysis"]):
    """Models of many cells beside the cells on their own: what each of them borrows."""

    name: ClassVar[str] = "joint"
    title: ClassVar[str] = "Models of many outcomes at once"
    folder: ClassVar[str] = "matrix"

    @override
    def applies(self, analysis: "GridAnalysis") -> bool:
        """Apply where a model over the whole grid was asked for."""
        return bool(analysis.joined)

    @override
    def values(self, analysis: "GridAnalysis") -> dict[str, object]:
        """Give the cells under every model, and by model what its spreads and choices are."""
        known = [one for one in analysis.joined if one.joint is not None]
        return {
            "models": known,
            "cells": [(cell, _rows(known, cell.answered.cell.key)) for cell in analysis.cells],
            "scales": {one.name: _scales(one, analysis.level) for one in known},
            "calibrated": {one.name: _calibrated(one) for one in known},
            "choices": {one.name: choices(one.declared, one.answer.fit.effects) for one in known},
            "otherwise": {one.name: _otherwise(one, analysis) for one in known},
            "twins": {one.name: _twins(one) for one in known},
            "few": FEW,
            **_measured(analysis.review.estimates),
        }


def _measured(table: pd.DataFrame) -> dict[str, object]:
    """Count the outcomes, and name those that one or two studies measured."""
    studies = table.groupby("outcome", sort=False)["study"].nunique()
    return {"measured": len(studies), "thin": [str(name) for name in studies.index[studies < 3]]}


def _rows(joined: list[Joined], key: tuple[str, str, str]) -> list[dict[str, object]]:
    """Give one cell under every model: nothing where a model does not read it."""
    found = []
    for one in joined:
        table = one.answer.table
        held = table[(table[list(AXES)] == list(key)).all(axis=1)].to_dict("records")
        found.append({str(name): value for name, value in held[0].items()} if held else {})
    return found


def _scales(one: Joined, level: float) -> pd.DataFrame:
    """Tabulate standard deviations and correlations alike."""
    fit = one.answer.fit
    scales = fit.scales(level)
    correlated = one.unknown or isinstance(one.declared.model.heterogeneity, Multivariate)
    if not correlated or scales.index.str.startswith("rho").any():
        return scales
    correlations = fit.summary(level).filter(regex="^rho", axis=0)
    return pd.concat([scales, correlations]).groupby(level=0, sort=False).first()


def _otherwise(one: Joined, analysis: "GridAnalysis") -> dict[str, object]:
    """Lay the first column of cells under several correlations side by side."""
    if "outcome" not in one.otherwise:
        return {}
    cells = analysis.review.cells
    time = one.asked.time or cells.times[0].name
    population = one.asked.population or cells.populations[0].name
    tables = {"": one.answer.table} | dict(list(one.otherwise.groupby("rho", sort=False)))
    rows = {
        key: table[(table["time"] == time) & (table["population"] == population)]
        .set_index("outcome")
        .dropna(subset="estimate")
        for key, table in tables.items()
        if "outcome" in table
    }
    shown = [name for name in rows[""].index if rows[""].loc[name, "k"] > 0]
    own = one.answer.fit.log_evidence
    first = one.otherwise.dropna(subset="log_evidence").groupby("rho", sort=False)["log_evidence"]
    factors = {} if own is None else {rho: np.exp(held.iloc[0] - own) for rho, held in first}
    return {
        "where": f"{time}, {population}",
        "rhos": [key for key in rows if key != ""],
        "rows": [(name, [_at(table, name) for table in rows.values()]) for name in shown],
        "factors": factors,
    }


def _at(table: pd.DataFrame, name: str) -> dict[str, object]:
    return dict(table.loc[name]) if name in table.index else {}


def _twins(one: Joined) -> dict[str, object]:
    """Lay the classical means of each outcome side by side."""
    table = one.twins
    if not len(table):
        return {}
    names = list(dict.fromkeys(table["twin"]))
    rows = {
        str(outcome): held.set_index("twin").to_dict("index")
        for outcome, held in table.groupby("outcome", sort=False)
    }
    return {"names": names, "rows": rows, "level": float(table["level"].iloc[0])}


def _calibrated(one: Joined) -> str:
    """Cite the published calibration of a model, or say that there is none."""
    try:
        found = published(one.declared.model)
    except DataError:
        return "No calibration of this model is published."
    review = found.name.rpartition("/")[0]
    design = f" The simulated reviews had the design of {review}." if review else ""
    return found.sentence + design
