"""Student's t in place of the normal, standard errors unchanged."""

from typing import ClassVar, final

from consilience.classical.inference.base import Inference


@final
class StudentT(Inference):
    """``beta / se ~ t(k - p)``.

    References
    ----------
    Follmann DA, Proschan MA (1999). Biometrics 55:732–737. doi:10.1111/j.0006-341X.1999.00732.x
    """

    code: ClassVar[str] = "t"
    label: ClassVar[str] = "t with k − p df"

    def df(self, residual: int) -> float:
        """``k - p``."""
        return float(residual)

    def factor(self, mean_square: float) -> float:  # noqa: ARG002
        """One."""
        return 1.0
