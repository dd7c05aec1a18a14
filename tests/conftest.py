"""What every test relies on: no screen, no clock in Hypothesis, the same examples each time.

And how two workers share the tests (`--dist loadscope --no-loadscope-reorder`): a file stays whole,
because its fixtures are made once; so does a room whose files share what is dear to make; and what
takes longest comes first, so that no worker is left alone with it at the end.
"""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple, final

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

os.environ.setdefault("MPLBACKEND", "Agg")
# The workers share the processors already: threads of BLAS on small matrices only wait for another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# PyTensor else notes for every node of every graph in which line it was made.
os.environ.setdefault("PYTENSOR_FLAGS", "traceback__limit=0")

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

HERE = Path(__file__).parent
OUTLYING = (
    "heterogeneity/test_student_t.py",
    "prior_map/test_reweighted.py",
    "questions/test_influence.py",
)
"""They ask the fit of tests/outlying.py."""
BATCHED = ("engines/test_batched.py", "test_many.py")
"""They need the loop of the batched engine, which takes long to compile for the first time."""
# The pages that a browser opens are those that the command line and the tests of the report write.
WHOLE = {
    **dict.fromkeys(("report", "browser", "cli/test_report.py"), "report"),
    **dict.fromkeys(OUTLYING, "outlying"),
    **dict.fromkeys(BATCHED, "batched"),
}
LONGEST = (
    "report",
    "plots/test_contract.py",
    "contracts/test_new_models.py",
    "classical/test_glmm.py",
    "contracts/test_product.py",
    "classical/test_reference_table.py",
    "engines/test_blocks_nuts.py",
    "outlying",
    "calibration/test_published.py",
    "contracts/test_models.py",
    "batched",
    "engines/test_exact_accuracy.py",
    "engines/test_nuts_ladder.py",
    "engines/test_integrated.py",
    "engines/test_exact_brute_three.py",
    "classical/test_multilevel_optimum.py",
    "contracts/test_sections.py",
    "grid/test_bad_input.py",
    "classical/test_small_study_recovery.py",
    "plots/test_forest.py",
    "cli/test_answers.py",
    "classical/test_reference_scale.py",
    "classical/test_small_study_selection.py",
    "classical/test_metareg.py",
    "test_review.py",
    "engines/test_counts_metafor.py",
    "engines/test_blocks_exact.py",
    "classical/test_scale_structures.py",
    "classical/test_glmm_offsets.py",
    "calibration/test_models.py",
    "engines/test_exact_strata.py",
    "classical/test_multilevel_reference.py",
    "grid/test_answers.py",
    "contracts/test_calibrated.py",
    "bias/test_selection.py",
    "dependence/test_loads.py",
)
"""None of the others takes ten seconds."""


def pytest_collection_finish() -> None:
    """What is collected stays: no search for garbage need walk over it again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(group(item.nodeid), len(LONGEST)))


@final
class Shared(LoadScopeScheduling):
    """What belongs together goes to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shared:
    return Shared(config, log)


def group(nodeid: str) -> str:
    file = nodeid.partition("::")[0].removeprefix("tests/")
    return WHOLE.get(file.partition("/")[0]) or WHOLE.get(file) or file


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
    env["OPENBLAS_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"]
    words = [sys.executable, "-W", "error", "-c", TYPED, str(target)]
    start = time.perf_counter()
    found = subprocess.run(
        words, capture_output=True, check=False, cwd=HERE.parent, env=env, text=True
    )
    return Typed(target, found, time.perf_counter() - start)
