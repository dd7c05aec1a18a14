"""docs/coming_from_metafor.md names every function and argument of metafor, mapped or refused."""

import json
import re
from pathlib import Path

from tests.across import across

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "coming_from_metafor.md").read_text(encoding="utf-8")
KNOWN = json.loads((ROOT / "tests/reference/metafor_functions.json").read_text(encoding="utf-8"))
# What stands in code in the left column of a table.
LEFT = [row.split("|")[1] if "\\|" not in row else row for row in PAGE.splitlines()
        if row.startswith("| ")]  # fmt: skip
CODE = " ".join(code for row in LEFT for code in re.findall(r"`([^`]+)`", row))


@across("name", KNOWN["functions"])
def test_every_function_is_named(name):
    assert re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", CODE)


@across(("function", "argument"), [(f, a) for f, each in KNOWN["arguments"].items() for a in each])
def test_every_argument_is_named(function, argument):
    assert re.search(rf"(?<![\w.]){re.escape(argument)}(?![\w.])", CODE), function


def test_every_row_says_something():
    rows = [row for row in PAGE.splitlines() if row.startswith("| `")]
    assert len(rows) > 100
    assert all(row.rstrip("| ").split("| ")[-1].strip() for row in rows)
