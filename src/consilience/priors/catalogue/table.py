"""The catalogue as one table."""

from typing import TYPE_CHECKING

from consilience.priors.catalogue.entry import Entry
from consilience.priors.catalogue.load import entries

if TYPE_CHECKING:
    import pandas as pd

_SHARES = {"median": 0.5, "q025": 0.025, "q975": 0.975}


def table() -> "pd.DataFrame":
    """Give every published prior in a row, indexed by its name.

    Returns
    -------
    DataFrame
        Columns measure, parameter, outcome, intervention, comparator, area, variant, prior (as a
        label), median, q025, q975 (of tau or mu, on the analysis scale), scale, source, note.
    """
    import pandas as pd

    return pd.DataFrame([_row(entry) for entry in entries()]).set_index("name")


def _row(entry: Entry) -> dict[str, object]:
    """Give a cell's names, prior, quantiles and source."""
    prior = entry.prior
    quantiles = {name: float(prior.ppf(share)) for name, share in _SHARES.items()}
    plain = ("name", "measure", "parameter", "outcome", "intervention", "comparator", "area")
    return {
        **{name: getattr(entry, name) for name in (*plain, "variant")},
        "prior": prior.label,
        **quantiles,
        **{name: getattr(entry, name) for name in ("scale", "source", "note")},
    }
