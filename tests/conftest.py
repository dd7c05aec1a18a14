"""What every test relies on: no screen, no clock in Hypothesis, the same examples each time."""

import os

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
