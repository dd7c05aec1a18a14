"""Morris SB (2008), Estimating effect sizes from pretest-posttest-control group designs.

Organizational Research Methods 11:364–386, Table 1, p. 368: five training studies, the difference
between the two groups' standardised mean changes, raw-score standardisation, two decimals.
"""

import numpy as np

from consilience.effects import effect_sizes

N1, N2 = [20, 50, 9, 10, 14], [20, 42, 9, 11, 14]
BEFORE = [30.6, 23.5, 0.5, 53.4, 35.6], [23.1, 24.9, 0.6, 55.7, 34.8]
AFTER = [38.5, 26.8, 0.7, 75.9, 36.0], [19.7, 25.3, 0.6, 60.7, 33.4]
SD_BEFORE = [15.0, 3.1, 0.1, 14.5, 4.7], [13.8, 4.1, 0.2, 17.3, 3.1]
CORRELATION = [0.47, 0.64, 0.77, 0.89, 0.44]


def test_table_1_page_368(trials_of, agree):
    def changes(group, n):
        table = trials_of(
            mean1=AFTER[group], mean2=BEFORE[group], sd1=SD_BEFORE[group], n=n, r=CORRELATION
        )
        return effect_sizes(table, "SMCR").y

    agree(np.subtract(changes(0, N1), changes(1, N2)), "0.74 0.95 1.81 1.15 0.51")
