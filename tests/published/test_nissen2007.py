"""Nissen SE, Wolski K (2007), Rosiglitazone and the risk of myocardial infarction.

New England Journal of Medicine 356:2457–2471 (abstract, p. 2457; the trials are those of Tables 1
and 3): 42 trials, Peto odds ratios of infarction 1.43 (1.03 to 1.98), p = 0.03, and of death from
cardiovascular causes 1.64 (0.98 to 2.74), p = 0.06.
"""

import numpy as np
import pytest

from consilience.classical.counts import peto

COLUMNS = ["n1", "deaths1", "infarctions1", "n2", "deaths2", "infarctions2"]
TRIALS = """
357 1 2 176 0 0    391 0 2 207 0 1    774 0 1 185 0 1    213 0 0 109 0 1    232 1 1 116 0 0
 43 0 0  47 0 1    121 0 1 124 0 0    110 3 5 114 2 2    382 0 1 384 0 0    284 0 1 135 0 0
294 2 0 302 1 1    563 0 2 142 0 0    278 0 2 279 1 1    418 0 2 212 0 0    395 2 2 198 0 1
203 1 1 106 1 1    104 0 1  99 0 2    212 1 2 107 0 0    138 1 3 139 0 1    196 1 0  96 0 0
122 0 0 120 0 1    175 0 0 173 0 1     56 0 1  58 0 0     39 0 1  38 0 0    561 1 0 276 0 2
116 2 2 111 1 3    148 2 1 143 0 0    231 1 1 242 0 0     89 0 1  88 0 0    168 1 1 172 0 0
116 0 0  61 0 0   1172 1 1 377 0 0    706 1 0 325 0 0    204 0 1 185 1 2    288 1 1 280 0 0
254 0 1 272 0 0    314 0 1 154 0 0    162 0 0 160 0 0    442 1 1 112 0 0    394 1 1 124 0 0
2635 12 15 2634 10 9    1456 2 27 2895 5 41
"""


@pytest.mark.parametrize(
    ("event", "totals", "printed"),
    [("infarctions", (86, 72), "1.43 1.03 1.98 0.03"), ("deaths", (39, 22), "1.64 0.98 2.74 0.06")],
)
def test_peto_abstract_page_2457(trials_of, agree, event, totals, printed):
    given = dict(zip(COLUMNS, np.reshape(TRIALS.split(), (42, 6)).astype(float).T, strict=True))
    first, second = given[f"{event}1"], given[f"{event}2"]
    assert (first.sum(), second.sum()) == totals
    found = peto(trials_of(events1=first, n1=given["n1"], events2=second, n2=given["n2"]))
    ends = np.exp(found[["estimate", "lower", "upper"]].astype(float))
    agree([*ends, found["p_value"]], printed)
