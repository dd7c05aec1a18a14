"""Write the sources of the documentation: the pages as they stand, and those made from the code.

python docs/generate.py FOLDER. Needs no Sphinx; `make docs` turns FOLDER into HTML.
"""

import argparse
import csv
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "benchmarks")]

from accuracy_tables import classical, source  # noqa: E402 - found beside this file
from code_pages import api_page, priors_page, questions_page  # noqa: E402
from metafor_examples import SETUP  # noqa: E402
from pictures import rank_histograms  # noqa: E402
from text import cell, table  # noqa: E402

import consilience as cs  # noqa: E402

CALIBRATION, ACCURACY = HERE / "calibration", HERE / "accuracy"
_COLUMNS = ("p_uniform", "p_turned", "coverage_50", "coverage_80", "coverage_95")


def generate(folder: Path) -> None:
    """Write every page into a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "models").mkdir(parents=True)
    for page in sorted(HERE.glob("*.md")):
        write(folder / page.name, filled(page.read_text(encoding="utf-8")))
    files = sorted((ROOT / "models").glob("*.toml"))
    own = sorted((ROOT / "data").glob("*/models/*.toml"))
    for file in (*files, *own):
        model_page(file, folder / "models")
    write(folder / "models" / "index.md", models_page([file.stem for file in files], own))
    write(folder / "priors.md", priors_page())
    write(folder / "questions.md", questions_page(ROOT / "src" / "consilience"))
    write(folder / "api.md", api_page())
    write(folder / "coverage.md", coverage_page())
    write(folder / "accuracy.md", accuracy_page())
    shutil.copy(HERE / "conf.py", folder / "conf.py")


def write(path: Path, text: str) -> None:
    """Write a page."""
    path.write_text(text.strip() + "\n", encoding="utf-8")


def filled(page: str) -> str:
    """Put the script of README.md, which a test runs, where a page asks for it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = readme.split("```python\n")[1].split("```")[0]
    page = page.replace("{{ script }}", script.rstrip()).replace(
        "{{ metafor setup }}", SETUP.strip()
    )
    for path in sorted((HERE / "metafor").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            head, *body = csv.reader(file)
        page = page.replace(f"{{{{ metafor {path.stem} }}}}", table(head, map(_coded, body)))
    return page.replace("{{ exposure power }}", power_table())


def power_table() -> str:
    """Show how often simulated reviews find a threshold."""
    path = ROOT / "src" / "consilience" / "exposure" / "power.csv"
    with path.open(encoding="utf-8", newline="") as file:
        _, *body = csv.reader(file)
    head = ["truth", "k", "τ", "SD of exposure", "effect", "replications", "found", "true curve"]
    return table(head, [row[:8] for row in body])


def _coded(row: list[str]) -> list[str]:
    """Set calls as code."""
    return [f"`{each}`" if "(" in each and ")" in each else each for each in row]


def models_page(names: Sequence[str], own: Sequence[Path]) -> str:
    """List the models, from the table of models/README.md, and those that only one review has."""
    readme = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("|")]
    linked = [_linked(row, names) for row in rows]
    pages = [page_of(file) for file in own]
    tree = "\n".join(["```{toctree}", ":hidden:", "", *names, *pages, "```"])
    head = "Each model is a file, free of data, with a reason and a source beside every prior."
    links = ", ".join(f"[{called(file)}]({page_of(file)}.md)" for file in own)
    more = f"Models that only one review has, calibrated on its estimates: {links}."
    return "\n".join(["# Models", "", head, "", *linked, "", more, "", tree])


def called(file: Path) -> str:
    """Name a model as its calibration does: REVIEW/NAME where only one review has it."""
    home = file.parents[1]
    return file.stem if home == ROOT else f"{home.name}/{file.stem}"


def page_of(file: Path) -> str:
    """Name its page."""
    return called(file).replace("/", "-")


def _linked(row: str, names: Iterable[str]) -> str:
    for name in names:
        if row.startswith(f"| `{name}` |"):
            return row.replace(f"| `{name}` |", f"| [{name}]({name}.md) |", 1)
    return row


def model_page(file: Path, folder: Path) -> None:
    """Write the page of one model, and its rank histograms."""
    declared = cs.read_model(file)
    reasons = [
        f"- **`{each.slot}`: {each.choice}.** {cell(each.reason)} Source: {cell(each.source)}"
        for each in declared.reasons
    ]
    parts = [
        f"# {declared.title or declared.name}",
        f"File `{file.relative_to(ROOT)}`.",
        f"```text\n{declared.equation}\n```",
        f"**When to use it.** {declared.when}",
        "## Priors and choices",
        "\n".join(reasons),
        "## The file",
        f"```toml\n{file.read_text(encoding='utf-8').strip()}\n```",
        "## Calibration",
        *calibration_parts(called(file), folder, page_of(file)),
    ]
    write(folder / f"{page_of(file)}.md", "\n\n".join(parts))


def calibration_parts(name: str, folder: Path, page: str) -> list[str]:
    """Show the published result of a model: its table, its picture, and how to repeat it."""
    path = CALIBRATION / f"{name}.json"
    if not path.exists():
        return ["This model has not been calibrated yet; see [calibration](../calibration.md)."]
    found = json.loads(path.read_text(encoding="utf-8"))
    rows = found["parameters"]
    write(folder / f"{page}-ranks.svg", rank_histograms(rows))
    head = ["parameter", "p uniform", "p turned", "50 %", "80 %", "95 %"]
    body = [
        [f"`{key}`", *(f"{row[column]:.3f}" for column in _COLUMNS)] for key, row in rows.items()
    ]
    error = 100 * max(row["se_95"] for row in rows.values())
    return [
        f"{found['replications']} simulated reviews; engine: {found['engine']}; "
        f"refused or not converged: {found['faulty']}; seed {found['seed']}. Monte Carlo error of "
        f"the 95 % column: {error:.2f} percentage points. What the columns mean stands under "
        "[calibration](../calibration.md).",
        table(head, body),
        f"![Rank histograms of {name}]({page}-ranks.svg)",
        f"SHA-256 of model `{found['model_sha256']}`, of ranks `{found['ranks_sha256']}`.",
    ]


def coverage_page() -> str:
    """Show the coverage of 95 % intervals at fixed truths."""
    with (CALIBRATION / "coverage.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    methods = list(dict.fromkeys(row["method"] for row in rows))
    cells = list(dict.fromkeys((row["k"], row["tau"]) for row in rows))
    found = {(row["k"], row["tau"], row["method"]): row for row in rows}
    body = [[k, tau, *(_covered(found[k, tau, method]) for method in methods)] for k, tau in cells]
    count, error = rows[0]["replications"], max(float(row["mc_error"]) for row in rows)
    text = (HERE / "coverage.txt").read_text(encoding="utf-8").strip()
    head = ["k", "τ", *methods]
    note = (
        f"{count} replications in each cell, seed {rows[0]['seed']}; Monte Carlo error at most "
        f"{100 * error:.1f} percentage points."
    )
    return "\n\n".join([text, note, table(head, body)])


def _covered(row: dict[str, str]) -> str:
    return f"{100 * float(row['coverage']):.1f} % ({float(row['mean_width']):.2f})"


def accuracy_page() -> str:
    """Show how far answers lie from those of bayesmeta, metafor and brute force."""
    text = (HERE / "accuracy.txt").read_text(encoding="utf-8").strip()
    rows = classical()
    compared = [
        [row["data"], row["analysis"], f"{row['largest difference']:.0e}"]
        for row in rows.to_dict("records")
    ]
    parts = [text, "## Against metafor", f"Reference: {source()}"]
    parts.append(table(["data", "analysis", "largest relative difference"], compared))
    for path in sorted(ACCURACY.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            head, *body = csv.reader(file)
        title = path.stem.replace("_", " ")
        parts += [f"## Table: {title}", table(head, body)]
    return "\n\n".join(parts)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    generate(parser.parse_args().folder)


if __name__ == "__main__":
    main()
