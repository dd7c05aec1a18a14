"""The verb: from a review to a folder with its report."""

from dataclasses import asdict
from pathlib import Path

from consilience.archive import write_tree
from consilience.report.analysis import Analysis, Tell, analyse, quiet
from consilience.report.documents import to_json
from consilience.report.folder import MANIFEST, files_of, replacing
from consilience.report.grid_writing import write_grid
from consilience.report.gridded import analyse_grid
from consilience.report.page import compose
from consilience.report.provenance import PROVENANCE, digest
from consilience.report.sections import ORDER
from consilience.report.summary import summary
from consilience.report.tables import tables, to_csv
from consilience.review import Review, read_planned


def report(
    review: Review | str | Path,
    to: str | Path,
    *,
    models: str | Path | None = None,
    seed: int | None = None,
    tell: Tell = quiet,
) -> Path:
    """Analyse a review and write the report.

    The folder holds ``index.html`` (one file, without network or scripts), ``figures/`` (SVG and
    PNG), ``tables/`` (CSV), ``draws/`` (netCDF), ``summary.json`` and ``provenance.json``; of a
    review with a grid the page shows the matrix of its cells, and ``cells/`` holds a page for each.
    It appears whole or not at all, and takes the place of an earlier report.

    Parameters
    ----------
    review : Review or path
        A review or its folder.
    to : path
        The folder to write: new, empty, or an earlier report.
    models : path, optional
        The folder of the models that the plan names; without it they are found by name.
    seed : int, optional
        In place of the plan's.
    tell : callable
        Is told what is being done.

    Returns
    -------
    Path
        Of ``index.html``.

    Raises
    ------
    DataError, ModelError
        If the review or a model cannot be used.
    ConvergenceError
        If the primary model does not converge.
    TargetError
        If the folder holds files that no report wrote.
    OSError
        If it cannot be written.
    """
    with replacing(Path(to)) as folder:
        read = review if isinstance(review, Review) else read_planned(review, models)
        if read.cells:
            found = analyse_grid(read, models, seed=seed, tell=tell)
            tell("writing the report")
            write_grid(found, folder)
        else:
            analysis = analyse(read, models, seed=seed, tell=tell)
            tell("writing the report")
            write(analysis, folder)
    return Path(to) / "index.html"


def page(analysis: Analysis) -> str:
    """Write the whole page as HTML."""
    return compose("page.html", ORDER, analysis)


def write(analysis: Analysis, folder: Path) -> None:
    """Write all files of a report into a folder."""
    (folder / "index.html").write_text(page(analysis), encoding="utf-8")
    _write_figures(analysis, folder / "figures")
    _write_tables(analysis, folder / "tables")
    _write_draws(analysis, folder / "draws")
    (folder / "summary.json").write_text(to_json(summary(analysis)), encoding="utf-8")
    (folder / MANIFEST).write_text(to_json(_provenance(analysis, folder)), encoding="utf-8")


def _write_figures(analysis: Analysis, folder: Path) -> None:
    folder.mkdir()
    for picture in analysis.pictures.values():
        (folder / f"{picture.name}.svg").write_bytes(picture.svg)
        (folder / f"{picture.name}.png").write_bytes(picture.png())


def _write_tables(analysis: Analysis, folder: Path) -> None:
    folder.mkdir()
    for name, table in tables(analysis).items():
        (folder / f"{name}.csv").write_text(to_csv(table), encoding="utf-8")


def _write_draws(analysis: Analysis, folder: Path) -> None:
    folder.mkdir()
    for one in analysis.fitted:
        one.fit.save(folder / f"{one.declared.name}.nc")
    if len(analysis.forecast.table):
        write_tree(analysis.forecast.tree, folder / "predictions.nc")


def _provenance(analysis: Analysis, folder: Path) -> dict[str, object]:
    """Add engines, times and a hash of every written file to where the results come from."""
    engines = {one.declared.name: one.fit.reason for one in analysis.fitted}
    return {
        "schema": PROVENANCE,
        **asdict(analysis.provenance),
        "engines": engines,
        "seconds": asdict(analysis.seconds),
        "files": {name: digest(folder / name) for name in files_of(folder)},
    }
