"""What an imputed risk is."""

from abc import ABC, abstractmethod

from consilience.gaussian import Array


class Risk(ABC):
    """The risk that is imputed to those of an arm who are missing."""

    @abstractmethod
    def given(self, own: Array, both: tuple[Array, Array]) -> Array:
        """Give the risk of those who are missing, (k,).

        Parameters
        ----------
        own : array (k,)
            Risk of those of this arm who were seen.
        both : tuple of array (k,)
            The same of both arms, the intervention's first.
        """
