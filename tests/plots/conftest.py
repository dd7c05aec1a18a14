"""Analyses to draw, and eyes for figures: what is written where, and what touches what."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from tests.reviews import functioning

import consilience as cs
from consilience.classical.pooled import Pooled
from consilience.effects import Effects
from consilience.engines.exact.posterior import ExactPosterior
from consilience.fit import Fit

ROOT = Path(__file__).parents[2]
STRANGE = (
    "Иванов и др. 2019 $x_1$",
    "张三 2020",
    "O'Neil_[b] $\\alpha$ & <co>",
    "=cmd|' /C calc'!A0",
    "王小明等人关于重性精神疾病患者心理社会干预的随机对照试验二〇二一年第三次随访",
    "عربي 2020 % {x} ^2^ \\frac",
    "Ñandú 🙂 $",
)


@pytest.fixture(scope="session")
def effects() -> Effects:
    """Real trials."""
    review = functioning()
    name = "Without the converted rows"
    return next(each.effects for each in review.sensitivity if each.name == name)


@pytest.fixture(scope="session")
def fit(effects: Effects) -> Fit:
    model = cs.read_model(ROOT / "models" / "partial_pooling.toml").model
    return cs.fit(model, effects, seed=1)


@pytest.fixture(scope="session")
def dl(effects: Effects) -> Pooled:
    return cs.pool(effects, "DL")


@pytest.fixture(scope="session")
def knha(effects: Effects) -> Pooled:
    return cs.pool(effects, "REML", inference="knha")


@pytest.fixture(scope="session")
def model() -> cs.Model:
    tau = cs.priors.HalfNormal(0.5)
    return cs.Model(mu=cs.priors.Normal(0.0, 1.0), heterogeneity=cs.heterogeneity.Normal(tau=tau))


@pytest.fixture(scope="session")
def given() -> Callable[..., Effects]:
    """Make effects of ready-made estimates; further columns by name."""

    def make(yi: list[float], vi: list[float], **columns: list) -> Effects:
        names = columns.pop("study", [f"Trial {n + 1}" for n in range(len(yi))])
        return cs.effect_sizes(pd.DataFrame({"study": names, "yi": yi, "vi": vi, **columns}), "GEN")

    return make


@pytest.fixture(scope="session")
def vaccine() -> pd.DataFrame:
    """Thirteen trials of the BCG vaccine: Colditz et al. (1994), JAMA 271:698–702, table 1."""
    names = ("Aronson 1948", "Ferguson & Simes 1949", "Rosenthal et al 1960",
             "Hart & Sutherland 1977", "Frimodt-Moller et al 1973", "Stein & Aronson 1953",
             "Vandiviere et al 1973", "TPT Madras 1980", "Coetzee & Berjak 1968",
             "Rosenthal et al 1961", "Comstock et al 1974", "Comstock & Webster 1969",
             "Comstock et al 1976")  # fmt: skip
    cells = {
        "events1": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
        "n1": [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
        "events2": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
        "n2": [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
        "ablat": [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
        "year": [1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976],
        "alloc": ["random"] * 4 + ["alternate"] * 2 + ["random"] * 3 + ["systematic"] * 4,
    }  # fmt: skip
    return pd.DataFrame({"study": names, **cells})


@pytest.fixture(scope="session")
def rr(vaccine: pd.DataFrame) -> Effects:
    """Their log risk ratios."""
    return cs.effect_sizes(vaccine, "RR")


@pytest.fixture(scope="session")
def reml(rr: Effects) -> Pooled:
    return cs.pool(rr, "REML")


@pytest.fixture(scope="session")
def common(rr: Effects) -> Pooled:
    return cs.pool(rr, "CE")


@pytest.fixture(scope="session")
def drawn() -> Callable[[Axes, str], np.ndarray]:
    """Give the points of the first line of a kind."""
    return lambda axes, kind: next(
        np.asarray(line.get_xydata(), dtype=float)
        for line in axes.lines
        if line.get_label() == kind
    )


@pytest.fixture(scope="session")
def simulated(given: Callable[..., Effects]) -> Callable[[int], Effects]:
    """Simulate k trials of four kinds with labels of all lengths."""

    def make(k: int) -> Effects:
        rng = np.random.default_rng(k)
        v = rng.uniform(0.01, 0.3, k)
        names = [f"Author{'x' * (n % 40)} and colleagues, year {n}" for n in range(k)]
        kinds = [("alpha", "b_$1$", "gamma [x]", "中文")[n % 4] for n in range(k)]
        y = rng.normal(0.3, np.sqrt(0.04 + v))
        return given(y.tolist(), v.tolist(), study=names, kind=kinds)

    return make


@pytest.fixture(scope="session")
def strange(given: Callable[..., Effects]) -> Effects:
    """Trials with names in several scripts, one far out, one that knows next to nothing."""
    y, v = [0.1, 0.5, 30.0, -0.2, 0.25, 0.4, 0.3], [0.05, 0.04, 0.05, 5.0, 0.05, 0.03, 1e-4]
    return given(y, v, study=list(STRANGE), kind=["$a$", "_b_", "$a$", "_b_", "中", "中", "中"])


class Failed(ExactPosterior):
    """A posterior that must not be trusted."""

    faults = ("R-hat 1.2",)


@pytest.fixture(scope="session")
def failed(fit: Fit) -> Fit:
    """A fit that did not converge."""
    parts = {part.name: getattr(fit.posterior, part.name) for part in fields(ExactPosterior)}
    return replace(fit, posterior=Failed(**parts))


@pytest.fixture(scope="session")
def forced(failed: Fit) -> Fit:
    """A fit that did not converge and is shown all the same."""
    return replace(failed, forced=True)


@pytest.fixture(scope="session")
def plots_of() -> Callable[[Figure], Axes]:
    """Give the first axes that show a scale: neither page nor key."""
    return lambda figure: next(axes for axes in figure.axes if axes.axison)


@pytest.fixture(scope="session")
def texts() -> Callable[[Figure], list[Text]]:
    """Give all pieces of writing."""
    return written


@pytest.fixture(scope="session")
def words() -> Callable[[Figure], list[str]]:
    """Give all that is written."""
    return lambda figure: [text.get_text() for text in written(figure)]


@pytest.fixture(scope="session")
def touching() -> Callable[[Figure], list[str]]:
    """Name the texts that overlap each other, and those that leave the sheet."""

    def find(figure: Figure) -> list[str]:
        figure.draw_without_rendering()
        boxes = [(text.get_text(), text.get_window_extent()) for text in written(figure)]
        pairs = overlapping(np.array([box.padded(-0.75).extents for _, box in boxes]))
        met = [f"{boxes[a][0]!r} meets {boxes[b][0]!r}" for a, b in pairs]
        sheet = figure.bbox.padded(0.5)
        cut = [name for name, box in boxes if not within(sheet, box)]
        return met + [f"{name!r} is cut" for name in cut]

    return find


def overlapping(extents: np.ndarray) -> np.ndarray:
    """Give the pairs of boxes, x0, y0, x1, y1 by row, that have a point in common."""
    low, high = np.sort(extents.reshape(-1, 2, 2), axis=1).swapaxes(0, 1)
    begins = np.all(low[:, None] <= high, axis=2)
    return np.argwhere(np.triu(begins & begins.T, 1))


def corners(patch: Patch) -> np.ndarray:
    return np.asarray(patch.get_patch_transform().transform(patch.get_path().vertices))


def within(sheet: Bbox, box: Bbox) -> bool:
    across = sheet.x0 <= box.x0 and box.x1 <= sheet.x1
    return across and sheet.y0 <= box.y0 and box.y1 <= sheet.y1


def written(figure: Figure) -> list[Text]:
    found = [text for text in figure.texts if text.get_label() != "watermark"]
    for axes in figure.axes:
        found += axes.texts
        if axes.axison:
            found += [*axes.get_xticklabels(), *axes.get_yticklabels()]
            found += [axes.title, axes.xaxis.label, axes.yaxis.label]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


@pytest.fixture(scope="session")
def marks() -> Callable[[Axes, str], list[np.ndarray]]:
    """Give the corners or points of all signs of a kind, from top to bottom."""

    def find(axes: Axes, kind: str) -> list[np.ndarray]:
        lines = [np.asarray(line.get_xydata()) for line in axes.lines if line.get_label() == kind]
        patches = [patch for patch in axes.patches if patch.get_label() == kind]
        return lines + [corners(patch) for patch in patches]

    return find
