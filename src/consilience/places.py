"""Where models and reviews are found by name."""

from pathlib import Path

from consilience.errors import DataError, ModelError

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]
"""Of the sources, where the package is used without being built."""


def find_model(name: str | Path, beside: Path | None = None) -> Path:
    """Find a model file by its path or its name.

    A bare name is looked up in ``models`` inside the folder of the review, then in ``./models``,
    in ``models`` beside the folder that holds the reviews, and among those that travel with the
    package.

    Parameters
    ----------
    name : str or Path
        ``"partial_pooling"``, or a path such as ``"models/partial_pooling.toml"``.
    beside : Path, optional
        The folder of a review.

    Raises
    ------
    ModelError
        If there is no such file; the places that were searched and the known names are listed.
    """
    if _is_path(name):
        return _existing(Path(name))
    if beside is not None and own_model(name, beside).is_file():
        return own_model(name, beside)
    folders = model_folders(beside)
    for folder in folders:
        if (folder / f"{name}.toml").is_file():
            return folder / f"{name}.toml"
    known = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
    raise ModelError(
        f"There is no model {str(name)!r}. Known: {', '.join(known) or 'none'}. Searched: "
        f"{', '.join(map(str, folders)) or 'no folder of models was found'}."
    )


def own_model(name: str | Path, folder: Path) -> Path:
    """Say where a review keeps a model that only it has.

    Parameters
    ----------
    name : str
    folder : Path
        Of the review.
    """
    return folder / "models" / f"{name}.toml"


def model_folders(beside: Path | None = None) -> tuple[Path, ...]:
    """List the folders in which models are looked up, nearest first."""
    near = [Path("models")]
    if beside is not None:
        near.append(beside.resolve().parent.parent / "models")
    shipped = (_PACKAGE / "_models", _CHECKOUT / "models")
    places = {folder.resolve(): folder for folder in reversed((*near, *shipped))}
    return tuple(folder for folder in reversed(places.values()) if folder.is_dir())


def find_data(name: str | Path) -> Path:
    """Find a review's folder or a trial table by its path or its name.

    A bare name is looked up in ``./data``, then among the reviews that travel with the package.

    Raises
    ------
    DataError
        If there is neither.
    """
    given = Path(name)
    folders = (Path("data"), _PACKAGE / "_data", _CHECKOUT / "data")
    places = (given, *(folder / given for folder in folders))
    for place in places if given.name == str(name) else places[:1]:
        if place.exists():
            return place
    raise DataError(
        f"There is no review or trial table {str(name)!r}. Give a folder with review.toml and "
        "trials.csv, or a CSV file."
    )


def _is_path(name: str | Path) -> bool:
    return isinstance(name, Path) or name.endswith(".toml") or Path(name).name != name


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ModelError(f"There is no model file {str(path)!r}. Give a TOML file or a name.")
    return path
