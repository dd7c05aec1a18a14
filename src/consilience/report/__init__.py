"""The report: everything that a review's analysis says, on one page and in files beside it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "analysis": ["Analysis", "analyse"],
        "sections": ["Section"],
        "writing": ["page", "report"],
    },
)
