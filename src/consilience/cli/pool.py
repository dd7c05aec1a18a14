"""`consilience pool`: one classical analysis."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, override

import typer

from consilience.cli.command import Command
from consilience.cli.inputs import given
from consilience.cli.options import Data, Json, Measure
from consilience.cli.output import document, say, table

if TYPE_CHECKING:
    from consilience.classical.pooled import Pooled

COLUMNS = ("estimate", "se", "statistic", "df", "p_value", "lower", "upper")


@dataclass(frozen=True, slots=True)
class Pool(Command):
    """Pool trials classically, or regress their effects."""

    data: Data
    measure: Measure = None
    estimator: Annotated[str, typer.Option(help="Of tau²: REML, DL, PM, CE …")] = "REML"
    inference: Annotated[str, typer.Option(help="Of tests and intervals: z, t, knha or adhoc.")] = (
        "z"
    )
    moderators: Annotated[
        str | None, typer.Option(help="A formula, such as 'comparator_type + year'.")
    ] = None
    json: Json = False

    @override
    def run(self) -> None:
        """Print the coefficients and the heterogeneity of one classical analysis."""
        from consilience.classical.pool import pool

        trials = given(self.data, measure=self.measure, seed=None)
        found = pool(
            trials.effects,
            self.estimator,
            moderators=self.moderators,
            inference=self.inference,
            level=trials.level,
        )
        if self.json:
            document("consilience.pool/1", _content(found))
        else:
            _print(found)


def _content(found: "Pooled") -> dict[str, object]:
    """Give the analysis as a document, in the columns of its own tables."""
    from consilience.report.documents import rows

    return {
        **{str(key): value for key, value in found.attrs.items()},
        "level": found.level,
        "coefficients": rows(found.summary()),
        "heterogeneity": found.heterogeneity().to_dict(),
        "prediction_interval": found.prediction_interval().to_dict(),
    }


def _print(found: "Pooled") -> None:
    """Say estimator, coefficients, heterogeneity, prediction interval, and every note."""
    said = found.attrs
    say(
        f"{said['estimator']}, inference: {said['inference']}; {said['k']} estimates, "
        f"{100 * found.level:g} % intervals"
    )
    table(found.summary(), COLUMNS)
    table(found.heterogeneity().to_frame("value"), ("value",))
    prediction = found.prediction_interval()
    if prediction["lower"] == prediction["lower"]:
        say(f"True effect of a new trial: {prediction['lower']:.3f} to {prediction['upper']:.3f}")
    say(found.effects.direction)
    notes = said.get("notes", ())
    for note in notes if isinstance(notes, tuple) else ():
        say(note)
