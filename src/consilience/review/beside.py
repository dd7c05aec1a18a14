"""The tables beside the trials: what is known of their conduct, and how they were found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pandas as pd

from consilience.errors import ConsilienceError, DataError, Problem
from consilience.flow import flow_problems
from consilience.review.attempts import all_at_once
from consilience.review.declared_beside import UNDECLARED_FLOW, UNJUDGED, FlowFile, RiskOfBiasFile
from consilience.review.declared_grid import NO_EXPOSURE, DeclaredExposure
from consilience.review.judgements import named, read_judgements
from consilience.risk_of_bias import NO_ASSESSMENT, NOT_STATED, Assessment, Judgement, Level
from consilience.risk_of_bias import assess as judge
from consilience.risk_of_bias.assess import columns_of
from consilience.risk_of_bias.palettes import REGISTRY as PALETTES
from consilience.risk_of_bias.tools import REGISTRY as TOOLS
from consilience.risk_of_bias.tools import Custom, Tool
from consilience.risk_of_bias.tools import get as get_tool
from consilience.trials.readers import is_unfilled, read_csv, read_prisma, read_risk_of_bias

_SEPARATED = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What stands beside the trials.

    Parameters
    ----------
    risk_of_bias : DataFrame
        As of `read_judgements`.
    assessment : Assessment
        The judgements by the names of the trials; `NO_ASSESSMENT` without a tool.
    flow : DataFrame
        As of `read_prisma`; no rows where nothing is said.
    """

    risk_of_bias: pd.DataFrame
    assessment: Assessment
    flow: pd.DataFrame


def read_beside(
    folder: Path,
    table: pd.DataFrame,
    *,
    risk_of_bias: RiskOfBiasFile,
    flow: FlowFile,
    exposure: DeclaredExposure = NO_EXPOSURE,
) -> Beside:
    """Read the tables beside the trials.

    Parameters
    ----------
    folder : Path
    table : DataFrame
        The trial table.
    risk_of_bias : RiskOfBiasFile
    flow : FlowFile
    exposure : DeclaredExposure
        As they are declared. Exposures are looked at, and read where they are asked for.

    Raises
    ------
    DataError
        With every fault of these tables and of their declarations.
    """
    judged, drawn, _ = all_at_once(
        (
            lambda: _judged(folder, risk_of_bias, table),
            lambda: _flow(folder, flow.file),
            lambda: _exposures(folder, exposure, table),
        )
    )
    frame, assessment = cast("tuple[pd.DataFrame, Assessment]", judged)
    return Beside(frame, assessment, cast("pd.DataFrame", drawn))


def _flow(folder: Path, file: str) -> pd.DataFrame:
    """Return the flow; a template of which no number was filled in says nothing."""
    if file != UNDECLARED_FLOW.file:
        _refuse(_file_faults(folder, file, key="flow.file"))
    path = folder / (file or "prisma.csv")
    if not path.is_file() or is_unfilled(path):
        return pd.DataFrame()
    flow = read_prisma(path)
    _refuse(flow_problems(flow))
    said = flow["n"].notna() | (flow["part"] != "")
    return flow if said.any() else flow.head(0)


def _exposures(folder: Path, asked: DeclaredExposure, table: pd.DataFrame) -> None:
    """Refuse exposures that cannot be read, or that are those of other trials."""
    from consilience.exposure import read_exposure

    if asked == NO_EXPOSURE:
        return
    _refuse(_file_faults(folder, asked.file, key="grid.exposure.file"))
    printed = _of_file(asked.file, lambda: read_exposure(folder / asked.file))
    known = list(dict.fromkeys(table["trial"].dropna())) if "trial" in table else printed.index
    remedy = f"Choose from: {', '.join(map(str, known))}."
    _refuse(
        Problem(f"{asked.file}: trials.csv has no such trial", remedy, str(name), "trial")
        for name in printed.index
        if name not in known
    )


def _of_file(name: str, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Read a file, and put its name into what is wrong with it."""
    try:
        return read()
    except DataError as error:
        if not error.problems:
            raise
        told = (replace(one, what=f"{name}: {one.what}") for one in error.problems)
        raise DataError(tuple(told)) from error


def _judged(
    folder: Path, asked: RiskOfBiasFile, table: pd.DataFrame
) -> tuple[pd.DataFrame, Assessment]:
    if asked == UNJUDGED:
        return read_judgements(folder / asked.file, table), NO_ASSESSMENT
    _refuse(_declared_faults(folder, asked))
    path, tool = folder / asked.file, _tool(asked)
    separated = path.suffix.lower() in _SEPARATED
    told = named(read_csv(path) if separated else read_risk_of_bias(path), table)
    trials = told.assign(label=told["trial"]) if "trial" in told else told
    assessment = judge(trials, tool, asked.palette)
    return _in_words(told, assessment), assessment


def _in_words(told: pd.DataFrame, assessment: Assessment) -> pd.DataFrame:
    """Put the judgements as they were understood in the place of those that were written."""
    if isinstance(assessment.tool, Custom):
        return told
    written = columns_of(told, assessment.tool)
    words = assessment.table.replace(NOT_STATED.word, "")
    others = told.drop(columns=list(written.values()))
    return others.assign(**{domain.key: words[domain.key].to_numpy() for domain in written})


def _tool(asked: RiskOfBiasFile) -> Tool:
    if asked.tool != Custom.name:
        return get_tool(asked.tool)
    words = tuple(
        Judgement(one.word, one.symbol, Level(one.level), one.colour) for one in asked.judgements
    )
    columns = tuple((one.column, one.title) for one in asked.domains)
    given = {"called": asked.title} if asked.title else {}
    return Custom(columns, words, published=asked.source, **given)


def _declared_faults(folder: Path, asked: RiskOfBiasFile) -> Iterator[Problem]:
    yield from _file_faults(folder, asked.file, key="risk_of_bias.file")
    levels = [level.value for level in Level if level is not NOT_STATED.level]
    named = [("tool", asked.tool, list(TOOLS)), ("palette", asked.palette, list(PALETTES))]
    named += [(f"judgements ({one.word})", one.level, levels) for one in asked.judgements]
    for key, name, known in named:
        if name not in known:
            remedy = f"Choose from: {', '.join(known)}."
            yield Problem(
                f"review.toml, key `risk_of_bias.{key}`: no such name", remedy, value=name
            )
    own = asked.domains or asked.judgements or asked.title or asked.source
    if own and asked.tool != Custom.name and asked.tool in TOOLS:
        what = "review.toml, key `risk_of_bias`: this tool has its own title, domains and words"
        yield Problem(what, 'Leave them out, or declare tool = "custom".', value=asked.tool)
    if asked.tool == Custom.name and all(one.level in levels for one in asked.judgements):
        yield from _custom_faults(asked)


def _custom_faults(asked: RiskOfBiasFile) -> Iterator[Problem]:
    try:
        _tool(asked)
    except ConsilienceError as error:
        what, _, remedy = str(error).rpartition(". ")
        yield Problem(f"review.toml, key `risk_of_bias`: {what}", remedy)


def _file_faults(folder: Path, file: str, *, key: str) -> Iterator[Problem]:
    where = f"review.toml, key `{key}`"
    if Path(file).name != file:
        yield Problem(f"{where}: this is no name of a file", "Name a file of this folder.", "", "",
                      file)  # fmt: skip
    elif not (folder / file).is_file():
        yield Problem(f"{where}: there is no such file", "Add it, or drop the table.", value=file)


def _refuse(faults: Iterator[Problem]) -> None:
    if found := tuple(faults):
        raise DataError(found)
