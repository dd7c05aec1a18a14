"""Parquet, Metapsy and metafor columns, risk of bias, PRISMA."""

# Lines of data are kept whole.
# ruff: noqa: E501

from pathlib import Path

import pandas as pd
import pytest
from tests.trials.readers.hostile import text, workbook

from consilience.errors import DataError
from consilience.trials import read_trials
from consilience.trials.readers import read_prisma, read_risk_of_bias


def written(path: Path, content: str) -> Path:
    path.write_text(content, "utf-8")
    return path


def test_parquet_keeps_numbers_and_texts(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"study": ["NA", "B"], "n1": [3, 4], "mean1": [1.5, None], "note": ["x", None]}
    )
    table.to_parquet(tmp_path / "t.parquet")
    frame = read_trials(tmp_path / "t.parquet").frame
    assert frame["study"].tolist() == ["NA", "B"]
    assert frame["n1"].tolist() == [3.0, 4.0]
    assert frame["mean1"].isna().tolist() == [False, True]


def test_parquet_of_lists_and_of_swollen_texts_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"study": ["A"], "x": [[1, 2]]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="Cells of this kind"):
        read_trials(tmp_path / "t.parquet")
    pd.DataFrame({"study": ["A" * 1_000_000] * 1000}).to_parquet(tmp_path / "u.parquet")
    assert (tmp_path / "u.parquet").stat().st_size < 1_000_000
    with pytest.raises(DataError, match="unpacks to more than"):
        read_trials(tmp_path / "u.parquet")


def test_metapsys_columns_have_our_names_and_rows_with_events_their_sizes(tmp_path: Path) -> None:
    head = "study,condition_arm1,condition_arm2,instrument,time,mean_arm1,sd_arm1,n_arm1,mean_arm2,sd_arm2,n_arm2,event_arm1,totaln_arm1,event_arm2,totaln_arm2\n"
    rows = "NA,cbt,wl,bdi-2,post,12.5,5,30,15,6,28,NA,NA,NA,NA\nB,cbt,cau,phq-9,post,NA,NA,NA,NA,NA,NA,12,40,7,41\n"
    frame = read_trials(written(tmp_path / "t.csv", head + rows)).frame
    assert frame["study"].tolist() == ["NA", "B"]
    assert frame["n1"].tolist() == [30, 40]
    assert frame["n2"].tolist() == [28, 41]
    assert frame["events1"].tolist()[1] == 12
    assert frame["intervention_type"].tolist() == ["cbt", "cbt"]


def test_metafors_tables_name_their_studies_by_author_and_year(tmp_path: Path) -> None:
    rows = "trial,author,year,ai,n1i,ci,n2i\n1,Aronson,1948,4,123,11,139\n2,Ferguson,1949,NA,306,29,303\n"
    frame = read_trials(written(tmp_path / "t.csv", rows)).frame
    assert frame["study"].tolist() == ["Aronson 1948", "Ferguson 1949"]
    assert frame["ai"].isna().tolist() == [False, True]


def test_robvis_words_and_letters_are_read(tmp_path: Path) -> None:
    rows = "Study,D1,D2,Overall,Weight\nA,low,Some concerns,High,3\nB,l,s,h,2\n"
    table = read_risk_of_bias(written(tmp_path / "r.csv", rows))
    assert table.loc[1].tolist() == ["B", "Low", "Some concerns", "High"]
    robins = read_risk_of_bias(written(tmp_path / "r.csv", rows.replace("low", "moderate")))
    assert robins["D2"].tolist() == ["Some concerns", "Serious"]
    with pytest.raises(DataError, match="study 'B', column 'D1', value 'lowish'"):
        read_risk_of_bias(written(tmp_path / "r.csv", rows.replace("B,l", "B,lowish")))


def test_the_rob_2_tool_is_read_by_the_assessors_judgement(tmp_path: Path) -> None:
    names = ["Unique ID", "Study ID", "Outcome", "1.0 Algorithm result", "1.0 Assessor's Judgement"]
    names += ["2.0 Algorithm result", "2.0 Assessor's judgement", "Assessor's overall Judgement"]
    rows = [["Domain 1"], names, ["1", "Smith", "pain", "High", "Low", "Some concerns", "", "High"]]
    sheet = "".join(
        f"<row>{''.join(text(cell) if cell else '<c/>' for cell in row)}</row>" for row in rows
    )
    path = workbook(tmp_path / "rob2.xlsm", sheet)
    table = read_risk_of_bias(path)
    assert table.to_dict("records") == [
        {"study": "Smith", "outcome": "pain", "D1": "Low", "D2": "Some concerns", "Overall": "High"}
    ]


def test_the_prisma_flow_has_numbers_and_lists(tmp_path: Path) -> None:
    rows = 'data,node,box,boxtext,n\nNA,n,x,title,0\ndatabase_results,n7,box2,Databases,"1 697"\ndatabase_specific_results,NA,box2,Databases,"Embase, 650; PubMed, 497"\nnew_reports,NA,box10,Reports,NA\n'
    table = read_prisma(written(tmp_path / "p.csv", rows))
    assert table["part"].tolist() == ["", "Embase", "PubMed", ""]
    assert table["n"].fillna(-1).tolist() == [1697, 650, 497, -1]
    with pytest.raises(DataError, match=r"database_results.*no number of records"):
        read_prisma(written(tmp_path / "p.csv", rows.replace("1 697", "many")))
