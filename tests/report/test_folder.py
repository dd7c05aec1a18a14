"""A folder is there whole or not at all."""

from pathlib import Path

import pytest

from consilience.report.folder import TargetError, replacing


def fill(target: Path, text: str) -> None:
    with replacing(target) as folder:
        (folder / "provenance.json").write_text('{"files": {"page": ""}}')
        (folder / "page").write_text(text)


def break_off(target: Path, error: type[BaseException]) -> None:
    with replacing(target) as folder:
        (folder / "half").write_text("x")
        raise error


def test_a_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    with replacing(target) as folder:
        assert not target.exists()
        (folder / "page").write_text("x")
    assert (target / "page").read_text() == "x"
    assert [path.name for path in target.parent.iterdir()] == ["out"]


def test_an_earlier_folder_is_replaced(tmp_path: Path) -> None:
    fill(tmp_path / "out", "old")
    fill(tmp_path / "out", "new")
    assert (tmp_path / "out" / "page").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_error_leaves_everything_as_it_was(tmp_path: Path, error) -> None:
    fill(tmp_path / "out", "old")
    with pytest.raises(error):
        break_off(tmp_path / "out", error)
    assert (tmp_path / "out" / "page").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_swap_that_fails_brings_the_old_folder_back(tmp_path: Path, monkeypatch) -> None:
    fill(tmp_path / "out", "old")
    rename = Path.rename

    def failing(self, to):
        if self.name.endswith(".new"):
            raise PermissionError(13, "Permission denied")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(PermissionError), replacing(tmp_path / "out") as folder:
        (folder / "page").write_text("new")
    assert (tmp_path / "out" / "page").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_foreign_files_are_refused_even_beside_a_report(tmp_path: Path) -> None:
    fill(tmp_path / "out", "old")
    (tmp_path / "out" / "thesis.tex").write_text("mine")
    with pytest.raises(TargetError, match=r"thesis\.tex"):
        fill(tmp_path / "out", "new")
    assert (tmp_path / "out" / "thesis.tex").read_text() == "mine"


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(TargetError, match="is a file"):
        fill(tmp_path / "out", "new")


def test_an_empty_folder_and_a_link_to_a_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    fill(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "page").read_text() == "new"
