"""Hahn S, Kim Y, Garner P (2001), Reduced osmolarity oral rehydration solution.

BMJ 323:81–85 (abstract, p. 81): unscheduled intravenous infusion, nine trials with events and three
without, odds ratio 0.61 (0.47 to 0.81). The three printed numbers are those of Peto's method
(Mantel and Haenszel's lower limit is 0.46).
"""

import numpy as np

from consilience.classical.counts import mantel_haenszel, peto

TREATED = (
    [4, 0, 34, 7, 6, 1, 0, 11, 2, 0, 0, 33],
    [19, 18, 341, 71, 45, 94, 22, 88, 82, 33, 15, 221],
)
CONTROL = (
    [5, 0, 50, 16, 5, 8, 0, 12, 7, 0, 1, 43],
    [19, 18, 334, 69, 44, 96, 22, 82, 84, 30, 20, 218],
)


def test_unscheduled_infusions_page_81(trials_of, agree):
    table = trials_of(events1=TREATED[0], n1=TREATED[1], events2=CONTROL[0], n2=CONTROL[1])
    ends = ["estimate", "lower", "upper"]
    agree(np.exp(peto(table)[ends].astype(float)), "0.61 0.47 0.81")
    agree(np.exp(mantel_haenszel(table)[ends].astype(float))[["estimate"]], "0.61")
