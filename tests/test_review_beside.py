"""The tables beside the trials as a review declares them: read, or refused with every fault."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.reviews import functioning
from tests.trials.readers.hostile import text, workbook

from consilience.errors import DataError
from consilience.review import read_review

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data" / "smi_functioning"
JUDGED = (
    "trial,D1,D2,D3,D4,D5,Overall,stated_in_the_source\n"
    "LU2012,low,Some concerns,h,,l,High,as printed\n"
    "PIOLI2006,low,low,low,low,low,low,as printed\n"
)
FLOW = "data,box,boxtext,n\ndatabase_results,box2,,90\nrecords_screened,box4,,80\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped review without what it declares of its trials' conduct."""
    folder = tmp_path / "review"
    shutil.copytree(FOLDER, folder)
    toml = (folder / "review.toml").read_text("utf-8")
    toml = toml[: toml.index("[risk_of_bias]")]
    start, end = toml.index("[plan.bias_dial]"), toml.index("[[plan.new_trials]]")
    (folder / "review.toml").write_text(toml[:start] + toml[end:], "utf-8")
    (folder / "risk_of_bias.csv").write_text(JUDGED, "utf-8")
    return folder


def declare(folder: Path, more: str) -> Path:
    with (folder / "review.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{more}\n")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(DataError) as refused:
        read_review(folder)
    return [str(one) for one in refused.value.problems]


def test_the_shipped_review_repeats_what_its_sources_state_and_judges_nothing() -> None:
    review = functioning()
    held = review.assessment
    assert held.labels == review.effects.labels
    assert not held.judges
    facts = pd.read_csv(FOLDER / "risk_of_bias.csv", dtype=str).set_index("trial")
    said = facts.loc[review.effects.table["trial"], "assessors_masked"].str.lower().tolist()
    assert held.table["assessors_masked"].str.lower().tolist() == said
    assert said.count("not stated") == 9


def test_judgements_stand_beside_the_trials_in_the_words_of_their_tool(copy: Path) -> None:
    review = read_review(declare(copy, '[risk_of_bias]\ntool = "RoB 2"\npalette = "colour-blind"'))
    held = review.assessment
    assert held.tool.name == "RoB 2"
    assert held.palette.name == "colour-blind"
    lu = [one.word for one in held.of("Lu 2012")]
    assert lu == ["Low", "Some concerns", "High", "Not stated", "Low", "High"]
    assert {one.word for one in held.of("Ho 2012")} == {"Not stated"}
    row = review.effects.table.set_index("trial").loc["LU2012"]
    words = row[["D1", "D2", "D3", "Overall"]].tolist()
    assert words == ["Low", "Some concerns", "High", "High"]
    assert pd.isna(row["D4"])


def test_without_a_tool_judgements_are_told_and_not_drawn(copy: Path) -> None:
    review = read_review(copy)
    assert review.assessment.empty
    assert review.risk_of_bias.set_index("trial").loc["LU2012", "D2"] == "Some concerns"


def test_words_domains_and_sums_that_are_wrong_come_at_once(copy: Path) -> None:
    declare(copy, '[risk_of_bias]\ntool = "ROBINS-I V2"\n[flow]\nfile = "prisma.csv"')
    (copy / "prisma.csv").write_text(FLOW, "utf-8")
    found = problems(copy)
    assert any("'D6'" in one and "no column for this domain" in one for one in found)
    assert any("study 'LU2012', column 'D2', value 'Some concerns'" in one for one in found)
    assert any("study 'LU2012', column 'D3', value 'h'" in one for one in found)
    assert any("records_screened is 80" in one for one in found)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ('tool = "ROB9"', ["`risk_of_bias.tool`", "'ROB9'", "RoB 2 crossover, ROBINS-I"]),
        ('tool = "RoB 2"\npalette = "grey"', ["`risk_of_bias.palette`", "'grey'", "colour-blind"]),
        ('tool = "RoB 2"\nfile = "none.csv"', ["`risk_of_bias.file`", "no such file"]),
        ('tool = "RoB 2"\nfile = "../x.csv"', ["no name of a file", "'../x.csv'"]),
        ('tool = "RoB 2"\ntitle = "Mine"', ["has its own title, domains and words"]),
        ('tool = "custom"', ["at least one domain"]),
        ('palette = "Cochrane"', ["key `risk_of_bias.tool`: The key is missing"]),
        ('tool = "RoB 2"\ncolour = "red"', ["`risk_of_bias.colour`", "no such key"]),
        (
            'tool = "custom"\ndomains = [{ column = "D1", title = "t" }]\n'
            'judgements = [{ word = "low", symbol = "+", level = "fine" }]',
            ["`risk_of_bias.judgements (low)`", "'fine'", "no_information"],
        ),
    ],
)
def test_a_declaration_that_cannot_be_kept_is_named_by_its_key(copy: Path, declared, told) -> None:
    found = "\n".join(problems(declare(copy, f"[risk_of_bias]\n{declared}")))
    for piece in told:
        assert piece in found, found


def test_the_rob_2_excel_tool_may_be_the_file(copy: Path) -> None:
    names = ["Unique ID", "Study ID", *(f"{n}.0 Assessor's Judgement" for n in range(1, 6))]
    lines = [[*names, "Assessor's overall Judgement"]]
    lines += [["1", "LU2012", *["Low"] * 4, "Some concerns", "High"]]
    cells = ("".join(text(cell) for cell in line) for line in lines)
    workbook(copy / "rob2.xlsx", "".join(f"<row>{line}</row>" for line in cells))
    review = read_review(declare(copy, '[risk_of_bias]\ntool = "RoB 2"\nfile = "rob2.xlsx"'))
    said = [one.word for one in review.assessment.of("Lu 2012")]
    assert said == [*["Low"] * 4, "Some concerns", "High"]


def test_a_flow_that_is_declared_must_be_there(copy: Path) -> None:
    found = problems(declare(copy, '[flow]\nfile = "flow.csv"'))
    assert found[0].startswith("value 'flow.csv': review.toml, key `flow.file`: there is no such")


def test_a_flow_may_bear_another_name_and_say_that_a_number_is_unknown(copy: Path) -> None:
    (copy / "flow.csv").write_text(FLOW + "duplicates,box3,,not stated\n", "utf-8")
    flow = read_review(declare(copy, '[flow]\nfile = "flow.csv"')).flow
    assert flow["part"].tolist() == ["", "", "not stated"]


def test_a_tool_of_ones_own_is_declared_with_its_words(copy: Path) -> None:
    (copy / "own.csv").write_text("trial,masked\nLU2012,Inadequate\nHO2012,not stated\n", "utf-8")
    declare(
        copy,
        '[risk_of_bias]\ntool = "custom"\nfile = "own.csv"\ntitle = "Ours"\nsource = "10.1/x"\n'
        'domains = [{ column = "masked", title = "Assessors masked" }]\n'
        'judgements = [{ word = "adequate", symbol = "+", level = "low" },\n'
        '  { word = "inadequate", symbol = "x", level = "high", colour = "#AA3377" }]',
    )
    held = read_review(copy).assessment
    assert (held.tool.title, held.tool.source, held.judges) == ("Ours", "10.1/x", True)
    bad = held.of("Lu 2012")[0]
    assert (bad.word, bad.symbol, held.palette.face(bad)) == ("inadequate", "x", "#AA3377")
    assert held.of("Ho 2012")[0].word == "Not stated"


def test_what_init_writes_holds_once_its_signs_are_taken_away(tmp_path: Path) -> None:
    template = ROOT / "src" / "consilience" / "cli" / "templates"
    lines = (template / "review.toml").read_text("utf-8").splitlines()
    start = lines.index("# [flow]")
    end = next(n for n, line in enumerate(lines) if line.startswith("# A tool of your own"))
    kept = [line.removeprefix("# ") for line in lines[start:end]]
    asked = "\n".join(line for line in kept if line.startswith("[") or " = " in line)
    assert asked == (
        '[flow]\nfile = "prisma.csv"\n'
        '[risk_of_bias]\ntool = "RoB 2"\nfile = "risk_of_bias.csv"\npalette = "Cochrane"'
    )
    header = (template / "risk_of_bias.csv").read_text("utf-8").splitlines()[-1]
    assert header == "trial,Study,D1,D2,D3,D4,D5,Overall,stated_in_the_source"
