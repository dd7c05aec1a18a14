"""Hostile files through the command line: exit 3, words, bounded memory, nothing half written."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.trials.readers.hostile import workbook, zipped

ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "hahahaha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    "<COCHRANE_REVIEW>&c;</COCHRANE_REVIEW>"
)
MILLION = 1_000_000


def plain(name: str, content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def truncated(folder: Path) -> Path:
    path = workbook(folder / "t.xlsx", "<row/>")
    path.write_bytes(path.read_bytes()[:-60])
    return path


FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "zip bomb as a workbook": (
        lambda folder: zipped(folder / "t.xlsx", {"xl/workbook.xml": b"0" * 60_000_000}),
        "more than 200 times its size",
    ),
    "zip bomb as a Cochrane package": (
        lambda folder: zipped(folder / "t.zip", {"a-data-rows.csv": b"0" * 60_000_000}),
        "more than 200 times its size",
    ),
    "XML entities": (plain("t.rm5", ENTITIES.encode()), "declares a document type"),
    "XML entities in a workbook": (
        lambda folder: zipped(folder / "t.xlsx", {"xl/workbook.xml": ENTITIES}),
        "declares a document type",
    ),
    "a million columns": (
        plain("t.csv", b"x," * MILLION + b"study\n" + b"1," * MILLION + b"A\n"),
        "1000001 columns",
    ),
    "NUL bytes": (plain("t.csv", b"study,n1\nA\0,3\n"), "NUL bytes"),
    "a label of 10 000 characters": (
        plain("t.csv", b"study,n1\n" + b"A" * 10_000 + b",3\n"),
        "text of 10000 characters",
    ),
    "a truncated workbook": (truncated, "t.xlsx"),
    "a truncated Parquet file": (plain("t.parquet", b"PAR1" + b"\1" * 50), "t.parquet"),
    "an empty file": (plain("t.csv", b""), "is empty"),
    "a picture that is called a table": (
        plain("t.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))),
        "t.csv",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_file_is_refused_in_words(run, tmp_path: Path, kind: str) -> None:
    make, said = FILES[kind]
    path = make(tmp_path)
    tracemalloc.start()
    try:
        ended = run("check", path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ended.code == 3
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert len(ended.err) < 2_000
    assert most < 400_000_000
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_review_with_a_hostile_file_leaves_no_report(run, tmp_path: Path) -> None:
    folder, to = tmp_path / "review", tmp_path / "report"
    assert run("init", folder).code == 0
    (folder / "trials.csv").write_bytes(b"study,n1\nA\0,3\n")
    ended = run("report", folder, "--to", to)
    assert ended.code == 3
    assert [file.name for file in tmp_path.iterdir()] == ["review"]


def test_faults_of_every_file_of_a_review_come_at_once(run, tmp_path: Path) -> None:
    folder = tmp_path / "review"
    assert run("init", folder).code == 0
    (folder / "trials.csv").write_text("study,n1,sd1\nA,1,-2\nB,x,3\n", "utf-8")
    (folder / "risk_of_bias.csv").write_text("trial,D1,Overall\nA,lowish,low\n", "utf-8")
    (folder / "prisma.csv").write_text("data,n\nrecords_screened,many\n", "utf-8")
    ended = run("check", folder)
    assert ended.code == 3
    for piece in ("'x'", "'lowish'", "'many'"):
        assert piece in ended.err


def test_sums_of_the_flow_that_do_not_hold_are_said(run, tmp_path: Path) -> None:
    from tests.cli.test_init_check import FILLED

    folder = tmp_path / "review"
    assert run("init", folder).code == 0
    columns = (folder / "trials.csv").read_text("utf-8").splitlines()[-1].split(",")
    with (folder / "trials.csv").open("a", encoding="utf-8") as file:
        file.write(",".join(FILLED.get(name, "") for name in columns) + "\n")
    flow = folder / "prisma.csv"
    text = flow.read_text("utf-8").replace("results,box2,Databases,", "results,box2,Databases,90")
    flow.write_text(text.replace("Records screened,", "Records screened,80"), "utf-8")
    for command in (("check", folder), ("report", folder, "--to", tmp_path / "out")):
        ended = run(*command)
        assert ended.code == 3, ended.err
        assert "records_screened is 80, but database_results 90 gives 90" in ended.err
        assert "write “not stated” into it" in ended.err
    unknown = flow.read_text("utf-8").replace("Duplicate records,", "Duplicate records,not stated")
    flow.write_text(unknown, "utf-8")
    assert run("check", folder).code == 0
