"""Every tool against its published form: domains, words, signs and colours."""

import json
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from consilience.errors import ModelError
from consilience.risk_of_bias import NOT_STATED, Judgement, Level, palettes, tools

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "risk_of_bias_tools.json").read_text("utf-8")
)
# The codes are R's plotting characters; the typographic forms of "-" and "x" are the same signs.
SIGNS = {43: "+", 45: "\N{MINUS SIGN}", 120: "\N{MULTIPLICATION SIGN}", 33: "!", 63: "?", 32: ""}
RESERVED = "Low (except for concerns about uncontrolled confounding)"
PUBLISHED = [name for name in tools.REGISTRY if name != "custom"]
each_tool = pytest.mark.parametrize("name", PUBLISHED)


def test_every_tool_of_the_registry_has_a_reference_and_its_own_name() -> None:
    assert set(PUBLISHED) == set(REFERENCE["tools"])
    assert all(kind.name == name for name, kind in tools.REGISTRY.items())
    assert all(kind.name == name for name, kind in palettes.REGISTRY.items())


@each_tool
def test_its_domains_are_those_of_the_published_tool_in_their_order(name: str) -> None:
    tool = tools.get(name)
    assert [[each.key, each.title] for each in tool.domains] == REFERENCE["tools"][name]["domains"]
    assert tool.source.startswith(("10.", "https://www.riskofbias.info/"))


@each_tool
def test_its_words_and_signs_are_those_of_the_published_tool(name: str) -> None:
    tool, published = tools.get(name), REFERENCE["tools"][name]["words"]
    found = {one.word: one.symbol for one in tool.judgements if one.word != RESERVED}
    assert found == {word: SIGNS[code] for word, code in published.items()}
    assert [one.word for one in tool.judgements if one.word != RESERVED] == list(published)


@each_tool
def test_only_confounding_and_the_whole_are_low_with_a_reservation(name: str) -> None:
    tool = tools.get(name)
    reserved = [
        each.key
        for each in (*tool.domains, tool.overall)
        if any(one.word == RESERVED for one in each.judgements)
    ]
    assert reserved == (["D1", "Overall"] if name in ("ROBINS-I V2", "ROBINS-E") else [])


@each_tool
def test_a_design_with_a_domain_of_its_own_alone_knows_what_does_not_apply(name: str) -> None:
    tool, special = tools.get(name), {"RoB 2 cluster": ["D1b"], "RoB 2 crossover": ["DS"]}
    free = [each.key for each in tool.domains if each.read("Not applicable")]
    assert free == special.get(name, [])


@pytest.mark.parametrize("palette", palettes.REGISTRY)
def test_colours_are_those_of_robvis(palette: str) -> None:
    held = palettes.get(palette).colours
    for level, colour in REFERENCE["colours"][palette].items():
        assert held[Level(level)] == colour
    assert set(held) == set(Level)


@pytest.mark.parametrize("palette", palettes.REGISTRY)
@each_tool
def test_a_sign_says_what_the_colour_says_and_is_seen_on_it(name: str, palette: str) -> None:
    tool, colours = tools.get(name), palettes.get(palette)
    said = (*tool.judgements, NOT_STATED)
    for one, other in combinations(said, 2):
        assert one.symbol != other.symbol, (one, other)
    for one in said:
        # WCAG 2.2, 1.4.3, level AA.
        assert contrast(colours.face(one), colours.ink(one)) >= 4.5, one


@pytest.mark.parametrize("palette", palettes.REGISTRY)
def test_the_graver_the_darker_where_colours_are_for_all_eyes(palette: str) -> None:
    grave = (Level.LOW, Level.QUALIFIED, Level.CONCERNS, Level.HIGH, Level.CRITICAL)
    light = [luminance(palettes.get(palette).colours[level]) for level in grave]
    if palette == "colour-blind":
        assert light == sorted(light, reverse=True)
        assert min(a - b for a, b in pairwise(light)) > 0.05


def test_an_unknown_tool_or_palette_lists_the_known_ones() -> None:
    with pytest.raises(ModelError, match="ROBINS-I V2"):
        tools.get("ROB9")
    with pytest.raises(ModelError, match="colour-blind"):
        palettes.get("rainbow")


YES, NO = Judgement("yes", "Y", Level.LOW), Judgement("no", "N", Level.HIGH)
COLUMN = (("masked", "Assessors masked"),)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"columns": (), "words": (YES,)}, "at least one domain"),
        ({"columns": COLUMN, "words": ()}, "at least one word"),
        ({"columns": COLUMN * 2, "words": (YES, NO)}, "domain twice.*'masked'"),
        ({"columns": COLUMN, "words": (YES, Judgement("YES", "y", Level.LOW))}, "'yes'"),
        ({"columns": COLUMN, "words": (YES, Judgement("no", "Y", Level.LOW))}, "sign twice.*'Y'"),
        ({"columns": COLUMN, "words": (Judgement("yes", "", Level.LOW),)}, "without a name"),
        ({"columns": COLUMN, "words": (Judgement("yes", "yeah", Level.LOW),)}, "one to three"),
        ({"columns": COLUMN, "words": (Judgement("y", "Y", Level.LOW, "red"),)}, "'red'"),
        ({"columns": COLUMN, "words": (Judgement("Not stated", "-", Level.LOW),)}, "not stated"),
        ({"columns": tuple((f"c{n}", "t") for n in range(13)), "words": (YES,)}, "at most 12"),
    ],
)
def test_a_tool_of_ones_own_is_refused_where_its_parts_cannot_be_told_apart(given, told) -> None:
    with pytest.raises(ModelError, match=told):
        tools.Custom(**given)


def test_only_what_does_not_apply_may_go_without_a_sign() -> None:
    free = Judgement("n. a.", "", Level.NOT_APPLICABLE)
    assert tools.Custom(COLUMN, (YES, free)).overall.read("N. A.") == (free,)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance, written from the definition."""
    total = 0.0
    for share, place in ((0.2126, 1), (0.7152, 3), (0.0722, 5)):
        part = int(colour[place : place + 2], 16) / 255
        total += share * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return total


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
