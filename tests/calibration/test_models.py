"""Every model of models/ finds what it was drawn from, and a broken engine is found out.

Limits: p values below 1e-4, of uniform ranks and of the number of intervals that hold the truth;
the seeds are fixed, and over all models and parameters one such p value has odds of one in thirty.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import consilience as cs
from consilience import heterogeneity, priors
from consilience.calibration import LEVELS, calibrate
from consilience.engines import Engine, Exact
from consilience.errors import ModelError, RefusalError

FILES = sorted((Path(__file__).resolve().parents[2] / "models").glob("*.toml"))
SAMPLED = ("empirical_bartos", "robust_t", "two_component")
QUICK = {
    **dict.fromkeys(("common_effect", "down_weighted", "moderated", "random_effects"), 300),
    **{"empirical_rhodes": 100, "location_scale": 100, "partial_pooling": 80, "threshold": 60},
}
"""Replications of models that are simulated each time. What is published of the others, from
thousands, has first ranks that are recomputed each time (tests/calibration/test_published.py)."""
MANY = {
    **dict.fromkeys(("arm_means", "binomial", "conditional", "poisson"), 100),
    **dict.fromkeys(("location_scale", "partial_pooling", "bias_adjusted"), 500),
    **{"beta_binomial": 30, "by_group": 200, "nested": 50, "threshold": 300},
    **{"crossed": 50, "emax": 100, "hinge": 100, "multivariate": 100},
}
"""Replications in place of 1500, under the mark `slow`."""
EXACT = [file.stem for file in FILES if file.stem not in SAMPLED]
UNLIKELY = 1e-4


def by_chance(ranks):
    """P(χ² as large as that of these ranks in 20 bins), by 400 000 draws of as many uniform ones.

    Of 30 to 100 ranks, a few in each bin, it has p values below 1e-4 by the χ² distribution two to
    three times as often.
    """
    seen = np.histogram(ranks[np.isfinite(ranks)], bins=20, range=(0.0, 1.0))[0]
    drawn = np.random.default_rng(1).multinomial(seen.sum(), np.full(20, 0.05), size=400_000)
    return float(np.mean(np.sum(drawn**2, axis=1) >= np.sum(seen**2)))


def faults(calibration):
    """What speaks against uniform ranks and honest intervals, parameter by parameter."""
    table, found = calibration.table(), []
    for kind, ranks in (("p_uniform", calibration.ranks), ("p_turned", calibration.turned)):
        doubtful = table.index[table[kind] < 10.0 * UNLIKELY]
        unlikely = [name for name in doubtful if by_chance(ranks[name].to_numpy()) < UNLIKELY]
        found += [f"{kind} of {name}" for name in unlikely]
    for level in LEVELS:
        share = table[f"coverage_{level * 100:.0f}"]
        held = (share * table["replications"]).round().astype(int)
        pairs = zip(held, table["replications"], strict=True)
        odds = np.array([stats.binomtest(one, int(count), level).pvalue for one, count in pairs])
        found += [f"coverage of {name} at {level}" for name in table.index[odds < UNLIKELY]]
    return found


@pytest.mark.parametrize(("name", "count"), QUICK.items())
def test_an_exact_model_finds_what_it_was_drawn_from(name, count, model_of, design_of):
    design = design_of(name)
    found = calibrate(model_of(name), design, count, seed=1)
    assert faults(found) == []
    assert found.faulty == 0
    layout = cs.fit(model_of(name), design).posterior.layout
    assert set(found.ranks) == {*layout.labels, *(hyper.name for hyper in layout.hypers)}
    assert found.ranks.notna().all(axis=None)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXACT)
def test_the_same_over_many_replications(name, model_of, design_of):
    found = calibrate(model_of(name), design_of(name), MANY.get(name, 1500), seed=2)
    assert faults(found) == []


class Broken(Engine):
    """The exact engine on another model and other variances than it was asked about."""

    def __init__(self, variance=1.0, **slots):
        self.seed, self.variance, self.slots = 0, variance, slots

    def run(self, model, effects):
        changed = replace(effects, v=self.variance * effects.v)
        return Exact().run(replace(model, **self.slots), changed)

    def restore(self, model, effects, tree):
        raise NotImplementedError


def broken(design, model_of, **fault):
    return calibrate(model_of("random_effects"), design, 200, seed=3, engine=Broken(**fault))


def test_the_wrapper_alone_breaks_nothing(design, model_of):
    assert faults(broken(design, model_of)) == []


def scaled(sigma):
    return heterogeneity.Normal(priors.HalfNormal(sigma))


def test_half_the_prior_scale_of_tau_is_noticed(design, model_of):
    assert "p_uniform of tau" in faults(broken(design, model_of, heterogeneity=scaled(0.25)))


def test_intervals_that_are_too_narrow_are_noticed(design, model_of):
    found = faults(broken(design, model_of, variance=0.5, heterogeneity=scaled(0.05)))
    assert {"p_uniform of mu", "coverage of mu at 0.95"} <= set(found)


def test_a_prior_of_mu_in_the_wrong_place_is_noticed(design, model_of):
    assert "p_uniform of mu" in faults(broken(design, model_of, mu=priors.Normal(0.6, 0.2)))


def test_an_answer_that_forgets_the_data_is_noticed_by_the_turned_ranks_alone(design, model_of):
    """The prior itself has uniform ranks and honest intervals: plain checks cannot fail it."""
    found = broken(design, model_of, variance=1e9)
    assert set(faults(found)) == {"p_turned of mu", "p_turned of tau"}


def test_it_is_a_verb_of_the_package():
    assert cs.calibrate is calibrate


def test_fewer_replications_are_the_first_of_more(design, model_of):
    model = model_of("random_effects")
    few, more = (calibrate(model, design, count, seed=5) for count in (3, 6))
    pd.testing.assert_frame_equal(few.ranks, more.ranks.head(3))
    assert calibrate(model, design, 3, seed=6).digest != few.digest
    assert calibrate(model, design, 3, seed=5).digest == few.digest


def test_the_batched_engine_has_the_same_ranks(design, model_of):
    """An independent computation of P(mu ≤ truth), for each simulated review."""
    from consilience.calibration import simulator

    model = model_of("random_effects")
    source = simulator(model, design)
    drawn = [source.draw(np.random.default_rng([7, n])) for n in range(30)]
    ranks = calibrate(model, design, 30, seed=7).ranks["mu"]
    for one, rank in list(zip(drawn, ranks, strict=True))[:6]:
        frame = pd.DataFrame({"set": "a", "yi": one.y, "vi": design.v})
        table = cs.fit_many(frame, "set", model=model, thresholds=(one.truth["mu"],))
        column = next(c for c in table if c.startswith("mu_p_gt"))
        assert 1.0 - table[column].iloc[0] == pytest.approx(rank, abs=1e-7)


def test_an_improper_prior_is_refused(design):
    with pytest.raises(ModelError, match=r"mu.*improper"):
        calibrate(cs.Model(mu=priors.Flat()), design, 5, seed=1)
    flat = cs.Model(heterogeneity=heterogeneity.Normal(priors.Flat()))
    with pytest.raises(ModelError, match=r"tau.*improper"):
        calibrate(flat, design, 5, seed=1)


@pytest.mark.parametrize("count", [0, -1, 2.5, True, "ten"])
def test_a_number_of_replications_that_is_none_is_refused(count, design):
    with pytest.raises(ModelError, match="whole number"):
        calibrate(cs.Model(), design, count, seed=1)


def test_trials_that_do_not_count_are_refused(design):
    model = cs.Model(bias=cs.bias.PowerWeight("risk_of_bias", "high", 0.0))
    with pytest.raises(ModelError, match="weight of 0"):
        calibrate(model, design, 5, seed=1)


def test_a_bias_that_selects_is_refused(design):
    class Selecting(cs.bias.Bias):
        def shift(self, _):
            return ()

        def log_selection(self, y, *_, **__):
            return 0.0 * y

    with pytest.raises(RefusalError, match="selects"):
        calibrate(cs.Model(bias=Selecting()), design, 5, seed=1)


@pytest.mark.parametrize("k", [1, 2])
def test_one_and_two_trials_calibrate_too(k, design, model_of):
    few = design.keep(np.arange(design.k) < k)
    found = calibrate(model_of("random_effects"), few, 200, seed=8)
    assert [fault for fault in faults(found) if "turned of tau" not in fault] == []
