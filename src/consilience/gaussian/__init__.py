"""The shapes in which components state their share of a model.

Most models of this field are Gaussian given a few hyperparameters φ:

    y | β, φ ~ N(o + W β, V + H(φ)),    βⱼ | φ ~ N(bⱼ, (sⱼ φ₍ⱼ₎)²),

where the columns of W come from the overall mean, the terms and the bias, o is what is known to
shift the effects, and H(φ) is the scatter of true effects. A component gives its columns as a
`Block` and its scatter as a `Scatter`; an engine adds them up. A `Population` is a scatter that is
normal only given a component of a mixture. `Errors` are V, whose blocks are the estimates that
share participants; `Ties` are covariances that depend on hyperparameters, of true effects or of
errors, and `Bonds` the blocks that come of both; `Joint` is what V and H come to at known
hyperparameters. Nothing here knows an engine.
"""

from consilience.gaussian.blocks import (
    CORRELATION,
    POSITIVE,
    REAL,
    UNIT,
    Array,
    Block,
    Hyper,
    Point,
    Rows,
)
from consilience.gaussian.bonds import Bonds, inverse
from consilience.gaussian.covariances import counted, refuse_singular, split
from consilience.gaussian.curve import STRAIGHT, Curve, Straight
from consilience.gaussian.errors import Errors
from consilience.gaussian.heavy import scale_mixture
from consilience.gaussian.joint import Joint
from consilience.gaussian.newcomers import draw, tied_to
from consilience.gaussian.population import Components, Population, normal_log_density
from consilience.gaussian.scatter import STILL, Scatter, Still, shrinkage
from consilience.gaussian.ties import UNTIED, Correlation, Nesting, Outcomes, Tie, Ties

__all__ = [
    "CORRELATION",
    "POSITIVE",
    "REAL",
    "STILL",
    "STRAIGHT",
    "UNIT",
    "UNTIED",
    "Array",
    "Block",
    "Bonds",
    "Components",
    "Correlation",
    "Curve",
    "Errors",
    "Hyper",
    "Joint",
    "Nesting",
    "Outcomes",
    "Point",
    "Population",
    "Rows",
    "Scatter",
    "Still",
    "Straight",
    "Tie",
    "Ties",
    "counted",
    "draw",
    "inverse",
    "normal_log_density",
    "refuse_singular",
    "scale_mixture",
    "shrinkage",
    "split",
    "tied_to",
]
