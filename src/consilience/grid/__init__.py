"""A grid of analyses: one question after another over outcomes, times and populations."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "answers": ["Answered", "Grid"],
        "compute": ["grid"],
        "whole": ["Joint", "joint"],
    },
)
