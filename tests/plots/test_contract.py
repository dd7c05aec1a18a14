"""What holds for every figure: no warnings, readable wide and narrow, described in words."""

from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import consilience as cs
from consilience import plots
from consilience.classical import diagnostics, small_study
from consilience.classical.pooled import Pooled
from consilience.errors import ConsilienceError
from consilience.risk_of_bias import Assessment, assess

type Draw = Callable[[Pooled], Figure]

FLOW = pd.DataFrame(
    [
        ("database_results", "box2", "", "", 120.0),
        ("duplicates", "box3", "", "", 19.0),
        ("records_screened", "box4", "", "", 101.0),
        ("website_results", "box11", "", "not stated", np.nan),
        ("previous_studies", "box1", "", "", 4.0),
    ],
    columns=["data", "box", "text", "part", "n"],
)


def judged(pooled: Pooled) -> Assessment:
    """Judge trials by turns, the first of them not at all."""
    labels = pooled.effects.labels
    words = ("", "low", "some concerns", "high")
    columns = {f"D{d}": [words[(n * d) % 4] for n in range(len(labels))] for d in range(1, 6)}
    return assess(pd.DataFrame({"study": labels} | columns | {"Overall": columns["D3"]}))


CLASSICAL: dict[str, Draw] = {
    "baujat": lambda pooled: plots.baujat(diagnostics.baujat(pooled)),
    "bubble": lambda pooled: plots.bubble(cs.pool(pooled.effects, moderators="dose"), "dose"),
    "cumulative": lambda pooled: plots.cumulative(diagnostics.cumulative(pooled)),
    "drapery": lambda pooled: plots.drapery(pooled),
    "forest": lambda pooled: plots.forest(pooled, columns=("dose", "kind")),
    "forest_pages": lambda pooled: plots.forest_pages(pooled, group="kind", sort="-weight")[0],
    "funnel": lambda pooled: plots.funnel(pooled.effects, pooled),
    "gosh": lambda pooled: plots.gosh(
        diagnostics.gosh(pooled, most=3000), pooled.effects.labels[0]
    ),
    "labbe": lambda pooled: plots.labbe(pooled),
    "leave_one_out": lambda pooled: plots.leave_one_out(diagnostics.leave_one_out(pooled), pooled),
    "prisma_flow": lambda _: plots.prisma_flow(FLOW),
    "profile": lambda pooled: plots.profile(diagnostics.profile_likelihood(pooled)),
    "radial": lambda pooled: plots.radial(pooled),
    "residual_qq": lambda pooled: plots.residual_qq(diagnostics.residual_quantiles(pooled)),
    "risk_of_bias_summary": lambda pooled: plots.risk_of_bias_summary(
        judged(pooled), pooled.weights()
    ),
    "traffic_light": lambda pooled: plots.traffic_light(judged(pooled)),
}
BAYESIAN = {
    "bias_dial", "borrowing", "exposure_curve", "new_trials", "outcome_matrix",
    "predictive_check", "prior_map", "prior_posterior", "ranks", "sensitivity",
}  # fmt: skip
MORE: dict[str, Draw] = {
    "funnel_filled": lambda pooled: plots.funnel(
        pooled.effects, pooled, small_study.trim_fill(pooled),
        small_study.regression_test(pooled.effects), axis="seinv",
    ),
    "funnel_size": lambda pooled: plots.funnel(pooled.effects, pooled, axis="ni"),
    "forest_events": lambda pooled: plots.forest(
        pooled, cs.pool(pooled.effects, "CE"), group="kind",
        columns=("events", plots.columns.Weights(cs.pool(pooled.effects, "CE"))),
    ),
    "forest_judged": lambda pooled: plots.forest(
        pooled, columns=("dose", plots.columns.RiskOfBias(judged(pooled)))
    ),
    "bubble_colours": lambda pooled: plots.bubble(
        cs.pool(pooled.effects, moderators="dose + kind"), "dose", colour="kind"
    ),
    "drapery_two": lambda pooled: plots.drapery(pooled, cs.pool(pooled.effects, "CE")),
}  # fmt: skip
NOT_FOR_ONE = {
    "baujat", "bubble", "bubble_colours", "gosh", "leave_one_out", "profile", "residual_qq",
    "funnel_filled",
}  # fmt: skip
NOT_FOR_TWO = {"baujat", "bubble", "bubble_colours", "gosh", "funnel_filled"}


def table(k: int, names: list[str]) -> dict[str, list]:
    rng = np.random.default_rng(k + 7)
    n1, n2 = rng.integers(60, 400, k), rng.integers(60, 400, k)
    return {
        "study": names,
        "events1": rng.binomial(n1, 0.2).tolist(),
        "n1": n1.tolist(),
        "events2": rng.binomial(n2, rng.uniform(0.2, 0.45, k)).tolist(),
        "n2": n2.tolist(),
        "dose": rng.uniform(1.0, 9.0, k).round(2).tolist(),
        "kind": [("alpha", "b_$1$", "中文 [x]")[place % 3] for place in range(k)],
    }


@pytest.fixture(scope="session")
def analysis() -> Callable[..., Pooled]:
    @cache
    def make(k: int, names: tuple[str, ...] = ()) -> Pooled:
        labels = list(names) or [f"Author{'x' * (n % 30)} and others {n}" for n in range(k)]
        return cs.pool(cs.effect_sizes(pd.DataFrame(table(k, labels)), "OR"), "REML")

    return make


@pytest.fixture(scope="module")
def shown(analysis) -> Callable[[str], Figure]:
    """Draw a figure of thirteen trials, once."""
    pooled = analysis(13)
    return cache(lambda name: (CLASSICAL | MORE)[name](pooled))


STRANGE = (
    "$x_1$ unbalanced $ $$", "a" * 500, "<b>&amp; \\frac{1}{2}", "=1+1", "عربي %", "王" * 300,
    "line\nbreak\ttab", "{curly} ^2^ _under_", "🙂 Ñandú",
)  # fmt: skip


def test_every_public_figure_is_in_this_list():
    assert set(plots.__all__) - {"columns", "narrow"} == set(CLASSICAL) | BAYESIAN


@pytest.mark.parametrize("name", [*CLASSICAL, *MORE])
def test_it_is_readable_wide_and_narrow(name, shown, touching):
    wide = shown(name)
    with plots.narrow():
        narrow = shown.__wrapped__(name)
    assert wide.get_size_inches()[0] * wide.dpi == pytest.approx(800.0)
    assert narrow.get_size_inches()[0] * narrow.dpi == pytest.approx(390.0)
    for figure in (wide, narrow):
        assert not touching(figure)
        assert min(sizes(figure)) >= 7.8
        assert figure.get_size_inches()[1] < 40.0


@pytest.mark.parametrize("name", [*CLASSICAL, *MORE])
def test_it_says_what_it_shows_where_a_reader_of_the_file_finds_it(name, shown):
    figure = shown(name)
    assert figure.alt.endswith((".", "%"))
    assert len(figure.alt) > 30
    stream = BytesIO()
    figure.savefig(stream, format="svg")
    root = ElementTree.fromstring(stream.getvalue())
    said = "".join(root.itertext())
    assert figure.alt in said
    again = BytesIO()
    figure.savefig(again, format="svg")
    assert again.getvalue() == stream.getvalue()


@pytest.mark.parametrize("name", [*CLASSICAL, *MORE])
def test_names_of_any_kind_are_shown_and_never_read(name, analysis, touching, texts):
    figure = (CLASSICAL | MORE)[name](analysis(len(STRANGE), STRANGE))
    assert not touching(figure)
    assert not any(text.get_parse_math() or text.get_usetex() for text in texts(figure))
    figure.savefig(BytesIO(), format="pdf")


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("name", [*CLASSICAL, *MORE])
def test_one_and_two_trials_are_drawn_or_refused_in_words(name, k, analysis, touching):
    draw, refused = (CLASSICAL | MORE)[name], NOT_FOR_ONE if k == 1 else NOT_FOR_TWO
    if name in refused:
        with pytest.raises(ConsilienceError, match=r"\w+ .*\w"):
            draw(analysis(k))
    else:
        assert not touching(draw(analysis(k)))


LINES = ("traffic_light", "forest", "forest_pages", "bubble", "cumulative", "leave_one_out")


@pytest.mark.parametrize("name", sorted(set(CLASSICAL) - set(LINES)))
def test_three_hundred_trials_are_drawn(name, analysis, touching):
    assert not touching(CLASSICAL[name](analysis(300)))


@pytest.mark.parametrize("name", LINES[:4])
def test_three_hundred_lines_are_drawn(name, analysis):
    CLASSICAL[name](analysis(300)).draw_without_rendering()


def test_three_hundred_steps_are_drawn(analysis):
    steps = diagnostics.cumulative(analysis(13))
    many = pd.concat([steps] * 24)
    many.attrs = steps.attrs
    for figure in (plots.cumulative(many), plots.leave_one_out(many, analysis(13))):
        figure.draw_without_rendering()


def sizes(figure: Figure) -> Iterator[float]:
    """Of a figure that has been drawn."""
    for axes in figure.axes:
        shown = [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
        yield from (
            text.get_fontsize() for text in shown if text.get_text().strip() and axes.axison
        )
        yield from (text.get_fontsize() for text in axes.texts if text.get_text().strip())
