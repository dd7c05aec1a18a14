"""Nobody waits for a library that is not used: what an import, a help page and a fit load."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.across import across

SOURCE = Path(__file__).parents[2] / "src"
FILES = sorted((SOURCE / "consilience").rglob("*.py"))
SAMPLERS = ("nutpie", "pymc", "pytensor")
SLOW = ("arviz", "formulaic", "matplotlib", "numba", "scipy.stats", "sklearn")
TABLES = ("pandas", "xarray")
OWN = {
    "plots": "matplotlib", "batched": "numba", "compiled.py": "numba", "called.py": "numba",
    "handed.py": "nutpie",
}  # entered to use them  # fmt: skip

HELP = """
import sys
from consilience.cli import main
sys.argv = ["consilience", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
EXACT_FIT = """
import pandas as pd
import consilience as cs
table = pd.DataFrame({"study": ["A", "B", "C"], "yi": [0.1, 0.4, 0.3], "vi": [0.04, 0.02, 0.05]})
model = cs.Model(heterogeneity=cs.heterogeneity.Normal(tau=cs.priors.HalfNormal(0.5)))
cs.fit(model, cs.effect_sizes(table, "GEN"), seed=1).summary()
"""


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import consilience", (*SAMPLERS, *SLOW, *TABLES)),
        (HELP, (*SAMPLERS, *SLOW, *TABLES)),
        (EXACT_FIT, (*SAMPLERS, "matplotlib", "scipy.stats", "sklearn")),
    ],
    ids=["import", "help", "exact fit"],
)
def test_heavy_libraries_stay_unloaded(code: str, unwanted: tuple[str, ...]) -> None:
    loaded = modules_after(code)
    assert not loaded & set(unwanted), f"loaded: {sorted(loaded & set(unwanted))}"


@across("file", FILES, ids=lambda file: file.relative_to(SOURCE))
def test_heavy_libraries_are_imported_where_they_are_used(file: Path) -> None:
    own = [library for room, library in OWN.items() if room in file.parts]
    unwanted = {*SAMPLERS, *SLOW} - set(own)
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    early = [name for node in tree.body for name in imported(node) if prefixes(name) & unwanted]
    assert not early, f"{file} imports at its top: {early}"


def modules_after(code: str) -> set[str]:
    """Run code in a fresh interpreter; what it prints itself does not count."""
    report = "\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + report],
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(SOURCE), "COLUMNS": "80"},
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def prefixes(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
