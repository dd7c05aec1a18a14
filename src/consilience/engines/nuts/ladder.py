"""What is tried in turn until the draws pass their gate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import xarray as xr

from consilience.engines.nuts.parametrisation import Forms
from consilience.engines.nuts.posterior import SampledPosterior
from consilience.engines.nuts.sampler import Compiled, Run, Settings

type Judge = Callable[[Run], SampledPosterior]
"""What reads the draws of a run and holds them against the gate."""

_ACCEPT = (0.95, 0.99)
_MOST = 4


def climb(forms: Forms, judge: Judge, *, settings: Settings, seed: int) -> SampledPosterior:
    """Sample, and where the draws do not pass climb rung by rung until they do.

    The other parametrisation of all levels (the better of the two is kept), then target_accept
    0.95 and 0.99, then twice the draws. Draws that are sound but too few to tell a standard
    deviation or an end of an interval climb at once to twice as many, then four times. Every rung
    is logged in the posterior's steps.

    Parameters
    ----------
    forms : Forms
        The model in its parametrisations.
    judge : callable
        From a run to the posterior with its faults.
    settings : Settings
        Those of the first attempt.
    seed : int
        Seed of every attempt.
    """
    log = [_first(settings, forms.words(turned=False))]
    compiled, turned = forms.compiled(turned=False), False
    found = judge(compiled.run(settings, seed))
    if found.faults and forms.units and not _few(found):
        other = forms.compiled(turned=True)
        tried = judge(other.run(settings, seed))
        turned = not tried.faults or _slowest(tried) > _slowest(found)
        log.append(_again(found, forms.words(turned=True)))
        log.append(f"Kept {forms.words(turned=turned)}.")
        compiled, found = (other, tried) if turned else (compiled, found)
    return _higher(compiled, judge, log=log, attempt=_Attempt(settings, seed, found))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What was asked of the sampler, and what came of it."""

    settings: Settings
    seed: int
    found: SampledPosterior


def _higher(
    compiled: Compiled, judge: Judge, *, log: list[str], attempt: _Attempt
) -> SampledPosterior:
    """Climb rung by rung until the draws pass; rungs that cannot help the fault are skipped."""
    found, settings = attempt.found, attempt.settings
    for words, change in _rungs(attempt.settings):
        if not found.faults:
            break
        if not _helps(change, attempt, few=_few(found)):
            continue
        accept = settings.target_accept if _few(found) else change.target_accept
        settings = replace(change, target_accept=accept)
        log = [*log, _again(found, words)]
        found = judge(compiled.run(settings, attempt.seed))
    if len(log) > 1:
        verdict = "did not pass either" if found.faults else "passed"
        log = [*log, f"The last draws {verdict}."]
    return _logged(found, log)


def _rungs(settings: Settings) -> Iterator[tuple[str, Settings]]:
    """Give the settings of each rung in words and as such, leaving out what is there already."""
    for accept in _ACCEPT:
        if accept > settings.target_accept:
            settings = replace(settings, target_accept=accept)
            yield f"target_accept raised to {accept:g}", settings
    twice = replace(settings, draws=2 * settings.draws, tune=2 * settings.tune)
    yield "twice the draws", twice
    yield "four times the draws", replace(twice, draws=_MOST * settings.draws)


def _helps(change: Settings, attempt: _Attempt, *, few: bool) -> bool:
    """Say whether a rung may mend the draws: more if they are few, else any but the last."""
    first = attempt.settings.draws
    return change.draws > first if few else change.draws < _MOST * first


def _few(found: SampledPosterior) -> bool:
    """Say whether draws are sound, and only too few."""
    return bool(found.quality.attrs.get("imprecise", 0))


def _logged(found: SampledPosterior, log: list[str]) -> SampledPosterior:
    """Write the steps into a posterior."""
    attrs = dict(found.quality.attrs) | {"steps": "\n".join(log)}
    return replace(found, quality=xr.Dataset(attrs=attrs))


def _slowest(found: SampledPosterior) -> float:
    """Lowest bulk ESS of the parameters that vary; 0 where one cannot be told."""
    summary = found.summary(0.95)
    return float(summary.loc[summary["sd"] != 0.0, "ess_bulk"].fillna(0.0).min())


def _first(settings: Settings, levels: str) -> str:
    form = f", levels of {levels}" if levels else ""
    return (
        f"Sampled {settings.chains} chains of {settings.draws} draws after "
        f"{settings.tune} to tune{form}."
    )


def _again(found: SampledPosterior, words: str) -> str:
    return f"These draws did not pass ({'; '.join(found.faults)}); sampled again with {words}."
