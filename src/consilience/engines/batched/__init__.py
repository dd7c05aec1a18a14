"""The batched exact engine: one model, many data sets, one pass.

It does what `exact` does for random effects and a common effect, in functions that numba compiles.
From the inside out: `vector` and `compiled` the elementary functions, `prior` and `integrand` what
is integrated, `search` the bracket, `rule` the quadrature, `mixture` and `heterogeneity` the
quantiles, `kernel` one posterior after the other, `engine` what stands around that loop; `reading`
what a model must be, `answers` the table. Only `reading` and `sets` can be imported without numba.
"""
