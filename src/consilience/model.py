"""The model: five slots, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Any

from consilience import bias as biases
from consilience import heterogeneity as heterogeneities
from consilience import likelihoods, priors
from consilience import terms as all_terms
from consilience.bias import Bias
from consilience.effects import Effects
from consilience.errors import ModelError, RefusalError
from consilience.gaussian import Block, Hyper
from consilience.heterogeneity import Heterogeneity
from consilience.likelihoods import Likelihood
from consilience.priors import Prior
from consilience.priors.resolved import resolved
from consilience.terms import Term

if TYPE_CHECKING:
    import numpy as np
    import pymc
    from pytensor.tensor import TensorVariable


@dataclass(frozen=True, slots=True)
class Model:
    """What is assumed about a set of trials, free of data.

    yᵢ ~ likelihood(θᵢ), θᵢ ~ heterogeneity(ηᵢ), ηᵢ = μ + Σ terms(i), seen through the bias.

    Parameters
    ----------
    mu : Prior
        Prior of μ, the expectation of the true effects at the mean row of the design, on the
        effect's scale. The default is Normal(0, 2.82) for log ratios, otherwise a Normal of half a
        unit-information SD: Normal(0, 1) for standardised mean differences.
    terms : sequence of Term
        What shifts the expectation.
    heterogeneity : Heterogeneity
        How true effects scatter.
    likelihood : Likelihood
        How estimates arise from true effects.
    bias : Bias
        What distorts the estimates.

    Each slot also takes the name of a component that needs no settings, as in
    ``Model(heterogeneity="Nothing")``.

    Raises
    ------
    ModelError
        If a slot holds something else than its component, or two terms bear the same name.
    """

    mu: Prior = field(default_factory=priors.WeaklyInformative)
    terms: tuple[Term, ...] = ()
    heterogeneity: Heterogeneity = field(default_factory=heterogeneities.Normal)
    likelihood: Likelihood = field(default_factory=likelihoods.Normal)
    bias: Bias = field(default_factory=biases.Nothing)

    def __post_init__(self) -> None:
        """Look names up and check that each slot holds its own kind."""
        terms = self.terms if isinstance(self.terms, list | tuple) else (self.terms,)
        put = object.__setattr__
        put(self, "mu", _filled("mu", self.mu, Prior))
        put(self, "terms", tuple(_filled("terms", term, Term) for term in terms))
        put(self, "heterogeneity", _filled("heterogeneity", self.heterogeneity, Heterogeneity))
        put(self, "likelihood", _filled("likelihood", self.likelihood, Likelihood))
        put(self, "bias", _filled("bias", self.bias, Bias))
        _refuse_twins(self.terms)

    def pymc(self, effects: Effects) -> "pymc.Model":
        """Write the model down for PyMC, with named coordinates and θ marginalised where it can be.

        Parameters
        ----------
        effects : Effects
            The trials.

        Returns
        -------
        pymc.Model
            An ordinary PyMC model: sample it, extend it, plot it.

        Raises
        ------
        ModelError
            As `blocks`, and if a prior needs a unit-information SD that the effects do not have.
        """
        import pymc as pm

        concrete = resolve(self, effects)
        with pm.Model(coords=_coords(concrete, effects)) as built:
            spread = concrete.heterogeneity.pymc(_predictor(concrete, effects), effects)
            seen = spread.about(concrete.bias.pymc(spread.location, effects))
            likelihood: Any = concrete.likelihood
            for term in concrete.terms:
                likelihood = term.over(effects).over(likelihood, concrete.bias)
            seen.observe(likelihood, weighed(concrete, effects))
            seen.select(concrete.bias, effects)
        return built


def blocks(model: Model, effects: Effects) -> tuple[Block, ...]:
    """Give all columns of the estimates' predictor: μ first, the terms in order, the bias.

    Raises
    ------
    ModelError
        If a name would stand twice among the answers.
    """
    parts = tuple(term.block(effects) for term in model.terms)
    own = (_level(model, parts, effects.k), *parts)
    _refuse_clashes(own)
    return (*own, *(replace(part, distorts=True) for part in model.bias.shift(effects)))


def _level(model: Model, parts: tuple[Block, ...], k: int) -> Block:
    """Give the column of mu; none where mu follows from a curve that carries the level."""
    carriers = [part for part in parts if part.curve.carries]
    if len(carriers) > 1:
        raise ModelError(
            f"Both {carriers[0].variable} and {carriers[1].variable} begin at no effect, and only "
            "one curve can. Give the other one from_zero=False."
        )
    if carriers:
        return Block("mu", ("mu",), 0.0 * _ones(k), carriers[0].prior, implied=True)
    return Block("mu", ("mu",), _ones(k), model.mu)


def refuse_bends(model: Model, verb: str) -> None:
    """Say nothing if no term of the model bends with a location.

    Raises
    ------
    RefusalError
        If one does: given its other parameters alone the model is not Gaussian.
    """
    if any(term.bends for term in model.terms):
        raise RefusalError(
            f"{verb} needs a model that is Gaussian given its standard deviations, and this one "
            "has a curve with an unknown location. Ask a model without it, or compare refits."
        )


def weighed(model: Model, effects: Effects) -> Effects:
    """Give the effects with the sampling variances that the bias lets them have.

    Raises
    ------
    RefusalError
        If the likelihood cannot let it.
    """
    v = model.bias.variance(effects)
    model.likelihood.refuse_weights(effects, v)
    return effects if v is effects.v else replace(effects, v=v)


def all_hypers(model: Model, effects: Effects) -> tuple[Hyper, ...]:
    """Give all hyperparameters: those of `gaussian_hypers`, then the locations of curves."""
    bends = (hyper for part in blocks(model, effects) for hyper in part.curve.hypers)
    return (*gaussian_hypers(model, effects), *bends)


def gaussian_hypers(
    model: Model, effects: Effects, known: tuple[Block, ...] = ()
) -> tuple[Hyper, ...]:
    """Give what a Gaussian form is given: of the scatter, the likelihood, the blocks' scales."""
    scales = (hyper for part in known or blocks(model, effects) for hyper in part.scales)
    scatter = model.heterogeneity.population(effects)
    return (*scatter.hypers, *model.likelihood.hypers(effects), *scales)


def variable_names(model: Model, effects: Effects) -> tuple[str, ...]:
    """Name each term's coefficients in PyMC: its block's variable, numbered where it repeats."""
    names = [term.block(effects).variable for term in model.terms]
    return tuple(
        f"{name}_{names[: place + 1].count(name)}" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    )


def coefficient_names(model: Model, effects: Effects) -> tuple[str, ...]:
    """Name the coefficients of every block of `blocks` in PyMC."""
    return ("mu", *variable_names(model, effects), *model.bias.names(effects))


def resolve(model: Model, effects: Effects) -> Model:
    """Make priors that are stated relative to the effects concrete for these effects.

    Raises
    ------
    ModelError
        If a prior needs a unit-information SD that the effects do not have.
    """
    measure = effects.measure
    ratio = measure.scale == "log" and measure.null == 0.0  # that of one group is nan
    return resolved(model, priors.Context(effects.unit_sd(), effects.v, ratio))


def _predictor(model: Model, effects: Effects) -> "TensorVariable":
    """Write μ + Σ terms(i) for PyMC; where a curve carries the level there is no μ beside it."""
    import pytensor.tensor as pt

    carried = any(part.implied for part in blocks(model, effects))
    predictor = pt.zeros(effects.k) if carried else model.mu.pymc("mu") * pt.ones(effects.k)
    for term, name in zip(model.terms, variable_names(model, effects), strict=True):
        predictor += term.pymc(effects, name)
    return predictor


def _coords(model: Model, effects: Effects) -> dict[str, list[str]]:
    """Name the dimensions of the PyMC model; estimates without weight are not observed."""
    counted = zip(effects.labels, weighed(model, effects).v, strict=True)
    found = {"estimate": [label for label, v in counted if v < inf]}
    parts = blocks(model, effects)
    for block, name in zip(parts[1:], coefficient_names(model, effects)[1:], strict=True):
        found[f"{name}_coef" if block.variable == "beta" else f"{name}_level"] = list(block.labels)
    for hyper in all_hypers(model, effects):
        if hyper.variable != hyper.name:
            found.setdefault(f"{hyper.variable}_level", []).append(hyper.name)
    return found


_LOOKUPS: Mapping[type, object] = {
    Prior: priors.get,
    Term: all_terms.get,
    Heterogeneity: heterogeneities.get,
    Likelihood: likelihoods.get,
    Bias: biases.get,
}


_ROOMS = {"mu": "priors", "likelihood": "likelihoods"}
_TAKEN = (
    *("mu", "beta", "theta", "yi", "chain", "draw", "estimate", "coef"),
    *("tau", "log_tau", "tau_typical", "tau_spread", "tau_deviation", "tau_outlier"),
    *("rho", "rho_sampling", "outlier", "outlier_weight", "bias", "bias_scale", "bias_deviation"),
    *("sampling_error", "sampling_error_unit", "theta_unit", "events1", "events2"),
    *("baseline", "baseline_unit", "baseline_mean", "baseline_sd", "mean2_unit", "imor_unit"),
)
"""Names of variables and dimensions that an answer may hold."""


def _filled[T](slot: str, given: object, kind: type[T]) -> T:
    """Read what a slot was given: a component, its name, or a distribution of PreliZ."""
    named = _LOOKUPS[kind](given) if isinstance(given, str) else given  # type: ignore[operator]
    found = priors.adopt(named)
    if not isinstance(found, kind):
        raise ModelError(
            f"Model slot {slot!r} takes a {kind.__name__}, not {found!r}. See consilience."
            f"{_ROOMS.get(slot, slot)} for what can stand there."
        )
    return found


def _refuse_twins(terms: tuple[Term, ...]) -> None:
    twins = [term for place, term in enumerate(terms) if term in terms[:place]]
    if twins:
        raise ModelError(f"The term {twins[0]!r} stands twice in the model; leave one out.")


def _refuse_clashes(parts: tuple[Block, ...]) -> None:
    """Refuse names that would stand twice among the answers or hide one of theirs."""
    scaled = [part for part in parts if part.scales]
    hypers = [hyper.name for part in scaled for hyper in part.scales]
    own = [f"{part.variable}{end}" for part in scaled for end in ("", "_level", "_unit")]
    hypers += [hyper.name for part in parts for hyper in part.curve.hypers]
    rows = ["tau", *hypers, *(label for part in parts for label in part.labels)]
    for names in (rows, [*_TAKEN, *hypers, *own]):
        if len(set(names)) < len(names):
            twice = next(name for place, name in enumerate(names) if name in names[:place])
            raise ModelError(
                f"The name {twice!r} would stand twice among the answers. Rename the column, or "
                "leave one of the terms out that read it."
            )


def _ones(k: int) -> "np.ndarray":
    import numpy as np

    return np.ones((k, 1))
