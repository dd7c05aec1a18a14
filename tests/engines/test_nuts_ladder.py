"""The ladder of NUTS and the parametrisation of levels."""

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import consilience as cs
from consilience import bias, engines, heterogeneity, priors, terms
from consilience.engines.nuts.gate import loose
from consilience.engines.nuts.ladder import climb
from consilience.engines.nuts.parametrisation import Forms, recentred
from consilience.engines.nuts.sampler import Settings

HALF = priors.HalfNormal(0.5)
LEVELS = {"arm_unit": "arm_scale", "bias_deviation_unit": "bias_scale", "tau_deviation": ""}


@pytest.fixture(scope="module")
def effects(effects_of):
    rng = np.random.default_rng(1)
    return effects_of(
        rng.normal(0.3, 0.4, 10), rng.uniform(0.02, 0.1, 10), arm=list("aabbccabca"),
        against=list("uvuvuuvuvv"), dose=rng.uniform(0, 5, 10), risk=["high", "low"] * 5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def built(effects):
    """Every kind of level that there is: of a term, of a bias, of a scatter."""
    model = cs.Model(
        mu=priors.Normal(0, 1),
        terms=(terms.Exchangeable("arm", HALF), terms.Linear("dose", priors.Normal(0, 1))),
        heterogeneity=heterogeneity.PooledByGroup("against", HALF),
        bias=bias.RiskOfBias("risk", "high", priors.Normal(0, 0.5), HALF),
    )
    return model.pymc(effects)


def test_the_levels_are_found_and_nothing_else(built):
    """mu and a slope are standard normal too, but no standard deviation multiplies them."""
    forms = Forms(built, frozenset())
    assert set(forms.units) == set(LEVELS)
    assert forms.words(turned=False) == "arm, bias_deviation, tau_deviation non-centred"
    assert forms.words(turned=True) == "arm, bias_deviation, tau_deviation centred"
    some = Forms(built, frozenset({"arm_unit"}))
    assert some.words(turned=False) == "arm centred and bias_deviation, tau_deviation non-centred"
    assert some.words(turned=True) == "bias_deviation, tau_deviation centred and arm non-centred"


def test_both_parametrisations_are_one_posterior(built):
    """log p(u) = log p(z) − log s for u = s·z (or mu + s·z), at random points."""
    forms = Forms(built, frozenset())
    turned = recentred(built, forms.centred(turned=True), home="arm_unit")
    names = {variable.name for variable in [*turned.free_RVs, *turned.deterministics]}
    assert {variable.name for variable in [*built.free_RVs, *built.deterministics]} <= names
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = (m.compile_logp(mode="FAST_COMPILE") for m in (built, turned))
    rng = np.random.default_rng(2)
    for _ in range(3):
        point = {name: rng.normal(size=np.shape(x)) for name, x in built.initial_point().items()}
        scales = {
            "arm_unit": float(np.exp(point["arm_scale_log__"])),
            "bias_deviation_unit": float(np.exp(point["bias_scale_log__"][0])),
            "tau_deviation": float(np.exp(point["tau_spread_log__"])),
        }
        other = {name: x for name, x in point.items() if name not in LEVELS}
        other |= {f"{name}_centred": scales[name] * point[name] for name in LEVELS}
        other["arm_unit_centred"] = other["arm_unit_centred"] + point["mu"]
        jacobian = sum(np.log(scales[name]) * point[name].size for name in LEVELS)
        assert theirs(other) + jacobian == pytest.approx(ours(point), abs=1e-9)


def test_nothing_to_turn_leaves_the_model_as_it_is(effects):
    plain = cs.Model(mu=priors.Normal(0, 1), heterogeneity=heterogeneity.Normal(HALF)).pymc(effects)
    forms = Forms(plain, frozenset())
    assert dict(forms.units) == {}
    assert forms.words(turned=True) == ""
    assert recentred(plain, frozenset()) is plain


def informative(effects_of, v):
    rng = np.random.default_rng(3)
    kinds = np.repeat(list("abcdefgh"), 4)
    u = dict(zip("abcdefgh", rng.normal(0, 0.5, 8), strict=True))
    y = np.array([0.2 + u[kind] for kind in kinds]) + rng.normal(0, np.sqrt(v), len(kinds))
    effects = effects_of(y, np.full(len(kinds), v), kind=kinds)
    model = cs.Model(
        mu=priors.Normal(0, 1),
        terms=(terms.Exchangeable("kind", priors.HalfNormal(0.5)),),
        heterogeneity=heterogeneity.Normal(priors.HalfNormal(0.05)),
    )
    return model, effects


@pytest.mark.nuts
@pytest.mark.parametrize(
    ("v", "form"), [(0.001, "kind centred"), (1.0, "kind non-centred")], ids=["strong", "weak"]
)
def test_the_data_choose_the_parametrisation_and_the_answer_is_exact(effects_of, v, form):
    model, effects = informative(effects_of, v)
    sampled = cs.fit(model, effects, engines.Nuts(seed=4))
    assert f"levels of {form}." in sampled.posterior.steps[0]
    assert sampled.diagnosis.passed, sampled.diagnosis
    ours, theirs = cs.fit(model, effects, "exact").summary(), sampled.summary()
    assert (np.abs(ours["mean"] - theirs["mean"]) < 4 * theirs["mcse"]).all()
    if form == "kind centred":  # the form that is turned is turned and run the same again
        again = cs.fit(model, effects, engines.Nuts(seed=4)).draws["posterior"]["kind"]
        np.testing.assert_array_equal(sampled.draws["posterior"]["kind"], again)


@dataclass(frozen=True)
class Answer:
    """As much of a posterior as the ladder asks for."""

    faults: tuple[str, ...]
    ess: float
    quality: xr.Dataset = field(default_factory=lambda: xr.Dataset(attrs={"divergences": 1}))

    def summary(self, level):
        assert level == 0.95
        return pd.DataFrame({"sd": [1.0, 0.0], "ess_bulk": [self.ess, np.nan]})


@dataclass
class Play:
    """Forms whose runs answer from a script, and remember how they were run."""

    answers: list
    units: dict
    runs: list = field(default_factory=list)

    def words(self, *, turned):
        return f"u {'centred' if turned else 'non-centred'}" if self.units else ""

    def compiled(self, *, turned):
        play = self

        class Compiled:
            def run(self, settings, seed):
                assert seed == 7
                play.runs.append((turned, settings))
                return play.answers[len(play.runs) - 1]

        return Compiled()


BAD, WORSE, GOOD = Answer(("slow",), 50.0), Answer(("slower",), 10.0), Answer((), 900.0)
START = Settings(1000, 1000, 4, 0.9)


def climbed(answers, *, units=True, settings=START):
    play = Play(answers, {"u": "s"} if units else {})
    found = climb(play, lambda run: run, settings=settings, seed=7)
    return found, play.runs, found.quality.attrs["steps"].splitlines()


def test_what_passes_at_once_is_not_run_again():
    found, runs, steps = climbed([GOOD])
    assert found.faults == ()
    assert runs == [(False, START)]
    assert steps == ["Sampled 4 chains of 1000 draws after 1000 to tune, levels of u non-centred."]
    assert found.quality.attrs["divergences"] == 1


def test_the_other_parametrisation_comes_first():
    found, runs, steps = climbed([BAD, GOOD])
    assert found.faults == ()
    assert runs == [(False, START), (True, START)]
    assert steps[1:] == [
        "These draws did not pass (slow); sampled again with u centred.",
        "Kept u centred.",
        "The last draws passed.",
    ]


@pytest.mark.parametrize(("second", "kept"), [(WORSE, False), (Answer(("slow",), 60.0), True)])
def test_the_better_of_the_two_climbs_on(second, kept):
    _, runs, steps = climbed([BAD, second, GOOD])
    assert runs[2][0] is kept
    assert runs[2][1].target_accept == 0.95
    assert f"Kept u {'centred' if kept else 'non-centred'}." in steps


def test_a_form_that_passes_is_kept_though_the_other_has_more_effective_draws():
    _, runs, _ = climbed([Answer(("3 divergent transitions",), 3000.0), GOOD])
    assert len(runs) == 2


def test_every_rung_is_climbed_in_turn_and_logged():
    found, runs, steps = climbed([BAD, WORSE, BAD, BAD, BAD])
    assert found.faults == ("slow",)
    asked = [(s.target_accept, s.draws, s.tune) for _, s in runs]
    assert asked == [
        (0.9, 1000, 1000), (0.9, 1000, 1000), (0.95, 1000, 1000), (0.99, 1000, 1000),
        (0.99, 2000, 2000),
    ]  # fmt: skip
    said = ["u centred", "raised to 0.95", "raised to 0.99", "twice the draws"]
    assert [any(words in step for step in steps) for words in said] == [True] * 4
    assert steps[-1] == "The last draws did not pass either."


FEW = Answer(("Monte Carlo error of the SD",), 900.0, xr.Dataset(attrs={"imprecise": 1}))


def test_sound_draws_that_are_too_few_climb_to_more_of_them_at_once():
    found, runs, steps = climbed([FEW, FEW, GOOD])
    assert found.faults == ()
    asked = [(turned, s.target_accept, s.draws, s.tune) for turned, s in runs]
    assert asked == [(False, 0.9, 1000, 1000), (False, 0.9, 2000, 2000), (False, 0.9, 4000, 2000)]
    assert "twice the draws" in steps[1]
    assert "four times the draws" in steps[2]


def test_what_is_mended_first_is_kept_while_draws_are_added():
    _, runs, _ = climbed([BAD, WORSE, FEW, FEW, FEW])
    asked = [(s.target_accept, s.draws) for _, s in runs]
    assert asked == [(0.9, 1000), (0.9, 1000), (0.95, 1000), (0.95, 2000), (0.95, 4000)]


def test_without_levels_there_is_no_other_parametrisation():
    _, runs, steps = climbed([BAD, GOOD], units=False)
    assert [turned for turned, _ in runs] == [False, False]
    assert steps[0] == "Sampled 4 chains of 1000 draws after 1000 to tune."


def test_no_rung_goes_down():
    _, runs, _ = climbed([BAD, BAD, BAD], units=False, settings=Settings(500, 600, 4, 0.97))
    assert [s.target_accept for _, s in runs] == [0.97, 0.99, 0.99]
    assert (runs[-1][1].draws, runs[-1][1].tune) == (1000, 1200)


def test_the_story_of_a_recovered_fit_reads_as_one():
    """It may be trusted, and says what came before without contradicting that."""
    from consilience.diagnosis import Diagnosis

    found, _, steps = climbed([BAD, WORSE, GOOD])
    said = str(Diagnosis(found.faults, ("Engine: NUTS, as asked.", *steps)))
    assert said.startswith("The computation may be trusted.")
    assert "converged" not in said
    assert ".." not in said
    assert said.endswith("The last draws passed.")


def shaped(draw, count, *, seed=5):
    return draw(np.random.default_rng(seed), (4, count, 1))


def test_the_gate_sees_a_standard_deviation_that_rests_on_a_few_far_draws():
    """Independent draws have the best ESS there is; with long tails their SD still moves."""
    heavy = shaped(lambda rng, shape: rng.standard_t(2.5, shape), 1000)
    normal = shaped(lambda rng, shape: rng.standard_normal(shape), 1000)
    assert loose(normal, ("mu",)) == ()
    (said,) = loose(heavy, ("mu",))
    assert said.startswith("Monte Carlo error of the SD above 5% of it: mu (0.")


def test_the_monte_carlo_error_of_the_gate_is_that_of_repetition():
    """SD of the sample SD over repeated runs against the bound's own yardstick, for gamma draws."""
    runs = [shaped(lambda rng, s: rng.gamma(1.0, 1.0, s), 120, seed=seed) for seed in range(300)]
    error = np.std([np.std(run) for run in runs])  # κ = 9: √(8/(4·480)) = 0.065 of the SD
    assert error == pytest.approx(np.sqrt(8.0 / (4 * 480)), rel=0.15)
    refused = [bool(loose(run, ("tau",))) for run in runs]
    assert np.mean(refused) > 0.7


def test_the_gate_sees_ends_of_intervals_that_are_hardly_visited():
    rng = np.random.default_rng(6)
    slow = np.repeat(rng.standard_normal((4, 60, 1)), 10, axis=1)
    assert any(each.startswith("ESS at an end") for each in loose(slow, ("a",)))


def test_what_does_not_vary_is_not_asked():
    assert loose(np.ones((4, 100, 2)), ("a", "b")) == ()
