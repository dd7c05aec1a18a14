"""What commands print: one JSON document or plain tables, the same figures as the library's."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.reviews import functioning

import consilience as cs
from consilience.cli.output import table as print_table

ROOT = Path(__file__).parents[2]
REVIEW = "data/smi_functioning"


def strict(text: str) -> dict:
    return json.loads(text, parse_constant=pytest.fail)


@pytest.fixture(scope="module")
def effects() -> cs.Effects:
    return functioning().effects


@pytest.fixture(scope="module")
def model() -> cs.Model:
    return cs.read_model(ROOT / "models" / "random_effects.toml").model


def test_fit_gives_the_summary(run, effects, model) -> None:
    told = strict(run("fit", "random_effects", REVIEW, "--json").out)
    expected = cs.fit(model, effects).summary()
    assert told["schema"] == "consilience.fit/1"
    assert [row["parameter"] for row in told["parameters"]] == list(expected.index)
    assert [row["mean"] for row in told["parameters"]] == pytest.approx(list(expected["mean"]))
    assert told["parameters"][0]["ess_bulk"] is None
    assert told["converged"] is True


def test_fit_saves_what_can_be_loaded(run, tmp_path: Path, effects, model) -> None:
    assert run("fit", "random_effects", REVIEW, "--save", tmp_path / "fit.nc").code == 0
    loaded = cs.load_fit(tmp_path / "fit.nc")
    assert loaded.model == model
    assert loaded.engine.seed == functioning().plan.seed


def test_pool_gives_the_classical_answer(run, effects) -> None:
    told = strict(run("pool", REVIEW, "--estimator", "DL", "--json").out)
    expected = cs.pool(effects, "DL")
    assert told["schema"] == "consilience.pool/1"
    assert told["coefficients"][0]["estimate"] == pytest.approx(expected.beta[0])
    assert told["coefficients"][0]["df"] is None, "infinite degrees of freedom are no number"
    assert told["heterogeneity"]["tau2"] == pytest.approx(expected.tau2)


def test_pool_takes_moderators_and_a_table(run, table: Path) -> None:
    words = ("pool", table, "--measure", "GEN", "--moderators", "dose", "--inference", "knha")
    told = strict(run(*words, "--json").out)
    assert [row["coef"] for row in told["coefficients"]] == ["intercept", "dose"]
    assert told["direction"].startswith("Effects are intervention minus comparator")
    assert "dose" in run(*words).out


def test_compare_puts_all_side_by_side(run) -> None:
    words = ("compare", "random_effects", "common_effect", REVIEW, "--estimators", "DL")
    told = strict(run(*words, "--json").out)
    assert [row["analysis"] for row in told["analyses"]] == [
        *("random_effects", "common_effect", "DL"),
    ]
    assert told["analyses"][2]["interval"] == "confidence"
    assert told["words"]


def test_compare_takes_the_estimators_of_the_review(run) -> None:
    shown = run("compare", "random_effects", REVIEW).out.splitlines()
    assert [line.split()[0] for line in shown[1:5]] == ["random_effects", "DL", "REML", "CE"]


def test_predict_repeats_itself_for_a_seed(run) -> None:
    words = ("predict", "partial_pooling", REVIEW, "--n1", "60", "--n2", "60", "--seed", "3")
    types = ("--set", "intervention_type=mindfulness", "--set", "comparator_type=TAU", "--json")
    first, again = (run(*words, *types).out for _ in range(2))
    assert first == again
    told = strict(first)
    assert told["trial"]["intervention_type"] == "mindfulness"
    names = [row["parameter"].partition("[")[0] for row in told["predictions"]]
    assert names == ["mu", "theta", "yi"]


def test_predict_reads_numbers_where_the_column_holds_numbers(run, table: Path) -> None:
    toml = table.parent / "dose.toml"
    toml.write_text('[[terms]]\nkind = "Linear"\nformula = "dose"\n'
                    '[terms.prior]\nkind = "Normal"\nmu = 0.0\nsigma = 1.0\n'
                    '[mu]\nkind = "Normal"\nmu = 0.0\nsigma = 1.0\n'
                    '[heterogeneity]\nkind = "Nothing"\n')  # fmt: skip
    words = ("predict", toml, table, "--measure", "GEN", "--json", "--set")
    low, high = (strict(run(*words, f"dose={dose}").out) for dose in (1, 4))
    assert low["predictions"][0]["mean"] != high["predictions"][0]["mean"]
    refused = run(*words, "dose=much")
    assert refused.code == 3
    assert "'much'" in refused.err


def test_json_is_all_there_is_on_stdout_and_progress_is_on_stderr(shell) -> None:
    done = shell("fit", "random_effects", REVIEW, "--json")
    assert done.returncode == 0
    assert strict(done.stdout)["model"] == "random_effects"
    assert done.stdout.isascii()
    assert "fitting random_effects" in done.stderr


def test_an_exit_code_reaches_the_shell(shell) -> None:
    done = shell("fit", "bogus", REVIEW)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("consilience: There is no model 'bogus'")


def test_a_terminal_gets_lines_and_no_markup(monkeypatch, capsys, effects) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    frame = effects.frame[["yi", "sei"]].rename(index={"Jensen 2019": "[/bold] $x$"})
    print_table(frame.assign(empty=np.nan), ("yi", "sei", "empty", "absent"))
    shown = capsys.readouterr().out
    assert "[/bold] $x$" in shown
    assert "│" in shown
    assert "empty" not in shown
