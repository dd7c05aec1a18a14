"""Judgements in a paragraph, for those who cannot see them."""

from consilience.risk_of_bias.assessment import Assessment


def in_words(assessment: Assessment) -> str:
    """Say for each domain how many rows of judgements stand under each of them.

    Parameters
    ----------
    assessment : Assessment
    """
    n = len(assessment.labels)
    parts = [f"Risk of bias, {assessment.tool.title}: {'1 row' if n == 1 else f'{n} rows'}."]
    for domain in assessment.domains:
        counts = assessment.table[domain.key].value_counts(sort=False)
        said = (
            f"{counts[one.word]} {one.word.lower()}"
            for one in assessment.used
            if one.word in counts.index
        )
        parts.append(f"{domain.title}: {', '.join(said)}.")
    return " ".join(parts)
