"""Multilevel and multivariate models: random effects nested, crossed or structured."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["components", "criteria", "freedom"],
    submod_attrs={
        "components": ["Component", "Intercept", "Known", "Nested", "get"],
        "pool": ["pool_multilevel"],
        "pooled": ["PooledMultilevel"],
        "profile": ["profile_likelihood"],
        "ratio": ["levels_ratio"],
    },
)
