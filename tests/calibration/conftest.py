"""The design and the model files on which the published calibrations were made."""

import importlib.util
import sys
from pathlib import Path

import pytest

import consilience as cs

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "benchmarks" / "calibration"


@pytest.fixture(scope="session")
def script():
    """Load a script of benchmarks/calibration as a module."""
    sys.path.insert(0, str(SCRIPTS))
    yield load
    sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="session")
def design(script):
    return script("ten_trials").ten_trials()


@pytest.fixture(scope="session")
def design_of(script, model_of):
    """The design on which a model is calibrated, by its name: REVIEW/NAME of a review's own."""
    return lambda name: script("designs").design_of(name, model_of(name))


@pytest.fixture(scope="session")
def model_of(script):
    return lambda name: cs.read_model(script("designs").file_of(name)).model


def load(name):
    spec = importlib.util.spec_from_file_location(f"calibration_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
