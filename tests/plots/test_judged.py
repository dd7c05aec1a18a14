"""Lights and flows as they are drawn: each light in its row, each number in its box."""

from io import BytesIO
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Rectangle

import consilience as cs
from consilience import plots
from consilience.errors import DataError, ModelError
from consilience.flow import TEXTS, filled
from consilience.plots.flow_narrow import narrow as laid_narrow
from consilience.plots.flow_wide import wide as laid_wide
from consilience.plots.style import paper
from consilience.risk_of_bias import Judgement, Level, assess, palettes, shares, tools

WORDS = ("Low", "Some concerns", "High", "Not stated")
KEYS = ("D1", "D2", "D3", "D4", "D5", "Overall")


def table(labels, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    drawn = {key: [WORDS[n] for n in rng.integers(0, 4, len(labels))] for key in KEYS}
    return pd.DataFrame({"study": labels} | drawn | {"Overall": ["High"] * len(labels)})


def lit(figure) -> list[list[tuple[str, str]]]:
    """Read the lights off a figure, row by row: colour and sign of each, from left to right."""
    page = next(axes for axes in figure.axes if not axes.axison)
    circles = [each for each in page.patches if isinstance(each, Circle)]
    rows: dict[float, list[Circle]] = {}
    for each in circles:
        rows.setdefault(round(each.center[1], 4), []).append(each)
    found = []
    for y in sorted(rows):
        row = []
        for circle in sorted(rows[y], key=lambda one: one.center[0]):
            near = [
                text.get_text()
                for text in page.texts
                if abs(text.get_position()[0] - circle.center[0]) < 1e-3
                and abs(text.get_position()[1] - y) < 0.06
            ]
            row.append((to_hex(circle.get_facecolor()).upper(), "".join(near)))
        found.append(row)
    return found


def expected(assessment, label: str) -> list[tuple[str, str]]:
    palette = assessment.palette
    return [(palette.face(one).upper(), one.symbol) for one in assessment.of(label)]


@pytest.mark.parametrize("palette", palettes.REGISTRY)
@pytest.mark.parametrize("slim", [False, True])
def test_every_light_stands_in_the_row_of_its_study(palette: str, *, slim: bool) -> None:
    labels = [f"Author {n}" for n in range(7)]
    held = assess(table(labels), "RoB 2", palette)
    with paper(3.9 if slim else 8.0):
        found = lit(plots.traffic_light(held))
    assert found == [expected(held, label) for label in labels]


@pytest.mark.parametrize("slim", [False, True])
def test_the_lights_of_a_forest_plot_follow_their_trials(given, *, slim: bool) -> None:
    effects = given([0.3, -0.2, 0.5, 0.1], [0.02, 0.1, 0.05, 0.03])
    pooled = cs.pool(effects, "CE")
    held = assess(table(effects.labels, 5), "RoB 2")
    order = np.argsort(effects.y)
    with paper(3.9 if slim else 8.0):
        figure = plots.forest(pooled, sort="yi", columns=(plots.columns.RiskOfBias(held),))
    assert lit(figure) == [expected(held, effects.labels[place]) for place in order]
    plain = plots.forest(pooled, sort="yi")
    assert lit(plain) == []


def test_a_forest_plot_finds_judgements_by_study_and_says_where_there_are_none(given) -> None:
    effects = given([0.3, -0.2], [0.02, 0.1], study=["A", "B"])
    pooled = cs.pool(effects, "CE")
    half = assess(table(["A", "Z"]), "RoB 2")
    rows = lit(plots.forest(pooled, columns=(plots.columns.RiskOfBias(half),)))
    assert rows[1] == [("#FFFFFF", "\N{EMPTY SET}")] * 6
    strangers = assess(table(["Y", "Z"]), "RoB 2")
    with pytest.raises(ModelError, match=r"name none of the trials shown.*Y, Z.*A, B"):
        plots.forest(pooled, columns=(plots.columns.RiskOfBias(strangers),))


def test_the_pieces_of_a_bar_are_as_wide_as_their_shares() -> None:
    labels = [f"S{n}" for n in range(9)]
    held, weights = assess(table(labels, 2)), {f"S{n}": n + 1.0 for n in range(9)}
    figure = plots.risk_of_bias_summary(held, weights)
    page = next(axes for axes in figure.axes if not axes.axison)
    bars: dict[float, list[Rectangle]] = {}
    for each in page.patches:
        if each.get_label() == "piece":
            bars.setdefault(round(each.get_y(), 4), []).append(each)
    parts = shares(held, weights)
    assert len(bars) == len(parts)
    for y, key in zip(sorted(bars), parts.index, strict=True):
        wide = [each.get_width() for each in sorted(bars[y], key=lambda one: one.get_x())]
        assert np.allclose(np.array(wide) / sum(wide), [n for n in parts.loc[key] if n > 0.0])


@pytest.mark.parametrize("figure", [plots.traffic_light, plots.risk_of_bias_summary])
def test_what_is_no_assessment_is_refused_with_the_right_call(figure) -> None:
    for wrong in (None, pd.DataFrame(), "RoB 2", assess(table(["A"]).head(0))):
        with pytest.raises(ModelError, match=r"risk_of_bias\.assess\(table"):
            figure(wrong)


def test_a_flow_that_is_none_or_does_not_add_up_is_not_drawn() -> None:
    for wrong in (None, pd.DataFrame(), "prisma.csv"):
        with pytest.raises(ModelError, match="read_prisma"):
            plots.prisma_flow(wrong)
    rows = [("database_results", "", "", "", 9.0), ("records_screened", "", "", "", 8.0)]
    short = pd.DataFrame(rows, columns=["data", "box", "text", "part", "n"])
    with pytest.raises(DataError, match="gives 9"):
        plots.prisma_flow(short)
    with pytest.raises(ModelError, match="holds no number"):
        plots.prisma_flow(short.assign(n=np.nan))


def flow(keys, text: str = "", part: str = "") -> pd.DataFrame:
    rows = [(key, "", text, part, float(place)) for place, key in enumerate(keys, 1)]
    return pd.DataFrame(rows, columns=["data", "box", "text", "part", "n"])


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(sorted(TEXTS)), min_size=1), st.booleans())
def test_boxes_stand_apart_and_every_arrow_ends_at_one(keys: set[str], slim: bool) -> None:  # noqa: FBT001
    boxes = filled(flow(sorted(keys)))
    with paper(3.9 if slim else 8.0):
        layout = laid_narrow(boxes) if slim else laid_wide(boxes)
    plates = layout.plates
    for one, other in combinations(plates, 2):
        apart = (one.right <= other.left + 1e-9 or other.right <= one.left + 1e-9
                 or one.bottom <= other.top + 1e-9 or other.bottom <= one.top + 1e-9)  # fmt: skip
        assert apart, (one, other)
    width = 3.9 if slim else 8.0
    assert all(plate.left >= 0.0 and plate.right <= width + 1e-9 for plate in plates)
    said = [line for plate in plates for line in plate.lines]
    whole = " ".join(said).replace("\N{NO-BREAK SPACE}", " ")
    for one in boxes:
        assert " ".join(one.lines).replace("\N{NO-BREAK SPACE}", " ") in whole
    for corners in layout.arrows:
        for x, y in (corners[0], corners[-1]):
            on = [each for each in plates if each.left - 1e-6 <= x <= each.right + 1e-6
                  and each.top - 1e-6 <= y <= each.bottom + 1e-6]  # fmt: skip
            trunk = slim and corners[0] == (x, y)
            assert on or trunk, corners


hostile = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@settings(max_examples=8, deadline=None)
@given(st.lists(hostile, min_size=1, max_size=4, unique_by=str.strip), hostile, hostile)
def test_labels_titles_and_texts_of_any_kind_are_drawn_as_they_are(touching, labels, title, word):
    named = [f"{n} {label}".strip() for n, label in enumerate(labels)]
    own = tools.Custom(
        (("one", title), ("another_column", "$x_1$ <b> {curly}")),
        (Judgement("y" + word, "Y", Level.LOW), Judgement("n" + word, "N", Level.HIGH)),
    )
    rows = {"study": named, "one": ["y" + word] * len(named), "another_column": ["n" + word]}
    rows["another_column"] *= len(named)
    held = assess(pd.DataFrame(rows), own)
    shown = flow(["database_results", "duplicates", "records_excluded"], text=title)
    shown = pd.concat([shown, flow(["dbr_excluded"], text=word, part=title)])
    for slim in (8.0, 3.9):
        with paper(slim):
            figures = (plots.traffic_light(held), plots.risk_of_bias_summary(held),
                       plots.prisma_flow(shown))  # fmt: skip
        for figure in figures:
            assert not touching(figure)
            stream = BytesIO()
            figure.savefig(stream, format="svg")
            ElementTree.fromstring(stream.getvalue())
