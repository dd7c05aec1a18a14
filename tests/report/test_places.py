"""Models and reviews are found by their names."""

from pathlib import Path

import pytest

from consilience.errors import DataError, ModelError
from consilience.places import find_data, find_model


@pytest.fixture
def house(tmp_path: Path, monkeypatch) -> Path:
    for folder in ("models", "data/review", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "models" / "mine.toml").write_text("")
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path


def test_a_path_is_taken_as_it_is(house: Path) -> None:
    assert find_model(house / "models" / "mine.toml") == house / "models" / "mine.toml"
    assert find_model("../models/mine.toml").is_file()


def test_a_model_is_found_in_the_working_folder(house: Path, monkeypatch) -> None:
    monkeypatch.chdir(house)
    assert find_model("mine") == Path("models/mine.toml")


def test_a_model_is_found_beside_the_folder_of_reviews(house: Path) -> None:
    assert find_model("mine", house / "data" / "review") == house / "models" / "mine.toml"


def test_models_and_reviews_of_the_package_are_found_from_anywhere(house: Path) -> None:
    assert find_model("random_effects", house / "data" / "review").is_file()
    assert find_data("smi_outcomes").is_dir()


def test_an_unknown_model_lists_the_known_ones(house: Path) -> None:
    with pytest.raises(ModelError, match=r"'other'.*Known:.*mine"):
        find_model("other", house / "data" / "review")
    with pytest.raises(ModelError, match=r"no model file 'nowhere\.toml'"):
        find_model("nowhere.toml")


def test_a_review_is_found_by_name_and_path(house: Path, monkeypatch) -> None:
    assert find_data(house / "data" / "review").is_dir()
    monkeypatch.chdir(house)
    assert find_data("review") == Path("data/review")
    with pytest.raises(DataError, match="'other'"):
        find_data("other")
