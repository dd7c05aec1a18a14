"""The code in the README and in the documentation: every call exists, and what is quick runs."""

import ast
import inspect
import re
import shlex
from operator import attrgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from tests.across import across

import consilience as cs
from consilience import heterogeneity, priors
from consilience.cli import build

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
HALF = heterogeneity.Normal(priors.HalfNormal(0.5))


def blocks(page):
    return BLOCK.findall(page.read_text(encoding="utf-8"))


SCRIPTS = {
    f"{page.stem} {place}": text
    for page in PAGES
    for place, (kind, text) in enumerate(blocks(page))
    if kind == "python" or (not kind and re.search(r"^\w* *=? *cs\.", text, flags=re.MULTILINE))
}
QUESTIONS = [
    line.partition("#")[0].strip()
    for kind, text in blocks(PAGES[0])
    for line in text.splitlines()
    if not kind and line.startswith("cs.")
]
COMMANDS = [
    line.partition("#")[0].strip()
    for page in PAGES
    for _, text in blocks(page)
    for line in text.splitlines()
    if line.startswith("consilience ")
]


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed(parts)) if isinstance(node, ast.Name) and node.id == "cs" else ""


@pytest.mark.parametrize("name", [name for name in SCRIPTS if "{{" not in SCRIPTS[name]])
def test_every_call_exists_and_takes_these_arguments(name):
    calls = [each for each in ast.walk(ast.parse(SCRIPTS[name])) if isinstance(each, ast.Call)]
    named = [(path, call) for call in calls if (path := dotted(call.func))]
    assert named or "cs." not in SCRIPTS[name]
    for path, call in named:
        settings = {each.arg: None for each in call.keywords if each.arg}
        inspect.signature(attrgetter(path)(cs)).bind(*call.args, **settings)


def test_a_call_that_does_not_exist_would_be_seen():
    with pytest.raises(AttributeError):
        attrgetter("plots.violin")(cs)
    with pytest.raises(TypeError):
        inspect.signature(cs.pool).bind(None, tau="REML")


@pytest.fixture(scope="module")
def named():
    """What the README's lines name, of the review that it reads or of a few invented trials."""
    rng = np.random.default_rng(1)
    real = cs.read_review(ROOT / "data" / "smi_functioning").effects
    pairs = pd.DataFrame({"study": np.repeat(list("abcdefgh"), 2), "outcome": ["x", "y"] * 8})
    pairs["estimate"] = pairs["study"] + pairs["outcome"]
    pairs = pairs.assign(yi=rng.normal(0.3, 0.2, 16), vi=0.04, measure="SMD")
    pairs["exposure"] = np.repeat(np.linspace(10.0, 80.0, 8), 2)
    several = cs.effect_sizes(pairs, "SMD")
    plain = cs.Model(mu=priors.Normal(0.0, 1.0), heterogeneity=HALF)
    joint = cs.Model(terms=(cs.terms.Linear("outcome"),), heterogeneity=HALF)
    counts = {"events1": [3, 5, 8, 2], "n1": [40, 50, 60, 30], "events2": [6, 9, 9, 7],
              "n2": [41, 50, 59, 30]}  # fmt: skip
    return {
        "cs": cs,
        "model": plain,
        "effects": real,
        "fit": cs.fit(plain, real),
        "other": cs.fit(cs.Model(mu=plain.mu, heterogeneity="Nothing"), real),
        "joint": cs.fit(joint, several),
        "several": several,
        "exposed": several.keep(np.arange(16) % 2 == 0),
        "weighted": cs.Model(bias=cs.bias.PowerWeight("comparator_type", ("TAU",))),
        "frame": pairs.assign(review=pairs["outcome"]),
        "trials": pd.DataFrame({"study": list("abcd"), **counts}),
        "pooled": cs.pool(real, "REML"),
        "regressed": cs.pool(real, "REML", moderators="comparator_type"),
    }


MEANT = {
    "outcome_borrowing": {"fit": "joint"},
    "compare_exposure": {"effects": "exposed"},
    "marginal_means": {"pooled": "regressed"},
}


@across("line", QUESTIONS)
def test_every_line_of_the_readme_runs(line, named):
    verb = re.match(r"cs\.(?:\w+\.)*(\w+)\(", line)[1]
    meant = {name: named[other] for name, other in MEANT.get(verb, {}).items()}
    assert eval(line, {}, named | meant) is not None


def test_the_numbers_of_the_readme(named):
    assert "nineteen real trials" in SCRIPTS["README 1"]
    assert named["effects"].k == 19
    assert "625 priors" in SCRIPTS["README 3"]
    assert cs.prior_map(named["fit"])["mean"].size == 625
    told = re.search(r"# (\d+) outcomes × (\d+) times × (\d+) populations", PAGES[0].read_text())
    grid = cs.read_review(ROOT / "data" / "smi_outcomes").grid
    declared = tuple(map(len, (grid.outcomes, grid.times, grid.populations)))
    assert declared == tuple(map(int, told.groups()))


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_every_command_is_understood(command):
    """Parsed as the shell would; nothing is run."""
    _, verb, *arguments = shlex.split(command)
    typer.main.get_command(build()).commands[verb].make_context(verb, arguments)
