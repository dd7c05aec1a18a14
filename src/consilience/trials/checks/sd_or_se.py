"""A standard deviation that looks like a standard error."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
from numpy.typing import NDArray

from consilience.trials.checks.doubt import Check, Doubt
from consilience.trials.checks.effects import difference, sizes
from consilience.trials.checks.view import Floats, View

FACTOR = 2.5
"""How many times smaller than its peers an SD must be; SEs of arms of 10 are 3 times smaller."""

LARGE = 2.0
EXTREME = 3.5
MANY = 100


@dataclass(frozen=True, slots=True)
class SdOrSe(Check):
    """An SD that looks like an SE.

    Two signs: an SD far below those of the same scale in other studies that fits them once it is
    multiplied by ``sqrt(n)``; and arms more than 2 SDs apart (3.5 where n is known) that would be
    less than 1 SD apart if these were SEs.

    References
    ----------
    Higgins JPT, Li T, Deeks JJ (2023). Cochrane Handbook, version 6.4, § 6.5.2.2: the two are often
    confused.
    """

    name: ClassVar[str] = "sd_or_se"
    asks: ClassVar[str] = "Does an SD look like a standard error?"

    @override
    def find(self, view: View) -> Iterator[Doubt]:
        found = {one.row: one for one in self._apart(view)}
        found |= {one.row: one for one in self._among_peers(view)}
        yield from (found[row] for row in sorted(found))

    def _apart(self, view: View) -> Iterator[Doubt]:
        """Doubt arms so far apart that their SDs look like standard errors."""
        d = np.abs(difference(view))
        n1, n2 = sizes(view)
        known = ~np.isnan(n1 + n2)
        with np.errstate(all="ignore"):
            as_se = d / np.sqrt((n1 + n2) / 2)
        odd = np.where(known, (d > EXTREME) & (as_se < 1), d > LARGE)
        for row in np.flatnonzero(odd).tolist():
            why = f"the arms are {d[row]:.1f} SDs apart; if these were standard errors, " + (
                f"{as_se[row]:.2f}" if known[row] else "less (the sizes of the arms are not known)"
            )
            yield self.doubt(view, row, column=_smaller(view, row), why=why, remedy=REMEDY)

    def _among_peers(self, view: View) -> Iterator[Doubt]:
        study = np.array(view.texts("study"))
        for rows in view.groups("scale", least=2):
            if view.texts("scale")[rows[0]]:
                yield from self._in_scale(view, rows, study=study)

    def _in_scale(self, view: View, rows: list[int], *, study: NDArray[np.str_]) -> Iterator[Doubt]:
        """Doubt SDs that are √n too small beside those of other studies of the scale."""
        for arm in ("1", "2"):
            sd, n = view.numbers(f"sd{arm}"), sizes(view)[int(arm) - 1]
            # Only small SDs can be in doubt, and few are: the rest of the work is theirs.
            middle = np.median(sd[rows][~np.isnan(sd[rows])]) if (sd[rows] > 0).any() else 0.0
            small = [row for row in rows if 2 * sd[row] < middle]
            peers = _peers(study, sd, rows) if small else {}
            for row in small:
                peer = peers.get(str(study[row]), np.nan)
                if np.isnan(sd[row] + n[row] + peer):
                    continue
                ratio, as_sd = peer / sd[row], sd[row] * np.sqrt(n[row]) / peer
                if ratio > FACTOR and 0.5 < as_sd < 2:
                    why = (
                        f"other studies of this scale have SDs about {peer:.3g}; times √n this "
                        f"would be {sd[row] * np.sqrt(n[row]):.3g}"
                    )
                    yield self.doubt(view, row, column=f"sd{arm}", why=why, remedy=REMEDY)


REMEDY = "Look up whether the source prints SD or SE; put a standard error into `se1`, `se2`."


def _peers(study: NDArray[np.str_], sd: Floats, rows: list[int]) -> dict[str, float]:
    """Return the median SD of the other studies for each study that has at least two of them.

    Where a scale has very many studies, one of them hardly moves the median: it is then that of
    all, so that time grows with the rows and not with their square.
    """
    known = [row for row in rows if not np.isnan(sd[row])]
    names = list(dict.fromkeys(map(str, study[known])))
    if len(names) < 3:
        return {}
    if len(names) > MANY:
        return dict.fromkeys(names, float(np.median(sd[known])))
    whole, own = sd[known], study[known]
    return {name: float(np.median(whole[own != name])) for name in names}


def _smaller(view: View, row: int) -> str:
    sd1, sd2 = view.numbers("sd1")[row], view.numbers("sd2")[row]
    return "sd1" if not sd2 < sd1 else "sd2"
