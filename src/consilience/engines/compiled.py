"""How functions are compiled: see `consilience.compiled`, where likelihoods reach it as well."""

from consilience.compiled import CACHE_KEY_ONLY, exact, inlined, kept, stamp, summing

__all__ = ["CACHE_KEY_ONLY", "exact", "inlined", "kept", "stamp", "summing"]
