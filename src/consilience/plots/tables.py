"""Figures that draw a table say so when they are handed what the table is made of."""

import pandas as pd

from consilience.errors import ModelError


def table_of(given: object, figure: str, *, made_by: str) -> pd.DataFrame:
    """Give the table that a figure draws.

    Parameters
    ----------
    given : object
        What the figure was handed.
    figure : str
        Name of the figure's function.
    made_by : str
        The call that makes its table, such as ``"diagnostics.baujat(pooled)"``.

    Raises
    ------
    ModelError
        If it is no table; the right call is named.
    """
    if isinstance(given, pd.DataFrame):
        return given
    raise ModelError(
        f"plots.{figure}() draws a table, but it was given an object of type "
        f"{type(given).__name__}. Write plots.{figure}({made_by}), with "
        "`from consilience.classical import diagnostics`."
    )
