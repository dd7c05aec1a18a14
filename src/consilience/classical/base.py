"""What a tau² estimator is."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from consilience.classical.batch import Batch
from consilience.classical.wls import Floats


class Estimator(ABC):
    """An estimator of the between-trial variance tau².

    To add one: a file with a final subclass, and a line in the folder's registry. Estimates are
    scale-equivariant (``y -> c y``, ``v -> c² v`` gives ``c² tau²``), free of the origin of y,
    never negative, never infinite.
    """

    code: ClassVar[str]
    """Its name in the registry, in TOML and on the command line."""
    label: ClassVar[str]
    """Its name in tables and figures."""
    scatters: ClassVar[bool] = True
    """Whether true effects may differ at all under it."""
    reads: ClassVar[bool] = True
    """Whether it reads the estimates at all; one that does not needs no degrees of freedom."""
    reads_fitted: ClassVar[bool] = False
    """Whether it reads the whole scatter of y, not only what the moderators leave of it."""

    @abstractmethod
    def tau2(self, y: Floats, v: Floats, X: Floats) -> float:
        """Estimate tau².

        Parameters
        ----------
        y, v : ndarray, shape (k,)
            Estimates and sampling variances.
        X : ndarray, shape (k, p)
            Design matrix of full rank, ``p < k``, intercept included where there is one.
        """

    @abstractmethod
    def tau2_se(self, y: Floats, v: Floats, X: Floats, *, tau2: float) -> float:
        """Find the standard error of the estimate ``tau2``; ``nan`` where there is none."""

    def tau2_many(self, batch: Batch) -> Floats:
        """Estimate tau² of every data set of a batch, without moderators, shape (n,).

        This version takes one after the other; the estimators that can take all at once do.
        """
        return np.array([self.tau2(*each) for each in batch.sets()])
