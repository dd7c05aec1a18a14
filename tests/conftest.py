"""What every test relies on: no screen, no clock in Hypothesis, the same examples each time.

And how two workers share the tests (`--dist loadgroup --no-loadscope-reorder`): a file stays whole,
because its fixtures are made once; so does a room whose files share what is dear to make; and what
takes longest comes first, so that no worker is left alone with it at the end.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")

HERE = Path(__file__).parent
WHOLE = ("report",)
LONGEST = (
    "report",
    "classical/test_small_study_recovery.py",
    "contracts/test_new_models.py",
    "plots/test_contract.py",
    "calibration/test_models.py",
    "classical/test_glmm.py",
    "engines/test_batched.py",
    "classical/test_small_study_selection.py",
    "classical/test_reference_table.py",
    "engines/test_exact_accuracy.py",
    "contracts/test_models.py",
    "contracts/test_product.py",
    "engines/test_exact_brute_three.py",
    "cli/test_report.py",
    "cli/test_answers.py",
    "browser/test_report.py",
    "classical/test_multilevel_optimum.py",
    "classical/test_multilevel_reference.py",
    "calibration/test_quarters.py",
    "calibration/test_sampled.py",
    "engines/test_nuts_ladder.py",
    "test_archive.py",
    "contracts/test_sections.py",
    "contracts/test_forms.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: place for place, name in enumerate(LONGEST)}
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group(item)))
    items.sort(key=lambda item: ranks.get(group(item), len(LONGEST)))


def group(item: pytest.Item) -> str:
    place = item.path.relative_to(HERE)
    return place.parts[0] if place.parts[0] in WHOLE else place.as_posix()
