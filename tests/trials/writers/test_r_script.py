"""The R script read back, as far as its grammar goes, and the effects that it rebuilds."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from consilience import measures
from consilience.effects import effect_sizes
from consilience.errors import ConsilienceError
from consilience.trials.writers.metafor import metafor_script

KEPT = json.loads(
    (Path(__file__).parents[2] / "reference" / "metafor_measures.json").read_text("utf-8")
)
ESCALC = {
    *("measure", "ai", "bi", "ci", "di", "n1i", "n2i", "x1i", "x2i", "t1i", "t2i", "m1i", "m2i"),
    *("sd1i", "sd2i", "xi", "mi", "ri", "ti", "fi", "pi", "sdi", "r2i", "ni", "yi", "vi", "sei"),
    *("data", "slab", "subset", "include", "add", "to", "drop00", "vtype", "var.names", "correct"),
}
"""Names of escalc's arguments, as its documentation lists them."""

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z.][A-Za-z0-9._]*)|(?P<mark><-|[(),=$\[\]*^!]))""",
    re.VERBOSE,
)
SETS = [(name, code) for name, one in KEPT["datasets"].items() for code in one["measures"]]


def tokens(script: str) -> list[tuple[str, str]]:
    """Read a script; every character must belong to a token, every comment end its line."""
    bare = re.sub(r'("(?:[^"\\]|\\.)*")|#[^\n]*', lambda hit: hit[1] or "", script)
    found, at = [], 0
    while bare[at:].strip():
        hit = TOKEN.match(bare, at)
        assert hit is not None, bare[at : at + 40]
        found.append((str(hit.lastgroup), hit[str(hit.lastgroup)]))
        at = hit.end()
    return found


def value(kind: str, text: str) -> object:
    known = {"NA": np.nan, "TRUE": True, "FALSE": False}
    if kind == "text":
        plain = re.sub(r"\\U\{([0-9A-F]+)\}", lambda hit: chr(int(hit[1], 16)), text)
        return ast.literal_eval(f'"""{plain[1:-1]} """')[:-1]
    return known[text] if kind == "name" else float(text)


def call(found: list[tuple[str, str]], name: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the arguments of the first call of a function: their names and tokens."""
    at = found.index(("name", name)) + 2
    depth, made, current = 1, [], []
    while depth:
        kind, text = found[at]
        depth += (text == "(" and kind == "mark") - (text == ")" and kind == "mark")
        if (depth == 1 and (kind, text) == ("mark", ",")) or not depth:
            made.append((current[0][1], current[2:]))
            current = []
        else:
            current.append((kind, text))
        at += 1
    return made


def frame(found: list[tuple[str, str]]) -> pd.DataFrame:
    columns = {}
    for name, body in call(found, "data.frame"):
        if name != "stringsAsFactors":
            assert body[:2] == [("name", "c"), ("mark", "(")]
            columns[name] = [value(*each) for each in body[2:-1] if each != ("mark", ",")]
    assert len({len(each) for each in columns.values()}) == 1
    return pd.DataFrame(columns)


def table(name: str) -> pd.DataFrame:
    columns = KEPT["datasets"][name]["input"]
    whole = pd.DataFrame({n: v for n, v in columns.items() if isinstance(v, list)}).astype(float)
    return whole.assign(study=[f"Study {i} é" for i in range(len(whole))]).dropna()


@pytest.mark.parametrize(("name", "code"), SETS)
def test_the_script_of_real_data_rebuilds_the_effects(name: str, code: str) -> None:
    """Read back as R would: the arguments are escalc's, and they give what the script expects."""
    data = table(name)
    try:
        effects = effect_sizes(data, code)
    except ConsilienceError:  # rows that have no such effect are refused before anything is written
        assert not np.isfinite(measures.get(code).compute(data)[0]).all()
        return
    found = tokens(metafor_script(effects))
    dat = frame(found)
    assert dat["study"].tolist() == data["study"].tolist()
    assert not dat["converted"].any()
    given = dict(call(found, "escalc"))
    assert set(given) <= ESCALC
    settings = {
        n: value(*given[n][0]) for n in ("vtype", "correct", "add", "to", "drop00") if n in given
    }
    columns = {n for n, body in given.items() if body == [("name", n)]}
    y, v = measures.get(str(value(*given["measure"][0])), **settings).compute(dat[sorted(columns)])
    np.testing.assert_array_equal(dat["turned"] * y, dat["expected_yi"])
    np.testing.assert_array_equal(v, dat["expected_vi"])
    np.testing.assert_array_equal(dat["expected_yi"], effects.y)


@pytest.mark.parametrize("settings", [{"vtype": "UB"}, {"vtype": "AV", "correct": False}])
def test_settings_are_written_as_r_reads_them(settings: dict) -> None:
    effects = effect_sizes(table("normand1999"), measures.get("SMD", **settings))
    given = dict(call(tokens(metafor_script(effects)), "escalc"))
    assert {name: value(*given[name][0]) for name in settings} == settings


@pytest.mark.parametrize(
    ("code", "settings"), [("SMDH", {"vtype": "3.8"}), ("CVR", {"correct": "3.8"})]
)
def test_forms_that_metafor_no_longer_has_are_written_as_numbers(code: str, settings: dict) -> None:
    """Its escalc would stop at vtype = "3.8"."""
    effects = effect_sizes(table("curtis1998"), measures.get(code, **settings))
    script = metafor_script(effects)
    assert "escalc(" not in script.replace("escalc's", "")
    assert "3.8" not in [text for kind, text in tokens(script) if kind == "text"]
    assert frame(tokens(script))["converted"].all()


def test_texts_survive_r_quoting() -> None:
    names = ['"); system("id") #', "back\\slash", "new\nline", "é\u202e", "it's", "{a}", "NA"]
    data = pd.DataFrame({"study": names, "yi": 0.1, "vi": 0.01})
    assert frame(tokens(metafor_script(effect_sizes(data, "GEN"))))["study"].tolist() == names
