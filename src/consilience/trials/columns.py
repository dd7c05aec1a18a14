"""The columns that a trial table may hold, and what their cells mean."""

from collections.abc import Mapping

SIZES = ("n1", "n2")
_ENDS = ("", "_lower", "_upper")
POSITIVE = (
    *("sd1", "sd2", "se1", "se2", "vi", "sei", "md_se", "log_hr_se"),
    *("baseline_sd1", "baseline_sd2", "change_sd1", "change_sd2"),
)


def _arm(arm: str) -> tuple[str, ...]:
    return (
        *(f"median{arm}", f"lower_quartile{arm}", f"upper_quartile{arm}", f"min{arm}", f"max{arm}"),
        *(f"mean{arm}_lower", f"mean{arm}_upper"),
        *(f"change_mean{arm}", f"change_r{arm}"),
    )


NUMBERS: frozenset[str] = frozenset(
    {
        *SIZES,
        *POSITIVE,
        *("mean1", "mean2", "yi", "ni", "n_total", "year", "weeks"),
        *("md", "md_lower", "md_upper", "d", "f_stat", "f_df", "p_value"),
        *("baseline_mean1", "baseline_mean2"),
        *("t_stat", "n_pairs", "pair_r"),
        *("cluster_size", "cluster_cv", "icc", "design_effect"),
        *("cluster_size1", "cluster_size2", "cluster_cv1", "cluster_cv2"),
        *(f"{r}_ratio{e}" for r in ("odds", "risk", "hazard", "rate") for e in _ENDS),
        *(name for arm in "12" for name in _arm(arm)),
    }
)
"""Columns in which a filled cell must be a number."""

LABELS: frozenset[str] = frozenset(
    {
        *("study", "estimate", "trial", "country", "diagnosis", "population", "timepoint"),
        *("intervention", "intervention_type", "comparator", "comparator_type"),
        *("outcome", "scale", "higher_is_better", "doubt", "source"),
        *("measure", "favours"),
    }
)
"""Columns that are text even where every cell looks like a number (a study called 12)."""

ALIASES: Mapping[str, str] = {
    "m1i": "mean1",
    "sd1i": "sd1",
    "n1i": "n1",
    "m2i": "mean2",
    "sd2i": "sd2",
    "n2i": "n2",
    "slab": "study",
}
"""metafor's names of the columns that have another name here."""
