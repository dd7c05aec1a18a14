"""Labels are data: whatever they hold, a page shows it and a spreadsheet does not run it."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from consilience.report.analysis import analyse
from consilience.report.tables import tables, to_csv
from consilience.report.writing import page
from consilience.review import Review, read_review

ROOT = Path(__file__).parents[2]
TRIAL = "<script>alert(1)</script>{{7*7}}"
SCALE = '=HYPERLINK("http://x")"><img src=x onerror=alert(1)>'
TYPE = "$x^2$ [/bold] & {% raw %} ]]> é"
LINK = "javascript:alert(1)"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, shorten):
    folder = tmp_path_factory.mktemp("review") / "hostile"
    shutil.copytree(ROOT / "data" / "smi_functioning", folder)
    rewritten(folder / "trials.csv", JENSEN2019=TRIAL, CHIEN2016="-2+3")
    declared = (folder / "review.toml").read_text("utf-8")
    declared = declared.replace('title = "Psycho', 'title = "<b onclick=x>{{7*7}}</b> Psycho')
    (folder / "review.toml").write_text(declared, "utf-8")
    return analyse(few(shorten(read_review(folder))), ROOT / "models")


def few(review: Review) -> Review:
    """Keep few trials, those with hostile labels among them, and the primary model."""
    effects = review.effects
    hostile = [label.startswith((TRIAL, "-2+3")) for label in effects.labels]
    assert sum(hostile) == 2
    kept = effects.keep(np.array(hostile) | (np.arange(effects.k) % 4 == 1))
    plan = replace(review.plan, models=("partial_pooling",), new_trials=())
    return replace(review, effects=kept, plan=plan, sensitivity=())


@pytest.fixture(scope="module")
def hostile_html(hostile) -> str:
    return page(hostile)


def rewritten(path: Path, **studies: str) -> None:
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        if row["trial"] in studies:
            row |= {"study": studies[row["trial"]], "source": LINK, "doubt": TRIAL}
            row |= {"scale": SCALE} if row["scale"] == "PSP" else {}
            row["intervention_type"] = TYPE
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_labels_appear_as_they_are(hostile_html: str, parse) -> None:
    text = parse(hostile_html).text
    for label in (TRIAL, SCALE, TYPE, LINK, "<b onclick=x>{{7*7}}</b>"):
        assert label in text


def test_labels_do_nothing(hostile_html: str, parse) -> None:
    seen = parse(hostile_html)
    assert seen.faults == []
    assert not {tag for tag, _ in seen.tags} & {"script", "img", "b"}
    assert not [key for _, attrs in seen.tags for key in attrs if key.startswith("on")]
    assert not [href for href in seen.values("href") if href.startswith("javascript")]


def test_no_cell_of_a_csv_begins_like_a_formula(hostile) -> None:
    for name, table in tables(hostile).items():
        cells = [cell for row in csv.reader(to_csv(table).splitlines()) for cell in row]
        texts = [cell for cell in cells if not number(cell)]
        assert not [cell for cell in texts if cell[:1] in tuple("=+-@\t\r")], name


def test_numbers_are_left_alone_and_come_back_exactly(hostile) -> None:
    table = tables(hostile)["effects"]
    back = list(csv.DictReader(to_csv(table).splitlines()))
    assert [float(row["yi"]) for row in back] == table["yi"].tolist()
    assert any(row["lower"].startswith("-") for row in back)
    assert "'-2+3 2016" in {row["estimate"] for row in back}


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
