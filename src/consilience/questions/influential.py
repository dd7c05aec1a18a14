"""Which single trial, or which pair, turns the conclusion."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from consilience.design.columns import as_labels, column_of
from consilience.engines.exact.posterior import ExactPosterior
from consilience.engines.summary import tails
from consilience.errors import ModelError
from consilience.fit import Fit
from consilience.questions.asking import answering, finite, listed, sure, unselected
from consilience.questions.refits import moved
from consilience.questions.reweighing import reweighed
from consilience.questions.shared import Places
from consilience.rows import typical

_MOST_PAIRS, _FIRST = 5000, 100
_NAMED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """What the answer would be without each trial, and without each pair of trials.

    Parameters
    ----------
    trials, pairs : DataFrame
        By what is left out (pairs also in columns ``first, second``): of μ ``mean, sd, median,
        lower, upper, level, interval, p_gt_0``, ``p_gt`` = P(μ > threshold), ``tau`` (posterior
        median), ``conclusion``, ``turns`` (whether it is another one than of all trials);
        ``d_mean, d_sd, d_tau, d_p`` (without − with), ``cook`` = (d_mean/sd)², ``kl`` =
        KL(with ‖ without) of the normal approximations, in nats; ``accuracy``, ``note``.
        Most influential first.
    whole : Series
        The same of all trials.
    conclusion : str
        "above", "below" or "open".
    words : tuple of str
        What it means.
    """

    trials: pd.DataFrame
    pairs: pd.DataFrame
    whole: pd.Series
    conclusion: str
    words: tuple[str, ...]

    def __repr__(self) -> str:
        """Say in one line what was looked at, and how many would turn the conclusion."""
        turning = int(self.trials["turns"].sum()), int(self.pairs["turns"].sum())
        return (
            f"<Influence: conclusion {self.conclusion!r}, turned by {turning[0]} of "
            f"{len(self.trials)} trials and {turning[1]} of {len(self.pairs)} pairs>"
        )


def influence(
    fit: Fit,
    threshold: float = 0.0,
    *,
    certainty: float = 0.975,
    by: str = "",
    level: float = 0.95,
) -> Influence:
    """Leave out every trial, and every pair, and see what becomes of the answer.

    The conclusion is "above" if P(μ > threshold) ≥ certainty, "below" if it is ≤ 1 − certainty,
    otherwise "open". Exact fits are refitted exactly, all in one pass; for sampled ones the draws
    are reweighted (PSIS), and rows whose Pareto k exceeds 0.7 stay empty. The model stays that of
    all trials. Where there are more than 5 000 pairs, those of the 100 most influential trials are
    looked at.

    Parameters
    ----------
    fit : Fit
        By any engine.
    threshold : float
        What μ must exceed, on the effect's scale.
    certainty : float
        The probability from which a conclusion is drawn, between 0.5 and 1.
    by : str
        A column whose equal entries are left out together, such as ``"study"``; empty for one
        estimate at a time.
    level : float
        Mass of the intervals.

    Raises
    ------
    RefusalError
        If the bias selects which estimates come to light.
    ModelError
        For what is no fit, an unknown column, or one with a single entry.
    DataError
        For an empty cell in the column.
    ConvergenceError
        If the integration of a refit misses its accuracy.

    References
    ----------
    Cook (1977), doi:10.2307/1268249, for the distance. Viechtbauer & Cheung (2010),
    doi:10.1002/jrsm.11, for influence in meta-analysis.
    """
    answering(fit, "influence")
    unselected(fit, "influence")
    rule = _Rule(finite("threshold", threshold), sure(certainty), level)
    tails(level)
    whole = _whole(fit, rule)
    groups = _groups(fit, by)
    trials = _judged(_without(fit, tuple(groups.values()), rule), whole, rule)
    trials.index = pd.Index(list(groups), name="left_out")
    some = _worth_pairing(trials)
    both = list(combinations(some, 2))
    pairs = _judged(_without(fit, [(*groups[a], *groups[b]) for a, b in both], rule), whole, rule)
    pairs.index = pd.Index([f"{a} + {b}" for a, b in both], name="left_out", dtype=object)
    pairs.insert(0, "first", [a for a, _ in both])
    pairs.insert(1, "second", [b for _, b in both])
    trials, pairs = (fit.stamped(_sorted(table)) for table in (trials, pairs))
    conclusion = rule.verdict(float(whole["p_gt"]))
    words = _words(trials, pairs, (conclusion, rule, whole))
    return Influence(trials, pairs, whole, conclusion, words)


@dataclass(frozen=True, slots=True)
class _Rule:
    threshold: float
    certainty: float
    level: float

    def verdict(self, p: float) -> str:
        """Name the conclusion drawn from a probability."""
        if np.isnan(p):
            return ""
        return "above" if p >= self.certainty else "below" if p <= 1 - self.certainty else "open"


def _whole(fit: Fit, rule: _Rule) -> pd.Series:
    """Give the answer from all trials, with P(mu > threshold), in the columns of the refits."""
    house = ["mean", "sd", "median", "lower", "upper", "level", "interval", "p_gt_0"]
    at = typical(fit, "mu")
    row = fit.combine((at,), level=rule.level)[house].iloc[0].copy()
    shifted = type(at)(at.name, at.weights, known=at.known - rule.threshold)
    row["p_gt"] = fit.combine((shifted,))["p_gt_0"].iloc[0]
    row["tau"] = fit.scales()["median"].get("tau", np.nan)
    return row


def _groups(fit: Fit, by: str) -> dict[str, Places]:
    """Give the estimates that leave together: each by itself, or those of one level of a column."""
    if not by:
        return {label: (place,) for place, label in enumerate(fit.effects.labels)}
    column_of(fit.effects.table, by)
    found: dict[str, Places] = {}
    for place, name in enumerate(as_labels(fit.effects.table, by)):
        found[name] = (*found.get(name, ()), place)
    if len(found) < 2:
        raise ModelError(
            f"All estimates have the same {by!r}; without it none is left. Choose another column."
        )
    return found


def _without(fit: Fit, sets: Sequence[Places], rule: _Rule) -> pd.DataFrame:
    if isinstance(fit.posterior, ExactPosterior):
        return moved(fit.posterior, sets, threshold=rule.threshold, level=rule.level)
    return reweighed(fit, sets, threshold=rule.threshold, level=rule.level)


def _judged(found: pd.DataFrame, whole: pd.Series, rule: _Rule) -> pd.DataFrame:
    """Hold each refit against the whole: its conclusion, Cook's distance, Kullback–Leibler's."""
    sd, mean = float(whole["sd"]), float(whole["mean"])
    table = found.copy()
    place = int(table.columns.get_loc("p_gt_0"))  # type: ignore[arg-type]
    table.insert(place, "level", rule.level)
    table.insert(place + 1, "interval", "credible")
    table["conclusion"] = [rule.verdict(p) for p in table["p_gt"]]
    own = rule.verdict(float(whole["p_gt"]))
    table["turns"] = (table["conclusion"] != own) & (table["conclusion"] != "")
    table["d_mean"], table["d_sd"] = table["mean"] - mean, table["sd"] - sd
    table["d_tau"], table["d_p"] = table["tau"] - whole["tau"], table["p_gt"] - whole["p_gt"]
    table["cook"] = (table["d_mean"] / sd) ** 2
    ratio = sd / table["sd"]
    table["kl"] = 0.5 * (ratio**2 + (table["d_mean"] / table["sd"]) ** 2 - 1.0) - np.log(ratio)
    return table


def _worth_pairing(trials: pd.DataFrame) -> list[str]:
    """Name the trials whose pairs are looked at: all, or the most influential."""
    names = [str(name) for name in trials.index]
    if len(names) < 3:  # without both of two trials nothing is left
        return []
    if len(names) * (len(names) - 1) // 2 <= _MOST_PAIRS:
        return names
    first = trials["kl"].sort_values(ascending=False, na_position="last").index[:_FIRST]
    return [name for name in names if name in set(first)]


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("kl", ascending=False, na_position="last", kind="stable")


def _words(
    trials: pd.DataFrame, pairs: pd.DataFrame, said: tuple[str, _Rule, pd.Series]
) -> tuple[str, ...]:
    """Say which trials, or which pairs of the others, turn the conclusion, and which moves most."""
    conclusion, rule, whole = said
    verdict = {
        "above": f"at least {rule.certainty:g}, so the mean effect is above {rule.threshold:g}.",
        "below": f"at most {1 - rule.certainty:g}, so the mean effect is below {rule.threshold:g}.",
    }.get(conclusion, "so the question is open.")
    sentences = [f"With all trials P(μ > {rule.threshold:g}) = {whole['p_gt']:.3f}, {verdict}"]
    single = _turning(trials)
    sentences.append(
        f"Leaving out {_named(single)} alone turns the conclusion."
        if single
        else "No single trial turns the conclusion."
    )
    alone = set(single)
    new = pairs[~pairs["first"].isin(alone) & ~pairs["second"].isin(alone)] if len(pairs) else pairs
    both = [f"{row['first']} and {row['second']}" for _, row in new[new["turns"]].iterrows()]
    if len(pairs):
        sentences.append(
            f"{len(both)} pair{'s' * (len(both) != 1)} of {'the other ' * bool(single)}trials "
            f"would turn it if both were left out: {_named(both, '; ')}."
            if both
            else f"No pair of {'the other ' * bool(single)}trials does."
        )
    most = str(trials["kl"].idxmax()) if trials["kl"].notna().any() else ""
    if most and len(trials) > 1:
        row = trials.loc[most]
        sentences.append(
            f"The most influential is {most}: without it the mean is {row['mean']:.3g} in place of "
            f"{whole['mean']:.3g}, and P(μ > {rule.threshold:g}) = {row['p_gt']:.3f}."
        )
    return tuple(sentences)


def _turning(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table.index[table["turns"]]]


def _named(names: list[str], mark: str = "") -> str:
    shown, more = names[:_NAMED], len(names) - _NAMED
    text = mark.join(shown) if mark else listed(shown).replace(" and ", " or ")
    return f"{text} and {more} more" if more > 0 else text
