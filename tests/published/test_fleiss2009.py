"""Fleiss JL, Berlin JA (2009), Effect sizes for dichotomous data.

In: Cooper, Hedges, Valentine (eds.), The Handbook of Research Synthesis and Meta-Analysis, 2nd ed.,
Table 13.4, p. 242: one four-fold table, its measures of association and their standard errors. The
digits are the four of metafor's test, which names the place. Its tetrachoric correlation, 0.2603,
is left out: quadrature of the bivariate normal gives 0.26024.
"""

import numpy as np
import pytest

from consilience.effects import effect_sizes

PRINTED = {
    "PHI": "0.1309 0.0789",
    "YUQ": "0.3846 0.1901",
    "YUY": "0.2000 0.1071",
    "PBIT": "0.4399 0.2456",
    "OR2D": "0.4471 0.2460",
    "OR2DN": "0.4915 0.2704",
}


@pytest.mark.parametrize(("measure", "printed"), PRINTED.items())
def test_table_13_4_page_242(trials_of, agree, measure, printed):
    table = trials_of(events1=[135], n1=[150], events2=[40], n2=[50])
    found = effect_sizes(table, measure)
    agree([found.y[0], np.sqrt(found.v[0])], printed)


def test_standard_error_of_the_tetrachoric_correlation(trials_of, agree):
    table = trials_of(events1=[135], n1=[150], events2=[40], n2=[50])
    agree(np.sqrt(effect_sizes(table, "RTET").v), "0.1423")
