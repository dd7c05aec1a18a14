"""Figures as a part of the page: no prolog, no metadata, ids of their own, nothing to fetch."""

import re
from xml.etree import ElementTree

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_DROPPED = ("metadata", "title", "desc")


def inline(svg: bytes, name: str) -> str:
    """Make a figure's SVG file a part of an HTML page.

    Parameters
    ----------
    svg : bytes
        The file as matplotlib writes it.
    name : str
        Put before every id, so that several figures can stand on one page.

    Returns
    -------
    str
        One ``<svg>`` element that scales with its container. It is hidden from screen readers:
        the ``<figure>`` around it says in words what is to be seen.
    """
    root = ElementTree.fromstring(svg)
    _simplify(root, prefix=f"{name}-")
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update({"id": name, "viewBox": box, "aria-hidden": "true", "focusable": "false"})
    width, height = (float(side) for side in box.split()[2:])
    root.attrib["style"] = f"aspect-ratio: {width:g} / {height:g}; max-width: {width / 0.6:.0f}px"
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _simplify(element: ElementTree.Element, prefix: str) -> None:
    """Strip namespaces and metadata, and give all ids a prefix, as pages hold many figures."""
    element.tag = _plain(element.tag)
    changed = {_plain(key): _renamed(key, value, prefix) for key, value in element.attrib.items()}
    element.attrib.clear()
    element.attrib.update(changed)
    if element.tag == "style" and element.text:
        # A rule for every element would hold for the whole page.
        element.text = element.text.replace("*{", f"#{prefix.removesuffix('-')} *{{")
    for child in list(element):
        if _plain(child.tag) in _DROPPED:
            element.remove(child)
        else:
            _simplify(child, prefix)


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


def _renamed(key: str, value: str, prefix: str) -> str:
    if key == "id":
        return f"{prefix}{value}"
    if _plain(key) == "href" and value.startswith("#"):
        return f"#{prefix}{value[1:]}"
    return _REFERENCE.sub(rf"url(#{prefix}\1)", value)
