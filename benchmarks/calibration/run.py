"""Calibrate the models of models/ and of reviews, and write the results down.

python benchmarks/calibration/run.py --replications 10000 --minutes 30 random_effects moderated
python benchmarks/calibration/run.py --replications 1000 smi_outcomes/three_levels
"""

import argparse
import hashlib
import json
import time
import zlib
from pathlib import Path

import pandas as pd
from designs import design_of, file_of, names
from once import NutsOnce

import consilience as cs
from consilience.calibration import Calibration, fingerprint, record
from consilience.calibration.record import design_fingerprint
from consilience.calibration.run import resume
from consilience.effects import Effects
from consilience.engines import Exact, Nuts
from consilience.engines.auto import auto
from consilience.model import Model, all_hypers, resolve

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULTS = ROOT / "docs" / "calibration"
CITED = ROOT / "src" / "consilience" / "calibration" / "published.json"
WORK = ROOT / "dist" / "calibration"
SEED = 20_260


def engine_for(model: Model, effects: Effects, *, draws: int) -> Exact | NutsOnce:
    """Take the exact engine where it can, NUTS with this many draws a chain elsewhere.

    With three scales, or a location whose rule is refined, its bound is 1e-6 instead of 1e-9: ten
    times as fast, and a rank does not feel the difference.
    """
    chosen = auto(model, effects, seed=1).engine
    if isinstance(chosen, Exact):
        return Exact(seed=1, tolerance=1e-6) if _slow(model, effects) else chosen
    return NutsOnce(Nuts(seed=1, draws=draws, tune=draws), model, effects)


def _slow(model: Model, effects: Effects) -> bool:
    """Say whether there are three scales, or a location whose rule is refined."""
    refined = any(term.bends and not term.jumps(effects) for term in model.terms)
    return refined or len(all_hypers(resolve(model, effects), effects)) > 2


def seed_of(name: str, base: int = SEED) -> int:
    """Give each model a seed of its own, so that luck is not shared between them."""
    return base + zlib.crc32(name.encode()) % SEED


def words(engine: Exact | NutsOnce) -> str:
    """Name an engine as a result file does."""
    if isinstance(engine, Exact):
        return (
            "exact" if engine.tolerance == Exact().tolerance else f"exact, to {engine.tolerance:g}"
        )
    nuts = engine.nuts
    return f"NUTS, {nuts.chains} chains of {nuts.draws} draws after {nuts.tune}"


def publish(name: str, model: Model, *, found: Calibration, effects: Effects, engine: str) -> None:
    """Write the result file of a model and what reports cite of it."""
    content = record(found, model, effects=effects, engine=engine, version=cs.__version__)
    text = json.dumps({"name": name, **content}, indent=1, ensure_ascii=False) + "\n"
    result = RESULTS / f"{name}.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(text, encoding="utf-8")
    cited = json.loads(CITED.read_text(encoding="utf-8"))
    kept = {key: row for key, row in cited.items() if row["name"] != name}
    kept[fingerprint(model)] = {"name": name, **citation(content, text)}
    ordered = dict(sorted(kept.items(), key=lambda pair: pair[1]["name"]))
    CITED.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def citation(content: dict, text: str) -> dict:
    """Give what a report says of a result file, and the file's hash."""
    rows = pd.DataFrame.from_dict(content["parameters"], orient="index")
    return {
        "engine": content["engine"],
        "replications": content["replications"],
        "faulty": content["faulty"],
        "coverage_95": rows.loc["mu", "coverage_95"],
        "lowest_95": rows["coverage_95"].min(),
        "highest_95": rows["coverage_95"].max(),
        "least_p": rows[["p_uniform", "p_turned"]].min(axis=None),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def keep(found: Calibration, saved: Path) -> None:
    """Save what was found whole, or not at all, so that a run may be stopped at any time."""
    beside = saved.with_suffix(".part")
    pd.to_pickle(found, beside)
    beside.replace(saved)


def work_on(name: str, asked: argparse.Namespace) -> None:
    """Calibrate one model until enough replications are made or the time is up."""
    model = cs.read_model(file_of(name)).model
    effects = design_of(name, model)
    engine = engine_for(model, effects, draws=asked.draws)
    again = "" if asked.seed == SEED else f"-{asked.seed}"
    of = f"{fingerprint(model)[:12]}-{design_fingerprint(effects)[:12]}"
    kept = f"{name.replace('/', '-')}-{of}{again}.pkl"
    saved = Path(asked.work) / kept
    found = [pd.read_pickle(saved)] if saved.exists() else []
    end = time.monotonic() + 60.0 * asked.minutes
    while (done := sum(len(each.ranks) for each in found)) < asked.replications:
        which = range(done, min(done + asked.chunk, asked.replications))
        more = resume(model, effects, which, seed=seed_of(name, asked.seed), engine=engine)
        found = [found[0].joined(more) if found else more]
        keep(found[0], saved)
        if time.monotonic() > end:
            break
    if not again:
        publish(name, model, found=found[0], effects=effects, engine=words(engine))
    print(name, found[0].replications, found[0].table().round(4).to_string(), sep="\n", flush=True)


def main() -> None:
    """Read the command line and work on the models in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--replications", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=60.0, help="for each model")
    parser.add_argument("--chunk", type=int, default=100)
    parser.add_argument("--draws", type=int, default=1000, help="of NUTS, a chain")
    parser.add_argument(
        "--seed", type=int, default=SEED, help="another one repeats: printed, not published"
    )
    parser.add_argument(
        "--work", default=ROOT / "dist" / "calibration", type=Path, help="where to go on from"
    )
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    for name in asked.models or names():
        work_on(name, asked)


if __name__ == "__main__":
    main()
