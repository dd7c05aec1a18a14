"""Published priors: what meta-analyses of the past say about heterogeneity and effects.

``find`` gives the one cell that fits, ``table`` all of them. Every cell carries its source, the
scale on which it was published, and a prior that can stand in a model as it is: on tau (or mu), on
the analysis scale of its measure.

>>> catalogue.find("SMD", outcome="pain", intervention="pharmacological", comparator="placebo",
...                area="other").prior  # doctest: +SKIP
"""

from consilience.priors.catalogue.component import Catalogue
from consilience.priors.catalogue.entry import Entry
from consilience.priors.catalogue.find import find, matching
from consilience.priors.catalogue.table import table

__all__ = ["Catalogue", "Entry", "find", "matching", "table"]
