"""An R script that rebuilds the same effects with metafor."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.errors import RefusalError
from consilience.trials.columns import ALIASES
from consilience.trials.conversions.target import Target
from consilience.trials.directions import signs
from consilience.trials.writers.whole import write_whole

type Floats = NDArray[np.float64]

_SAME = 1e-9
_OLDER = "3.8"
"""The setting of a measure that stands for metafor up to 3.8, which later ones do not take."""


class MeasureLike(Target, Protocol):
    """What the script needs to know of an effect measure."""

    @property
    def aliases(self) -> Mapping[str, str]:
        """Metafor's names of its columns."""

    def complete(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give metafor's columns the names used here."""

    def compute(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Estimates and variances from the columns, not yet turned by direction."""


class EffectsLike(Protocol):
    """What the script needs to know of effects."""

    @property
    def y(self) -> Floats:
        """Estimates."""

    @property
    def v(self) -> Floats:
        """Sampling variances."""

    @property
    def table(self) -> pd.DataFrame:
        """The rows behind them."""

    @property
    def measure(self) -> MeasureLike:
        """The effect measure."""

    @property
    def directed(self) -> bool:
        """Whether effects were turned so that positive favours the intervention."""


def write_metafor(effects: EffectsLike, path: str | Path) -> None:
    """Write an R script with the data, escalc's call, and a check that both agree.

    Raises
    ------
    RefusalError
        For a measure whose columns escalc does not have.
    OSError
        If the file cannot be written.
    """
    write_whole(Path(path), metafor_script(effects).encode("utf-8"))


def metafor_script(effects: EffectsLike) -> str:
    """Return the script as text.

    Raises
    ------
    RefusalError
        As `write_metafor`.
    """
    table = effects.measure.complete(effects.table)
    columns = _arguments(effects.measure, table)
    turned = signs(effects.table) if effects.directed else np.ones(len(effects.y))
    converted = _converted(effects, table, turned=turned)
    data: dict[str, list[object]] = {"study": list(map(str, effects.table.index))}
    data |= {name: table[ours].tolist() for name, ours in columns.items()}
    data |= {"turned": turned.tolist(), "converted": converted.tolist()}
    data |= {"expected_yi": effects.y.tolist(), "expected_vi": effects.v.tolist()}
    frame = ",\n".join(f"  {name} = c({', '.join(map(_r, cells))})" for name, cells in data.items())
    return f"""\
# The same effects with R's metafor: run this script with Rscript.
library(metafor)

dat <- data.frame(
{frame},
  stringsAsFactors = FALSE
)

{_whole_call(effects.measure, tuple(columns), none=bool(converted.all()))}
dat$yi <- dat$turned * dat$yi
# Rows whose effect does not come from these columns alone: converted from another form, or with a
# variance that holds what was assumed. They are taken as they are.
dat$yi[dat$converted] <- dat$expected_yi[dat$converted]
dat$vi[dat$converted] <- dat$expected_vi[dat$converted]

print(dat[, c("study", "yi", "vi")], digits = 6)
same <- all.equal(c(dat$yi, dat$vi), c(dat$expected_yi, dat$expected_vi),
                  tolerance = 1e-8, check.attributes = FALSE)
if (!isTRUE(same)) stop("metafor's effects differ: ", same)
"""


def _converted(effects: EffectsLike, table: pd.DataFrame, *, turned: Floats) -> NDArray[np.bool_]:
    """Say which effects are not those that the columns of their rows give, (k,)."""
    older = any(text == f'"{_OLDER}"' for _, text in _settings(effects.measure))
    if older or not set(effects.measure.needs) <= set(table):
        return np.ones(len(effects.y), dtype=bool)
    with np.errstate(all="ignore"):
        y, v = effects.measure.compute(table)
        same = np.isclose(turned * y, effects.y, rtol=_SAME, atol=_SAME)
        return ~(same & np.isclose(v, effects.v, rtol=_SAME, atol=0.0))


def _whole_call(measure: MeasureLike, columns: Sequence[str], *, none: bool) -> str:
    """Return escalc's call, or what stands in its place where every row was converted."""
    if none:
        return "dat$yi <- dat$vi <- rep(NA_real_, nrow(dat))"
    return _call(measure, columns)


def _arguments(measure: MeasureLike, table: pd.DataFrame) -> dict[str, str]:
    """Return escalc's arguments with the columns that fill them."""
    theirs = {ours: alias for alias, ours in {**ALIASES, **measure.aliases}.items()}
    wanted = [name for name in (*measure.needs, *measure.either) if name in table]
    found = {theirs.get(name, name): name for name in wanted}
    unknown = [name for name in found if not (name.endswith("i") and len(name) <= 4)]
    if unknown:
        raise RefusalError(
            f"escalc has no argument for {', '.join(unknown)}, which {measure.code} needs; write "
            "the effects as CSV and read them with measure GEN."
        )
    return found


def _call(measure: MeasureLike, columns: Sequence[str]) -> str:
    """Write the call of escalc that computes the same effects."""
    if measure.code == "GEN":
        variance = "dat$vi" if "vi" in columns else "dat$sei^2"
        return f"dat$vi <- {variance}"
    given = [f"{name} = {name}" for name in columns]
    made = [f"{name} = {text}" for name, text in _settings(measure)]
    text = ", ".join([f"measure = {_r(measure.code)}", *given, *made, "data = dat"])
    return f"dat <- escalc({text})"


def _settings(measure: MeasureLike) -> Iterator[tuple[str, str]]:
    for field in dataclasses.fields(measure):  # type: ignore[arg-type]
        yield field.name, _r(getattr(measure, field.name))


def _r(value: object) -> str:
    """Write a value as R reads it; a text is quoted, and every odd character escaped."""
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float | np.number):
        number = float(value)
        return "NA" if np.isnan(number) else f"{number:.17g}"
    if value is None or value is pd.NA:
        return "NA"
    return '"' + "".join(map(_escaped, str(value))) + '"'


def _escaped(letter: str) -> str:
    if letter in {'"', "\\"}:
        return "\\" + letter
    if " " <= letter <= "~":
        return letter
    return f"\\U{{{ord(letter):X}}}" if ord(letter) else "?"
