"""The table of tools in the documentation says what the registry holds."""

import re
from pathlib import Path

from consilience.risk_of_bias import tools

PAGE = Path(__file__).parents[2] / "docs" / "flow_and_risk_of_bias.md"


def test_the_table_of_tools_is_that_of_the_registry() -> None:
    rows = re.findall(
        r"^\| (R[^|]+) \| (D[^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text("utf-8"), re.M
    )
    assert [name for name, *_ in rows] == [name for name in tools.REGISTRY if name != "custom"]
    for name, domains, words, source in rows:
        tool = tools.get(name)
        assert keys(domains) == [each.key for each in tool.domains]
        assert words == ", ".join(one.word for one in tool.judgements)
        assert source.removeprefix("doi:") == tool.source


def keys(written: str) -> list[str]:
    found = []
    for part in written.split(", "):
        first, _, last = part.partition("–")
        ends = range(int(first[1:]), int(last[1:]) + 1) if last else ()
        found += [f"D{n}" for n in ends] or [first]
    return found
