"""What a bias is: what stands between the true effects and the estimates."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal

from consilience.effects import Effects
from consilience.errors import RefusalError
from consilience.gaussian import Array, Block

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable


class Bias(ABC):
    """What distorts the estimates: a shift away from the true effects, or doubt about them.

    Three seams, each of which a bias may fill: `shift` (columns that move the estimates and not
    the true effects), `variance` (how much an estimate is trusted), `log_selection` (which
    estimates come to light). A bias that selects fills `pymc_selection` as well, by which it is
    sampled; no engine that needs a Gaussian form can fit it.
    """

    @abstractmethod
    def shift(self, effects: Effects) -> tuple[Block, ...]:
        """Give the columns by which the bias shifts the estimates, not the true effects."""

    def variance(self, effects: Effects) -> Array:
        """Give the sampling variances (k,) as the analysis is to use them.

        Infinite where an estimate is not to count at all; in the base version those reported.
        """
        return effects.v

    def log_selection(self, y: Array, se: Array, *, favours: Literal[-1, 1]) -> Array:
        """Give the log probability that estimates come to light, up to a constant.

        Parameters
        ----------
        y, se : array (k,)
            Estimates and their standard errors.
        favours : {−1, 1}
            The sign of estimates that favour publication. It is required: whether positive or
            negative results are the welcome ones is a fact about the field, and a selection model
            with the wrong sign corrects in the wrong direction.

        Raises
        ------
        RefusalError
            In the base version: the bias does not select.
        """
        del y, se
        raise RefusalError(
            f"The bias {type(self).__name__} does not say which estimates come to light (asked "
            f"for those that favour {'positive' if favours > 0 else 'negative'} results). Use a "
            "bias with a selection model."
        )

    @property
    def selects(self) -> bool:
        """Whether it says which estimates come to light."""
        return type(self).log_selection is not Bias.log_selection

    def refuse_selection(self, who: str, *, instead: str) -> None:
        """Refuse a bias that selects, on behalf of who takes all estimates as come to light.

        Parameters
        ----------
        who : str
            The subject of the sentence, such as ``"The exact engine"``.
        instead : str
            The remedy, a sentence.

        Raises
        ------
        RefusalError
            If the bias selects.
        """
        if self.selects:
            raise RefusalError(
                f"{who} takes every estimate as if it had come to light whatever it showed, but "
                f"the bias {type(self).__name__} selects. {instead}"
            )

    def pymc_selection(
        self, location: "TensorVariable", variance: "TensorVariable", *, effects: Effects
    ) -> "TensorVariable":
        """Give what selection adds to the log density of each estimate in the PyMC model.

        log w(yᵢ) − log E w(Y), Y ~ N(location, vᵢ + variance), w = exp(`log_selection`): the
        density of an estimate that came to light, over that of one that was drawn.

        Parameters
        ----------
        location : TensorVariable (k,) or (k, 1)
            Expectation of the estimates.
        variance : TensorVariable
            Variance of the true effects about it, one column for each component of a mixture.
        effects : Effects
            The trials.

        Returns
        -------
        TensorVariable (k,) or (k, c)

        Raises
        ------
        RefusalError
            In the base version: the bias has no such term.
        """
        del location, variance
        raise RefusalError(
            f"The bias {type(self).__name__} does not say how selection changes the density of "
            f"these {effects.k} estimates, so that it cannot be sampled. Write its pymc_selection."
        )

    def pymc(self, location: "TensorVariable", effects: Effects) -> "TensorVariable":
        """Shift the expectation of the estimates in the PyMC model in context.

        Every block of `shift` becomes coefficients of its own, non-centred where it has a scale.
        """
        blocks = self.shift(effects)
        scales = _scales(blocks)
        for name, block in zip(self.names(effects), blocks, strict=True):
            location += _contribution(block, name, scales)
        return location

    def names(self, effects: Effects) -> tuple[str, ...]:
        """Name each block's coefficients in PyMC: its variable, numbered where it repeats."""
        variables = [block.variable for block in self.shift(effects)]
        return tuple(
            f"{name}_{variables[: place + 1].count(name)}" if variables.count(name) > 1 else name
            for place, name in enumerate(variables)
        )


def _scales(blocks: tuple[Block, ...]) -> dict[str, "TensorVariable"]:
    """Create the blocks' scales, one vector for each of their variables."""
    hypers = [hyper for block in blocks for hyper in block.scales]
    found: dict[str, TensorVariable] = {}
    for variable in dict.fromkeys(hyper.variable for hyper in hypers):
        own = [hyper for hyper in hypers if hyper.variable == variable]
        vector = own[0].prior.pymc(variable, dims=f"{variable}_level")
        found |= {hyper.name: vector[place] for place, hyper in enumerate(own)}
    return found


def _contribution(block: Block, name: str, scales: dict[str, "TensorVariable"]) -> "TensorVariable":
    """Give what a block adds to the estimates; non-centred where it has a scale."""
    import pymc as pm
    import pytensor.tensor as pt

    dims = f"{name}_level"
    if not block.scales:
        return pt.dot(block.matrix, block.prior.pymc(name, dims=dims))
    unit = block.prior.pymc(f"{name}_unit", dims=dims)
    coefficients = pm.Deterministic(name, scales[block.scales[0].name] * unit, dims=dims)
    return pt.dot(block.matrix, coefficients)
