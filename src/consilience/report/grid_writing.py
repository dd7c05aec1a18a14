"""The report of a grid as files: a page with the matrix, a page for each cell, tables."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from consilience.effects import Effects
from consilience.report import cells, matrix
from consilience.report.cell import CellAnalysis
from consilience.report.documents import rows, to_json
from consilience.report.evidence_pictures import SLIM
from consilience.report.folder import MANIFEST, files_of
from consilience.report.gridded import GridAnalysis
from consilience.report.page import compose
from consilience.report.provenance import PROVENANCE, digest
from consilience.report.results import Picture
from consilience.report.summary import about
from consilience.report.tables import to_csv

SCHEMA = "consilience.grid/1"
"""Name and version of summary.json; the version rises when a key changes its meaning or goes."""
_STYLES = ("style.css", "grid.css")


def grid_page(analysis: GridAnalysis) -> str:
    """Write the page with the matrix as HTML.

    Parameters
    ----------
    analysis : GridAnalysis
    """
    return compose("grid.html", matrix.ORDER, analysis, styles=_STYLES)


def cell_page(cell: CellAnalysis, analysis: GridAnalysis) -> str:
    """Write the page of one cell as HTML.

    Parameters
    ----------
    cell : CellAnalysis
    analysis : GridAnalysis
        Whose versions the page names.
    """
    made = {"provenance": analysis.provenance}
    return compose("cell.html", cells.ORDER, cell, styles=_STYLES, **made)


def write_grid(analysis: GridAnalysis, folder: Path) -> None:
    """Write all files of the report of a grid into a folder.

    Parameters
    ----------
    analysis : GridAnalysis
    folder : Path
        Empty.
    """
    (folder / "index.html").write_text(grid_page(analysis), encoding="utf-8")
    for name in ("cells", "figures", "tables"):
        (folder / name).mkdir()
    for cell in analysis.cells:
        page = folder / "cells" / f"{cell.slug}.html"
        page.write_text(cell_page(cell, analysis), encoding="utf-8")
    for picture in _pictures(analysis):
        (folder / "figures" / f"{picture.name}.svg").write_bytes(picture.svg)
        (folder / "figures" / f"{picture.name}.png").write_bytes(picture.png())
    for name, table in grid_tables(analysis).items():
        (folder / "tables" / f"{name}.csv").write_text(to_csv(table), encoding="utf-8")
    (folder / "summary.json").write_text(to_json(grid_summary(analysis)), encoding="utf-8")
    (folder / MANIFEST).write_text(to_json(_provenance(analysis, folder)), encoding="utf-8")


def grid_tables(analysis: GridAnalysis) -> Mapping[str, pd.DataFrame]:
    """Give every table of the report by the name of its file, without those that are empty.

    Parameters
    ----------
    analysis : GridAnalysis
    """
    review = analysis.review
    found = {
        "matrix": analysis.table,
        "analyses": analysis.grid.everything(),
        "variants": _variants(analysis),
        "estimates": review.estimates,
        "rows": review.ledger.set_index("label"),
        "changes": pd.DataFrame([asdict(change) for change in review.trials.log]),
        "conversions": review.converted.steps,
        "covariance": _pairs(analysis),
        "flow": review.flow,
        "risk_of_bias": review.risk_of_bias,
        "published": review.published,
        "summary_of_findings": analysis.findings.frame,
        "exposures": analysis.exposed.printed.rename_axis("trial"),
        "exposure_curves": _curves(analysis),
        **_jointly(analysis),
    }
    return {name: table for name, table in found.items() if len(table)}


def grid_summary(analysis: GridAnalysis) -> dict[str, object]:
    """Give all results as plain values. The time is left to the provenance.

    Parameters
    ----------
    analysis : GridAnalysis
    """
    review = analysis.review
    return {
        "schema": SCHEMA,
        **about(review),
        "measures": {one.name: one.measure for one in review.grid.outcomes if one.measure},
        "level": analysis.level,
        "seed": analysis.seed,
        "primary": analysis.declared[0].name,
        "cells": rows(analysis.table),
        "analyses": rows(analysis.grid.everything()),
        "joint": {
            one.name: {
                "cells": rows(one.joint.table),
                "scales": rows(one.joint.fit.scales(analysis.level)),
                "log_evidence": one.joint.fit.log_evidence,
                "diagnosis": str(one.joint.fit.diagnosis),
            }
            for one in analysis.joined
            if one.joint is not None
        },
        "dependence": [
            {"kind": one.kind, "reason": one.reason, "settings": dict(one.settings)}
            for one in review.dependence
        ],
        "not_converged": analysis.not_converged,
    }


def _pictures(analysis: GridAnalysis) -> tuple[Picture, ...]:
    """Give the figures that become files; those for a telephone stand in the pages alone."""
    own = analysis.pictures.items()
    every = [*own, *(pair for cell in analysis.cells for pair in cell.pictures.items())]
    return tuple(picture for name, picture in every if not name.endswith(SLIM))


def _jointly(analysis: GridAnalysis) -> dict[str, pd.DataFrame]:
    """Give the tables of the joint models."""
    found: dict[str, pd.DataFrame] = {}
    for one in (each for each in analysis.joined if each.joint is not None):
        name = f"joint_{one.name}"
        found |= {
            name: one.answer.table,
            f"{name}_borrowing": one.outcomes,
            f"{name}_weights": one.weights,
            f"{name}_rho": one.otherwise,
            f"{name}_twins": one.twins,
        }
    return found


def _variants(analysis: GridAnalysis) -> pd.DataFrame:
    """Tabulate the primary model in every cell of every variant, and who is left out."""
    parts = [
        cell.variants.drop(columns="reason").rename_axis("variant").reset_index()
        for cell in analysis.cells
        if len(cell.variants)
    ]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return whole.assign(left_out=["; ".join(names) for names in whole.get("left_out", ())])


def _pairs(analysis: GridAnalysis) -> pd.DataFrame:
    """Tabulate the correlation of every two estimates whose errors are correlated."""
    table = [pair for effects in analysis.review.measured for pair in _correlated(effects)]
    return pd.DataFrame(table, columns=["first", "second", "covariance", "correlation"])


def _correlated(effects: Effects) -> Iterator[tuple[str, str, float, float]]:
    for at, block in zip(effects.shared.members, effects.shared.blocks, strict=True):
        for i in range(len(at)):
            for j in range(i + 1, len(at)):
                if block[i, j] != 0:
                    rho = block[i, j] / (block[i, i] * block[j, j]) ** 0.5
                    pair = (effects.labels[at[i]], effects.labels[at[j]])
                    yield (*pair, float(block[i, j]), float(rho))


def _curves(analysis: GridAnalysis) -> pd.DataFrame:
    comparison = analysis.exposed.comparison
    return pd.DataFrame() if comparison is None else comparison.table(analysis.level)


def _provenance(analysis: GridAnalysis, folder: Path) -> dict[str, object]:
    """Add engine, times and a hash of every written file to where the results come from."""
    return {
        "schema": PROVENANCE,
        **asdict(analysis.provenance),
        "engines": {"cells": analysis.engine},
        "seconds": asdict(analysis.seconds),
        "files": {name: digest(folder / name) for name in files_of(folder)},
    }
