"""How fast, beside what is owed and a plain reference: one row per figure, all timed in one run.

python benchmarks/run.py                 every module that has rows
python benchmarks/run.py posteriors      those of one module
"""

import argparse
import logging
from importlib import import_module
from importlib.util import find_spec

from figure import heading

MODULES = ("posteriors", "dependent", "counted", "evidence", "classical", "programs")
"""Modules of this folder with rows, in order: each exposes ``FIGURES``."""


def main() -> None:
    """Print the table, each row as soon as it is known."""
    known = [name for name in MODULES if find_spec(name)]
    parser = argparse.ArgumentParser(description="Time the library.")
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(known)}; all if left out")
    asked = parser.parse_args().modules or known
    if not set(asked) <= set(known):
        parser.error(f"the modules with rows are {', '.join(known)}")
    logging.disable(logging.WARNING)
    print(heading())
    for name in asked:
        for figure in import_module(name).FIGURES:
            print(figure().row(), flush=True)


if __name__ == "__main__":
    main()
