"""Cluster-robust inference: covariances of the coefficients that do not trust the model."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["adjustments"],
    submod_attrs={"result": ["Robust"], "sandwich": ["robust"]},
)
