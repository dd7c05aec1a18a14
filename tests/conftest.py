"""What every test relies on: no screen, no clock in Hypothesis, the same examples each time.

And how two workers share the tests (`--dist loadgroup --no-loadscope-reorder`): a file stays whole,
because its fixtures are made once; so does a room whose files share what is dear to make; and what
takes longest comes first, so that no worker is left alone with it at the end.
"""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

HERE = Path(__file__).parent
OUTLYING = (
    "heterogeneity/test_student_t.py",
    "prior_map/test_reweighted.py",
    "questions/test_influence.py",
)
"""They ask the fit of tests/outlying.py."""
# The pages that a browser opens are those that the command line and the tests of the report write.
WHOLE = {
    **dict.fromkeys(("report", "browser", "cli/test_report.py"), "report"),
    **dict.fromkeys(OUTLYING, "outlying"),
}
LONGEST = (
    "report",
    "contracts/test_new_models.py",
    "classical/test_small_study_recovery.py",
    "plots/test_contract.py",
    "outlying",
    "classical/test_glmm.py",
    "calibration/test_models.py",
    "engines/test_batched.py",
    "classical/test_small_study_selection.py",
    "classical/test_reference_table.py",
    "engines/test_exact_accuracy.py",
    "contracts/test_models.py",
    "contracts/test_product.py",
    "engines/test_exact_brute_three.py",
    "cli/test_answers.py",
    "classical/test_multilevel_optimum.py",
    "classical/test_multilevel_reference.py",
    "calibration/test_quarters.py",
    "calibration/test_sampled.py",
    "engines/test_nuts_ladder.py",
    "test_archive.py",
    "contracts/test_sections.py",
    "contracts/test_forms.py",
)


def pytest_collection_finish() -> None:
    """What is collected stays: no search for garbage need walk over it again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: place for place, name in enumerate(LONGEST)}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group(item)))
    items.sort(key=lambda item: ranks.get(group(item), len(LONGEST)))


def group(item: pytest.Item) -> str:
    place = item.path.relative_to(HERE)
    return WHOLE.get(place.parts[0]) or WHOLE.get(place.as_posix()) or place.as_posix()


TYPED = """
import sys
from consilience.cli import main
sys.argv = ["consilience", "report", "data/smi_functioning", "--to", sys.argv[1]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
loaded = {"pymc", "pytensor", "nutpie", "arviz"} & set(sys.modules)
assert not loaded, loaded
"""


class Typed(NamedTuple):
    """The folder that a report was written to, how the command ended, and after how long."""

    folder: Path
    found: subprocess.CompletedProcess[str]
    seconds: float


@pytest.fixture(scope="session")
def typed_report(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    """The main job as a new user types it, in a process of its own, once for all who look at it."""
    target = tmp_path_factory.mktemp("report") / "smi"
    env = {"PYTHONPATH": str(HERE.parent / "src"), "PATH": "", "HOME": str(target.parent)}
    words = [sys.executable, "-W", "error", "-c", TYPED, str(target)]
    start = time.perf_counter()
    found = subprocess.run(
        words, capture_output=True, check=False, cwd=HERE.parent, env=env, text=True
    )
    return Typed(target, found, time.perf_counter() - start)
