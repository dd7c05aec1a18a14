"""One analysis of the shipped review with a short plan, made once for all who read it.

The tests of the report and those that open its pages in a browser run in one worker
(tests/conftest.py), so that what is kept here is computed once.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from tests.reviews import functioning, outcomes

from consilience.report.analysis import Analysis, analyse
from consilience.report.pictures import draw
from consilience.review import NO_DIAL, Review
from consilience.risk_of_bias import assess

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "smi_functioning"
MODELS = ROOT / "models"
FLOW = pd.DataFrame(
    [
        ("database_results", "box2", "Databases", "", 120.0),
        ("records_screened", "box4", "Records screened", "", 101.0),
        ("duplicates", "box3", "Duplicate records", "", 19.0),
    ],
    columns=["data", "box", "text", "part", "n"],
)
WORDS = ("Low", "Some concerns", "High", "")


def short(review: Review) -> Review:
    plan = replace(review.plan, models=("partial_pooling", "random_effects"))
    return replace(review, plan=plan, sensitivity=review.sensitivity[:2], flow=FLOW)


def stripped(review: Review, k: int) -> Review:
    """Keep k trials, one model, and nothing that a review may do without."""
    plan = replace(
        review.plan,
        primary="random_effects",
        models=("random_effects",),
        subgroups=(),
        thresholds=(),
        new_trials=(),
        bias_dial=NO_DIAL,
    )
    effects = review.effects.keep(np.arange(review.effects.k) < k)
    files = dict.fromkeys(("risk_of_bias", "published", "flow"), pd.DataFrame())
    return replace(review, plan=plan, effects=effects, sensitivity=(), **files)


@cache
def shipped() -> Review:
    """The review with the short plan."""
    return short(functioning())


@cache
def many() -> Review:
    """The review with a grid."""
    return outcomes()


@cache
def analysed() -> Analysis:
    """All that is computed and drawn of it."""
    return analyse(shipped(), MODELS)


@cache
def judged() -> Analysis:
    """The same analysis, its trials judged with RoB 2; nobody judged the last of them."""
    labels, rng = analysed().review.effects.labels, np.random.default_rng(4)
    keys = [*(f"D{n}" for n in range(1, 6)), "Overall"]
    columns = {key: [WORDS[n] for n in rng.integers(0, 4, len(labels) - 1)] for key in keys}
    told = pd.DataFrame({"trial": labels[:-1], "label": labels[:-1]} | columns)
    held = assess(told, "RoB 2").keep(labels)
    review = replace(analysed().review, assessment=held, risk_of_bias=told)
    return replace(analysed(), review=review)


def redrawn(analysis: Analysis) -> Analysis:
    """An analysis whose review was changed, with the figures of what it now holds."""
    return replace(analysis, pictures=draw(analysis))
