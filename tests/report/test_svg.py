"""A figure inside a page: nothing of it leaks out, nothing outside is asked for."""

import re
from xml.etree import ElementTree

from consilience.report.svg import inline

SVG = b"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="576pt" height="288pt" viewBox="0 0 576 288" version="1.1">
<metadata><a href="http://example.org"/></metadata>
<defs><style type="text/css">*{stroke-linejoin: round}</style>
<clipPath id="c1"><path d="M0 0"/></clipPath>
<path id="m1" d="M0 0"/></defs>
<g id="figure_1"><use xlink:href="#m1" clip-path="url(#c1)" style="fill: url(#c1)"/>
<text>&lt;b&gt; &amp; {{7*7}}</text></g></svg>"""


def test_ids_and_references_are_renamed_together() -> None:
    shown = inline(SVG, "forest")
    ids = set(re.findall(r'id="([^"]+)"', shown))
    assert ids == {"forest", "forest-c1", "forest-m1", "forest-figure_1"}
    assert 'href="#forest-m1"' in shown
    assert shown.count("url(#forest-c1)") == 2


def test_prolog_metadata_and_addresses_are_gone() -> None:
    shown = inline(SVG, "forest")
    assert shown.startswith("<svg")
    assert "http" not in shown
    assert "metadata" not in shown


def test_its_style_holds_for_itself_only() -> None:
    assert "#forest *{stroke-linejoin" in inline(SVG, "forest")


def test_texts_stay_escaped() -> None:
    root = ElementTree.fromstring(inline(SVG, "forest"))
    assert root.find(".//text").text == "<b> & {{7*7}}"


def test_it_scales_with_its_container() -> None:
    root = ElementTree.fromstring(inline(SVG, "forest"))
    assert root.attrib["viewBox"] == "0 0 576 288"
    assert not {"width", "height"} & set(root.attrib)
    assert "aspect-ratio: 576 / 288" in root.attrib["style"]
