"""What a comparison of curves says, in sentences."""

from collections.abc import Iterator, Mapping

import pandas as pd

_SURE, _OPEN = 0.9, 3.0


def said(
    chances: Mapping[str, float], threshold: pd.Series, *, k: int, level: float, unit: str = ""
) -> Iterator[str]:
    """Say which curve is likely, whether there is a threshold, and what the data cannot tell.

    Parameters
    ----------
    chances : mapping of str to float
        Of each curve.
    threshold : Series
        As of `ExposureComparison.threshold`.
    k : int
        How many trials.
    level : float
        Of the intervals.
    unit : str
        Of the exposure, as it follows a number.
    """
    ranked = sorted(chances.items(), key=lambda pair: -pair[1])
    (best, first), (second, _), *_ = ranked
    if first >= _SURE:
        yield f"Of the {len(chances)} curves {_NAMES[best]} has a probability of {_share(first)}."
    else:
        alike = [_NAMES[name] for name, chance in ranked if first <= _OPEN * chance]
        yield (
            f"These {k} trials cannot tell the curves apart: the likeliest, {_NAMES[best]}, has a "
            f"probability of {_share(first)}"
            + (f"; {_listed(alike)} are within a factor of 3." if len(alike) > 1 else
               f", before {_NAMES[second]}.")
        )  # fmt: skip
    yield (
        f"The probability that a threshold exists among the trials' exposures is "
        f"{_share(threshold['exists'])}. Were the same effect everywhere the only other curve, a "
        f"threshold, wherever it lies, would have {_share(threshold['against_none'])}; were it a "
        f"slope, {_share(threshold['against_linear'])}."
    )
    where = f"{threshold['location']:.0f}{unit} ({100 * level:.0f} % interval "
    before = f"{threshold['prior_lower']:.0f} to {threshold['prior_upper']:.0f}{unit}"
    ends = f"{threshold['lower']:.0f} to {threshold['upper']:.0f}{unit}; beforehand {before})"
    yield (
        f"If there is a threshold, it lies at {where}{ends}, and the effect beyond it is "
        f"{_signed(threshold['effect'])} ({_signed(threshold['effect_lower'])} to "
        f"{_signed(threshold['effect_upper'])})."
    )
    yield "All curves were equally probable beforehand, and their evidence depends on their priors."


_NAMES = {
    "none": "the same effect everywhere",
    "linear": "a slope",
    "threshold": "a threshold",
    "hinge": "a hinge",
    "Emax": "an Emax curve",
    "spline": "a spline",
}


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _share(value: float) -> str:
    return f"{100.0 * value:.0f} %" if 0.005 < value < 0.995 else f"{100.0 * value:.1f} %"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
