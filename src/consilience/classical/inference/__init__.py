"""How the classical analysis tests and makes intervals, by name."""

from consilience.classical.inference.adhoc import AdHoc
from consilience.classical.inference.base import Inference
from consilience.classical.inference.knha import KnappHartung
from consilience.classical.inference.t import StudentT
from consilience.classical.inference.z import Normal
from consilience.registry import lookup

REGISTRY: dict[str, type[Inference]] = {
    "adhoc": AdHoc,
    "knha": KnappHartung,
    "t": StudentT,
    "z": Normal,
}


def get(name: str, **settings: object) -> Inference:
    """Build the method of inference of this name.

    Raises
    ------
    ModelError
        For an unknown name; the known ones are listed.
    """
    return lookup(REGISTRY, "method of inference", name=name, settings=settings)
