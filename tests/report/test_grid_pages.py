"""The report of a grid: a page with the matrix, a page for each cell, and files beside them."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urldefrag

import numpy as np
import pandas as pd
import pytest
from tests.report.shared import many

from consilience.report import cells, matrix, side_by_side
from consilience.report.folder import files_of
from consilience.report.grid_pictures import drawn
from consilience.report.grid_writing import write_grid
from consilience.report.gridded import GridAnalysis, analyse_grid
from consilience.report.matrix.in_short import InShort
from consilience.review import Review
from consilience.review.declared_grid import NO_EXPOSURE, DeclaredJoint
from consilience.risk_of_bias import NO_ASSESSMENT

ROOT = Path(__file__).parents[2]
OUTCOMES = ("personal recovery", "hope", "functional capacity", "global functioning")
JOINT = DeclaredJoint("correlated_outcomes", "Correlations alone lend.", "post", "all", (0.2,))
TABLES = ("", "_rho", "_twins", "_borrowing", "_weights")
FETCHING = {"script", "link", "img", "iframe", "object", "embed"}


def small(review: Review) -> Review:
    """Keep four outcomes of one population: cells with nine, two, one and no estimates."""
    held = review.cells
    kept = tuple(c for c in held.cells if c.outcome in OUTCOMES and c.population == "all")
    grid = replace(
        review.grid,
        variants=review.grid.variants[:2],
        joint=(DeclaredJoint("random_effects", "For a test."), JOINT),
        exposure=NO_EXPOSURE,
    )
    chosen = replace(
        held,
        outcomes=tuple(x for x in held.outcomes if x.name in OUTCOMES),
        populations=held.populations[:1],
        cells=kept,
    )
    return replace(review, cells=chosen, grid=grid, findings=review.findings[2:3])


@pytest.fixture(scope="module")
def review() -> Review:
    return small(many())


@pytest.fixture(scope="module")
def analysis(review: Review) -> GridAnalysis:
    return analyse_grid(review, ROOT / "models", seed=None, tell=lambda _: None)


@pytest.fixture(scope="module")
def folder(analysis: GridAnalysis, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("grid")
    write_grid(analysis, target)
    return target


@pytest.fixture(scope="module")
def pages(folder: Path, parse) -> dict[str, tuple]:
    names = ["index.html", *(f"cells/{path.name}" for path in (folder / "cells").iterdir())]
    texts = {name: (folder / name).read_text("utf-8") for name in names}
    return {name: (text, parse(text)) for name, text in texts.items()}


def test_every_page_is_whole_and_asks_for_nothing(pages):
    assert len(pages) == 1 + 7
    for name, (text, page) in pages.items():
        assert (page.faults, page.open) == ([], []), name
        ids = page.values("id")
        assert len(ids) == len(set(ids)), name
        assert not {tag for tag, _ in page.tags} & FETCHING, name
        assert "default-src 'none'" in text
        outside = re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", text, flags=re.DOTALL)
        assert not re.search(r"\bnan\b|\bNone\b|Undefined|\{\{|\}\}", outside), name
        for scrolls, table in re.findall(r'(tabindex="0">\s*)?<table.*?>(.*?)</table>', text, re.S):
            assert scrolls
            assert "<caption>" in table


def test_every_link_leads_to_a_page_and_a_place_that_are_there(pages):
    for name, (_, page) in pages.items():
        for href in page.values("href"):
            if href.startswith("http"):
                continue
            target, fragment = urldefrag(href)
            path = Path(name).parent / target if target else Path(name)
            key = str(path).replace("cells/../", "")
            assert key in pages, (name, href)
            assert not fragment or fragment in pages[key][1].values("id"), (name, href)


def test_the_matrix_opens_every_cell_and_shows_its_numbers(pages, folder):
    text, _ = pages["index.html"]
    table = pd.read_csv(folder / "tables" / "matrix.csv")
    linked = set(re.findall(r'href="cells/([\w]+)\.html"', text))
    assert linked == {Path(name).stem for name in pages if name != "index.html"}
    cell = re.search(r'href="cells/global_functioning_post_all.html">(.*?)</a></td>', text, re.S)
    row = table.query("outcome == 'global functioning' and time == 'post'").iloc[0]
    for shown in (f"{row['estimate']:.2f}", f"{row['lower']:.2f} to {row['upper']:.2f}", "k = 9"):
        assert shown in cell[1]
    assert "one trial" in text
    assert "k = 0" in text


def test_a_cell_with_one_trial_or_none_says_so(pages):
    alone = " ".join(pages["cells/hope_post_all.html"][1].text.split())
    assert "One trial: Jensen 2019 reports an effect of 0.09" in alone
    assert "Nothing can be pooled" in alone
    empty = " ".join(pages["cells/functional_capacity_post_all.html"][1].text.split())
    assert "No estimate: No row of trials.csv gives an effect here. What is said" in empty
    assert "direction of the test" in empty
    assert "All of this is borrowed" in empty


def test_doubts_conversions_and_other_trials_stand_on_the_page_of_their_cell(pages):
    text = " ".join(pages["cells/global_functioning_post_all.html"][1].text.split())
    assert "GRIM doubt" in text
    assert "SE to SD" in text
    assert "Popova 2014 (CE)" in text
    assert "Without influential trials" in text
    assert "The sampling covariance V was used" in text
    assert "REML with Knapp–Hartung" in text


def test_judgements_stand_beside_each_trial_and_are_weighed_in_each_cell(pages, analysis):
    """The share of a statement is the weight of the trials of which it is made."""
    cell = next(one for one in analysis.cells if one.slug == "global_functioning_post_all")
    stated = analysis.review.assessment.table["assessors_masked"]
    weights = cell.twin.weights()
    mass = weights[[stated[label] == "yes" for label in weights.index]].sum() / weights.sum()
    assert 0.05 < mass < 0.95
    page = pages["cells/global_functioning_post_all.html"][1]
    assert f"{100 * mass:.0f} %" in page.text[page.text.index("Share of the evidence") :]
    assert b"assessors masked" in cell.pictures["forest"].svg
    whole = pages["index.html"][1].text
    assert "each trial counts the same; the page of a cell weighs its own" in whole
    study = analysis.review.estimates.drop_duplicates("label").set_index("label")["study"]
    masked = (stated == "yes").groupby(study.reindex(stated.index)).mean()
    assert len(masked) < len(stated)
    assert analysis.judged_shares.loc["assessors_masked", "yes"] == pytest.approx(masked.mean())


def test_every_number_of_estimates_is_one(pages):
    """A count from a table of numbers and texts is a numpy integer, and no dash."""
    for name, (_, page) in pages.items():
        assert "k = –" not in " ".join(page.text.split()), name


def test_in_short_says_which_answers_other_trials_take_back(analysis):
    """Global functioning is above 0 whichever trials go; were it not, its numbers would say so."""
    slug = "global_functioning_post_all"
    place = next(i for i, one in enumerate(analysis.cells) if one.slug == slug)
    own = analysis.cells[place]
    gone = own.variants["left_out"].astype(bool)
    assert (own.variants.loc[gone, "p_gt_0"] > 0.975).all()
    assert analysis.table.iloc[place]["p_gt_0"] > 0.975
    short = " ".join(InShort().render(analysis).split())
    kept = f'that probability is reached for <a href="cells/{slug}.html">'
    assert kept in short
    assert "it is not reached:" not in short
    assert 'no effect can be had: <a href="cells/functional_capacity_post_all.html">' in short

    doubtful = replace(own, variants=own.variants.assign(p_gt_0=0.97))
    cells = (*analysis.cells[:place], doubtful, *analysis.cells[place + 1 :])
    short = " ".join(InShort().render(replace(analysis, cells=cells)).split())
    assert kept not in short
    row = own.variants[gone].iloc[0]
    told = f"“{row.name}” ({row['estimate']:.2f}, {row['lower']:.2f} to {row['upper']:.2f}, k = "
    assert "it is not reached:" in short
    assert told in short


def test_what_the_checks_find_and_what_cells_mix_stands_on_the_pages(pages, analysis):
    """Shimada 2018 prints a mean of 50.493 for 63 people: 3 181.06 points in all."""
    told = "mean2 = 50.493 (row 51): no 63 whole numbers have this mean"
    for name in ("index.html", "cells/global_functioning_post_all.html"):
        assert told in " ".join(pages[name][1].text.split())
    assert told not in " ".join(pages["cells/hope_post_all.html"][1].text.split())
    table = analysis.review.estimates
    whole = " ".join(pages["index.html"][1].text.split())
    assert f"{table['intervention_type'].nunique()} kinds of intervention" in whole
    weeks = table.loc[table["timepoint"] == "post", "weeks"].dropna()
    assert f"post: {weeks.min():g} to {weeks.max():g} weeks" in whole


def test_rules_of_dependence_are_told_with_their_reasons(pages, review):
    text = " ".join(pages["index.html"][1].text.split())
    for one in review.dependence:
        assert " ".join(one.reason.split()) in text
    assert "differ in `outcome` correlate 0.5" in text
    assert "Within single cells this concerns global functioning, post, all" in text


def test_joint_models_stand_side_by_side_with_their_second_questions(pages, folder, analysis):
    text = " ".join(pages["index.html"][1].text.split())
    assert "Correlations alone lend. Fitted to 12 estimates (post, all)." in text
    for told in ("ρ = 0.2", "CHE + CR2", "rho sampling", "never did", "Bayes factor"):
        assert told in text
    name = "joint_correlated_outcomes"
    tables = {key: pd.read_csv(folder / "tables" / f"{name}{key}.csv") for key in TABLES}
    assert set(tables[""]["time"]) == {"post"}
    assert set(tables["_rho"]["rho"]) == {0.2}
    lent = tables["_borrowing"].set_index("outcome")
    shares = tables["_weights"].set_index("study").sum() + lent["prior"]
    np.testing.assert_allclose(shares, 1.0, atol=1e-9)
    assert (lent["borrowed"] > 0.0).all()
    assert lent.loc["hope", "elsewhere"] > 0.01
    assert f"{100 * lent.loc['hope', 'borrowed']:.0f} %" in text
    one = next(cell for cell in analysis.cells if cell.answered.cell.key[1] == "follow-up")
    assert list(one.joint.index) == [analysis.joined[0].title]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_figures_are_the_same_bytes_whoever_draws_them(analysis, monkeypatch):
    two = next(cell for cell in analysis.cells if cell.answered.k == 2)
    bare = replace(analysis.review, assessment=NO_ASSESSMENT)
    few = replace(analysis, review=bare, cells=(two,))
    monkeypatch.setattr(side_by_side, "_cores", lambda: 2)
    monkeypatch.setattr(side_by_side, "may_fork", lambda: True)
    shared = drawn(few)
    monkeypatch.setattr(side_by_side, "_cores", lambda: 1)
    alone = drawn(few)
    assert {slug: set(of) for slug, of in shared.items()} == {s: set(of) for s, of in alone.items()}
    for slug, of in alone.items():
        for name, picture in of.items():
            other = shared[slug][name]
            assert (other.svg, other.inline) == (picture.svg, picture.inline), name
            assert other.png() == picture.png(), name


def test_the_files_beside_the_pages_are_complete(folder, review):
    told = json.loads((folder / "provenance.json").read_text("utf-8"))
    assert set(told["files"]) | {"provenance.json"} == set(files_of(folder))
    found = json.loads((folder / "summary.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert found["schema"] == "consilience.grid/1"
    assert len(found["cells"]) == 7
    assert found["not_converged"] == {}
    figures = {path.name for path in (folder / "figures").iterdir()}
    assert {"outcome_matrix.svg", "outcome_matrix.png"} <= figures
    pairs = pd.read_csv(folder / "tables" / "covariance.csv")
    effects = review.effects
    i, j = (effects.labels.index(pairs.iloc[0][name]) for name in ("first", "second"))
    whole = effects.shared.dense(effects.v)
    assert pairs.iloc[0]["covariance"] == pytest.approx(whole[i, j])
    assert len(pairs) == (np.count_nonzero(whole) - effects.k) / 2


@pytest.mark.parametrize("registry", [matrix, cells])
def test_a_section_is_listed_under_its_own_name_and_once(registry):
    assert [section.name for section in registry.ORDER] == list(registry.REGISTRY)
    titles = [section.title for section in registry.ORDER]
    assert len(set(titles)) == len(titles)
