"""`consilience predict`: what a new trial would find."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, override

import typer

from consilience.cli.command import Command
from consilience.cli.inputs import given
from consilience.cli.options import Data, Json, Measure, Model, Seed
from consilience.cli.output import document, say, table, tell
from consilience.errors import DataError, ModelError, Problem

if TYPE_CHECKING:
    from consilience.effects import Effects
    from consilience.new_trial import Stated

_STATED = "The comparator's {}: a number, a trial's name, or a distribution as {}."
COLUMNS = ("mean", "sd", "median", "lower", "upper", "p_gt_0", "mcse")


@dataclass(frozen=True, slots=True)
class Predict(Command):
    """Foresee what a new trial would find.

    Three things: the mean of its kind (mu), its own true effect (theta), its estimate (yi). Of
    models of events or means also the data of its arms, where --risk2, --rate2 or the standard
    deviations are given, and how probable it is that its interval lies above 0 (lower_gt_0), below
    0 (upper_lt_0), and that nobody has the event in an arm.
    """

    model: Model
    data: Data
    measure: Measure = None
    n1: Annotated[
        int | None, typer.Option(help="Participants in the intervention arm.", show_default=False)
    ] = None
    n2: Annotated[
        int | None, typer.Option(help="Participants in the comparator arm.", show_default=False)
    ] = None
    person_time1: Annotated[
        float | None, typer.Option(help="Time at risk, intervention.", show_default=False)
    ] = None
    person_time2: Annotated[
        float | None, typer.Option(help="Time at risk, comparator.", show_default=False)
    ] = None
    sd1: Annotated[
        float | None, typer.Option(help="SD of participants, intervention.", show_default=False)
    ] = None
    sd2: Annotated[
        float | None, typer.Option(help="SD of participants, comparator.", show_default=False)
    ] = None
    risk2: Annotated[
        str | None, typer.Option(help=_STATED.format("risk", "Beta(3, 17)"), show_default=False)
    ] = None
    rate2: Annotated[
        str | None,
        typer.Option(help=_STATED.format("rate", "LogNormal(-2, 0.5)"), show_default=False),
    ] = None
    mean2: Annotated[
        str | None, typer.Option(help=_STATED.format("mean", "Normal(20, 3)"), show_default=False)
    ] = None
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A moderator, such as intervention_type=CBT; may be repeated.",
            show_default=False,
        ),
    ] = None
    seed: Seed = None
    json: Json = False

    @override
    def run(self) -> None:
        """Fit the model, and print what the described trial would find."""
        from consilience.fit import fit
        from consilience.new_trial import NewTrial
        from consilience.predict import predict, summarise
        from consilience.report.documents import rows

        pairs = [_pair(text) for text in self.settings or ()]
        trials = given(self.data, measure=self.measure, seed=self.seed)
        moderators = {name: _value(name, text, trials.effects) for name, text in pairs}
        new = NewTrial(self.n1, self.n2, **moderators, **self._arms())  # type: ignore[arg-type]
        declared = trials.model(self.model)
        tell(f"fitting {declared.name} to {trials.effects.k} estimates")
        found = fit(declared.model, trials.effects, seed=trials.seed)
        foreseen = predict(found, new, seed=trials.seed, level=trials.level)
        summary = summarise(foreseen, trials.level)
        if self.json:
            content = {
                "model": declared.name,
                "direction": trials.effects.direction,
                "seed": trials.seed,
                "trial": {"n1": self.n1, "n2": self.n2, **moderators, **self._given()},
                "predictions": rows(summary),
                "ignored": summary.attrs["ignored"],
                "cautions": list(found.diagnosis.cautions),
            }
            document("consilience.predict/1", content)
            return
        table(summary, COLUMNS)
        say(f"{100 * trials.level:g} % intervals. {trials.effects.direction}")
        say(str(summary.attrs["ignored"]), *found.diagnosis.cautions)

    def _given(self) -> dict[str, float | str]:
        """Give what was said of the arms, as it was said."""
        names = ("person_time1", "person_time2", "sd1", "sd2", "risk2", "rate2", "mean2")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def _arms(self) -> "dict[str, Stated]":
        """Give the same as numbers, distributions and names."""
        return {
            name: _read(value) if isinstance(value, str) else value
            for name, value in self._given().items()
        }


def _read(text: str) -> "Stated":
    """Read a number, a distribution such as ``Beta(3, 17)``, or else a name."""
    from consilience.new_trial import stated

    try:
        return stated(text)
    except ModelError as error:
        raise typer.BadParameter(str(error)) from error


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise typer.BadParameter(f"--set takes column=value, not {text!r}.")
    return name.strip(), value.strip()


def _value(name: str, text: str, effects: "Effects") -> str | float:
    """Read a moderator as its column holds it: a number or a text."""
    from pandas.api.types import is_numeric_dtype

    if name not in effects.table:
        known = ", ".join(map(str, effects.table.columns))
        what = "The trials have no such column"
        raise DataError([Problem(what, f"Known columns: {known}.", column=name)])
    if not is_numeric_dtype(effects.table[name]):
        return text
    try:
        return float(text)
    except ValueError as error:
        what = "This column holds numbers, and this is none"
        raise DataError([Problem(what, "Give a number.", column=name, value=text)]) from error
