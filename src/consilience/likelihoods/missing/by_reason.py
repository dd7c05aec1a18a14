"""Participants who are missing for reasons that were reported."""

from dataclasses import dataclass
from typing import final

import numpy as np

from consilience.effects import Effects
from consilience.errors import DataError, ModelError, Problem
from consilience.gaussian import Array
from consilience.likelihoods.cells import EVENTS, read
from consilience.likelihoods.missing import risks
from consilience.likelihoods.missing.base import Missing
from consilience.likelihoods.missing.events import seen_events
from consilience.likelihoods.missing.imputed import Guess, impute
from consilience.likelihoods.missing.risks import Risk
from consilience.likelihoods.parts import part

_REMEDY = (
    "Give the counts by reason of at least one trial, or take one risk for all who are missing: "
    "missing.Imputed(...)."
)


@final
@dataclass(frozen=True, slots=True)
class ByReason(Missing):
    """Each reason for being missing has a risk that is imputed for it: ICA-r.

    For a reason ``failed`` the columns ``failed1`` and ``failed2`` count those who are missing for
    it in the arms of intervention and comparator. Where the reasons of a trial do not add up to all
    who are missing, these are shared out in the ratio of the reasons; where a trial reports none,
    in the ratio that they have over all trials.

    Parameters
    ----------
    reasons : tuple of str
        The columns, without the number of the arm.
    risks : tuple of Risk
        What is imputed for each of them, or its name.

    Raises
    ------
    ModelError
        For no reasons, the same one twice, or not one risk for each.

    References
    ----------
    Higgins, White & Wood (2008), doi:10.1177/1740774508091600.
    """

    reasons: tuple[str, ...]
    risks: tuple[Risk, ...]

    def __post_init__(self) -> None:
        """Look names up."""
        names, given = tuple(self.reasons), tuple(self.risks)
        named = all(isinstance(name, str) and name for name in names)
        if not names or not named or len(set(names)) < len(names) or len(names) != len(given):
            raise ModelError(
                "ByReason takes one risk for each reason, reasons being different names of columns "
                f"without the number of the arm; got reasons={names!r}, risks={given!r}. Example: "
                "missing.ByReason(('failed', 'moved'), ('NoEvents', 'OwnRisk'))."
            )
        object.__setattr__(self, "reasons", names)
        found = tuple(part(each, risks.get, kind=Risk) for each in given)
        object.__setattr__(self, "risks", found)

    def adjusted(self, effects: Effects) -> Effects:
        """See `Missing.adjusted`, and `imputed.impute`.

        Raises
        ------
        ModelError
            If the measure is not OR, RR or RD.
        DataError
            For counts that cannot be, or if no trial reports a reason for those who are missing.
        """
        arms = seen_events(effects, reader="ByReason").arms
        columns = {f"{name}{arm}": EVENTS for name in self.reasons for arm in "12"}
        found = read(effects, columns, reader="ByReason")
        counts = [np.stack([found[f"{name}{arm}"] for name in self.reasons]) for arm in "12"]
        _refuse_silence(counts, [arm.lost for arm in arms])
        first, second = (
            [Guess(risk, number) for risk, number in zip(self.risks, each, strict=True)]
            for each in (arm.lost * _ratio(count) for arm, count in zip(arms, counts, strict=True))
        )
        pairs = zip(self.reasons, self.risks, strict=True)
        words = ", ".join(f"{risk} for {name!r}" for name, risk in pairs)
        shared = np.any(
            [c.sum(axis=0) != a.lost for a, c in zip(arms, counts, strict=True)], axis=0
        )
        if shared.any():
            names = ", ".join(np.asarray(effects.labels)[shared])
            words += f", shared out where the reasons do not add up: {names}"
        return impute(effects, (first, second), words)


def _ratio(counts: Array) -> Array:
    """Give the shares of the reasons (reasons, k); where a trial has none, those over all."""
    total, whole = counts.sum(axis=0), max(float(counts.sum()), 1.0)
    overall = counts.sum(axis=1, keepdims=True) / whole
    return np.where(total > 0.0, counts / np.maximum(total, 1.0), overall)


def _refuse_silence(counts: list[Array], lost: list[Array]) -> None:
    problems = [
        Problem("No trial reports a reason for those who are missing", _REMEDY, "", f"missing{arm}")
        for arm, some, gone in zip("12", counts, lost, strict=True)
        if gone.any() and not some.any()
    ]
    if problems:
        raise DataError(problems)
