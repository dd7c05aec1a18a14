"""The published priors: their numbers, their scales, and how they are found."""

import json
import subprocess
import sys
from math import log, pi, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.across import across

import consilience as cs
from consilience.errors import ModelError
from consilience.priors import Catalogue, InverseGamma, LogNormal, LogStudentT, StudentT, catalogue

SOURCE = Path(__file__).parents[2] / "src"
REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "priors_catalogue.json").read_text(encoding="utf-8")
)
CORRECTED_MEDIAN = np.exp(-2.85 / 2)
MENTAL = {"outcome": "mental health", "intervention": "non-pharmacological", "area": "other"}


def facets(outcome: str, first: str, second: str) -> dict[str, str]:
    """Put bayesmeta's pair of comparators into the words of the tables."""
    if outcome == "any":
        return {}
    pair = [first.replace(" / ", "/"), second.replace(" / ", "/")]
    if pair == ["pharmacological", "non-pharmacological"]:
        pair.reverse()
    return {"outcome": outcome, "intervention": pair[0], "comparator": pair[1]}


def real(row: list) -> bool:
    """Tell whether a pair is one of the tables': two placebos are not compared."""
    return row[0] == "any" or not row[1].startswith("placebo")


@across("row", [row for row in REFERENCE["turner"] if real(row)], ids=str)
def test_every_turner_prior_is_that_of_bayesmeta(row: list) -> None:
    outcome, first, second, theirs = row
    wanted = facets(outcome, first, second)
    entry = catalogue.find("OR", publication="turner2015", **wanted)
    np.testing.assert_allclose(entry.prior.ppf(REFERENCE["probs"]), theirs, rtol=1e-10)


@across("row", [row for row in REFERENCE["rhodes"] if real(row)], ids=str)
def test_every_rhodes_prior_is_that_of_bayesmeta(row: list) -> None:
    outcome, first, second, area, theirs = row
    wanted = facets(outcome, first, second)
    wanted |= {"area": area} if outcome != "any" else {}
    entry = catalogue.find("SMD", publication="rhodes2015", **wanted)
    np.testing.assert_allclose(entry.prior.ppf(REFERENCE["probs"]), theirs, rtol=1e-10)


@across("table", [key for key in REFERENCE["collected"] if "bartos" in key])
def test_every_cochrane_prior_has_its_median_and_tail(table: str) -> None:
    measure = table.removeprefix("bartos_cochrane_")
    publication = "bartos2021" if measure == "SMD" else "bartos2023"
    for subfield, median, upper, q95 in REFERENCE["collected"][table]:
        area = "any" if subfield == "Cochrane (general)" else subfield
        prior = catalogue.find(measure, publication=publication, area=area).prior
        np.testing.assert_allclose(prior.ppf([0.5, 0.95]), [median, q95], rtol=6e-4)
        if upper is not None:
            np.testing.assert_allclose(prior.ppf(0.975), upper, rtol=6e-4)


@across("row", REFERENCE["collected"]["turner2012_lognormal_tau2_logOR"], ids=str)
def test_turner_2012_has_the_quantiles_of_tau_squared_that_it_prints(row: list) -> None:
    outcome, pair, median, upper, printed_median, printed_upper = row
    first, _, second = pair.partition(" vs ")
    wanted = {} if pair == "any" else {"intervention": first, "comparator": second}
    prior = catalogue.find("OR", publication="turner2012", outcome=outcome, **wanted).prior
    np.testing.assert_allclose(prior.ppf([0.5, 0.975]), [median, upper], rtol=6e-4)
    # The paper prints one to three digits of tau².
    printed = [printed_median, printed_upper]
    np.testing.assert_allclose(prior.ppf([0.5, 0.975]) ** 2, printed, rtol=0.08)


def test_a_prior_published_for_tau_squared_stands_on_tau() -> None:
    pain = {"outcome": "pain", "intervention": "pharmacological", "comparator": "placebo/control"}
    entry = catalogue.find("OR", publication="turner2015", **pain)
    assert entry.prior == LogNormal(-1.83 / 2, 1.52 / 2)
    assert "for tau²" in entry.scale
    assert "here tau of log odds ratios" in entry.scale
    assert "10.1002/sim.6381" in entry.source
    assert catalogue.find("SMD", publication="rhodes2015").prior == LogStudentT(5, -1.72, 1.295)
    assert catalogue.find("SMD", area="schizophrenia").prior == InverseGamma(1.6, 0.27)


def test_the_cell_that_breaks_its_table_is_shipped_as_published_with_a_warning() -> None:
    published = catalogue.find("SMD", **MENTAL)
    assert published.prior == LogStudentT(5, -3.85 / 2, 1.93 / 2)
    assert "breaks the additive pattern" in published.note
    assert "-2.85" in published.note
    corrected = catalogue.find("SMD", variant="corrected", **MENTAL)
    np.testing.assert_allclose(corrected.prior.ppf(0.5), CORRECTED_MEDIAN, rtol=1e-12)
    assert "Not as published" in corrected.note
    assert corrected.name == f"{published.name}/corrected"


def test_the_other_cells_keep_the_additive_pattern() -> None:
    found = catalogue.matching("SMD", publication="rhodes2015", intervention="pharmacological")
    location = {(e.area, e.outcome, e.comparator): dict(e.settings)["mu"] for e in found}
    steps = [
        location[area, outcome, "pharmacological"] - mu
        for (area, outcome, comparator), mu in location.items()
        if comparator == "placebo/control" and "structure" not in outcome
    ]
    np.testing.assert_allclose(steps, -0.275, atol=0.0101)


def test_scales_are_converted_and_say_so() -> None:
    entry = catalogue.find("OR", publication="turner2015")
    converted = entry.on("SMD")
    factor = sqrt(3.0) / pi
    np.testing.assert_allclose(converted.prior.ppf(0.3), factor * entry.prior.ppf(0.3), rtol=1e-12)
    assert converted.prior == LogNormal(-1.28 + log(factor), 0.87)
    assert converted.measure == "SMD"
    assert "converted from log odds ratios by the factor 0.5513" in converted.scale
    mu = catalogue.find("SMD", publication="bartos2021", parameter="mu")
    wider = mu.on("OR").prior
    assert isinstance(wider, StudentT)
    assert wider.sigma == pytest.approx(mu.prior.sigma * pi / sqrt(3.0), rel=1e-14)
    assert entry.on("OR") is entry


@across("target", ["RR", "MD", ""])
def test_unknown_conversions_are_refused(target: str) -> None:
    with pytest.raises(ModelError, match=r"cannot be converted from OR.*Known conversions: SMD to"):
        catalogue.find("OR", publication="turner2015").on(target)


@across(
    ("wanted", "words"),
    [
        ({"measure": "MD"}, r"no priors for the measure 'MD'. Known: HR, .*SMD.*HalfUnit"),
        ({"measure": "SMD", "outcome": "mortality"}, "no outcome 'mortality' here. Known: 'any', "),
        ({"measure": "SMD", "outcom": "pain"}, "no facet 'outcom'. Known: measure, name"),
        ({"measure": "SMD", "publication": "turner2015"}, "no publication 'turner2015' here"),
        ({"measure": "SMD", "area": "any"}, r"(?s)Say more \(publication.*rhodes2015/smd/tau"),
        ({"measure": "OR", "outcome": "pain"}, r"(?s)Say more \(intervention, comparator.*turner"),
        ({"measure": "SMD", "outcome": "pain", "comparator": "sham"}, "no comparator 'sham' here"),
        ({"parameter": "mu"}, r"(?s)and \d+ more"),
    ],
    ids=str,
)
def test_what_is_unknown_or_ambiguous_is_said(wanted: dict[str, str], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        catalogue.find(**wanted)


def test_values_are_found_by_a_part_and_in_any_case() -> None:
    by_part = catalogue.find("smd", area="CANCER", outcome="Pain", comparator="placebo")
    assert by_part.comparator == "placebo/control"
    assert catalogue.find("logOR", publication="turner2015") == catalogue.find(
        "OR", publication="turner2015"
    )


def test_a_source_that_takes_any_comparator_answers_for_each() -> None:
    assert catalogue.find("SMD", comparator="placebo/control", **MENTAL) == catalogue.find(
        "SMD", **MENTAL
    )


def test_every_cell_has_a_name_a_source_and_a_proper_prior() -> None:
    every = catalogue.matching(parameter="")
    assert len({entry.name for entry in every}) == len(every) > 600
    for entry in every:
        assert entry.prior.proper
        assert len(entry.source) > 20
        assert catalogue.find(name=entry.name) == entry
        assert entry.prior.label in str(entry)


def test_the_table_shows_all_of_it() -> None:
    table = catalogue.table()
    assert len(table) == len(catalogue.matching(parameter="")) > len(catalogue.matching())
    assert table.index.is_unique
    assert table.loc["turner2015/or/tau", "median"] == pytest.approx(np.exp(-1.28))
    assert not table.drop(columns="note").isna().to_numpy().any()
    assert set(table["measure"]) == {"HR", "IRR", "OR", "RD", "ROM", "RR", "SMD", "ZCOR"}


def test_a_model_file_can_name_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "empirical.toml"
    path.write_text(
        '[heterogeneity]\nkind = "Normal"\n\n[heterogeneity.tau]\nkind = "Catalogue"\n'
        'measure = "SMD"\noutcome = "mental health"\nintervention = "non-pharmacological"\n'
        'area = "other"\nvariant = "corrected"\nreason = "What trials of the kind showed."\n'
        'source = "Rhodes et al. 2015"\n',
        encoding="utf-8",
    )
    declared = cs.read_model(path)
    tau = declared.model.heterogeneity.tau
    assert tau == Catalogue("SMD", variant="corrected", **MENTAL)
    assert tau.prior == LogStudentT(5.0, -1.425, 0.965)
    assert tau.label.startswith("Catalogue(rhodes2015/smd/tau/other")
    assert declared.reasons[0].source == "Rhodes et al. 2015"
    table = pd.DataFrame({"study": list("ABC"), "yi": [0.1, 0.4, 0.3], "vi": [0.04, 0.02, 0.05]})
    fit = cs.fit(declared.model, cs.effect_sizes(table, "GEN"), "exact")
    assert fit.posterior.accuracy < 1e-9
    assert 0.0 < fit.summary().loc["tau", "median"] < 0.5


def test_a_cell_that_is_not_there_is_refused_where_it_stands() -> None:
    with pytest.raises(ModelError, match="no outcome 'moods' here"):
        Catalogue("SMD", outcome="moods")
    assert Catalogue("OR", publication="turner2015", convert_to="SMD").entry.measure == "SMD"


def test_the_cells_are_read_when_they_are_asked_for() -> None:
    code = (
        "import consilience.priors as p; from consilience.priors.catalogue import load; "
        "assert load.entries.cache_info().misses == 0; p.catalogue.find(name='turner2015/or/tau'); "
        "assert load.entries.cache_info().misses == 1"
    )
    environment = {"PYTHONPATH": str(SOURCE)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=120)
