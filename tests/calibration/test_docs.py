"""The sources of the documentation are written without Sphinx, and hold what they promise."""

import importlib.util
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from scipy import stats
from tests.across import across

import consilience as cs
from consilience import priors

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((*(ROOT / "models").glob("*.toml"), *(ROOT / "data").glob("*/models/*.toml")))
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def load(name):
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(ROOT / "docs"))
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs") / "source"
    load("generate").generate(folder)
    return folder


@across("file", FILES)
def test_every_model_has_a_page(file, site):
    """Those that only one review has bear its name."""
    name = "-".join(file.relative_to(ROOT).with_suffix("").parts[1:]).replace("models-", "")
    page = (site / "models" / f"{name}.md").read_text(encoding="utf-8")
    declared = cs.read_model(file)
    for text in (declared.title, declared.equation, declared.when, "## Calibration"):
        assert text in page
    for reason in declared.reasons:
        assert reason.slot in page
        assert reason.source[:25].replace("_", r"\_") in page
    picture = ElementTree.fromstring((site / "models" / f"{name}-ranks.svg").read_text("utf-8"))
    assert picture.tag.endswith("svg")
    assert f"({name}-ranks.svg)" in page


def test_no_link_leads_nowhere_or_away(site):
    for page in site.rglob("*.md"):
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in LINK.findall(text):
            assert not target.startswith("http"), (page.name, target)
            assert (page.parent / target).exists(), (page.name, target)


def test_every_page_is_in_the_contents(site):
    index = (site / "index.md").read_text(encoding="utf-8")
    listed = re.search(r"```\{toctree\}(.*?)```", index, re.DOTALL).group(1).split()
    assert {page.stem for page in site.glob("*.md")} - {"index"} <= set(listed)


def test_tables_have_as_many_cells_in_every_row(site):
    for page in site.rglob("*.md"):
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", row)) for row in block.strip().splitlines()}
            assert len(widths) == 1, (page.name, block[:200])


def test_the_script_is_that_of_the_readme(site):
    script = (ROOT / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    assert script.strip() in (site / "index.md").read_text(encoding="utf-8")


def test_every_prior_stands_on_its_page(site):
    page = (site / "priors.md").read_text(encoding="utf-8")
    for name in priors.REGISTRY:
        assert f"| `{name}` |" in page
    for name in priors.catalogue.table().index:
        assert f"| `{name}` |" in page


def test_the_coverage_page_shows_every_cell(site):
    page = (site / "coverage.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| \d+ \| \d\.\d \|", page, re.MULTILINE)) == 25


def test_the_classical_answers_are_as_near_to_metafor_as_the_page_says():
    table = load("accuracy_tables").classical()
    assert len(table) >= 12
    assert table["largest difference"].max() < 1e-4


@pytest.mark.parametrize(("count", "bins"), [(20, 20), (500, 20), (10_000, 20)])
def test_the_grey_band_is_the_binomial_one(count, bins):
    found = load("pictures").band(count, bins)
    wanted = stats.binom.ppf([0.005, 0.995], count, 1 / bins)
    assert found == tuple(wanted.astype(int))
