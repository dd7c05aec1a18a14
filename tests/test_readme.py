"""The script of the README runs as it stands there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


def test_there_is_a_script():
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=[f"script {n}" for n, _ in enumerate(SCRIPTS, 1)])
def test_the_script_runs(script, tmp_path, monkeypatch, capsys):
    """From a folder that has data/ and models/ beside it, so that nothing is left in the clone."""
    for name in ("data", "models"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    exec(compile(script, "README.md", "exec"), {"__name__": "__main__"})
    assert "Bayes" in capsys.readouterr().out


@pytest.mark.parametrize("folder", re.findall(r"^\| `([\w./]+)/`", TEXT, flags=re.MULTILINE))
def test_the_folders_on_its_map_exist(folder):
    assert (ROOT / folder).is_dir()


@pytest.mark.parametrize("place", sorted(set(re.findall(r"(?:models|data)/\w+(?:\.toml)?", TEXT))))
def test_the_files_it_names_exist(place):
    assert (ROOT / place).exists()
