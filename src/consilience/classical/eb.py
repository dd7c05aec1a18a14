"""Morris's empirical Bayes estimator."""

from typing import ClassVar, final

from consilience.classical.pm import ByGeneralisedQ


@final
class EmpiricalBayes(ByGeneralisedQ):
    """The tau² of Morris's fixed point, which solves Paule and Mandel's equation.

    References
    ----------
    Morris CN (1983). Journal of the American Statistical Association 78:47–55.
    doi:10.1080/01621459.1983.10477920
    Viechtbauer W, López-López JA, Sánchez-Meca J, Marín-Martínez F (2015). Psychological Methods
    20:360–374, for the identity. doi:10.1037/met0000023
    """

    code: ClassVar[str] = "EB"
    label: ClassVar[str] = "Empirical Bayes"
